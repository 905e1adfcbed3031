"""`python -m tests.proving.load`: the full sizes; `--small` takes minutes; words behind it name the parts that are wanted."""

import sys

from tests.proving.lines import ended
from tests.proving.load import lines

if __name__ == "__main__":
    wanted = sys.argv[1:]
    ended(lines(small="--small" in wanted, parts=[word for word in wanted if not word.startswith("--")]))
