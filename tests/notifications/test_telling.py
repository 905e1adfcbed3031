"""Who is told, who sees it, and who does not."""

import pytest
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from gis_service.access import operations as access
from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.access.models import User
from gis_service.access.rules import Role
from gis_service.core import clock, db
from gis_service.core.db import Scope
from gis_service.core.errors import NotFound
from gis_service.notifications import operations, queries
from gis_service.notifications.rules import Level
from tests.conftest import PASSWORD, CloneServices
from tests.factories import a_unit, an_area

TABLES = ("notification", "notification_preference", "notification_digest", "notification_delivery", "webhook")


def a_user(session: Session, name: str) -> User:
    return access.create_user(session, SERVICE, username=name, display_name=name, password=PASSWORD, own_choice=True)


def of(user: User) -> Scope:
    """The scope of an ordinary act of somebody who sees all land."""
    return Scope(see_all=True, actor_id=user.id, actor_name=user.display_name)


def tell(session: Session, *users: User, **facts: object) -> None:
    said = {"kind": "case.step", "level": Level.INFO, "title_zh": "已立案", "title_en": "Filed", **facts}
    operations.tell(session, user_ids=[user.id for user in users], **said)  # type: ignore[arg-type]


def seen(session: Session, user: User) -> list[str]:
    db.enter(session, of(user))
    return [row.title_zh for row in session.scalars(queries.own(user.id, before=None, unread=False))]


def test_each_is_told_once_by_somebody_who_sees_none_of_it(session: Session) -> None:
    actor, one, two = (a_user(session, name) for name in ("tella", "tellb", "tellc"))
    db.enter(session, of(actor))
    tell(session, one, two, one)
    tell(session, one, title_zh="只给一人")
    assert session.scalar(text("select count(*) from notification")) == 0
    assert [seen(session, user) for user in (one, two, actor)] == [["只给一人", "已立案"], ["已立案"], []]


def test_the_same_key_is_not_told_twice_while_it_is_unread(session: Session) -> None:
    actor, one, two = (a_user(session, name) for name in ("keya", "keyb", "keyc"))
    db.enter(session, of(actor))
    tell(session, one, dedupe_key="case/1 late")
    tell(session, one, two, dedupe_key="case/1 late")
    assert [len(seen(session, user)) for user in (one, two)] == [1, 1]
    db.enter(session, of(one))
    operations.mark_all_read(session, one.id, upto=2**40, at=clock.now())
    db.enter(session, of(actor))
    tell(session, one, two, dedupe_key="case/1 late")
    assert [len(seen(session, user)) for user in (one, two)] == [2, 1]


def test_nobody_marks_what_others_were_told(session: Session) -> None:
    one, two = a_user(session, "marka"), a_user(session, "markb")
    tell(session, one)
    db.enter(session, of(one))
    (row,) = session.scalars(queries.own(one.id, before=None, unread=True))
    session.expunge_all()
    db.enter(session, of(two))
    with pytest.raises(NotFound):
        operations.mark_read(session, two.id, row.id, at=clock.now())
    operations.mark_all_read(session, two.id, upto=row.id, at=clock.now())
    db.enter(session, of(one))
    assert queries.unread(session, one.id) == 1


@pytest.mark.parametrize(
    "facts", [{"kind": "Bad Kind"}, {"link": "https://elsewhere.example"}, {"link": "//elsewhere"}, {"level": "loud"}]
)
def test_nonsense_is_refused_by_the_database(session: Session, facts: dict[str, object]) -> None:
    one = a_user(session, "nonsense")
    with pytest.raises(IntegrityError):
        tell(session, one, **facts)


def test_a_title_has_one_line(session: Session) -> None:
    one = a_user(session, "oneline")
    tell(session, one, title_zh="逾期\r\nBcc: x@example.org")
    assert seen(session, one) == ["逾期 Bcc: x@example.org"]


