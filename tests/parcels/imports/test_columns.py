"""Columns of a file: what each was taken for, corrected by a person, remembered by sender."""

from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.orm import Session

from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.access.rules import Role
from gis_service.parcels.imports import operations
from gis_service.parcels.imports.columns import described, remapping
from gis_service.parcels.imports.columns.recognise import NoSuchField, Told, recognise
from gis_service.parcels.imports.fixes import Mend
from gis_service.parcels.models import ImportBatch, ImportProfile
from tests.conftest import Person
from tests.examples import TXT_A
from tests.factories import land
from tests.parcels.imports.made import DISTRICT, accepted, feature, geojson, staged, told, txt
from tests.parcels.imports.test_doors import imported, read


def named(batch: ImportBatch) -> dict[str, tuple[str | None, str]]:
    return {column["name"]: (column["field"], column["by"]) for column in batch.columns}


def numbers(session: Session, batch: ImportBatch) -> list[str]:
    found = session.execute(
        text("select parcel_no from staged_row where batch_id = :b order by row_no"), {"b": batch.id}
    )
    return list(found.scalars())


ODD = {"甲": "A-1", "乙": 2.5, "备注": "x"}


def test_what_a_person_says_goes_before_the_headers_and_an_empty_word_leaves_a_field_alone() -> None:
    found = recognise(["DKBH", "甲", "备注"], told=Told({"parcel_no": "甲", "remark": ""}))
    assert found.by_field["parcel_no"].name == "甲"
    assert "remark" not in found.by_field
    with pytest.raises(NoSuchField):
        recognise(["DKBH"], told=Told({"parcel_no": "丙"}))


def test_the_unit_of_a_column_somebody_named_is_still_read_from_its_header() -> None:
    found = recognise(["实测(亩)"], told=Told({"area_registered_m2": "实测(亩)"}))
    assert found.by_field["area_registered_m2"].unit == "亩"


def test_every_column_is_told_with_samples_and_why(session: Session, tmp_path: Path) -> None:
    rows = [feature(land(n), f"A{n}", DKBH=f"K{n}", 用地面积亩="1", 色="红" if n else None) for n in range(3)]
    batch = staged(session, geojson(tmp_path, *rows))
    shown = {column["name"]: column for column in described.report(batch, 3, "zh")["columns"]}
    assert (shown["DKBH"]["field"], shown["DKBH"]["samples"]) == ("parcel_no", ["K0", "K1", "K2"])
    assert "地块编号" in shown["DKBH"]["evidence"]
    assert shown["parcel_no"]["field"] is None
    assert "DKBH" in shown["parcel_no"]["evidence"]
    assert (shown["色"]["field"], shown["色"]["filled"], shown["色"]["rows"]) == (None, 2, 3)
    assert shown["用地面积亩"]["unit"] == "亩"


def test_a_sender_is_remembered_when_the_file_is_accepted(session: Session, tmp_path: Path) -> None:
    said = {"parcel_no": "甲", "plot_ratio": "乙"}
    accepted(session, geojson(tmp_path, feature(land(), None, **ODD)), sender="北围所", columns=said)
    again = staged(
        session, geojson(tmp_path, feature(land(3), None, **ODD | {"甲": "A-2"}), name="b.geojson"), sender="北围所"
    )
    assert numbers(session, again) == ["A-2"]
    assert named(again)["乙"] == ("plot_ratio", "profile")
    ((row, sentence),) = told(session, again, "column.remembered")
    assert row is None
    assert "北围所" in sentence


def test_known_columns_are_enough_when_no_sender_is_named(session: Session, tmp_path: Path) -> None:
    accepted(session, geojson(tmp_path, feature(land(), None, **ODD)), sender="北围所", columns={"parcel_no": "甲"})
    again = staged(session, geojson(tmp_path, feature(land(3), None, **ODD), name="b.geojson"))
    assert named(again)["甲"] == ("parcel_no", "profile")
    other = staged(session, geojson(tmp_path, feature(land(4), None, 丁=1), name="c.geojson"))
    assert told(session, other, "column.remembered") == []


