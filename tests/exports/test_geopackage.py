"""A GeoPackage as QGIS meets it: ids of the register, layers with their styles, an index, the history."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pyogrio
import pytest
from defusedxml import ElementTree
from sqlalchemy import text
from sqlalchemy.orm import Session

from gis_service.access.actor import EVERYTHING
from gis_service.core import db
from gis_service.exports.writing import Written
from gis_service.maps.catalogue import Catalogue, Categories
from gis_service.parcels.vocabulary import vocabulary
from tests.conftest import CloneServices
from tests.exports import back

Exported = Callable[..., Written]
EVERY_LAYER = tuple(Catalogue.load())


@pytest.fixture
def reading(register: CloneServices) -> Iterator[Session]:
    with register.sessions() as session:
        db.enter(session, EVERYTHING)
        yield session


def asked(path: Path, question: str, *values: Any) -> list[Any]:
    with closing(sqlite3.connect(path)) as file:
        return file.execute(question, values).fetchall()


def test_every_chosen_layer_is_a_layer(reading: Session, exported: Exported) -> None:
    file = exported("gpkg", layers=EVERY_LAYER)
    listed = dict(pyogrio.list_layers(file.path).tolist())
    assert set(listed) == {"parcels", *EVERY_LAYER, "layer_styles", "parcel_lineage"}
    assert (listed["parcels"], listed["parcel-fence"], listed["boundary-point"]) == (
        "MultiPolygon",
        "MultiPolygon",
        "Point",
    )
    parcels = len(back.in_register(reading))
    for name in ("parcels", "parcel-fence", "parcel-use"):
        frame = pyogrio.read_dataframe(file.path, layer=name, fid_as_index=True)
        assert len(frame) == parcels
    points = pyogrio.read_dataframe(file.path, layer="boundary-point")
    assert set(points["地块编号"]) <= set(back.in_register(reading))


def test_ids_are_those_of_the_register(reading: Session, exported: Exported) -> None:
    frame = pyogrio.read_dataframe(exported("gpkg").path, layer="parcels", fid_as_index=True)
    ids = {number: parcel.id for number, parcel in back.in_register(reading).items()}
    assert dict(zip(frame["地块编号"], frame.index, strict=True)) == ids


def test_a_box_finds_its_parcels_through_the_index(exported: Exported) -> None:
    path = exported("gpkg", crs="EPSG:4547").path
    everything = pyogrio.read_dataframe(path, layer="parcels")
    west, south, east, north = everything.total_bounds
    box = (west, south, (west + east) / 2, (south + north) / 2)
    found = pyogrio.read_dataframe(path, layer="parcels", bbox=box)
    assert set(found["地块编号"]) == set(everything.cx[box[0] : box[2], box[1] : box[3]]["地块编号"])
    assert asked(path, "select count(*) from rtree_parcels_geom") == [(len(everything),)]
    assert asked(path, "pragma integrity_check") == [("ok",)]


def test_an_edit_by_a_gis_keeps_the_index_in_step(exported: Exported) -> None:
    path = exported("gpkg").path
    frame = pyogrio.read_dataframe(path, layer="parcels")
    pyogrio.write_dataframe(frame.head(1), path, layer="parcels", append=True)
    assert asked(path, "select count(*) from rtree_parcels_geom") == [(len(frame) + 1,)]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_styles_speak_the_words_of_the_file(exported: Exported, lang: str) -> None:
    path = exported("gpkg", layers=EVERY_LAYER, axis="fence_status", lang=lang).path
    styles = asked(
        path, "select f_table_name, styleName, styleQML, styleSLD, useAsDefault from layer_styles order by id"
    )
    assert next(name for table, name, *_ in styles if table == "parcels") in ("地块 · 围蔽情况", "Parcels by fence")
    firsts = [table for table, *_, first in styles if first]
    assert sorted(firsts) == sorted(set(firsts)) == sorted({"parcels", *EVERY_LAYER})
    catalogue = Catalogue.load()
    for table, _, qml, sld, _ in styles:
        drawn, server = ElementTree.fromstring(qml), ElementTree.fromstring(sld)
        renderer = drawn.find("renderer-v2")
        columns = set(pyogrio.read_info(path, layer=table)["fields"].tolist())
        labels = [style.get("fieldName") for style in drawn.iter("text-style")]
        assert set(labels) <= columns
        names = {str(name.text) for name in server.iter("{http://www.opengis.net/ogc}PropertyName")}
        assert names <= columns, table
        layer = catalogue.get(table)
        if layer and isinstance(layer.style, Categories):
            axis = vocabulary()[layer.by_name[layer.style.property].vocabulary or ""]
            words = [axis[c.value][lang == "en"] for c in layer.style.categories]
            assert [c.get("value") for c in renderer.iter("category")] == [*words, ""]
            looks = (*layer.style.categories, layer.style.default)
            hatches = [c for c in looks if c.hatch and c.hatch != "dots"]
            lines = [each for each in renderer.iter("layer") if each.get("class") == "LinePatternFill"]
            assert len(lines) == sum(2 if c.hatch == "cross" else 1 for c in hatches)


def test_every_word_in_a_column_has_a_look(exported: Exported) -> None:
    path = exported("gpkg").path
    frame = pyogrio.read_dataframe(path, layer="parcels")
    (qml,) = asked(path, "select styleQML from layer_styles where styleName = '地块 · 围蔽情况'")[0]
    known = {c.get("value") for c in ElementTree.fromstring(qml).iter("category")}
    assert set(frame["围蔽情况"]) <= known


def test_the_history_is_a_table_of_every_version(reading: Session, exported: Exported) -> None:
    from sqlalchemy import func, select

    from gis_service.parcels.models import Parcel, ParcelVersion

    path = exported("gpkg", history=True).path
    rows = asked(path, 'select "地块编号", "版本", "自", "至", "操作" from parcel_history order by "地块标识", "版本"')
    v = ParcelVersion.c
    living = select(Parcel.id).where(Parcel.retired_on.is_(None))
    assert len(rows) == reading.scalar(select(func.count()).where(v.id.in_(living)))
    assert rows[0][4] == "新增"
    assert {at for *_, at, _ in rows if at is None} == {None}
    assert dict(asked(path, "select table_name, data_type from gpkg_contents"))["parcel_history"] == "attributes"


LINKS = """
    select p.parcel_no, c.parcel_no, l.kind, l.happened_on::text, d.doc_no, l.area_m2
      from parcel_lineage l join parcel_event e on e.id = l.event_id and e.undone_at is null
      join parcel p on p.id = l.parent_id join parcel c on c.id = l.child_id left join document d on d.id = l.document_id"""


def test_what_parcels_came_from_is_a_table(reading: Session, exported: Exported) -> None:
    path = exported("gpkg").path
    living = "(p.retired_on is null or c.retired_on is null)"
    known = [tuple(row) for row in reading.execute(text(f"{LINKS} where {living}"))]
    words = {"split": "分割", "merge": "合并", "adjust": "调整边界"}
    columns = '"原地块编号", "新地块编号", "方式", "日期", "依据文号", "面积(㎡)"'
    rows = asked(path, f"select {columns} from parcel_lineage")
    assert "split" in {kind for _, _, kind, *_ in known}
    assert set(rows) == {(p, c, words[kind], day, doc, float(m2)) for p, c, kind, day, doc, m2 in known}
    assert len(rows) == len(known)
    assert dict(asked(path, "select table_name, data_type from gpkg_contents"))["parcel_lineage"] == "attributes"
    english = asked(exported("gpkg", lang="en").path, "select parent_no, child_no, kind from parcel_lineage")
    assert sorted(english) == sorted((p, c, kind) for p, c, kind, *_ in known)


def test_only_links_of_the_exported_parcels_are_told_and_none_makes_no_table(
    reading: Session, exported: Exported
) -> None:
    parent, child, *_ = reading.execute(text(f"{LINKS} where c.retired_on is null order by 1, 2")).first() or ()
    rows = asked(exported("gpkg", {"parcel_no": child}).path, 'select "原地块编号", "新地块编号" from parcel_lineage')
    assert (parent, child) in rows
    assert all(child in row for row in rows)
    tables = asked(exported("gpkg", {"parcel_no": "HARD-1"}).path, "select table_name from gpkg_contents")
    assert ("parcel_lineage",) not in tables


def test_a_day_before_the_first_act_knows_nothing_of_it(reading: Session, exported: Exported) -> None:
    before = reading.scalar(text("select (min(at) - interval '2 days')::date::text from parcel_event"))
    path = exported("gpkg", as_of=before).path
    assert ("parcel_lineage",) not in asked(path, "select table_name from gpkg_contents")


def test_the_figures_of_fences_and_devices_leave_with_their_parcels(reading: Session, exported: Exported) -> None:
    columns = '"地块编号", "围蔽率(%)", "围蔽长度(m)", "警示牌数(块)", "监控数(个)"'
    found = {number: figures for number, *figures in asked(exported("gpkg").path, f"select {columns} from parcels")}
    for number, parcel in back.in_register(reading).items():
        share, length = parcel.fence_ratio, parcel.fence_length_m
        measured = [None if share is None else float(share * 100), None if length is None else float(length)]
        assert found[number] == [*measured, parcel.sign_count, parcel.camera_count]
    assert all(any(figures[at] for figures in found.values()) for at in range(4))


def test_the_file_says_what_it_is(exported: Exported) -> None:
    path = exported("gpkg", as_of="2025-12-31").path
    ((about, system),) = asked(path, "select description, srs_id from gpkg_contents where table_name = 'parcels'")
    assert about == "截止时间 2025-12-31 23:59 · 示例数据"
    assert system == 4490
