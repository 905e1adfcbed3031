"""GDAL hands conditions on as parameters, since every queryable is one, and reads the types of columns from the schema."""

import json
import subprocess
import sys

import pytest

from gis_service.access.rules import Role
from tests.conformance.rows import Land
from tests.live import serving

CASES = [
    ("parcel-fence", "risk_level = 'low' AND area_registered_m2 IS NULL", ["P-00", "P-03", "P-06", "P-09"]),
    ("parcel-fence", "parcel_no LIKE 'P-1%' OR parcel_no IN ('P-01', 'P-02')", ["P-01", "P-02", "P-10", "P-11"]),
    ("parcel-fence", "parcel_name = '北围一号'", ["P-00", "P-10"]),
    ("parcel-fence", "planned_supply_year > 2026 AND NOT (parcel_no = 'P-03')", ["P-07", "P-11"]),
    ("fence", "height_m > 2.5", ["P-01", "P-02"]),
]
GDAL = """
import json, sys, pyogrio
site, token, cases = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
pyogrio.set_gdal_config_options({"CPL_DEBUG": "ON"})
for layer, where, _ in cases:
    rows = pyogrio.read_dataframe(f"{site}/collections/{layer}", USERPWD=f"gis:{token}", where=where)
    print(json.dumps([sorted(rows["parcel_no"]), {name: str(kind) for name, kind in rows.dtypes.items()}]))
"""
"""In a process of its own: GDAL waits for the answer while holding the lock that the server here would need."""


@pytest.mark.slow
def test_gdal_finds_by_condition(land: Land) -> None:
    token = land.client(Role.LAND_OFFICER, "gdal").headers["Authorization"].removeprefix("Bearer ")
    with serving(land.app) as port:
        command = [sys.executable, "-c", GDAL, f"OAPIF:http://127.0.0.1:{port}/ogc", token, json.dumps(CASES)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    for (_, where, expected), line in zip(CASES, done.stdout.splitlines(), strict=True):
        assert json.loads(line)[0] == expected, where
    kinds = json.loads(done.stdout.splitlines()[-1])[1]
    assert kinds["built_on"].startswith("datetime64")
    assert kinds["height_m"].startswith("float")
    assert (
        "&risk_level=low" in done.stderr
    )  # the condition went to the service, and was not applied to everything afterwards
    assert "/collections/fence/schema" in done.stderr
