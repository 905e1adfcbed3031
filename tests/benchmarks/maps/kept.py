"""Our own tiles alone: drawn anew, kept, and not sent again (304), with one client in turn and with several."""

import argparse
import statistics
from contextlib import ExitStack

import httpx2 as httpx
import psycopg

from gis_service.core.cluster import Cluster
from gis_service.core.db import OWNER_ROLE, READER_ROLE
from gis_service.maps.catalogue import Catalogue, Layer
from gis_service.maps.tiles import Tile
from tests.benchmarks.maps.asking import rate, wrk
from tests.benchmarks.maps.cases import LAYER, tile_over, tile_sql
from tests.benchmarks.maps.land import LIMITS, plain, prepare, scratch
from tests.benchmarks.maps.servers import Server, ours


def kept(options: argparse.Namespace) -> None:
    layer = Catalogue.load()[LAYER]
    with ExitStack() as stack:
        folder = stack.enter_context(scratch())
        cluster = stack.enter_context(Cluster(folder / "pg").running())
        token = prepare(cluster, folder, options.parcels)
        drawing = stack.enter_context(ours(folder, token))
        keeping = stack.enter_context(ours(folder, token, kept_mb=64))
        middle = _middle(cluster)
        print(
            f"{'one client':12}{'bare SQL/s':>12}{'drawn/s':>10}{'of bare':>9}{'kept/s':>9}{'304/s':>9}{'bytes':>9}"
            f"{'304/s of ' + str(options.connections):>14}{'(rounds)':>14}"
        )
        for z in options.zooms:
            tile = tile_over(*middle, z)
            path = f"/ogc/collections/{LAYER}/tiles/WebMercatorQuad/{tile.z}/{tile.y}/{tile.x}"
            rounds = [_round(cluster, layer, tile, path, drawing, keeping, options) for _ in range(options.rounds)]
            bare, drawn, given, unchanged, size, many = (statistics.median(each) for each in zip(*rounds, strict=True))
            slowest, fastest = min(one[5] for one in rounds), max(one[5] for one in rounds)
            print(
                f"z{z:<11}{bare:12.1f}{drawn:10.1f}{drawn / bare:9.0%}{given:9.1f}{unchanged:9.1f}{size:9.0f}"
                f"{many:14.0f}{f'{slowest:.0f}–{fastest:.0f}':>14}",
                flush=True,
            )


Round = tuple[float, float, float, float, float, float]


def _round(
    cluster: Cluster, layer: Layer, tile: Tile, path: str, drawing: Server, keeping: Server, options: argparse.Namespace
) -> Round:
    """One after the other: the bare statement, a tile drawn anew, kept, and not sent again; each in answers a second.
    Last, what is not sent again to several who ask at once."""
    seconds = options.seconds
    with psycopg.connect(plain(cluster, READER_ROLE), autocommit=True, options="-c app.see_all=on") as connection:
        for limit in LIMITS:
            connection.execute(f"set {limit}".encode())
        statement = tile_sql(layer, tile).encode()
        bare = rate(lambda: connection.execute(statement, binary=True, prepare=True).fetchone(), seconds)
    headers = {"Authorization": f"Bearer {keeping.token}"}
    with httpx.Client(headers=headers, timeout=30) as client:

        def asked(port: int, status: int, **more: str) -> httpx.Response:
            answer = client.get(f"http://127.0.0.1:{port}{path}", headers=more)
            assert answer.status_code == status, answer.status_code
            return answer

        first = asked(keeping.port, 200)
        known = {"If-None-Match": first.headers["etag"]}
        return (
            bare,
            rate(lambda: asked(drawing.port, 200), seconds),
            rate(lambda: asked(keeping.port, 200), seconds),
            rate(lambda: asked(keeping.port, 304, **known), seconds),
            float(len(first.content)),
            wrk(keeping, [path], seconds, options.connections, known),
        )


def _middle(cluster: Cluster) -> tuple[float, float]:
    """Where the parcels lie closest."""
    with psycopg.connect(plain(cluster, OWNER_ROLE), options="-c app.see_all=on") as connection:
        row = connection.execute(
            "select percentile_disc(0.5) within group (order by st_xmin(geom)), percentile_disc(0.5) within group"
            " (order by st_ymin(geom)) from parcel"
        ).fetchone()
    assert row
    return float(row[0]), float(row[1])
