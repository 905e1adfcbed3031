"""Who recorded something, and on which land they may do what."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from gis_service.access import queries as access
from gis_service.access.actor import Actor
from gis_service.access.models import User
from gis_service.core import clock
from gis_service.core.errors import Forbidden
from gis_service.files.store import FileStore
from gis_service.parcels.models import Parcel
from gis_service.patrols.inbox.verdicts import Held, Refused


@dataclass(frozen=True)
class Recorder:
    """The person of a record. `released`: a land officer has let the record through, so the land is not asked about."""

    actor: Actor
    released: bool = False

    def require(self, permission: str, parcel: Parcel) -> None:
        """Raises `Refused` where the person may not do this on the parcel."""
        if not self.released and not may_on(self.actor, permission, parcel.area_id, parcel.custodian_unit_id):
            raise Refused("field.no_right", permission=permission)

    @property
    def unit_id(self) -> int | None:
        """The unit that walks: that of the account, or the one whose land the person was given."""
        units = {grant.unit_id for grant in self.actor.grants if grant.unit_id is not None}
        return self.actor.unit_id or (units.pop() if len(units) == 1 else None)


def may_on(actor: Actor, permission: str, area_id: int | None, unit_id: int | None) -> bool:
    """Whether the row policy of land would show this land to the person for this verb."""
    try:
        scope = actor.scope(permission)
    except Forbidden:
        return False
    return scope.see_all or area_id in scope.area_ids or unit_id in scope.unit_ids


@dataclass
class World:
    """What the judges of one transaction share: whose records they are, where files lie, and what there is to do afterwards."""

    store: FileStore
    district_code: str
    actors: dict[int, Actor] = field(default_factory=dict)
    walks: set[UUID] = field(default_factory=set)
    """Walks of which records came, whatever became of them: their state must be looked at again."""
    walked: set[int] = field(default_factory=set)
    """Patrols with new track."""
    notes: list[tuple[str, str, dict[str, Any], Actor]] = field(default_factory=list)
    """Audit entries to be written: action, subject, detail, who."""

    def actor(self, session: Session, user_id: int, *, released: bool) -> Actor:
        """The person, as their grants are now. Raises `Held` where the account is disabled, unless the record was let through."""
        if user_id not in self.actors:
            user = session.get_one(User, user_id)
            found = access.actor_named(session, user.username, at=clock.now())
            if found is None and not released:
                raise Held("field.no_account")
            self.actors[user_id] = found or Actor(id=user.id, name=user.display_name, username=user.username)
        return self.actors[user_id]
