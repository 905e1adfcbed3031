"""What goes out comes back identical: outlines and attributes, through the readers of the import or the formats' own."""

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from gis_service.access.actor import EVERYTHING
from gis_service.core import db
from gis_service.exports.writing import Written
from tests.conftest import CloneServices
from tests.exports import back
from tests.exports.conftest import LONG

SAME_DEG = 1e-9
SAME_MM_DEG = 1e-8
"""A millimetre on the ground."""

Exported = Callable[..., Written]


@pytest.fixture
def reading(register: CloneServices) -> Iterator[Session]:
    with register.sessions() as session:
        db.enter(session, EVERYTHING)
        yield session


def compare(
    session: Session, found: dict[str, tuple[Any, Any]], within_deg: float, without: tuple[str, ...] = ()
) -> None:
    expected = back.in_register(session)
    assert set(found) == set(expected)
    for number, parcel in expected.items():
        row, shape = found[number]
        said = back.said_of(row, without)
        contact = {name: said.pop(name, None) for name in ("contact_person", "contact_phone")}
        assert said == back.fields_of(parcel, without), number
        assert row.area_registered_m2 == parcel.area_registered_m2, number
        if number == "HARD-1" and contact["contact_phone"]:
            assert contact["contact_phone"] == "013800138000"
        if shape is not None:
            assert back.apart_deg(shape, back.outline(parcel)) < within_deg, number


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(("crs", "within"), [(None, SAME_DEG), ("EPSG:4547", SAME_MM_DEG), ("4526", SAME_MM_DEG)])
def test_a_geopackage_comes_back(
    reading: Session, exported: Exported, crs: str | None, within: float, lang: str
) -> None:
    file = exported("gpkg", crs=crs, lang=lang, contacts=True)
    compare(reading, back.read_back(reading, file.path, layer="parcels"), within)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_geojson_comes_back_bit_for_bit(reading: Session, exported: Exported, lang: str) -> None:
    file = exported("geojson", lang=lang, contacts=True)
    compare(reading, back.read_back(reading, file.path), SAME_DEG)


@pytest.mark.parametrize(
    ("encoding", "crs", "within"), [("UTF-8", None, SAME_DEG), ("GBK", "EPSG:4547", SAME_MM_DEG)]
)
def test_a_shapefile_comes_back_but_for_what_it_cannot_hold(
    reading: Session, exported: Exported, encoding: str, crs: str | None, within: float
) -> None:
    file = exported("shp", encoding=encoding, crs=crs, contacts=True)
    found = back.read_back(reading, file.path)
    compare(reading, found, within, without=("remark", "parcel_name"))
    cut = found["HARD-1"][0].fields["remark"]
    assert cut == LONG[: 254 // (3 if encoding == "UTF-8" else 2)]
    told = {note["code"] for note in file.notes}
    assert told == ({"text.cut"} if encoding == "UTF-8" else {"text.cut", "text.replaced"})
    name = found["HARD-1"][0].fields["parcel_name"]
    assert ("𠮷" in name) == (encoding == "UTF-8")