def test_a_person_who_says_otherwise_is_heard_instead_of_the_memory(session: Session, tmp_path: Path) -> None:
    accepted(session, geojson(tmp_path, feature(land(), None, **ODD)), sender="北围所", columns={"parcel_no": "甲"})
    path = geojson(tmp_path, feature(land(3), None, **ODD), name="b.geojson")
    again = staged(session, path, sender="北围所", columns={"parcel_no": "备注"})
    assert numbers(session, again) == ["x"]


def test_system_and_encoding_said_last_time_are_told_where_they_differ(session: Session, tmp_path: Path) -> None:
    accepted(session, txt(tmp_path, TXT_A), sender="测绘院", crs="EPSG:4526", encoding="GBK")
    again = staged(session, txt(tmp_path, TXT_A.replace("BW-0001", "BW-0002"), name="b.txt"), sender="测绘院")
    told_of = [sentence for _, sentence in told(session, again, "column.remembered_otherwise")]
    assert len(told_of) == 1
    assert "GBK" in told_of[0]


def test_mapping_again_keeps_the_batch_and_refuses_columns_the_file_does_not_have(
    session: Session, tmp_path: Path
) -> None:
    batch = staged(session, geojson(tmp_path, feature(land(), None, **ODD)))
    with pytest.raises(NoSuchField):
        remapping.remap(session, SERVICE, EVERYTHING, batch.id, columns={"parcel_no": "丙"})
    again = remapping.remap(
        session, SERVICE, EVERYTHING, batch.id, columns={"parcel_no": "甲"}, sender="所", remember=True
    )
    assert (again.id, again.state, again.options["sender"]) == (batch.id, "queued", "所")


def test_mapping_again_over_http_reads_the_kept_file_and_remembers(
    app: FastAPI, sign_in: Callable[..., Person], tmp_path: Path
) -> None:
    officer = sign_in(Role.LAND_OFFICER)
    address = imported(app, officer, geojson(tmp_path, feature(land(), None, **ODD)))
    before = officer.get(f"{address}/columns").json()
    assert [column["field"] for column in before["columns"]] == [None, None, "remark"]
    body = {"columns": {"parcel_no": "甲", "remark": ""}, "sender": "北围所", "remember": True}
    answer = officer.post(f"{address}/remap", json=body)
    assert (answer.status_code, answer.json()["state"]) == (202, "queued")
    read(app, int(address.rsplit("/", 1)[1]))
    (row,) = officer.get(f"{address}/rows").json()["items"]
    assert (row["parcel_no"], "remark" in row["fields"]) == ("A-1", False)
    assert [s["sender"] for s in officer.get("/api/v1/import-senders").json()["items"]] == ["北围所"]
    assert (
        officer.post(f"{address}/remap", json={"columns": {"parcel_no": "丙"}}).json()["code"] == "import.no_such_field"
    )


def test_a_mended_outline_stays_mended_when_columns_are_mapped_again(session: Session, tmp_path: Path) -> None:
    from gis_service.parcels.imports import fixes, jobs
    from tests.parcels.imports.test_checks import BOWTIE

    path = geojson(tmp_path, feature(BOWTIE, None, **ODD), feature(land(), None, **ODD))
    batch = staged(session, path)
    fixes.apply(session, SERVICE, EVERYTHING, batch.id, Mend("make_valid"), rows=None, code=None, district=DISTRICT)
    remapping.remap(session, SERVICE, EVERYTHING, batch.id, columns={"parcel_no": "甲"})
    with jobs.read(path, path.name, operations.options_of(batch)) as result:
        operations.stage(session, batch, result)
        operations.check(session, batch, DISTRICT)
    assert numbers(session, batch) == ["A-1", "A-1"]
    assert told(session, batch, "geometry.invalid") == []
    assert session.scalar(text("select jsonb_array_length(fixes) from staged_row where row_no = 1")) == 1


def test_profiles_are_one_per_sender_and_set_of_columns(session: Session, tmp_path: Path) -> None:
    for n, number in enumerate(("A", "B")):
        accepted(session, geojson(tmp_path, feature(land(n), number), name=f"{n}.geojson"), sender="所")
    assert session.query(ImportProfile).count() == 1
