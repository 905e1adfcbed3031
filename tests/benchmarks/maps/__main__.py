"""Tiles and items: ours and its peers side by side, our own kept tiles, and growth from 10,000 to 5 million parcels.

    .venv/bin/python -m tests.benchmarks.maps [--peers tipg,pygeoapi,mapserver,martin] [--parcels 1000000] [--only 'z14|items']
    .venv/bin/python -m tests.benchmarks.maps --kept [--parcels 10000] [--zooms 12,14]
    .venv/bin/python -m tests.benchmarks.maps --growth [--sizes 100000,1000000,5000000]
    .venv/bin/python -m tests.benchmarks.maps --fetch tipg | --fetch pygeoapi

Made parcels in a scratch cluster. Ours: signed in with a personal token, permission asked, row policies on, scope by five
areas, one web process. The peers: the same table, the same attributes, no sign-in, a role that no policy holds back, the
same limits on the server's side. Nothing is kept (`GIS_TILES_KEPT_MB=0`): every answer is drawn anew. One client puts each
question to all in turn, over connections that stay open, and to the database (our statement, prepared, without any web server);
what is printed is what a tenth of the answers stay below, the median, and how many times ours they take.

`--load` asks by wrk instead, eight at once: answers in a second, what server and database together had of the processors for one, and
the ratios of each round with their range.

TiPg and pygeoapi have environments of their own (`.venv-tipg`, `.venv-pygeoapi`), made by `--fetch` from lock files;
MapServer is Debian's (`cgi-mapserver`, `lighttpd`), Martin that of the path (`cargo install martin`). A peer that is not
there is left out. `--load`, `--growth` and `--kept` need `wrk`.

`--kept` asks our own service alone: tiles drawn anew, tiles kept, tiles that the browser has (304), each against the bare
ST_AsMVT statement in one connection; one client, in turn, so that the machine's load is the same for all; and 304s to several.
"""

import argparse
import signal
import sys

from tests.benchmarks.maps.growth import growth
from tests.benchmarks.maps.kept import kept
from tests.benchmarks.maps.servers import CONNECTIONS, PEERS, fetch
from tests.benchmarks.maps.sides import side_by_side


def main() -> None:
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # so that what was started ends too
    if options.fetch:
        fetch(options.fetch)
    elif options.kept:
        kept(options)
    elif options.growth:
        growth(options)
    else:
        side_by_side(options)


def _numbers(text: str) -> list[int]:
    return [int(word) for word in text.split(",")]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="how often each line is asked")
    parser.add_argument("--seconds", type=int, default=3, help="length of each run")
    parser.add_argument("--connections", type=int, default=CONNECTIONS)
    parser.add_argument("--times", type=int, default=200, help="questions of a line, in turn")
    parser.add_argument("--load", action="store_true", help="many at once, by wrk")
    parser.add_argument("--only", default="", help="an expression that the name of a line holds")
    parser.add_argument("--peers", default=",".join(PEERS), help="who is asked beside ours, with commas")
    parser.add_argument("--parcels", type=int, default=100_000, help="above 100,000 a multiple of it")
    parser.add_argument("--kept", action="store_true", help="our own tiles alone: drawn anew, kept, not changed")
    parser.add_argument("--zooms", type=_numbers, default=[12, 14], help="of --kept")
    parser.add_argument("--growth", action="store_true", help="our own answers as the register grows")
    parser.add_argument("--sizes", type=_numbers, default=[100_000, 1_000_000, 5_000_000], help="of --growth")
    parser.add_argument("--fetch", choices=("tipg", "pygeoapi"), help="make the environment of a peer, and end")
    return parser.parse_args()


if __name__ == "__main__":
    main()
