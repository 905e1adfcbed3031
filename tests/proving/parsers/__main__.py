"""`python -m tests.proving.parsers [--small] [TARGET…]`"""

import sys

from tests.proving.lines import ended
from tests.proving.parsers import lines

if __name__ == "__main__":
    ended(lines("--small" in sys.argv, [word for word in sys.argv[1:] if not word.startswith("-")]))
