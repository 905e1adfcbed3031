"""文号: counted by unit, series and year, without doubles and without gaps."""

import random
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from gis_service.access.actor import EVERYTHING
from gis_service.core import db
from gis_service.core.db import Scope
from gis_service.papers.numbers import next_number
from tests.conftest import CloneServices

UNIT = {"district_code": "440402", "unit_code": "GX01", "prefix": "珠高新", "series": "移函", "year": 2026}


def test_numbers_read_as_offices_write_them(session: Session) -> None:
    assert [next_number(session, **UNIT) for _ in range(3)] == [f"珠高新移函〔2026〕{n}号" for n in (1, 2, 3)]


@pytest.mark.parametrize(
    "other", [{"series": "罚决"}, {"year": 2027}, {"unit_code": "GX02"}, {"district_code": "440403"}]
)
def test_each_unit_series_and_year_counts_for_itself(session: Session, other: dict[str, object]) -> None:
    next_number(session, **UNIT)
    assert next_number(session, **{**UNIT, **other}).endswith("〕1号")


def test_another_prefix_does_not_begin_anew(session: Session) -> None:
    next_number(session, **UNIT)
    assert next_number(session, **{**UNIT, "prefix": "珠高"}) == "珠高移函〔2026〕2号"


class Given(Exception):
    """The number is given back."""


def test_fifty_at_once_with_some_giving_up_leave_no_gap_and_no_double(services: CloneServices) -> None:
    engine = create_engine(services.url(db.APP_ROLE), pool_size=50, max_overflow=0)
    sessions = db.sessions_for(engine)
    dice = random.Random(20261128)
    plans = [[dice.random() < 0.3 for _ in range(4)] for _ in range(50)]

    def clerk(plan: list[bool]) -> list[str]:
        kept = []
        for gives_up in plan:
            try:
                with sessions.begin() as session:
                    db.enter(session, EVERYTHING)
                    number = next_number(session, **UNIT)
                    session.execute(text("select pg_sleep(0.002)"))
                    if gives_up:
                        raise Given
            except Given:
                continue
            kept.append(number)
        return kept

    with ThreadPoolExecutor(50) as pool:
        taken = [number for kept in pool.map(clerk, plans) for number in kept]
    engine.dispose()
    counted = sorted(int(re.findall(r"〕(\d+)号", number)[0]) for number in taken)
    assert len(counted) > 100
    assert counted == list(range(1, len(counted) + 1))


def taken_in(services: CloneServices, scope: Scope) -> str:
    with services.sessions.begin() as session:
        db.enter(session, scope)
        return next_number(session, **UNIT)


@pytest.mark.parametrize("scope", [Scope(), Scope(see_published=True)])
def test_who_sees_no_land_takes_no_number(services: CloneServices, scope: Scope) -> None:
    with pytest.raises(DBAPIError, match="row-level security"):
        taken_in(services, scope)


def test_all_who_work_on_land_count_together(services: CloneServices) -> None:
    scopes = [Scope(area_ids=frozenset({1})), Scope(unit_ids=frozenset({1})), Scope(see_all=True)]
    assert [taken_in(services, scope)[-2] for scope in scopes] == ["1", "2", "3"]


def test_a_number_cannot_be_taken_away(session: Session) -> None:
    next_number(session, **UNIT)
    with pytest.raises(DBAPIError, match="permission denied"):
        session.execute(text("delete from paper_number"))
