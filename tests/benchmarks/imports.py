"""How long an import takes and how much memory, stage by stage, and whether it grows no faster than its rows.

    python -m tests.benchmarks.imports [--sizes 1000 5000 20000] [--format geojson txt]

Made parcels: a net of jittered quadrilaterals that share their edges, with nine columns, beside a register that already
holds 20,000 parcels. Every size runs in a process of its own, so that its peak of memory is its own; the reader's peak
is that of the sandboxed child. The server is a throw-away one without durability: disks are not what is measured.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.access.models import Unit
from gis_service.core import db, migrate
from gis_service.core.cluster import Cluster
from gis_service.files.models import StoredFile
from gis_service.geo import crs
from gis_service.parcels.imports import jobs, operations
from gis_service.parcels.imports.operations import District, Options

DISTRICT = District("440402", (113.45, 22.28, 113.72, 22.48))
SPACING_M, JITTER_M = 50.0, 8.0
EAST, NORTH = 442_000.0, 2_462_000.0
REGISTERED = 20_000
STAGES = ("read", "stage", "check", "accept", "undo")

Ring = NDArray[np.float64]


# --- made land ---------------------------------------------------------------------------------------------------


def rings(count: int, *, first_column: int = 0) -> Iterator[Ring]:
    """Closed rings of (east, north) in EPSG:4547, five points each; neighbours share their corners exactly."""
    side = int(np.ceil(np.sqrt(count)))
    noise = np.random.default_rng(4547 + first_column).uniform(-JITTER_M, JITTER_M, (side + 1, side + 1, 2))
    steps = np.stack(np.meshgrid(np.arange(side + 1), np.arange(side + 1), indexing="ij"), axis=-1)
    corners = np.round(steps * SPACING_M + noise + [EAST + first_column * SPACING_M, NORTH], 3)
    for n in range(count):
        i, j = divmod(n, side)
        yield np.array([corners[i, j], corners[i + 1, j], corners[i + 1, j + 1], corners[i, j + 1], corners[i, j]])


def area_m2(ring: Ring) -> float:
    x, y = ring[:, 0] - ring[0, 0], ring[:, 1] - ring[0, 1]
    return abs(float(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1]))) / 2


def geojson(path: Path, count: int, **where: int) -> Path:
    with path.open("w", encoding="utf-8") as out:
        out.write('{"type":"FeatureCollection","features":[')
        for n, ring in enumerate(rings(count, **where)):
            east, north = crs.transform_xy(ring[:, 0], ring[:, 1], 4547, 4490)
            coordinates = np.round(np.column_stack([east, north]), 9).tolist()
            shape = {"type": "Polygon", "coordinates": [coordinates]}
            feature = {"type": "Feature", "properties": properties(n, ring, **where), "geometry": shape}
            out.write(("," if n else "") + json.dumps(feature, ensure_ascii=False))
        out.write("]}")
    return path


def properties(n: int, ring: Ring, first_column: int = 0) -> dict[str, Any]:
    return {
        "地块编号": f"{'R' if first_column else 'M'}-{n:06}",
        "地块名称": f"示例地块{n}",
        "用地面积(㎡)": round(area_m2(ring), 2),
        "权属单位": "示例单位",
        "围蔽情况": ("已全围蔽", "部分围蔽", "未围蔽")[n % 3],
        "现状使用": "空闲、堆土" if n % 5 == 0 else "空闲",
        "规划用途代码": "100102",
        "拟供应年度": 2026 + n % 3,
        "备注": "由程序生成",
    }


def land_txt(path: Path, count: int) -> Path:
    head = "坐标系=2000国家大地坐标系\n几度分带=3\n投影类型=高斯克吕格\n计量单位=米\n带号=38\n精度=0.001\n转换参数=,,,,,,\n"
    with path.open("w", encoding="gb18030", newline="\r\n") as out:
        out.write("[属性描述]\n" + head + "[地块坐标]\n")
        for n, ring in enumerate(rings(count)):
            out.write(f"5,{area_m2(ring) / 10_000:.6f},M-{n:06},示例地块{n},面,,二类工业用地,100102,@\n")
            for number, (east, north) in zip((1, 2, 3, 4, 1), ring, strict=True):
                out.write(f"J{number},1,{north:.3f},{east + 38_000_000:.3f}\n")
    return path


MAKERS: dict[str, Callable[[Path, int], Path]] = {"geojson": geojson, "txt": land_txt}


# --- one run, in a process of its own ----------------------------------------------------------------------------


def one(url: str, kind: str, count: int) -> dict[str, Any]:
    """Import a made file and take it back; seconds by stage, peaks of memory in MB."""
    engine = create_engine(url)
    sessions = db.sessions_for(engine)
    seconds: dict[str, float] = {}

    @contextmanager
    def measured(stage: str) -> Iterator[Session]:
        with sessions.begin() as session:
            db.enter(session, EVERYTHING)
            began = time.perf_counter()
            yield session
            session.flush()
        seconds[stage] = time.perf_counter() - began

    with tempfile.TemporaryDirectory() as folder:
        path = MAKERS[kind](Path(folder) / f"made.{kind}", count)
        size_mb = path.stat().st_size / 1e6
        before_mb = reset_peak()
        began = time.perf_counter()
        result = jobs.read(path, path.name, Options())
        seconds["read"] = time.perf_counter() - began
    with measured("stage") as session:
        batch = taken_in(session, path.name)
        operations.stage(session, batch, result)
    with measured("check") as session:
        operations.check(session, operations.locked(session, batch.id, "process"), DISTRICT)
    with measured("accept") as session:
        batch = operations.accept(session, SERVICE, EVERYTHING, batch.id, district=DISTRICT)
    with measured("undo") as session:
        operations.undo(session, SERVICE, EVERYTHING, batch.id, reason="计时")
    engine.dispose()
    memory = {"parent_mb": peak_mb(), "before_mb": before_mb, "child_mb": result.cost.peak_memory_mb}
    return {"rows": count, "kind": kind, "size_mb": size_mb, **seconds, **memory, "landed": batch.counts["landed"]}


def taken_in(session: Session, name: str) -> Any:
    file = StoredFile(sha256="0" * 64, name=name, size_bytes=1)
    return operations.take_in(session, SERVICE, EVERYTHING, district_code=DISTRICT.code, file=file, options=Options())


def reset_peak() -> float:
    """Forget the peak so far; returns what is in use now."""
    Path("/proc/self/clear_refs").write_text("5")
    return peak_mb()


def peak_mb() -> float:
    """Peak of resident memory since the last reset."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


