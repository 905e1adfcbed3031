"""What is past its time goes, what is not stays, and each run leaves its counts."""

import io
import json
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import Any

import pytest
import typer
from sqlalchemy import func, insert, select, update
from typer.testing import CliRunner

from gis_service.access import operations as access
from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.access.models import User, UserSession
from gis_service.audit.models import AuditEntry
from gis_service.cases import secrets
from gis_service.cases.clues import operations as clues
from gis_service.cases.clues.models import Clue
from gis_service.cases.clues.operations import Seen
from gis_service.core import clock, db
from gis_service.core.requests import IdempotencyKey
from gis_service.exports.models import Export
from gis_service.patrols.inbox.models import FieldUpload
from gis_service.procedures.models import Proceeding
from gis_service.retention import carrying, cli
from gis_service.retention.facts import RULES
from gis_service.settings import Settings
from tests.conftest import PASSWORD, CloneServices

NOW = clock.now()


def long_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def counts(services: CloneServices, **more: Any) -> dict[str, int | None]:
    return {each.rule.code: each.count for each in carrying.run(services, now=NOW, **more)}


@pytest.fixture
def user_id(services: CloneServices) -> int:
    with services.sessions.begin() as session:
        return access.create_user(
            session, SERVICE, username="someone", display_name="某人", password=PASSWORD, own_choice=True
        ).id


def test_every_rule_can_be_counted_and_carried_out() -> None:
    codes = {rule.code for rule in RULES}
    assert codes == set(carrying.DUE) == set(carrying.REMOVE)
    assert all(rule.keep_days(Settings(environment="test")) >= 1 for rule in RULES)


def test_every_setting_that_keeps_data_for_days_is_in_the_table() -> None:
    kept = {name for name in Settings.model_fields if name.endswith(("keep_days", "upload_days"))}
    assert kept == {rule.days for rule in RULES if isinstance(rule.days, str)}


# --- persons ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def report(services: CloneServices) -> Callable[..., int]:
    """A clue with its reporter, and what became of it so many days ago."""

    def make(state: str, days: float, *, into: int | None = None) -> int:
        with services.sessions.begin() as session:
            db.enter(session, EVERYTHING)
            seen = Seen("phone", "domestic", place_text="路口", reporter_name="某人", reporter_phone="13700000003")
            clue = clues.take_in(session, SERVICE, "440402", seen)
            case = None
            if state in ("opened", "closed"):
                case = Proceeding(
                    noun="case", district_code="440402", proceeding_no=f"示例{clue.id}", title="示例案", state="closed",
                    is_closed=state == "closed", closed_at=long_ago(days) if state == "closed" else None,
                )  # fmt: skip
                session.add(case)
                session.flush()
            stored = "opened" if state == "closed" else state
            values: dict[str, Any] = {"state": stored, "reason": "示例", "decided_at": long_ago(days)}
            session.execute(
                update(Clue).where(Clue.id == clue.id).values(**values, case_id=case and case.id, merged_into_id=into)
            )
            return clue.id

    return make


def known(services: CloneServices, clue: int) -> bool:
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        return secrets.of_reporter(session, clue)["phone"] == "13700000003"


def test_reporters_are_forgotten_a_year_after_the_matter_is_closed(
    services: CloneServices, report: Callable[..., int]
) -> None:
    gone = [report("dismissed", 366), report("closed", 366)]
    gone.append(report("merged", 500, into=gone[1]))
    kept = [report("dismissed", 364), report("closed", 364), report("opened", 900), report("new", 900)]
    kept.append(report("merged", 900, into=kept[2]))
    assert counts(services, dry=True)["reporters"] == 3
    assert all(known(services, clue) for clue in (*gone, *kept))
    assert counts(services)["reporters"] == 3
    assert [known(services, clue) for clue in gone] == [False] * 3
    assert all(known(services, clue) for clue in kept)
    assert counts(services)["reporters"] == 0


# --- the rest ---------------------------------------------------------------------------------------------------------


def signed_in(services: CloneServices, user_id: int, name: bytes, **times: datetime | None) -> None:
    with services.sessions.begin() as session:
        session.execute(insert(UserSession).values(secret_hash=name, user_id=user_id, csrf="", **times))


