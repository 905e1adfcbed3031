"""Staged rows become parcels, all or none of them, and are taken back as one act."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from geoalchemy2.shape import from_shape, to_shape
from shapely import MultiPolygon, box
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.audit.models import AuditEntry
from gis_service.core import db
from gis_service.core.errors import NotFound
from gis_service.core.srid import STORAGE_SRID
from gis_service.parcels.errors import NoReason
from gis_service.parcels.imports import operations
from gis_service.parcels.imports.errors import BuiltOn, FileRefused, NothingToLand, RowsRefused, WrongState
from gis_service.parcels.models import BoundaryPoint, ImportBatch, Parcel, ParcelContact, ParcelVersion, StagedRow
from gis_service.parcels.operations import Why, change
from tests.conftest import CloneServices
from tests.examples import TXT_A, TXT_B
from tests.factories import a_document, a_parcel, a_unit, an_area, land
from tests.parcels.imports.made import DISTRICT, accepted, feature, geojson, staged, told, txt, verdicts


class Office:
    """A database of its own, with a transaction for each act: what undo looks at is what others committed."""

    def __init__(self, services: CloneServices):
        self.services = services

    @contextmanager
    def session(self) -> Iterator[Session]:
        with self.services.sessions.begin() as session:
            db.enter(session, EVERYTHING)
            yield session

    def accept(self, path: Path) -> int:
        with self.session() as session:
            return accepted(session, path).id

    def undo(self, batch_id: int, reason: str = "坐标系弄错") -> None:
        with self.session() as session:
            operations.undo(session, SERVICE, EVERYTHING, batch_id, reason=reason)


@pytest.fixture
def at_work(services: CloneServices) -> Office:
    return Office(services)


def parcels(session: Session) -> dict[str, Parcel]:
    return {parcel.parcel_no: parcel for parcel in session.scalars(select(Parcel))}


# --- landing


def test_the_first_example_of_the_handbook_lands_as_printed(session: Session, tmp_path: Path) -> None:
    batch = accepted(session, txt(tmp_path, TXT_A))
    parcel = parcels(session)["BW-0001"]
    assert parcel.area_computed_m2 == 90_000
    assert parcel.area_registered_m2 == 90_000
    assert parcel.area_computed_crs == 4526
    assert parcel.parcel_name == "北围示例地块一"
    assert (parcel.planned_class_system, parcel.planned_class_code) == ("LU2023", "100102")
    assert len(to_shape(parcel.geom).geoms[0].interiors) == 1
    assert batch.crs["epsg"] == 4526
    assert batch.encoding["name"] == "GB18030"


def test_the_second_example_of_the_handbook_lands_as_printed(session: Session, tmp_path: Path) -> None:
    batch = accepted(session, txt(tmp_path, TXT_B))
    found = parcels(session)
    assert {number: parcel.area_computed_m2 for number, parcel in found.items()} == {
        "HH-0001": 12_000,
        "HH-0002": 10_000,
    }
    parts = to_shape(found["HH-0002"].geom).geoms
    assert len(parts) == 2
    assert [len(part.interiors) for part in parts] == [0, 0]
    assert batch.crs["epsg"] == 4547
    assert found["HH-0001"].planned_class_code == "1401"


def test_boundary_points_are_kept_to_the_millimetre_as_they_came(session: Session, tmp_path: Path) -> None:
    accepted(session, txt(tmp_path, TXT_A))
    points = list(session.scalars(select(BoundaryPoint).order_by(BoundaryPoint.ring_no, BoundaryPoint.seq)))
    assert [point.point_no for point in points] == [f"J{n}" for n in range(1, 9)]
    assert (points[0].northing_text, points[0].easting_text) == ("2478700.000", "38452100.000")
    assert {point.source_crs for point in points} == {4526}
    assert to_shape(points[0].geom).x == pytest.approx(113.5348, abs=1e-3)


def test_a_parcel_lands_in_the_area_of_its_inner_point(session: Session, tmp_path: Path) -> None:
    around = from_shape(MultiPolygon([box(113.5, 22.3, 113.6, 22.5)]), srid=STORAGE_SRID)
    area = an_area(session, geom=around)
    accepted(session, geojson(tmp_path, feature(land(), "A")))
    assert parcels(session)["A"].area_id == area.id


def test_the_area_a_file_names_holds_where_no_outline_of_an_area_is_known(session: Session, tmp_path: Path) -> None:
    area = an_area(session, name="金鼎", geom=None)
    accepted(session, geojson(tmp_path, feature(land(), "A", 片区="金鼎")))
    assert parcels(session)["A"].area_id == area.id


def test_what_a_file_says_lands_and_what_it_leaves_open_takes_the_default(session: Session, tmp_path: Path) -> None:
    unit = a_unit(session, name="示例管护公司")
    said = {
        "围蔽情况": "围蔽破损", "现状使用": "堆土、停车", "拟供应年度": 2027, "管护单位": "示例管护公司", "收储时间": "2024-05-22",
        "是否未建设": "是", "容积率": 2.5, "责任人": "张三", "联系电话": 13800000000.0,
    }  # fmt: skip
    accepted(session, geojson(tmp_path, feature(land(), "A", **said)))
    parcel = parcels(session)["A"]
    assert (parcel.fence_status, parcel.use_status) == ("damaged", ["stockpile", "parking"])
    assert (parcel.planned_supply_year, parcel.custodian_unit_id) == (2027, unit.id)
    assert (str(parcel.acquired_on), parcel.is_undeveloped, str(parcel.plot_ratio)) == ("2024-05-22", True, "2.50")
    assert (parcel.ownership, parcel.survey_status, parcel.geom_source) == ("state", "pending", "imported")
    contact = session.get_one(ParcelContact, parcel.id)
    assert (contact.person, contact.phone) == ("张三", "13800000000")


def test_the_version_says_who_why_and_by_which_document(session: Session, tmp_path: Path) -> None:
    document = a_document(session)
    batch = staged(session, geojson(tmp_path, feature(land(), "A")))
    operations.accept(
        session, SERVICE, EVERYTHING, batch.id, district=DISTRICT, reason="年度更新", document_id=document.id
    )
    v = ParcelVersion.c
    found = session.execute(select(v.reason, v.version_document_id, v.actor_name, v.op)).one()
    assert tuple(found) == ("年度更新", document.id, "系统", "INSERT")
    assert session.scalar(text("select count(*) from parcel_document")) == 1


def test_rows_know_what_they_became_and_the_act_leaves_a_trace(session: Session, tmp_path: Path) -> None:
    batch = accepted(session, geojson(tmp_path, feature(land(), "A")))
    assert session.scalars(select(StagedRow.parcel_id)).one() == parcels(session)["A"].id
    assert batch.counts["landed"] == 1
    acts = session.scalars(select(AuditEntry.detail).order_by(AuditEntry.id))
    assert [act["act"] for act in acts] == ["take_in", "accept"]


def test_a_document_that_does_not_exist_is_refused(session: Session, tmp_path: Path) -> None:
    batch = staged(session, geojson(tmp_path, feature(land(), "A")))
    with pytest.raises(NotFound):
        operations.accept(session, SERVICE, EVERYTHING, batch.id, district=DISTRICT, document_id=999)


# --- all or nothing


def test_one_bad_row_keeps_all_from_landing_and_the_refusal_says_how_to_take_the_good(
    session: Session, tmp_path: Path
) -> None:
    path = geojson(tmp_path, feature(land(), "A"), feature(None, "B"), feature(land(2), "C"))
    with pytest.raises(RowsRefused) as refused:
        accepted(session, path)
    assert "1 行有错误" in refused.value.sentence("zh")
    assert "good_rows" in refused.value.sentence("en")
    (error,) = refused.value.errors
    assert (error["row"], error["code"], error["file"]) == (2, "geometry.missing", "made.geojson")
    assert parcels(session) == {}


def test_the_good_rows_land_when_that_is_wished(session: Session, tmp_path: Path) -> None:
    path = geojson(tmp_path, feature(land(), "A"), feature(None, "B"), feature(land(2), "C"))
    batch = accepted(session, path, good_rows=True)
    assert sorted(parcels(session)) == ["A", "C"]
    assert (batch.counts["landed"], batch.counts["refused"]) == (2, 1)


def test_a_file_of_bad_rows_only_lands_nothing_even_then(session: Session, tmp_path: Path) -> None:
    with pytest.raises(NothingToLand):
        accepted(session, geojson(tmp_path, feature(None, "A")), good_rows=True)


def test_an_error_of_the_file_as_a_whole_stands_against_every_row(session: Session, tmp_path: Path) -> None:
    path = txt(tmp_path, TXT_A.replace("[地块坐标]\n", "[地块坐标]\nJ1,1,2478700.000,38452100.000\n"))
    with pytest.raises(FileRefused) as refused:
        accepted(session, path, good_rows=True)
    assert refused.value.errors[0]["code"] == "txt.point_without_plot"


def test_a_number_taken_between_check_and_acceptance_is_noticed(session: Session, tmp_path: Path) -> None:
    batch = staged(session, geojson(tmp_path, feature(land(), "A")))
    assert verdicts(session, batch) == ["ok"]
    a_parcel(session, shape=land(5), parcel_no="A")
    with pytest.raises(NothingToLand):
        operations.accept(session, SERVICE, EVERYTHING, batch.id, district=DISTRICT)


def test_a_batch_is_decided_once(session: Session, tmp_path: Path) -> None:
    batch = accepted(session, geojson(tmp_path, feature(land(), "A")))
    with pytest.raises(WrongState) as refused:
        operations.accept(session, SERVICE, EVERYTHING, batch.id, district=DISTRICT)
    assert "已导入" in refused.value.sentence("zh")
    with pytest.raises(WrongState):
        operations.refuse(session, SERVICE, EVERYTHING, batch.id)


def test_a_refused_batch_stays_as_a_record(session: Session, tmp_path: Path) -> None:
    batch = staged(session, geojson(tmp_path, feature(land(), "A")))
    operations.refuse(session, SERVICE, EVERYTHING, batch.id, reason="重复上报")
    assert batch.state == "refused"
    assert verdicts(session, batch) == ["ok"]
    assert parcels(session) == {}


# --- taking back


def test_undo_strikes_the_parcels_off_in_a_new_version_and_deletes_nothing(at_work: Office, tmp_path: Path) -> None:
    batch_id = at_work.accept(geojson(tmp_path, feature(land(), "A"), feature(land(2), "B")))
    at_work.undo(batch_id)
    with at_work.session() as session:
        assert session.get_one(ImportBatch, batch_id).state == "undone"
        assert all(parcel.retired_on for parcel in parcels(session).values())
        v = ParcelVersion.c
        versions = session.execute(select(v.version_no, v.reason).where(v.parcel_no == "A").order_by(v.version_no))
        assert [tuple(row) for row in versions][1] == (2, "坐标系弄错")


def test_undo_needs_a_reason(at_work: Office, tmp_path: Path) -> None:
    batch_id = at_work.accept(geojson(tmp_path, feature(land(), "A")))
    with pytest.raises(NoReason):
        at_work.undo(batch_id, " ")


def test_undo_is_refused_once_somebody_built_on_a_parcel(at_work: Office, tmp_path: Path) -> None:
    batch_id = at_work.accept(geojson(tmp_path, feature(land(), "A"), feature(land(2), "B")))
    with at_work.session() as session:
        parcel = parcels(session)["B"]
        change(session, parcel.id, seen=1, facts={"remark": "已核实"}, geometry=None, why=Why("核实", None))
    with pytest.raises(BuiltOn, match="B"):
        at_work.undo(batch_id)
    with at_work.session() as session:
        assert not any(parcel.retired_on for parcel in parcels(session).values())


@pytest.mark.parametrize(
    "use",
    [
        "insert into parcel_alias (parcel_id, kind, value) select id, 'former_no', 'X' from parcel",
        "update boundary_point set point_no = 'J99' where seq = 1",
        "delete from boundary_point where seq = 1",
        """with d as (insert into document (district_code, kind, doc_no, title) values ('440402', '批复', '1', '批复') returning id)
           insert into parcel_document select p.id, d.id from parcel p, d""",
    ],
)
def test_any_use_of_a_parcel_counts_as_built_on(use: str, at_work: Office, tmp_path: Path) -> None:
    batch_id = at_work.accept(txt(tmp_path, TXT_A))
    with at_work.session() as session:
        session.execute(text(use))
    with pytest.raises(BuiltOn, match="BW-0001"):
        at_work.undo(batch_id)


def test_a_corrected_file_brings_the_same_parcels_back_after_undo(at_work: Office, tmp_path: Path) -> None:
    first = at_work.accept(txt(tmp_path, TXT_A))
    with at_work.session() as session:
        before = parcels(session)["BW-0001"].id
    at_work.undo(first)
    at_work.accept(txt(tmp_path, TXT_A.replace("2478450.000", "2478400.000").replace("9.0000", "11.0000")))
    with at_work.session() as session:
        parcel = parcels(session)["BW-0001"]
        assert parcel.id == before
        assert parcel.retired_on is None
        assert parcel.area_computed_m2 == 110_000
        assert len(list(session.scalars(select(BoundaryPoint)))) == 8
        v = ParcelVersion.c
        assert list(session.scalars(select(v.version_no).order_by(v.version_no))) == [1, 2, 3]


def test_a_parcel_brought_back_can_be_taken_back_again(at_work: Office, tmp_path: Path) -> None:
    path = txt(tmp_path, TXT_A)
    at_work.undo(at_work.accept(path))
    at_work.undo(at_work.accept(path))
    at_work.accept(path)


def test_a_parcel_struck_off_by_hand_does_not_come_back(at_work: Office, tmp_path: Path) -> None:
    path = geojson(tmp_path, feature(land(), "A"))
    at_work.undo(at_work.accept(path))
    with at_work.session() as session:
        session.execute(text("update parcel set remark = 'x', retired_on = '2026-01-01'"))
    with at_work.session() as session:
        batch = staged(session, path)
        assert len(told(session, batch, "parcel.retired_no")) == 1


def test_importing_a_live_parcel_again_is_an_error(session: Session, tmp_path: Path) -> None:
    path = txt(tmp_path, TXT_A)
    accepted(session, path)
    batch = staged(session, path)
    ((row, sentence),) = told(session, batch, "parcel.duplicate_no")
    assert row == 1
    assert "BW-0001" in sentence
