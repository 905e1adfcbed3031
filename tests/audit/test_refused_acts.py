"""Whatever refuses an act, it leaves one row: our code, the shape of the body, a constraint, a value that cannot be stored."""

from collections.abc import Callable
from typing import Any

import pytest
from shapely.geometry import mapping
from sqlalchemy import text

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import Role
from gis_service.core import db
from tests.conftest import CloneServices, Person
from tests.factories import land

GOOD: dict[str, Any] = {"parcel_no": "BW-1", "reason": "登记", "geometry": mapping(land())}
REFUSED = {
    "request.invalid": {"parcel_no": 7},
    "conflict": GOOD,
    "request.unstorable": {**GOOD, "parcel_no": "BW-2", "parcel_name": "\0"},
}


def rows(services: CloneServices) -> list[tuple[str, str, str | None]]:
    with services.sessions() as session:
        db.enter(session, EVERYTHING)
        asked = "select action, outcome, detail ->> 'code' from audit_entry where action = 'parcel.create' order by id"
        return [tuple(row) for row in session.execute(text(asked))]


@pytest.mark.parametrize("code", REFUSED)
def test_a_refused_act_leaves_one_row(code: str, sign_in: Callable[..., Person], services: CloneServices) -> None:
    officer = sign_in(Role.LAND_OFFICER)
    assert officer.post("/api/v1/parcels", json=GOOD).status_code == 201
    assert officer.post("/api/v1/parcels", json=REFUSED[code]).json()["code"] == code
    assert rows(services) == [("parcel.create", "done", None), ("parcel.create", "refused", code)]


def test_a_replayed_answer_leaves_none(sign_in: Callable[..., Person], services: CloneServices) -> None:
    officer = sign_in(Role.LAND_OFFICER)
    for _ in range(2):
        assert officer.post("/api/v1/parcels", json=GOOD, headers={"Idempotency-Key": "k"}).status_code == 201
    assert rows(services) == [("parcel.create", "done", None)]
