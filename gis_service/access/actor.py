"""Who is acting: a person with their grants, and the scope those grants open for a verb."""

from dataclasses import dataclass, field

from gis_service.access.rules import PERMISSIONS, THREE_ADMINS, UNSCOPED, Role, permissions_of
from gis_service.core.db import Scope
from gis_service.core.errors import Forbidden


@dataclass(frozen=True)
class Grant:
    role: Role
    area_id: int | None = None
    unit_id: int | None = None


@dataclass(frozen=True)
class Actor:
    """A signed-in person, or the service itself."""

    id: int | None
    name: str
    username: str = ""
    grants: tuple[Grant, ...] = ()
    unit_id: int | None = None
    must_change_password: bool = False
    second_factor_due: bool = False
    """Their roles ask for a second factor under the deployment's profile."""
    must_enrol: bool = False
    """It is due and there is none yet."""
    by_token: bool = False
    may_edit: bool = False
    """By a token that was made for editing."""
    reason: str = ""
    """What that token was made for: why the changes made with it are made."""
    csrf: str = field(default="", repr=False)

    @property
    def permissions(self) -> list[str]:
        return permissions_of(grant.role for grant in self.grants)

    @property
    def administers(self) -> bool:
        """Whether they hold one of the three administrator roles."""
        return any(grant.role in THREE_ADMINS for grant in self.grants)

    def may(self, permission: str) -> bool:
        return any(grant.role in PERMISSIONS[permission] for grant in self.grants)

    def require(self, permission: str) -> None:
        if not self.may(permission):
            raise Forbidden(permission=permission)

    def scope(self, permission: str, request_id: str = "") -> Scope:
        """The rows this verb may touch: those of the grants whose role allows the verb, and no others.

        So an inspector of one area who is land officer of another edits only in the second.
        """
        self.require(permission)
        grants = [grant for grant in self.grants if grant.role in PERMISSIONS[permission]]
        if permission in UNSCOPED:
            grants = []
        business = [grant for grant in grants if grant.role is not Role.GUEST]
        return Scope(
            see_all=any(grant.area_id is None and grant.unit_id is None for grant in business),
            area_ids=frozenset(grant.area_id for grant in business if grant.area_id is not None),
            unit_ids=frozenset(grant.unit_id for grant in business if grant.unit_id is not None),
            see_published=any(grant.role is Role.GUEST for grant in grants),
            see_contacts=self.may("contact.read"),
            actor_id=self.id,
            actor_name=self.name,
            request_id=request_id,
        )


SERVICE = Actor(id=None, name="系统", username="system")
EVERYTHING = Scope(see_all=True, see_contacts=True, actor_name="系统")
"""The scope of the service's own work: migrations, the sample, commands of whoever owns the machine."""