# --- all of them -------------------------------------------------------------------------------------------------


def fill_register(url: str) -> None:
    """20,000 parcels beside the made ones, so that the checks have something to look through."""
    engine = create_engine(url)
    with tempfile.TemporaryDirectory() as folder, db.sessions_for(engine).begin() as session:
        db.enter(session, EVERYTHING)
        session.add(Unit(code="M", name="示例单位"))
        session.flush()
        path = geojson(Path(folder) / "registered.geojson", REGISTERED, first_column=160)
        with jobs.read(path, path.name, Options()) as result:
            batch = taken_in(session, path.name)
            operations.stage(session, batch, result)
        operations.check(session, batch, DISTRICT)
        operations.accept(session, SERVICE, EVERYTHING, batch.id, district=DISTRICT)
    engine.dispose()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 5_000, 20_000])
    parser.add_argument("--format", nargs="+", choices=sorted(MAKERS), default=["geojson", "txt"])
    parser.add_argument("--one", nargs=3, metavar=("URL", "FORMAT", "ROWS"), help=argparse.SUPPRESS)
    said = parser.parse_args()
    if said.one:
        url, kind, count = said.one
        print(json.dumps(one(url, kind, int(count))))
        return
    folder = Path(tempfile.mkdtemp(prefix="gis-bench-", dir="/tmp"))
    cluster = Cluster.for_tests(folder)
    try:
        cluster.start(owner=True)
        cluster.create_template(migrate.upgrade)
        base = cluster.clone("bench_base")
        fill_register(cluster.url(db.APP_ROLE, base))
        for kind in said.format:
            show(kind, [run(cluster, base, kind, count) for count in said.sizes])
    finally:
        cluster.remove()
        shutil.rmtree(folder, ignore_errors=True)


def run(cluster: Cluster, base: str, kind: str, count: int) -> dict[str, Any]:
    name = cluster.clone(f"bench_{kind}_{count}", base)
    words = [
        sys.executable,
        "-m",
        "tests.benchmarks.imports",
        "--one",
        cluster.url(db.APP_ROLE, name),
        kind,
        str(count),
    ]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    cluster.drop(name)
    if done.returncode:
        raise SystemExit(done.stderr)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def show(kind: str, found: list[dict[str, Any]]) -> None:
    """Side by side: seconds by stage, the growth of a row's time against the smallest file, memory."""
    print(f"\n{kind}: register of {REGISTERED} parcels, seconds by stage")
    print(
        f"{'rows':>8}{'MB':>7}"
        + "".join(f"{stage:>9}" for stage in STAGES)
        + f"{'to staged':>11}{'rows/s':>8}{'parent MB':>11}{'child MB':>10}"
    )
    for each in found:
        staged = each["read"] + each["stage"] + each["check"]
        stages = "".join(f"{each[stage]:>9.2f}" for stage in STAGES)
        memory = f"{each['parent_mb']:>6.0f} (+{each['parent_mb'] - each['before_mb']:.0f}){each['child_mb']:>8.0f}"
        print(f"{each['rows']:>8}{each['size_mb']:>7.1f}{stages}{staged:>11.2f}{each['rows'] / staged:>8.0f}{memory}")
    first = found[0]
    print("growth of the time of one row, against the smallest file (1.00 is linear):")
    for each in found[1:]:
        ratios = {s: (each[s] / each["rows"]) / (first[s] / first["rows"]) for s in STAGES}
        print(f"{each['rows']:>15}" + "".join(f"{ratios[stage]:>9.2f}" for stage in STAGES))


if __name__ == "__main__":
    main()
