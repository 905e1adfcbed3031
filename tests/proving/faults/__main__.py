"""`python -m tests.proving.faults`: the full sizes; `--small` takes minutes; words behind it name the parts that are wanted."""

import sys

from tests.proving.faults import lines
from tests.proving.lines import ended

if __name__ == "__main__":
    wanted = sys.argv[1:]
    ended(lines(small="--small" in wanted, parts=[word for word in wanted if not word.startswith("--")]))
