import psycopg
import pytest

from gis_service.access.actor import EVERYTHING
from gis_service.core.db import Scope
from gis_service.core.errors import Unavailable
from gis_service.core.reader import Reader

COUNT = "select count(*) from layer.parcel"


def count(reader: Reader, scope: Scope) -> int:
    row = reader.row(scope, COUNT)
    assert row
    return int(row[0])


def test_without_settings_nothing_is_seen(reader: Reader, two_areas: tuple[int, int]) -> None:
    assert count(reader, Scope()) == 0


def test_an_area_is_seen_and_no_other(reader: Reader, two_areas: tuple[int, int]) -> None:
    assert [count(reader, Scope(area_ids=frozenset({area}))) for area in two_areas] == [10, 5]


def test_a_scope_does_not_reach_the_next_user_of_the_connection(services, two_areas: tuple[int, int]) -> None:
    narrow = Reader(services.url("gis_reader"), size=1)
    try:
        assert count(narrow, EVERYTHING) == 15
        assert count(narrow, Scope()) == 0
        assert narrow.rows(Scope(), "select nullif(current_setting('app.see_all', true), '')") == [(None,)]
    finally:
        narrow.close()


def test_the_reader_sees_published_views_only(reader: Reader) -> None:
    for table in ("parcel", "app_user", "parcel_contact"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.row(EVERYTHING, f"select * from public.{table}".encode())


def test_after_an_error_the_connection_works_again(reader: Reader, two_areas: tuple[int, int]) -> None:
    for _ in range(3):
        with pytest.raises(psycopg.errors.DivisionByZero):
            reader.row(EVERYTHING, "select 1 / 0")
        assert count(reader, EVERYTHING) == 15


def test_a_statement_that_takes_too_long_is_answered_with_try_again(services) -> None:
    one = Reader(services.url("gis_reader"), size=1)  # the same connection again, whatever else is going on
    try:
        one.row(EVERYTHING, "select set_config('statement_timeout', '50ms', false)")
        with pytest.raises(Unavailable):
            one.row(EVERYTHING, "select pg_sleep(1)")
    finally:
        one.close()
