"""Imports that change registered parcels: seen before, only what the file says, as versions, and taken back."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from geoalchemy2.shape import to_shape
from shapely.affinity import translate
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.core.db import Scope
from gis_service.parcels.errors import NoReason
from gis_service.parcels.imports import operations
from gis_service.parcels.imports.errors import BuiltOn, NothingChanged, RegisterMoved
from gis_service.parcels.models import BoundaryPoint, ImportBatch, Parcel, ParcelContact, ParcelVersion, StagedRow
from gis_service.parcels.operations import Why, change
from tests.conftest import CloneServices, Person
from tests.examples import TXT_A
from tests.factories import a_document, a_parcel, a_unit, an_area, land
from tests.parcels.imports.made import DISTRICT, feature, geojson, staged, told, txt, verdicts
from tests.parcels.imports.test_acceptance import Office, parcels
from tests.parcels.imports.test_doors import imported


@pytest.fixture
def at_work(services: CloneServices) -> Office:
    return Office(services)


def update(session: Session, path: Path, scope: Scope = EVERYTHING) -> ImportBatch:
    return staged(session, path, scope, mode="update")


def accept(session: Session, batch: ImportBatch, **more: Any) -> ImportBatch:
    said = {"reason": "年度核实"} | more
    return operations.accept(session, SERVICE, EVERYTHING, batch.id, district=DISTRICT, **said)


def changes(session: Session, batch: ImportBatch) -> list[list[dict[str, Any]] | None]:
    return list(
        session.scalars(select(StagedRow.changes).where(StagedRow.batch_id == batch.id).order_by(StagedRow.row_no))
    )


def versions(session: Session, number: str) -> list[tuple[int, str | None]]:
    v = ParcelVersion.c
    found = session.execute(select(v.version_no, v.reason).where(v.parcel_no == number).order_by(v.version_no))
    return [(row.version_no, row.reason) for row in found]


def registered(at_work: Office, **facts: Any) -> None:
    with at_work.session() as session:
        a_parcel(session, shape=land(), parcel_no="A", parcel_name="旧名", remark="原备注", **facts)


def test_only_what_the_file_says_is_changed_and_shown_before(at_work: Office, tmp_path: Path) -> None:
    registered(at_work)
    with at_work.session() as session:
        batch = update(session, geojson(tmp_path, feature(None, "A", 地块名称="新名", 备注="", 容积率=2.5)))
        assert verdicts(session, batch) == ["ok"]
        assert changes(session, batch) == [
            [
                {"field": "parcel_name", "before": "旧名", "after": "新名"},
                {"field": "plot_ratio", "before": None, "after": 2.5},
            ]
        ]
        assert "1 处" in told(session, batch, "update.empty_cells")[0][1]
        accept(session, batch)
    with at_work.session() as session:
        parcel = parcels(session)["A"]
        assert (parcel.parcel_name, parcel.remark, parcel.row_version) == ("新名", "原备注", 2)
        assert to_shape(parcel.geom).equals(land())
        assert versions(session, "A")[1:] == [(2, "年度核实")]
        assert (batch.counts["changed"], batch.counts["landed"], batch.counts["new"]) == (1, 1, 0)


def test_rows_as_the_register_has_them_write_no_version(at_work: Office, tmp_path: Path) -> None:
    unit = ""
    with at_work.session() as session:
        unit = a_unit(session, name="示例管护公司").name
        a_parcel(session, shape=land(0), parcel_no="A", remark="甲", fence_status="full", use_status=["idle"])
        a_parcel(session, shape=land(1), parcel_no="B", remark="乙")
    rows = [
        feature(land(0), "A", 备注="甲", 围蔽情况="已全围蔽", 现状使用="空闲"),
        feature(None, "B", 备注="丙", 管护单位=unit),
    ]
    with at_work.session() as session:
        batch = update(session, geojson(tmp_path, *rows))
        assert [row for row, _ in told(session, batch, "update.unchanged")] == [1]
        accept(session, batch)
        assert (batch.counts["changed"], batch.counts["unchanged"], batch.counts["landed"]) == (1, 1, 1)
    with at_work.session() as session:
        assert len(versions(session, "A")) == 1
        assert len(versions(session, "B")) == 2
    with at_work.session() as session:
        again = update(session, geojson(tmp_path, *rows, name="again.geojson"))
        with pytest.raises(NothingChanged):
            accept(session, again)


def test_the_outline_is_replaced_only_where_it_moved_by_more_than_a_millimetre(at_work: Office, tmp_path: Path) -> None:
    with at_work.session() as session:
        for n, number in enumerate("AB"):
            a_parcel(session, shape=land(n * 3), parcel_no=number)
    moved = translate(land(3), 1e-5, 0)
    hair = translate(land(0), 1e-10, 0)
    with at_work.session() as session:
        batch = update(session, geojson(tmp_path, feature(hair, "A"), feature(moved, "B")))
        first, second = changes(session, batch)
        assert first == []
        assert second is not None
        assert second[0]["field"] == "geom"
        assert second[0]["moved_m"] == pytest.approx(1.03, abs=0.02)
        accept(session, batch)
    with at_work.session() as session:
        found = parcels(session)
        assert to_shape(found["B"].geom).equals_exact(moved)
        assert (found["A"].row_version, found["B"].geom_source) == (1, "imported")


def test_an_update_needs_a_reason_or_a_document(session: Session, tmp_path: Path) -> None:
    a_parcel(session, shape=land(), parcel_no="A")
    batch = update(session, geojson(tmp_path, feature(None, "A", 备注="x")))
    with pytest.raises(NoReason):
        accept(session, batch, reason=" ")
    accept(session, batch, reason=None, document_id=a_document(session).id)
    assert session.scalar(text("select count(*) from parcel_document")) == 1


def test_an_unknown_number_with_an_outline_is_new_and_without_one_an_error(session: Session, tmp_path: Path) -> None:
    a_parcel(session, shape=land(), parcel_no="A")
    batch = update(session, geojson(tmp_path, feature(None, "A", 备注="x"), feature(land(2), "N"), feature(None, "M")))
    assert verdicts(session, batch) == ["ok", "warning", "error"]
    assert [row for row, _ in told(session, batch, "update.new")] == [2]
    assert [row for row, _ in told(session, batch, "update.unmatched")] == [3]
    accept(session, batch, good_rows=True)
    assert sorted(parcels(session)) == ["A", "N"]
    assert (batch.counts["new"], batch.counts["changed"], batch.counts["landed"]) == (1, 1, 2)


def test_a_parcel_does_not_overlap_its_own_new_outline_but_others_still_do(session: Session, tmp_path: Path) -> None:
    a_parcel(session, shape=land(0), parcel_no="A")
    a_parcel(session, shape=land(1), parcel_no="B")
    batch = update(session, geojson(tmp_path, feature(translate(land(0), 2e-5, 0), "A")))
    ((_, sentence),) = told(session, batch, "parcel.overlap")
    assert "“B”" in sentence


def test_a_parcel_outside_the_importers_scope_is_refused_with_or_without_an_outline(
    session: Session, tmp_path: Path
) -> None:
    mine, theirs = an_area(session, geom=None), an_area(session, geom=None)
    a_parcel(session, shape=land(0), parcel_no="A", area_id=mine.id)
    a_parcel(session, shape=land(1), parcel_no="B", area_id=theirs.id)
    rows = [feature(None, "A", 备注="x"), feature(None, "B", 备注="x")]
    scope = Scope(area_ids=frozenset({mine.id}))
    batch = update(session, geojson(tmp_path, *rows), scope)
    ((row, sentence),) = told(session, batch, "place.outside_scope")
    assert (row, theirs.name in sentence) == (2, True)


def test_what_moved_on_since_the_preview_must_be_looked_at_again(at_work: Office, tmp_path: Path) -> None:
    registered(at_work)
    with at_work.session() as session:
        batch = update(session, geojson(tmp_path, feature(None, "A", 地块名称="新名")))
    with at_work.session() as session:
        change(
            session, parcels(session)["A"].id, seen=1, facts={"parcel_name": "别名"}, geometry=None, why=Why("改", None)
        )
    with at_work.session() as session, pytest.raises(RegisterMoved):
        accept(session, batch)
    with at_work.session() as session:
        operations.check_again(session, session.get_one(ImportBatch, batch.id), DISTRICT)
    with at_work.session() as session:
        accept(session, batch)
        assert parcels(session)["A"].parcel_name == "新名"


# --- taking back


def test_undo_gives_back_what_was_there_as_a_new_version_and_strikes_off_what_was_new(
    at_work: Office, tmp_path: Path
) -> None:
    first = at_work.accept(txt(tmp_path, TXT_A))
    with at_work.session() as session:
        parcel = parcels(session)["BW-0001"]
        session.add(ParcelContact(parcel_id=parcel.id, person="张三", phone="1"))
    with at_work.session() as session:
        before = {p.point_no: p.northing_text for p in session.scalars(select(BoundaryPoint))}
    moved = TXT_A.replace("2478450.000", "2478400.000").replace("9.0000", "11.0000").replace("示例地块一", "更名")
    fresh = (
        TXT_A.partition("[地块坐标]\n")[2]
        .replace("BW-0001", "BW-0009")
        .replace("24786", "24796")
        .replace("24787", "24797")
        .replace("24784", "24794")
        .replace("24785", "24795")
    )
    with at_work.session() as session:
        batch = update(session, txt(tmp_path, moved + fresh, name="new.txt"))
        accept(session, batch)
    with at_work.session() as session:
        changed = parcels(session)["BW-0001"]
        assert (changed.parcel_name, changed.area_computed_m2, changed.import_batch_id) == ("北围更名", 110_000, first)
        assert sorted(parcels(session)) == ["BW-0001", "BW-0009"]
    with at_work.session() as session, pytest.raises(BuiltOn):
        operations.undo(session, SERVICE, EVERYTHING, first, reason="原批次已被更新")
    at_work.undo(batch.id)
    with at_work.session() as session:
        back = parcels(session)
        parcel = back["BW-0001"]
        assert (parcel.parcel_name, parcel.area_computed_m2, parcel.retired_on) == ("北围示例地块一", 90_000, None)
        assert back["BW-0009"].retired_on is not None
        points = session.scalars(select(BoundaryPoint).where(BoundaryPoint.parcel_id == parcel.id))
        assert {p.point_no: p.northing_text for p in points} == before
        assert [reason for _, reason in versions(session, "BW-0001")][2] == "坐标系弄错"


def test_contacts_are_changed_and_given_back_and_never_shown_in_the_preview(at_work: Office, tmp_path: Path) -> None:
    registered(at_work)
    with at_work.session() as session:
        session.add(ParcelContact(parcel_id=parcels(session)["A"].id, person="张三", phone="13800000000"))
    with at_work.session() as session:
        batch = update(session, geojson(tmp_path, feature(None, "A", 联系电话="13900000000")))
        assert changes(session, batch) == [[{"field": "contact_phone", "before": "***", "after": "13900000000"}]]
        accept(session, batch)
    with at_work.session() as session:
        assert session.execute(text("select person, phone from parcel_contact")).one() == ("张三", "13900000000")
    at_work.undo(batch.id)
    with at_work.session() as session:
        assert session.execute(text("select person, phone from parcel_contact")).one() == ("张三", "13800000000")
        assert len(versions(session, "A")) == 1


def test_an_update_is_not_taken_back_once_somebody_built_on_it(at_work: Office, tmp_path: Path) -> None:
    registered(at_work)
    with at_work.session() as session:
        batch = update(session, geojson(tmp_path, feature(None, "A", 地块名称="新名")))
        accept(session, batch)
    with at_work.session() as session:
        change(session, parcels(session)["A"].id, seen=2, facts={"remark": "核"}, geometry=None, why=Why("核实", None))
    with pytest.raises(BuiltOn, match="A"):
        at_work.undo(batch.id)


def test_points_drawn_anew_count_as_built_on_too(at_work: Office, tmp_path: Path) -> None:
    at_work.accept(txt(tmp_path, TXT_A))
    with at_work.session() as session:
        batch = update(session, txt(tmp_path, TXT_A.replace("示例地块一", "更名"), name="b.txt"))
        accept(session, batch)
    with at_work.session() as session:
        session.execute(text("update boundary_point set point_no = 'J99' where seq = 1"))
    with pytest.raises(BuiltOn):
        at_work.undo(batch.id)


def test_an_outline_without_points_gives_a_parcel_with_points_new_ones(at_work: Office, tmp_path: Path) -> None:
    at_work.accept(txt(tmp_path, TXT_A))
    with at_work.session() as session:
        batch = update(session, geojson(tmp_path, feature(land(), "BW-0001")))
        accept(session, batch)
    with at_work.session() as session:
        points = list(session.scalars(select(BoundaryPoint)))
        assert [p.point_no for p in points] == ["J1", "J2", "J3", "J4"]
        assert {p.source_crs for p in points} == {4547}


# --- over HTTP


def test_the_page_sees_what_each_row_does_and_the_act_needs_its_reason(
    app: FastAPI, sign_in: Callable[..., Person], tmp_path: Path
) -> None:
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        a_parcel(session, shape=land(), parcel_no="A", parcel_name="旧名")
        a_parcel(session, shape=land(1), parcel_no="B", parcel_name="乙")
    officer = sign_in(Role.LAND_OFFICER)
    rows = [
        feature(None, "A", 地块名称="新名"),
        feature(None, "B", 地块名称="乙"),
        feature(land(4), "C", 地块名称="丙"),
    ]
    address = imported(app, officer, geojson(tmp_path, *rows), mode="update")
    batch = officer.get(address).json()
    assert batch["options"]["mode"] == "update"
    assert {name: batch["counts"][name] for name in ("new", "changed", "unchanged")} == {
        "new": 1,
        "changed": 1,
        "unchanged": 1,
    }
    assert [row["act"] for row in officer.get(f"{address}/rows").json()["items"]] == ["change", "same", "new"]
    assert officer.post(f"{address}/accept", json={}).json()["code"] == "parcel.no_reason"
    assert officer.post(f"{address}/accept", json={"reason": "核实"}).json()["state"] == "accepted"
    assert officer.post(f"{address}/undo", json={"reason": "弄错"}).json()["state"] == "undone"
    assert officer.get("/api/v1/parcels/by-no/A").json()["parcel_name"] == "旧名"


def test_an_officer_of_one_area_updates_its_parcels_through_the_row_policies(
    app: FastAPI, sign_in: Callable[..., Person], tmp_path: Path
) -> None:
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        mine = an_area(session).id
        a_parcel(session, shape=land(0), parcel_no="A", area_id=mine)
        a_parcel(session, shape=land(1), parcel_no="B")
    officer = sign_in(Role.LAND_OFFICER, area_id=mine)
    rows = [feature(None, "A", 备注="x"), feature(None, "B", 备注="x")]
    address = imported(app, officer, geojson(tmp_path, *rows), mode="update")
    body = {"good_rows": True, "reason": "核实"}
    assert officer.post(f"{address}/accept", json=body).json()["counts"]["changed"] == 1
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        assert {p.parcel_no: p.remark for p in session.scalars(select(Parcel))} == {"A": "x", "B": None}
    assert officer.post(f"{address}/undo", json={"reason": "弄错"}).json()["state"] == "undone"
