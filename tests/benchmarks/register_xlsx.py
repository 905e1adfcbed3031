"""The register of 10,000 parcels as XLSX, by the export as it stands.

    .venv/bin/python -m tests.benchmarks.register_xlsx

Makes the parcels in a scratch database, writes the workbook three times and prints wall clock, CPU and memory of this process.
"""

import resource
import shutil
import statistics
import tempfile
import time
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from gis_service.core import migrate
from gis_service.core.cluster import Cluster
from gis_service.core.db import OWNER_ROLE
from gis_service.exports.asked import Said
from gis_service.exports.local import export_file
from gis_service.exports.rules import AXIS
from gis_service.settings import Settings
from tests.conftest import CloneServices

HERE = Path(__file__).parent
PARCELS, ROUNDS, WANTED_S = 10_000, 3, 5.0


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="gis-xlsx-", dir="/tmp"))
    folder.chmod(0o755)
    cluster = Cluster.for_tests(folder)
    try:
        cluster.start(owner=True)
        cluster.create_template(migrate.upgrade)
        services = CloneServices(Settings(environment="test", var_dir=folder), cluster, cluster.clone("register"))
        _fill(cluster)
        _measure(services, folder / "register.xlsx")
        services.close()
    finally:
        cluster.remove()
        shutil.rmtree(folder, ignore_errors=True)


def _fill(cluster: Cluster) -> None:
    sql = (HERE / "parcels.sql").read_text("utf-8").replace("limit 100000", f"limit {PARCELS}")
    address = make_url(cluster.url(OWNER_ROLE, "register")).set(drivername="postgresql")
    with psycopg.connect(address.render_as_string(hide_password=False), options="-c app.see_all=on") as connection:
        connection.execute(sql.encode())


def _measure(services: CloneServices, out: Path) -> None:
    said = Said("xlsx", None, None, None, "zh", (), AXIS, False, False)
    walls, cpus = [], []
    for _ in range(ROUNDS):
        wall, cpu = time.perf_counter(), time.process_time()
        written = export_file(services, said, {}, out)
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{written.rows} parcels, {out.stat().st_size / 1e6:.1f} MB, peak {peak:.0f} MB")
    print(
        f"wall {statistics.median(walls):.2f} s (least {min(walls):.2f}), CPU {statistics.median(cpus):.2f} s; wanted < {WANTED_S} s"
    )


if __name__ == "__main__":
    main()
