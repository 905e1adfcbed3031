"""What QGIS (3.32 and later) sends when it edits a collection, request by request as in its OAPIF provider, and what it gets.

The QGIS of the distribution is older and cannot edit; these requests stand for the newer one, by its source of 2023 to 2026:
it asks OPTIONS, creates with every field of the layer (those nobody filled as null, without `id`), names another system than CRS84
in `Content-Crs` without brackets, changes with PATCH (only what was changed), and never says which version it saw.
"""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from gis_service.geo.crs import CGCS2000, transform_xy
from tests.conformance.conftest import editor, land
from tests.conformance.test_transactions import LAYERS, PATCH, a_feature, items, made, post

__all__ = ["editor", "land"]


def as_qgis_creates(client: TestClient, layer: str) -> dict[str, Any]:
    """A feature with every field of the layer: QGIS learns them from the features it reads."""
    known = made(client, layer)[1]["properties"]
    wanted = a_feature(layer)
    return {**wanted, "properties": {**dict.fromkeys(known), **wanted["properties"]}}


@pytest.mark.parametrize("layer", LAYERS)
def test_it_may_create(editor: TestClient, layer: str) -> None:
    allowed = editor.options(items(layer))
    assert "POST" in allowed.headers["allow"], "else QGIS offers no editing at all"
    answer = post(editor, layer, as_qgis_creates(editor, layer))
    assert answer.status_code == 201, answer.text
    # it then takes the id from the address and reads the feature anew
    assert editor.get(answer.headers["location"]).status_code == 200


@pytest.mark.parametrize("system", [4547, 4490])
def test_it_names_a_system_without_brackets(editor: TestClient, system: int) -> None:
    wanted = as_qgis_creates(editor, "sign")
    east, north = transform_xy(*([value] for value in wanted["geometry"]["coordinates"]), CGCS2000, system)
    wanted["geometry"] = {
        "type": "Point",
        "coordinates": [float(north[0]), float(east[0])],
    }  # as the authority has the axes
    uri = f"http://www.opengis.net/def/crs/EPSG/0/{system}"
    answer = post(editor, "sign", wanted, Content_Crs=uri)
    assert answer.status_code == 201, answer.text
    bracketed = post(editor, "sign", wanted, Content_Crs=f"<{uri}>")
    places = [editor.get(one.headers["location"]).json()["geometry"] for one in (answer, bracketed)]
    assert places[0] == places[1]
    for half in (f"<{uri}", f"{uri}>", "EPSG:4547", "<>"):
        assert post(editor, "sign", wanted, Content_Crs=half).status_code == 400


@pytest.mark.parametrize("layer", LAYERS)
def test_it_may_not_change_what_it_does_not_say_it_saw(editor: TestClient, layer: str) -> None:
    place, now, tag = made(editor, layer)
    geometry, condition = {"geometry": now["geometry"]}, {"properties": {"updated_at": None}}
    for body in (geometry, condition):
        answer = editor.patch(place, json=body, headers={"Content-Type": PATCH})
        assert (answer.status_code, answer.headers["content-type"]) == (428, "application/problem+json")
        assert {"title_zh", "title_en"} <= answer.json().keys()
    assert editor.delete(place).status_code == 428
    assert editor.get(place).headers["etag"] == tag, "nothing was written"
