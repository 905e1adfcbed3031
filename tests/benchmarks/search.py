"""The search at 100,000 parcels: how long the route takes, and how often it finds what was mistyped.

    .venv/bin/python -m tests.benchmarks.search [--parcels 100000]

A scratch cluster with made parcels, named as people name land (areas, roads, plots, companies). 200 queries of all kinds
go through the whole application, signed in, row policies on: once by somebody who sees all land, once by an inspector of
two of the five areas. Prints p50, p95 and the processor's time for each kind of query, and for mistyped ones the share whose parcel is among
the first ten.
"""

import argparse
import logging
import os
import random
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
import structlog
from fastapi.testclient import TestClient
from psycopg import sql

from gis_service.access import operations as access
from gis_service.access.actor import SERVICE
from gis_service.access.rules import Role
from gis_service.core import migrate
from gis_service.core.cluster import Cluster
from gis_service.core.db import OWNER_ROLE
from gis_service.main import create_app
from gis_service.parcels.search import jobs, words
from gis_service.services import Services
from gis_service.settings import Settings

PASSWORD = "Correct-horse-9"
AREAS = {"BW": "北围", "HH": "后环", "JD": "金鼎", "TJ": "唐家", "QA": "淇澳"}
ROADS = ["科技大道", "金环东路", "金凤路", "港湾大道", "情侣北路", "创新一路", "软件园路", "哈工大路", "银坑路", "鸡山路", "那洲一路", "会同路", "金鼎大道", "华威路", "官塘路", "永丰路", "东岸路", "宁堂路", "大学路", "高新西路"]  # fmt: skip
ALONG = ("东侧", "西侧", "南侧", "北侧")
SYLLABLES = "格创芯谷华瑞康泰联邦汇能盈科远光全志健帆丽珠优特派诺云洲欧比特魅族金山软件银隆珠港北理亿胜生物赛纳打印天威飞马方正运泰利晨新力合长园共兴宝莱安生凤凰纳思达微慧翔翼"  # fmt: skip
TRADES = ("科技", "实业", "置业", "药业", "电子", "智造", "物流", "新材料", "生物医药", "光电")
ENDS = ("地块", "项目用地", "厂区", "留用地", "储备用地")
DIGITS = "一二三四五六七八九"


@dataclass(frozen=True)
class Made:
    number: str
    area: str
    name: str
    place: str
    alias: str | None

    @property
    def core(self) -> str:
        """The part of the name that people remember."""
        return words.letters(self.name).removeprefix(self.area)[:6]


def made(count: int, rng: random.Random) -> Iterator[Made]:
    codes, taken = list(AREAS), set()
    for n in range(count):
        code = codes[n % len(codes)]
        year, running = 2005 + n // len(codes) % 20, n // (len(codes) * 20) + 1
        name = _name(code, rng)
        while name in taken:
            name = _name(code, rng)
        taken.add(name)
        place = f"{rng.choice(ROADS)}{rng.choice(ALONG)}、{rng.choice(ROADS)}以{rng.choice('东西南北')}"
        alias = f"收储{year - 3}-{rng.randrange(10000):04}" if rng.random() < 0.1 else None
        yield Made(f"{code}-{year}-{running:04}", AREAS[code], name, place, alias)


