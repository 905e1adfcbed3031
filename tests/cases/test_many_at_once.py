"""Fifty people act on one case in the same moment, over HTTP, each with a connection of their own."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from gis_service.access import operations as access
from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.access.rules import Role
from gis_service.cases.conduct import CASES
from gis_service.cases.rules import DUMPING_CASE
from gis_service.core import clock, db
from gis_service.main import create_app
from gis_service.procedures import operations, queries
from gis_service.procedures.models import Proceeding
from gis_service.procedures.operations import Opening
from tests.cases.conftest import OPENING
from tests.conftest import PASSWORD, CloneServices
from tests.live import serving

CLIENTS, MOST_TRIES = 50, 20


@pytest.fixture
def case_id(services: CloneServices) -> int:
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        for n in range(CLIENTS):
            user = access.create_user(
                session, SERVICE, username=f"o{n}", display_name=f"officer {n}", password=PASSWORD, own_choice=True
            )
            access.grant_role(session, SERVICE, user.id, Role.CASE_OFFICER)
        at = clock.now() - timedelta(hours=1)
        return operations.open_proceeding(session, CASES, SERVICE, "440402", Opening("示例案", OPENING, at=at)).id


def at_once(base: str, path: str, body: dict[str, Any], headers: dict[str, str]) -> list[httpx2.Response]:
    """The same request by everybody, let go together."""
    together = threading.Barrier(CLIENTS)

    def act(n: int) -> httpx2.Response:
        with httpx2.Client(base_url=base, headers={"Sec-Fetch-Site": "same-origin"}, timeout=60) as client:
            signed = client.post("/api/v1/sessions", json={"username": f"o{n}", "password": PASSWORD})
            assert signed.status_code == 201, signed.text
            together.wait()
            answer = client.post(path, json=body, headers=headers)
            for _ in range(MOST_TRIES):  # on a slow machine the queue is longer than anybody waits
                if answer.status_code != 503:
                    break
                time.sleep(int(answer.headers["Retry-After"]))
                answer = client.post(path, json=body, headers=headers)
            return answer

    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(act, range(CLIENTS)))


def test_exactly_one_step_wins_and_each_other_is_told_who_was_faster(services: CloneServices, case_id: int) -> None:
    app = create_app(services.settings, services)
    with serving(app) as port:
        answers = at_once(
            f"http://127.0.0.1:{port}",
            f"/api/v1/cases/{case_id}/steps",
            {"action": "refuse", "reason": "不在本区"},
            {"If-Match": f'"case{case_id}.1"'},
        )
    won = [answer for answer in answers if answer.status_code == 201]
    lost = [answer.json() for answer in answers if answer.status_code == 412]
    assert (len(won), len(lost)) == (1, CLIENTS - 1)
    winner = won[0].json()["steps"][-1]["actor"]
    for problem in lost:
        assert problem["code"] == "procedure.step_taken"
        assert winner in problem["title_zh"]
        assert "办理“不予受理”" in problem["title_zh"]
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        case = session.get_one(Proceeding, case_id)
        assert queries.faults_of(session, DUMPING_CASE, case) == []
        assert len(queries.log_of(session, case_id)) == 2


def test_papers_made_at_once_have_numbers_without_a_double_or_a_gap(services: CloneServices, case_id: int) -> None:
    app = create_app(services.settings, services)
    with serving(app) as port:
        answers = at_once(
            f"http://127.0.0.1:{port}", f"/api/v1/cases/{case_id}/papers", {"kind": "acceptance_slip"}, {}
        )
    assert {answer.status_code for answer in answers} == {201}, {
        answer.text for answer in answers if answer.status_code != 201
    }
    numbers = sorted(answer.json()["doc_no"] for answer in answers)
    assert len(set(numbers)) == CLIENTS
    year = clock.today().year
    assert set(numbers) == {f"珠高新受〔{year}〕{n}号" for n in range(1, CLIENTS + 1)}
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        assert session.scalar(text("select count(distinct doc_no) from proceeding_paper")) == CLIENTS
