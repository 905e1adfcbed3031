"""Sheets of records over HTTP: each subject has its door, its permission and its trace."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select, text

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import Role
from gis_service.audit.models import AuditEntry
from gis_service.core import db
from tests.conformance.conftest import token_for

pytestmark = pytest.mark.slow
ROOT = "/api/v1/sheets"


def client(app: FastAPI, role: Role) -> TestClient:
    return TestClient(app, headers={"Authorization": f"Bearer {token_for(app, role)}"})


def test_each_subject_has_its_own_door(sample_app: FastAPI) -> None:
    officer, inspector = client(sample_app, Role.LAND_OFFICER), client(sample_app, Role.INSPECTOR)
    case, batch = {"subject": "AJ2026-0001"}, {"subject": "YJP2026-0001"}
    assert officer.get(f"{ROOT}/cases/case.svg", params=case).status_code == 200
    assert inspector.get(f"{ROOT}/cases/case.svg", params=case).status_code == 403
    assert officer.get(f"{ROOT}/case.svg", params=case).status_code == 404, "the door of parcels has no case"
    assert officer.get(f"{ROOT}/cases/handover.svg", params=batch).status_code == 404
    assert officer.get(f"{ROOT}/batches/handover.svg", params=batch).status_code == 200
    english = officer.get(f"{ROOT}/batches/handover.svg", params={**batch, "lang": "en"}).text
    assert "INTERNAL USE" in english
    assert "内部使用" not in english
    asked = officer.get(f"{ROOT}/batches/handover.svg", params=batch, headers={"Accept-Language": "en-GB"}).text
    assert "INTERNAL USE" in asked


def test_tracks_of_others_need_a_right_and_a_reason_and_leave_a_trace(sample_app: FastAPI) -> None:
    officer, inspector = client(sample_app, Role.LAND_OFFICER), client(sample_app, Role.INSPECTOR)
    with sample_app.state.sessions() as session:
        db.enter(session, EVERYTHING)
        number, name = session.execute(
            text("select id, inspector_name from patrol where area_id is not null order by id limit 1")
        ).one()
    door = f"{ROOT}/patrols/patrol.svg"
    why = {"subject": number, "reason": "月度调度会用图"}
    closed = officer.get(door, params={"subject": number})
    assert closed.status_code == 200
    assert "不列姓名" in closed.text
    assert inspector.get(door, params=why).status_code == 403
    assert officer.get(door, params={**why, "reason": "x"}).status_code == 422
    opened = officer.get(door, params=why)
    assert opened.status_code == 200
    assert f">{name}<" in opened.text
    with sample_app.state.sessions() as session:
        db.enter(session, EVERYTHING)
        asked = select(AuditEntry).where(AuditEntry.action == "track.read", AuditEntry.subject == f"patrol/{number}")
        traces = session.scalars(asked).all()
    assert [trace.detail["reason"] for trace in traces if trace.outcome != "refused"] == ["月度调度会用图"]