def _name(code: str, rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.6:
        company = "".join(rng.choice(SYLLABLES) for _ in range(rng.choice((2, 4, 4, 4))))
        return f"{company}{rng.choice(TRADES)}{rng.choice(DIGITS)}期{rng.choice(ENDS)}"
    if kind < 0.8:
        return f"{AREAS[code]}{rng.choice(ROADS)}{rng.choice(ALONG)}{rng.randrange(1, 400)}号{rng.choice(ENDS)}"
    return f"{AREAS[code]}{code}-{rng.randrange(1, 30):02}-{rng.randrange(1, 99):02}-{rng.randrange(1, 60):02}{rng.choice(ENDS)}"


Query = tuple[str, str, Made]


def asked(parcels: list[Made], rng: random.Random) -> Iterator[Query]:
    """200 queries: kind, what is typed, and the parcel it is meant for."""
    companies = [
        one for one in parcels if one.name[0] in SYLLABLES and len(one.core) >= 6 and one.name[:2] not in AREAS.values()
    ]
    with_alias = [one for one in parcels if one.alias]
    kinds = {
        "exact number": (10, parcels, lambda m: m.number),
        "number without signs": (10, parcels, lambda m: words.letters(m.number)),
        "start of a number": (10, parcels, lambda m: m.number[:-1]),
        "former number": (10, with_alias, lambda m: m.alias),
        "name": (15, companies, lambda m: m.core),
        "part of a place": (15, parcels, lambda m: m.place[:6]),
        "area": (5, parcels, lambda m: m.area),
        "pinyin": (15, companies, lambda m: words.sounds(m.core)[0]),
        "initials": (15, companies, lambda m: words.initials(m.core)[0]),
        "two words": (10, companies, lambda m: f"{m.area} {m.core[:4]}"),
        "two letters": (5, parcels, lambda m: words.initials(m.area)[0]),
        "wrong: heard alike": (15, companies, lambda m: heard_alike(m.core, rng)),
        "wrong: another character": (15, companies, lambda m: replaced(m.core, rng)),
        "wrong: one missing": (15, companies, lambda m: dropped(m.core, rng)),
        "wrong: two swapped": (15, companies, lambda m: swapped(m.core, rng)),
        "wrong: pinyin": (10, companies, lambda m: swapped(words.sounds(m.core)[0], rng)),
        "wrong: number": (10, parcels, lambda m: swapped(m.number, rng)),
    }  # fmt: skip
    for kind, (count, among, typed) in kinds.items():
        for one in rng.sample(among, count):
            yield kind, typed(one), one


def heard_alike(text: str, rng: random.Random) -> str:
    """One character in place of another that is read alike."""
    alike: dict[str, list[str]] = {}
    for code in range(0x4E00, 0x9FA5):
        alike.setdefault(_reading(chr(code)), []).append(chr(code))
    at = rng.randrange(len(text))
    others = [c for c in alike[_reading(text[at])] if c != text[at]] or [text[at]]
    return text[:at] + rng.choice(others) + text[at + 1 :]


def _reading(character: str) -> str:
    return words.readings(character)[0][0]


def replaced(text: str, rng: random.Random) -> str:
    at = rng.randrange(len(text))
    return text[:at] + rng.choice(SYLLABLES) + text[at + 1 :]


def dropped(text: str, rng: random.Random) -> str:
    at = rng.randrange(len(text))
    return text[:at] + text[at + 1 :]


def swapped(text: str, rng: random.Random) -> str:
    at = rng.choice([n for n in range(len(text) - 1) if text[n] != text[n + 1]])
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def store(url: str, parcels: list[Made]) -> None:
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("set app.see_all = 'on'")
        for code, name in AREAS.items():
            cursor.execute("insert into area (district_code, code, name) values ('440402', %s, %s)", (code, name))
        cursor.execute("create temp table made (n serial, number text, area text, name text, place text, alias text)")
        with cursor.copy("copy made (number, area, name, place, alias) from stdin") as copy:
            for one in parcels:
                copy.write_row((one.number, one.area, one.name, one.place, one.alias))
        cursor.execute(
            """insert into parcel (district_code, parcel_no, parcel_name, area_id, location_text, area_computed_m2, area_computed_crs, geom)
               select '440402', m.number, m.name, a.id, m.place, 10000, 4547,
                      st_multi(st_makeenvelope(113.4 + n % 400 * 0.0005, 22.3 + n / 400 * 0.0005,
                                               113.4004 + n % 400 * 0.0005, 22.3004 + n / 400 * 0.0005, 4490))
                 from made m join area a on a.name = m.area order by n"""
        )
        cursor.execute(
            """insert into parcel_alias (parcel_id, kind, value) select p.id, 'former_no', m.alias
                 from made m join parcel p on p.parcel_no = m.number where m.alias is not null"""
        )


@contextmanager
def _without_indexes(url: str) -> Iterator[None]:
    """The trigram indexes are built at the end: that takes a fifth of the time, and is not what is measured here."""
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute(
            "select indexname, indexdef from pg_indexes where tablename = 'search_term' and indexdef like '%gin_trgm_ops%'"
        ).fetchall()
        for name, _ in found:
            connection.execute(sql.SQL("drop index {}").format(sql.Identifier(name)))
        yield
        for _, definition in found:
            connection.execute(definition)


def signed_in(services: Services, areas: list[int]) -> TestClient:
    app = create_app(services.settings, services)
    name = f"u{len(areas)}"
    with services.sessions.begin() as session:
        user = access.create_user(
            session, SERVICE, username=name, display_name=name, password=PASSWORD, own_choice=True
        )
        for area in areas:
            access.grant_role(session, SERVICE, user.id, Role.INSPECTOR, area_id=area)
        if not areas:
            access.grant_role(session, SERVICE, user.id, Role.LAND_OFFICER)
    client = TestClient(app, headers={"Sec-Fetch-Site": "same-origin"})
    client.post("/api/v1/sessions", json={"username": name, "password": PASSWORD}).raise_for_status()
    return client


Found = dict[str, tuple[list[float], list[float], list[bool]]]


def measure(client: TestClient, queries: list[Query], cluster: Cluster) -> Found:
    """For each kind the milliseconds of waiting, of computing (this process and the database), and whether it was found."""
    found: Found = {}
    for kind, typed, meant in queries:
        began, spent = time.perf_counter(), computed_s(cluster)
        hits = client.get("/api/v1/search", params={"q": typed, "limit": 10}).json()["items"]
        took = (time.perf_counter() - began) * 1000
        times, cpu, right = found.setdefault(kind, ([], [], []))
        times.append(took)
        cpu.append((computed_s(cluster) - spent) * 1000)
        right.append(meant.number in {hit["label"] for hit in hits})
    return found


def computed_s(cluster: Cluster) -> float:
    """Seconds of processor that this process and the server's backends have used: the neighbours do not matter to it."""
    server = cluster.status().pid
    backends = subprocess.run(["pgrep", "-P", str(server)], capture_output=True, text=True, check=False).stdout.split()
    ticks = 0
    for pid in backends:
        with suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def tell(title: str, found: Found) -> None:
    print(f"\n{title}\n{'kind':<28}{'n':>4}{'p50 ms':>9}{'p95 ms':>9}{'cpu ms':>9}{'found':>8}")
    together = ([t for ts, _, _ in found.values() for t in ts], [c for _, cs, _ in found.values() for c in cs], [])
    wrong = [hit for kind, (_, _, hits) in found.items() if kind.startswith("wrong") for hit in hits]
    for kind, (times, cpu, hits) in [*found.items(), ("all", together)]:
        p50, p95 = statistics.median(times), sorted(times)[int(len(times) * 0.95)]
        share = f"{sum(hits) / len(hits):.0%}" if hits else ""
        print(f"{kind:<28}{len(times):>4}{p50:>9.1f}{p95:>9.1f}{statistics.mean(cpu):>9.1f}{share:>8}")
    print(
        f"mistyped and in the first ten: {sum(wrong) / len(wrong):.0%} of {len(wrong)}; load {os.getloadavg()[0]:.1f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--parcels", type=int, default=100_000)
    parser.add_argument("--queries", help="only queries of the kinds that begin so")
    options = parser.parse_args()
    rng = random.Random(7)
    parcels = list(made(options.parcels, rng))
    queries = [one for one in asked(parcels, rng) if one[0].startswith(options.queries or "")]
    folder = Path(tempfile.mkdtemp(prefix="gis-search-", dir="/tmp"))
    folder.chmod(0o755)
    cluster = Cluster.for_tests(folder)
    logging.disable()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    services = Services(Settings(environment="test", var_dir=folder, threads=4, log_format="json"), long_work=True)
    with cluster.running():
        try:
            migrate.upgrade(cluster.url(OWNER_ROLE))
            began = time.perf_counter()
            store(cluster.url(OWNER_ROLE).replace("+psycopg", ""), parcels)
            print(f"stored {len(parcels)} parcels in {time.perf_counter() - began:.1f} s")
            with _without_indexes(cluster.url(OWNER_ROLE).replace("+psycopg", "")):
                began = time.perf_counter()
                terms = jobs.fill_all(services.sessions)
                print(f"filled {terms} terms in {time.perf_counter() - began:.1f} s")
            with psycopg.connect(cluster.url(OWNER_ROLE).replace("+psycopg", ""), autocommit=True) as connection:
                for table in ("search_term", "parcel"):
                    connection.execute(sql.SQL("vacuum analyze {}").format(sql.Identifier(table)))
                size = connection.execute("select pg_size_pretty(pg_total_relation_size('search_term'))").fetchone()
                print(f"terms and their indexes: {size[0] if size else ''}")
                areas = [row[0] for row in connection.execute("select id from area order by id")]
            for title, scope in (("all land", []), ("two areas of five", areas[:2])):
                client = signed_in(services, scope)
                measure(client, queries[:20], cluster)
                seen = [one for one in queries if not scope or one[2].area in list(AREAS.values())[:2]]
                tell(title, measure(client, seen, cluster))
        finally:
            services.close()
    cluster.remove()
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
