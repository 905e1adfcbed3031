"""The doors of claims: the limit that a deployment chose, the page that says who claims, papers with the money by head."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import ValidationError

from gis_service.access.rules import Role
from gis_service.main import create_app
from gis_service.settings import Settings
from tests.conftest import CloneServices, Person

SignIn = Callable[..., Person]
ROOT = "/api/v1/claims"
FACTS = {"obligor": "示例工程有限公司", "incident_on": "2026-06-01", "harm": "渣土压占水塘"}


@pytest.fixture
def app(services: CloneServices) -> FastAPI:
    """A deployment whose province allows more for a simple case."""
    settings = services.settings.model_copy(update={"claim_simple_limit_yuan": Decimal(500_000)})
    return create_app(settings, services)


def a_claim(person: Person) -> dict[str, Any]:
    answer = person.post(ROOT, json={"title": "示例损害赔偿", "facts": FACTS})
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_the_page_says_who_claims_and_which_limit_holds(sign_in: SignIn) -> None:
    told = a_claim(sign_in(Role.CASE_OFFICER))["details"]
    assert "区不是赔偿权利人" in told["claimant_note_zh"]
    assert (told["simple_limit_yuan"], told["heads_basis"]) == ("500000", "民法典第1235条")
    assert len(told["by_head"]) == 6


def test_a_limit_above_what_places_may_allow_stops_the_start() -> None:
    with pytest.raises(ValidationError):
        Settings(claim_simple_limit_yuan=Decimal(500_001))


def test_the_agreement_shows_the_money_by_head(sign_in: SignIn) -> None:
    officer = sign_in(Role.CASE_OFFICER)
    claim = a_claim(officer)
    for stage, yuan in (("estimated", "120000.00"), ("agreed", "100000.50")):
        amount = {"head": "cleanup_restoration", "stage": stage, "amount_yuan": yuan, "told_on": "2026-07-01"}
        assert officer.post(f"{ROOT}/{claim['id']}/amounts", json=amount).status_code == 201
    totals = officer.get(f"{ROOT}/{claim['id']}").json()["details"]["by_head"][-1]["yuan"]
    assert (totals["estimated"], totals["agreed"], totals["paid"]) == ("120000.00", "100000.50", "0")
    paper = officer.post(
        f"{ROOT}/{claim['id']}/papers", json={"kind": "compensation_agreement", "text": ["双方同意。"]}
    )
    assert paper.status_code == 201, paper.text


def test_land_officers_do_not_read_claims(sign_in: SignIn) -> None:
    claim = a_claim(sign_in(Role.CASE_OFFICER))
    assert sign_in(Role.LAND_OFFICER).get(f"{ROOT}/{claim['id']}").status_code == 403
    assert sign_in(Role.WASTE_OFFICER).get(f"{ROOT}/{claim['id']}").status_code == 200


def test_money_is_kept_by_the_heads_of_the_law_alone(sign_in: SignIn) -> None:
    officer = sign_in(Role.CASE_OFFICER)
    claim = a_claim(officer)
    amount = {"head": "lunch", "stage": "paid", "amount_yuan": "1", "told_on": "2026-07-01"}
    answer = officer.post(f"{ROOT}/{claim['id']}/amounts", json=amount)
    assert (answer.status_code, answer.json()["code"]) == (422, "procedure.head_unknown")
    assert "永久性损害造成的损失" in answer.json()["title"]
