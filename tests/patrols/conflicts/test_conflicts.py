"""Two people change one thing: different fields merge, the same field shows both values to a person."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.patrols.conflicts.rules import Merge, merge
from tests.conftest import Person
from tests.patrols.inbox.conftest import Land, ground, inspector, officer, phone  # noqa: F401
from tests.patrols.inbox.phone import Phone

values = st.sampled_from([None, "good", "damaged", "removed", 1, 1.0, [], {"a": 1}])


@given(values, values, values)
def test_a_value_is_never_overwritten_by_somebody_who_did_not_see_it(was: object, theirs: object, mine: object) -> None:
    merged = merge(was=was, seen=was, theirs=theirs, mine=mine)
    assert (merged is Merge.APPLY) == (theirs == was and theirs != mine)
    assert (merged is Merge.CONFLICT) == (theirs not in (was, mine))


@pytest.fixture
def fence(ground: Land) -> int:  # noqa: F811
    with ground.services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        made = session.scalar(
            text(
                """insert into fence_segment (parcel_id, fence_type, geom)
                   select id, 'mesh', st_exteriorring(st_geometryn(geom, 1)) from parcel where id = :id returning id"""
            ),
            {"id": ground.parcels[0]},
        )
    return int(made or 0)


@pytest.fixture
def two(ground: Land, phone: Phone, inspector: Person, sign_in: Callable[..., Person]) -> tuple[Phone, Person]:  # noqa: F811
    """A second inspector with a phone; both walks have begun."""
    other = sign_in(Role.INSPECTOR, area_id=ground.area)
    theirs = Phone(other.user_id)
    phone.send(inspector, phone.start())
    theirs.send(other, theirs.start())
    return theirs, other


def test_different_fields_merge(
    ground: Land, phone: Phone, inspector: Person, two: tuple[Phone, Person], fence: int  # noqa: F811
) -> None:  # fmt: skip
    theirs, other = two
    phone.send(inspector, phone.edit("fences", fence, 1, condition=("good", "damaged")))
    (stored,) = theirs.send(other, theirs.edit("fences", fence, 1, height_m=(None, 1.8)))
    assert (stored["verdict"], stored["reason"]) == ("stored", None)
    assert ground.one("select condition, height_m::float, row_version from fence_segment") == ("damaged", 1.8, 3)
    assert "巡查现场更新" in ground.one("select reason from fence_segment_version order by version_no desc limit 1")


def test_the_same_value_twice_is_no_conflict(
    ground: Land, phone: Phone, inspector: Person, two: tuple[Phone, Person], fence: int  # noqa: F811
) -> None:  # fmt: skip
    theirs, other = two
    for who, person in ((phone, inspector), (theirs, other)):
        person_sent = who.edit("fences", fence, 1, condition=("good", "damaged"))
        assert who.send(person, person_sent)[0]["reason"] is None
    assert ground.one("select count(*) from field_conflict") == 0


def test_the_same_field_keeps_both_values_until_a_person_decides(
    ground: Land, phone: Phone, inspector: Person, two: tuple[Phone, Person], fence: int, officer: Person  # noqa: F811
) -> None:  # fmt: skip
    theirs, other = two
    earlier = phone.edit("fences", fence, 1, photos=1, condition=("good", "damaged"))
    later = theirs.edit("fences", fence, 1, photos=2, condition=("good", "removed"), remark=(None, "没了"))
    phone.send_files(inspector)
    theirs.send_files(other)
    phone.send(inspector, earlier)
    (stored,) = theirs.send(other, later)
    assert (stored["verdict"], stored["reason"]["code"]) == ("stored", "field.conflict")
    assert ground.one("select condition, remark from fence_segment") == ("damaged", "没了")
    (found,) = officer.get("/api/v1/patrols/conflicts").json()["items"]
    assert (found["was"], found["theirs"]["value"], found["mine"]["value"]) == ("good", "damaged", "removed")
    assert found["theirs"]["by"]
    assert found["mine"]["by"]
    assert found["place"]["type"] == "LineString"
    shown = {side: {photo["sha256"] for photo in found[side]} for side in ("their_photos", "photos")}
    assert shown == {"their_photos": set(phone.files), "photos": set(theirs.files)}
    url = f"/api/v1/patrols/conflicts/{found['id']}/settle"
    stale = officer.post(url, json={"value": "removed", "present": "good"})
    assert (stale.status_code, stale.json()["code"]) == (412, "conflict.changed_meanwhile")
    odd = officer.post(url, json={"value": "flying", "present": "damaged"})
    assert (odd.status_code, odd.json()["code"]) == (400, "conflict.no_such_value")
    settled = officer.post(url, json={"value": "removed", "present": "damaged", "reason": "现场照片为证"})
    assert settled.json()["state"] == "settled", settled.text
    assert ground.one("select condition from fence_segment") == "removed"
    assert officer.post(url, json={"value": "removed", "present": "removed"}).status_code == 409
    past = ground.rows("select condition from fence_segment_version order by version_no")
    assert [each for (each,) in past] == ["good", "damaged", "damaged", "removed"]
    assert inspector.get("/api/v1/patrols/conflicts").status_code == 403


def test_two_corrections_of_a_finding_conflict_and_are_settled(
    ground: Land, phone: Phone, inspector: Person, two: tuple[Phone, Person], officer: Person  # noqa: F811
) -> None:  # fmt: skip
    theirs, other = two
    seen = phone.observation(quantity=3)
    phone.send(inspector, seen, phone.correction(seen["uuid"], quantity=(3, 5), severity=("high", "low")))
    (stored,) = theirs.send(other, theirs.correction(seen["uuid"], quantity=(3, 9)))
    assert stored["reason"]["code"] == "field.conflict"
    (found,) = officer.get("/api/v1/patrols/conflicts").json()["items"]
    body = {"value": 9, "present": 5, "reason": "复核"}
    assert officer.post(f"/api/v1/patrols/conflicts/{found['id']}/settle", json=body).status_code == 200
    assert ground.one("select quantity::float, severity from observation") == (9.0, "low")
    assert ground.one("select count(*) from observation_change") == 3
