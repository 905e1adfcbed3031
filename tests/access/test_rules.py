import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_service.access import rules
from gis_service.access.actor import Actor, Grant
from gis_service.access.rules import PERMISSIONS, THREE_ADMINS, Role
from gis_service.core.errors import Forbidden


def test_no_administrator_has_a_business_right() -> None:
    business = {name for name in PERMISSIONS if name.startswith(("parcel.", "map.", "document.", "contact."))}
    assert all(not PERMISSIONS[name] & THREE_ADMINS for name in business)


def test_nobody_can_both_grant_rights_and_make_accounts_or_read_traces() -> None:
    for role in Role:
        held = {name for name in ("grant.change", "user.change", "audit.read") if role in PERMISSIONS[name]}
        assert len(held) <= 1


@given(st.sets(st.sampled_from(list(Role))), st.sampled_from(list(Role)))
def test_an_administrator_stands_alone(held: set[Role], new: Role) -> None:
    together = held | {new}
    alone = len(together) == 1 or not together & THREE_ADMINS
    assert rules.roles_clash(held, new) is not (
        alone or (not (together - {new}) & THREE_ADMINS and new not in THREE_ADMINS)
    )


def test_a_verb_reaches_only_the_land_of_the_grants_that_allow_it() -> None:
    actor = Actor(id=1, name="x", grants=(Grant(Role.INSPECTOR, area_id=1), Grant(Role.LAND_OFFICER, area_id=2)))
    assert actor.scope("parcel.read").area_ids == {1, 2}
    assert actor.scope("parcel.edit").area_ids == {2}
    assert not actor.scope("parcel.edit").see_all


def test_a_guest_sees_only_what_is_published() -> None:
    scope = Actor(id=1, name="x", grants=(Grant(Role.GUEST),)).scope("parcel.read")
    assert scope.see_published
    assert not scope.see_all


def test_without_a_grant_the_door_is_shut() -> None:
    with pytest.raises(Forbidden):
        Actor(id=1, name="x").scope("parcel.read")
