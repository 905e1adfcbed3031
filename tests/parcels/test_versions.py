"""Nothing changes without leaving its past, whatever statement changes it."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from gis_service.access.actor import EVERYTHING
from gis_service.core import db
from gis_service.parcels.models import Parcel, ParcelVersion
from tests.conftest import CloneServices
from tests.factories import a_document, a_parcel

V = ParcelVersion.c


def versions(session: Session, parcel_id: int) -> list[tuple[int, str, str | None, str]]:
    rows = session.execute(
        select(V.version_no, V.op, V.reason, V.fence_status).where(V.id == parcel_id).order_by(V.version_no)
    )
    return [tuple(row) for row in rows]


def test_a_new_parcel_is_its_first_version(session: Session) -> None:
    db.because(session, "台账导入")
    parcel = a_parcel(session)
    assert versions(session, parcel.id) == [(1, "INSERT", "台账导入", "unknown")]


def test_several_changes_in_one_transaction_are_one_version(session: Session) -> None:
    parcel = a_parcel(session)
    for status in ("full", "damaged", "partial"):
        session.execute(update(Parcel).where(Parcel.id == parcel.id).values(fence_status=status))
    assert versions(session, parcel.id) == [(1, "INSERT", None, "partial")]


def changed(services: CloneServices, parcel_id: int, **values: object) -> None:
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        db.because(session, "巡查发现")
        session.execute(update(Parcel).where(Parcel.id == parcel_id).values(**values))


def test_each_transaction_closes_one_version_and_opens_the_next(services: CloneServices) -> None:
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        document = a_document(session)
        parcel = a_parcel(session)
    changed(services, parcel.id, fence_status="damaged")
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        db.because(session, "修复完成", document.id)
        session.get_one(Parcel, parcel.id).fence_status = "full"
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        assert versions(session, parcel.id) == [
            (1, "INSERT", None, "unknown"),
            (2, "UPDATE", "巡查发现", "damaged"),
            (3, "UPDATE", "修复完成", "full"),
        ]
        ranges = session.execute(
            select(func.lower(V.valid), func.upper(V.valid)).where(V.id == parcel.id).order_by(V.version_no)
        ).all()
        assert [upper for _, upper in ranges] == [*(lower for lower, _ in ranges[1:]), None]
        between = ranges[1][0] + (ranges[2][0] - ranges[1][0]) / 2
        then = session.scalar(select(V.fence_status).where(V.id == parcel.id, V.valid.op("@>")(between)))
        before = session.scalar(
            select(func.count()).where(V.id == parcel.id, V.valid.op("@>")(ranges[0][0] - timedelta(days=1)))
        )
        assert (then, before) == ("damaged", 0)


def test_writing_the_same_values_makes_no_version(services: CloneServices) -> None:
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        parcel = a_parcel(session, fence_status="full")
    changed(services, parcel.id, fence_status="full")
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        assert len(versions(session, parcel.id)) == 1
        assert session.get_one(Parcel, parcel.id).row_version == 1


def test_two_transactions_that_overlap_leave_ordered_versions(services: CloneServices) -> None:
    """The one that began first may write last; its version still begins after the other's."""
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        parcel = a_parcel(session)
    with services.sessions.begin() as early:
        db.enter(early, EVERYTHING)
        early.execute(text("select now()"))
        changed(services, parcel.id, fence_status="damaged")
        early.execute(update(Parcel).where(Parcel.id == parcel.id).values(fence_status="full"))
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        assert [fence for *_, fence in versions(session, parcel.id)] == ["unknown", "damaged", "full"]


def test_the_application_cannot_write_history(session: Session) -> None:
    parcel = a_parcel(session)
    with pytest.raises(DBAPIError, match="permission denied"), session.begin_nested():
        session.execute(update(ParcelVersion).where(V.id == parcel.id).values(reason="改写"))


def test_the_application_cannot_set_the_clock_back(session: Session) -> None:
    db.setting(session, app_version_at="2020-01-01T00:00:00Z")
    parcel = a_parcel(session)
    assert session.scalar(select(func.lower(V.valid)).where(V.id == parcel.id)).year >= 2026


def test_a_parcel_cannot_be_deleted(session: Session) -> None:
    parcel = a_parcel(session)
    with pytest.raises(DBAPIError, match="permission denied"), session.begin_nested():
        session.execute(text("delete from parcel where id = :id"), {"id": parcel.id})


@pytest.mark.parametrize(
    ("nonsense", "constraint"),
    [
        ({"fence_status": "fine"}, "ck_parcel_fence_status"),
        ({"use_status": ["idle", "sleeping"]}, "ck_parcel_use_status"),
        ({"use_status": []}, "ck_parcel_use_status"),
        ({"handover_status": "handed_over"}, "ck_parcel_handed_over_to_whom"),
        ({"parcel_no": " BW-1"}, "ck_parcel_parcel_no"),
        ({"parcel_code": "4404020010"}, "ck_parcel_parcel_code"),
        ({"area_registered_m2": 0}, "ck_parcel_area_registered"),
        ({"planned_class_system": "LU2023", "planned_class_code": "9999"}, "fk_parcel_planned_class"),
    ],
)
def test_the_database_refuses_nonsense(
    sessions: sessionmaker[Session], nonsense: dict[str, object], constraint: str
) -> None:
    with sessions() as session:
        db.enter(session, EVERYTHING)
        with pytest.raises(DBAPIError, match=constraint):
            a_parcel(session, **nonsense)


MANY = """
    insert into parcel (district_code, parcel_no, area_computed_m2, area_computed_crs, geom)
    select '440402', 'M-' || n, 9900, 4547,
           st_multi(st_makeenvelope(113.2 + n % 100 * 0.001, 22.2 + n / 100 * 0.001, 113.2009 + n % 100 * 0.001, 22.2009 + n / 100 * 0.001, 4490))
      from generate_series(1, 1000) n"""


def read_of_the_past(services: CloneServices) -> int:
    """Rows of past and present versions that were read so far."""
    with services.owner_session() as session:
        read = "select idx_tup_fetch + seq_tup_read from pg_stat_user_tables where relname = 'parcel_version'"
        return int(session.execute(text(read)).scalar_one())


def test_a_version_costs_the_same_however_many_there_are(services: CloneServices) -> None:
    """Also in a table that nobody has analysed yet: a large import reads no more of the past than its own rows."""
    before = read_of_the_past(services)
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        session.execute(text(MANY))
        session.execute(text("select pg_stat_force_next_flush()"))
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        session.execute(text("update parcel set remark = '核查'"))
        session.execute(text("select pg_stat_force_next_flush()"))
    assert read_of_the_past(services) - before < 10 * 1000
