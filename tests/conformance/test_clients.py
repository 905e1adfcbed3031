"""GIS clients as their users run them. GDAL hands conditions on as parameters, since every queryable is one, and reads the types
of columns from the schema; OWSLib edits."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from gis_service.access.rules import Role
from gis_service.core.cluster import Cluster
from tests.conformance.rows import Land, served
from tests.conformance.test_transactions import a_feature
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


OWSLIB = """
import json, sys
from owslib.ogcapi.features import Features

site, token, layer, new = sys.argv[1], sys.argv[2], sys.argv[3], json.loads(sys.argv[4])

def client(**more):
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/geo+json", "Accept": "application/json", **more}
    return Features(site, headers=headers)

one = client()
one.collection_item_create(layer, new)
place = one.response_headers["Location"]
key = place.rsplit("/", 1)[1]

def read():
    reader = client()
    found = reader.collection_item(layer, key)
    return found, reader.response_headers["ETag"]

found, tag = read()
found["properties"][sys.argv[5]] = sys.argv[6]
said = []
editor = client(**{"If-Match": tag})
editor.collection_item_update(layer, key, json.dumps(found))
said.append(read()[0]["properties"][sys.argv[5]])
found["properties"][sys.argv[5]] = "lost"
try:
    editor.collection_item_update(layer, key, json.dumps(found))
    said.append("written")
except RuntimeError as error:
    said.append(json.loads(str(error))["status"])
said.append(read()[0]["properties"][sys.argv[5]])
client(**{"If-Match": read()[1]}).collection_item_delete(layer, key)
try:
    read()
    said.append("there")
except RuntimeError as error:
    said.append(json.loads(str(error))["status"])
print(json.dumps(said, ensure_ascii=False))
"""
"""In the environment of the outside suites, so that our own has no client in it that we do not use."""


EDITED = {"parcel-supply": "parcel_name", "fence": "fence_type", "sign": "wording", "camera": "camera_no"}


@pytest.mark.slow
def test_owslib_creates_reads_updates_loses_nothing_and_deletes(
    cluster: Cluster, ogctests: Path, tmp_path: Path
) -> None:
    with served(cluster, "land_owslib", tmp_path) as land, serving(land.app) as port:
        person = land.client(Role.LAND_OFFICER, "owslib", reason="用 OWSLib 核对")
        token = person.headers["Authorization"].removeprefix("Bearer ")
        for layer, name in EDITED.items():
            value = "wall" if layer == "fence" else "改过了"
            new = json.dumps(a_feature(layer))
            command = [ogctests, "-c", OWSLIB, f"http://127.0.0.1:{port}/ogc/", token, layer, new, name, value]
            done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
            assert done.returncode == 0, done.stderr
            assert json.loads(done.stdout) == [value, 412, value, 404]
