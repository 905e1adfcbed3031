"""What the worker does with a queued file: staged in one transaction, or failed with nothing left behind."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.core import db
from gis_service.files.models import StoredFile
from gis_service.parcels.imports import jobs, operations
from gis_service.parcels.imports.checks import catalogue
from gis_service.parcels.imports.operations import Options
from gis_service.parcels.models import ImportBatch
from gis_service.parcels.reading.result import Limits, ReadResult
from tests.conftest import CloneServices
from tests.examples import TXT_A
from tests.factories import land
from tests.parcels.imports.made import DISTRICT, feature, geojson, txt


def queued(services: CloneServices, path: Path, **options: str) -> int:
    with path.open("rb") as source:
        sha256, size = services.store.put(source, limit_bytes=1 << 30)
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        file = StoredFile(sha256=sha256, name=path.name, size_bytes=size)
        batch = operations.take_in(
            session, SERVICE, EVERYTHING, district_code="440402", file=file, options=Options(**options)
        )
        return batch.id


def process(services: CloneServices, batch_id: int, limits: Limits | None = None) -> None:
    jobs.process(services.sessions, services.store, batch_id, box=DISTRICT.box, district_code="440402", limits=limits)


def seen(services: CloneServices, batch_id: int) -> ImportBatch:
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        return session.get_one(ImportBatch, batch_id)


def left_behind(services: CloneServices) -> list[int]:
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        tables = ("staged_row", "import_issue")
        return [session.scalar(text(f"select count(*) from {table}")) or 0 for table in tables]


def test_a_queued_file_ends_staged_with_what_was_concluded(services: CloneServices, tmp_path: Path) -> None:
    batch_id = queued(services, txt(tmp_path, TXT_A))
    assert seen(services, batch_id).state == "queued"
    process(services, batch_id)
    batch = seen(services, batch_id)
    assert (batch.state, batch.format, batch.crs["epsg"], batch.counts["rows"]) == ("staged", "国土TXT", 4526, 1)
    assert batch.error is None


def test_a_second_run_of_the_job_changes_nothing(services: CloneServices, tmp_path: Path) -> None:
    batch_id = queued(services, geojson(tmp_path, feature(land(), "A")))
    process(services, batch_id)
    process(services, batch_id)
    assert left_behind(services)[0] == 1


def test_an_unreadable_file_ends_failed_with_the_readers_sentence(services: CloneServices, tmp_path: Path) -> None:
    path = tmp_path / "broken.geojson"
    path.write_text('{"type": "FeatureCollection", "features": [')
    batch_id = queued(services, path)
    process(services, batch_id)
    batch = seen(services, batch_id)
    assert batch.state == "failed"
    assert batch.error is not None
    assert batch.error["code"] == "json.syntax"
    assert "JSON" in batch.error["title_zh"]
    assert left_behind(services) == [0, 0]


def test_a_file_beyond_the_limits_ends_failed(services: CloneServices, tmp_path: Path) -> None:
    batch_id = queued(services, geojson(tmp_path, feature(land(), "A"), feature(land(2), "B")))
    process(services, batch_id, Limits(rows=1))
    assert seen(services, batch_id).error["code"] == "read.too_many_rows"  # type: ignore[index]


def test_a_column_that_is_not_there_ends_failed_with_those_that_are(services: CloneServices, tmp_path: Path) -> None:
    batch_id = queued(services, geojson(tmp_path, feature(land(), "A")), number_field="opa_id")
    process(services, batch_id)
    error = seen(services, batch_id).error
    assert error is not None
    assert error["code"] == "import.no_such_field"
    assert "parcel_no" in error["title_zh"]


def test_nothing_of_a_classified_file_stays_in_the_tables(services: CloneServices, tmp_path: Path) -> None:
    batch_id = queued(services, geojson(tmp_path, feature(land(), "A"), feature(land(2), "B", 密级="秘密")))
    process(services, batch_id)
    error = seen(services, batch_id).error
    assert error is not None
    assert (error["code"], error["row"]) == ("secrecy.classified", 2)
    assert left_behind(services) == [0, 0]


def test_a_surprise_leaves_nothing_half_staged_and_is_seen_by_the_queue(
    services: CloneServices, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_session: Session, _batch_id: int) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(catalogue, "judge", broken)
    batch_id = queued(services, geojson(tmp_path, feature(land(), "A")))
    with pytest.raises(ZeroDivisionError):
        process(services, batch_id)
    assert seen(services, batch_id).error["code"] == "import.broke"  # type: ignore[index]
    assert left_behind(services) == [0, 0]


def test_checks_that_take_too_long_end_with_a_sentence(
    services: CloneServices, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def endless(session: Session, _batch_id: int) -> None:
        session.execute(text("set local statement_timeout = '50ms'"))
        session.execute(text("select pg_sleep(5)"))

    monkeypatch.setattr(catalogue, "judge", endless)
    batch_id = queued(services, geojson(tmp_path, feature(land(), "A")))
    process(services, batch_id)
    assert seen(services, batch_id).error["code"] == "import.too_complex"  # type: ignore[index]
    assert left_behind(services) == [0, 0]


def test_a_file_refused_while_it_is_read_stays_refused(
    services: CloneServices, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch_id = queued(services, geojson(tmp_path, feature(land(), "A")))
    reading = jobs.read

    def read_slowly(*words: Any) -> ReadResult:
        with services.sessions.begin() as session:
            db.enter(session, EVERYTHING)
            operations.refuse(session, SERVICE, EVERYTHING, batch_id)
        return reading(*words)

    monkeypatch.setattr(jobs, "read", read_slowly)
    process(services, batch_id)
    assert seen(services, batch_id).state == "refused"
    assert left_behind(services) == [0, 0]


@pytest.mark.parametrize("state", ["reading", "checking"])
def test_a_job_that_was_cut_off_begins_again(state: str, services: CloneServices, tmp_path: Path) -> None:
    batch_id = queued(services, geojson(tmp_path, feature(land(), "A")))
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        session.execute(text("update import_batch set state = :s"), {"s": state})
    process(services, batch_id)
    assert seen(services, batch_id).state == "staged"


def test_a_failed_batch_may_be_refused_and_nothing_else(services: CloneServices, tmp_path: Path) -> None:
    path = tmp_path / "empty.geojson"
    path.write_text("")
    batch_id = queued(services, path)
    process(services, batch_id)
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        operations.refuse(session, SERVICE, EVERYTHING, batch_id)
    assert seen(services, batch_id).state == "refused"