def test_sign_ins_go_when_they_were_over_long_enough(services: CloneServices, user_id: int) -> None:
    signed_in(services, user_id, b"ended", last_seen_at=long_ago(181), ended_at=long_ago(181))
    signed_in(services, user_id, b"left", last_seen_at=long_ago(181))
    signed_in(services, user_id, b"lately", last_seen_at=long_ago(200), ended_at=long_ago(179))
    signed_in(services, user_id, b"present", last_seen_at=NOW)
    assert counts(services, dry=True)["sessions"] == 2
    assert counts(services)["sessions"] == 2
    with services.sessions.begin() as session:
        assert set(session.scalars(select(UserSession.secret_hash))) == {b"lately", b"present"}
        assert session.scalar(select(func.count()).select_from(User)) == 1


def test_kept_answers_go_after_a_week(services: CloneServices, user_id: int) -> None:
    with services.sessions.begin() as session:
        for key, days in (("old", 8), ("new", 6)):
            session.execute(
                insert(IdempotencyKey).values(
                    user_id=user_id, key=key, request_hash="", status=201, body={}, headers={}, at=long_ago(days)
                )
            )
    assert counts(services)["answers"] == 1
    with services.sessions.begin() as session:
        assert session.scalars(select(IdempotencyKey.key)).all() == ["new"]


def test_partial_uploads_go_when_nobody_added_to_them(services: CloneServices, user_id: int) -> None:
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        for sha256, days in (("a" * 64, 31), ("b" * 64, 29)):
            session.execute(
                insert(FieldUpload).values(sha256=sha256, user_id=user_id, updated_at=long_ago(days), size_bytes=9)
            )
    assert counts(services)["uploads"] == 1


def test_exported_files_go_at_their_end_and_their_records_stay(services: CloneServices) -> None:
    sha256, _ = services.exports.put(io.BytesIO(b"rows"), limit_bytes=100)
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        for file, end in ((sha256, NOW - timedelta(hours=1)), ("f" * 64, NOW + timedelta(hours=1))):
            session.add(Export(asked={}, state="done", rows=1, file_sha256=file, expires_at=end))
    assert counts(services, dry=True)["exports"] == 1
    assert services.exports.path(sha256).exists()
    assert counts(services)["exports"] == 1
    assert not services.exports.path(sha256).exists()
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        assert sorted(session.scalars(select(Export.state))) == ["done", "expired"]


# --- the run ----------------------------------------------------------------------------------------------------------


def test_a_run_is_audited_with_its_counts_and_a_dry_one_changes_nothing(services: CloneServices, user_id: int) -> None:
    signed_in(services, user_id, b"left", last_seen_at=long_ago(400))
    counts(services, dry=True)
    assert trail(services) == []
    counts(services)
    (detail,) = trail(services)
    assert detail == {"reporters": 0, "tracks": 0, "sessions": 1, "answers": 0, "exports": 0, "uploads": 0}


def trail(services: CloneServices) -> list[dict[str, Any]]:
    with services.sessions.begin() as session:
        asked = select(AuditEntry.detail).where(AuditEntry.action == "retention.run")
        return list(session.scalars(asked))


def test_a_rule_that_meets_trouble_does_not_stop_the_others(
    services: CloneServices, user_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def trouble(*_: object) -> int:
        raise OSError("the disk")

    monkeypatch.setitem(carrying.REMOVE, "reporters", trouble)
    signed_in(services, user_id, b"left", last_seen_at=long_ago(400))
    done = counts(services)
    assert (done["reporters"], done["sessions"]) == (None, 1)


def test_the_commands_list_the_table_and_count_without_removing(services: CloneServices, user_id: int) -> None:
    signed_in(services, user_id, b"left", last_seen_at=clock.now() - timedelta(days=400))
    app = typer.Typer()
    cli.install(app, lambda: services.settings, lambda: nullcontext(services))
    listed = CliRunner().invoke(app, ["list", "--json"])
    assert {each["code"]: each["days"] for each in json.loads(listed.output)}["reporters"] == 365
    assert "举报人的姓名、电话" in CliRunner().invoke(app, ["list"]).output
    dry = CliRunner().invoke(app, ["run", "--dry-run", "--json"])
    assert (dry.exit_code, json.loads(dry.output)["sessions"]) == (0, 1)
    real = CliRunner().invoke(app, ["run"])
    assert "sessions   已删除 1" in real.output
    assert json.loads(CliRunner().invoke(app, ["run", "--json"]).output)["sessions"] == 0
