"""What a question brings along is not worked out on hidden rows."""

from collections.abc import Callable
from typing import LiteralString

import psycopg
import pytest

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.core.provision import connect
from tests.access.analysts.conftest import Analyst
from tests.conftest import CloneServices
from tests.factories import a_parcel, an_area, land


def test_errors_tell_nothing_of_hidden_rows(leader: Analyst, inspector: Analyst, seen_ever: set[int]) -> None:
    hidden = min(leader.ids() - seen_ever)
    with leader.connect() as connection:
        (number,) = connection.execute("select parcel_no from analyst.parcel where id = %s", [hidden]).fetchone() or (
            "",
        )
        for question in LEAKING:
            with pytest.raises(psycopg.DataError):  # who may see it: the trap works
                connection.execute(question.encode(), {"id": hidden, "number": number}).fetchall()
    with inspector.connect() as connection:
        for question in LEAKING:
            connection.execute(question.encode(), {"id": hidden, "number": number}).fetchall()


LEAKING = (
    "select id from analyst.parcel where 1 / (id - %(id)s) > -1",
    "select id from analyst.parcel where case when parcel_no = %(number)s then parcel_no::int else 1 end = 1",
    "select id from analyst.parcel where case when id = %(id)s then (parcel_no || 'x')::numeric else 1 end = 1 and geom && st_makeenvelope(113, 22, 114, 23, 4490)",
    "select id from analyst.parcel_history where 1 / (id - %(id)s) > -1",
    "select parcel_no from analyst.patrol_overdue where 1 / (id - %(id)s) > -1",
    "select count(*) from analyst.parcel group by 1 / (id - %(id)s)",
    "select a.id from analyst.area a join analyst.parcel p on 1 / (p.id - %(id)s) > a.id",
)  # fmt: skip


def test_days_of_walks_on_other_land_do_not_come_out_by_an_error(
    sample: CloneServices, make_in_sample: Callable[..., Analyst]
) -> None:
    """The walks come from a function that sees all land; a question about their day must wait for the parcel."""
    with sample.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        area = an_area(session)
        a_parcel(session, shape=land(90, 90), area_id=area.id)
        area_id = area.id
    newcomer = make_in_sample((Role.INSPECTOR, {"area_id": area_id}))
    question: LiteralString = "select id from {}.patrol_coverage_history where last_on::int > 0"
    with newcomer.connect() as connection:
        assert connection.execute(question.format("analyst")).fetchall() == []
    with connect(sample.url(db.READER_ROLE)) as connection, connection.transaction():
        connection.execute("select set_config('app.area_ids', %s, true)", [str(area_id)])
        with pytest.raises(psycopg.DataError):  # without the barrier it does come out
            connection.execute(question.format("layer")).fetchall()