def test_those_are_found_whose_grant_gives_the_permission_over_that_land(session: Session) -> None:
    area, other, unit = an_area(session), an_area(session), a_unit(session)

    def holder(name: str, role: Role, **over: int) -> int:
        user = a_user(session, name)
        access.grant_role(session, SERVICE, user.id, role, area_id=over.get("area_id"), unit_id=over.get("unit_id"))
        return user.id

    everywhere = holder("w_all", Role.LAND_OFFICER)
    here = holder("w_area", Role.LAND_OFFICER, area_id=area.id)
    holder("w_other", Role.LAND_OFFICER, area_id=other.id)
    keeper = holder("w_unit", Role.UNIT_USER, unit_id=unit.id)
    holder("w_guest", Role.GUEST)
    inspector = holder("w_walks", Role.INSPECTOR, area_id=area.id)
    gone = holder("w_gone", Role.LAND_OFFICER)
    session.get_one(User, gone).state = "disabled"
    session.flush()

    assert queries.users_with(session, "parcel.edit", area_id=area.id) == [everywhere, here]
    assert queries.users_with(session, "parcel.edit") == [everywhere]
    assert queries.users_with(session, "file.read", area_id=area.id, unit_id=unit.id) == [
        everywhere, here, keeper, inspector,
    ]  # fmt: skip
    access.revoke_role(session, SERVICE, here, _grant(session, here), at=clock.now())
    assert queries.users_with(session, "parcel.edit", area_id=area.id) == [everywhere]


def _grant(session: Session, user_id: int) -> int:
    return int(session.scalar(text("select id from role_grant where user_id = :u"), {"u": user_id}) or 0)


# --- under the application's role, past the application ------------------------------------------------------------


@pytest.fixture
def told(services: CloneServices) -> dict[str, int]:
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        one, admin = a_user(session, "one"), a_user(session, "admin")
        access.grant_role(session, SERVICE, admin.id, Role.SYSTEM_ADMIN)
        tell(session, one)
        session.execute(text("insert into notification_preference (user_id) values (:u)"), {"u": one.id})
        session.execute(text("insert into notification_digest (user_id, due_at) values (:u, now())"), {"u": one.id})
        session.execute(text("insert into webhook (url, secret) values ('http://x.example', 's')"))
        session.execute(
            text("insert into notification_delivery (webhook_id, channel) select id, 'webhook' from webhook")
        )
        return {"one": one.id, "admin": admin.id}


@pytest.fixture
def engine(services: CloneServices) -> Engine:
    return services.engine


def counts(connection: Connection, scope: Scope) -> list[int]:
    db.enter(connection, scope)
    return [connection.scalar(text(f"select count(*) from {table}")) or 0 for table in TABLES]


def test_each_scope_sees_exactly_its_own(engine: Engine, told: dict[str, int]) -> None:
    with engine.begin() as connection:
        assert counts(connection, EVERYTHING) == [1, 1, 1, 1, 1]
        assert counts(connection, Scope()) == [0, 0, 0, 0, 0]
        assert counts(connection, Scope(see_all=True, actor_id=told["one"])) == [1, 1, 0, 0, 0]
        assert counts(connection, Scope(actor_id=told["admin"])) == [0, 0, 0, 1, 1]
        assert counts(connection, Scope(see_all=True, actor_id=999)) == [0, 0, 0, 0, 0]


def test_what_was_told_stays_as_it_was_told(services: CloneServices, told: dict[str, int]) -> None:
    for statement in (
        "update notification set title_zh = 'x'",
        "delete from notification",
        "delete from notification_delivery",
    ):
        engine = create_engine(services.url(db.APP_ROLE))
        with engine.connect() as connection:
            db.enter(connection, EVERYTHING)
            with pytest.raises(DBAPIError, match="permission denied"):
                connection.execute(text(statement))
        engine.dispose()


def test_nobody_chooses_for_others(engine: Engine, told: dict[str, int]) -> None:
    with engine.connect() as connection:
        db.enter(connection, Scope(see_all=True, actor_id=told["one"]))
        chosen = text("insert into notification_preference (user_id) values (:u)")
        with pytest.raises(DBAPIError, match="row-level security"):
            connection.execute(chosen, {"u": told["admin"]})
