"""Who is told that a proceeding waits for them: whoever may take a step from where it stands now, over that land or for that unit."""

from sqlalchemy.orm import Session

from gis_service.notifications import operations as notifications
from gis_service.notifications import queries as readers
from gis_service.notifications.rules import Level
from gis_service.procedures.conduct import Conduct
from gis_service.procedures.models import Proceeding
from gis_service.procedures.rules import Step


def tell(session: Session, conduct: Conduct, proceeding: Proceeding, *, but: int | None = None) -> None:
    """Tell those whose turn it is, `but` the one who just acted; each only once while it is unread."""
    procedure = conduct.procedure
    state = procedure.by_code[proceeding.state]
    waiting = people_for(session, conduct, proceeding) - {but}
    if not waiting or state.final:
        return
    notifications.tell(
        session, user_ids=waiting, kind=procedure.noun, level=Level.INFO,
        title_zh=f"{proceeding.proceeding_no} {proceeding.title}:{state.zh}", title_en=f"{proceeding.proceeding_no} {proceeding.title}: {state.en}",
        body_zh=f"{procedure.zh}“{proceeding.title}”现为“{state.zh}”,待您办理。",
        body_en=f"{procedure.en} '{proceeding.title}' is at '{state.en}' and waits for you.",
        link=link_to(procedure.plural, proceeding.id), subject=f"{procedure.noun}/{proceeding.id}",
        dedupe_key=f"{procedure.noun}/{proceeding.id}/{proceeding.state}",
    )  # fmt: skip


def link_to(plural: str, proceeding_id: int) -> str:
    """The desk's address of a proceeding."""
    return f"/desk/{plural}/{proceeding_id}"


def people_for(session: Session, conduct: Conduct, proceeding: Proceeding) -> set[int]:
    """Who may move it on from here; the officer in charge alone, where there is one who may."""
    permissions = {
        step.permission for step in conduct.procedure.offered(proceeding.state) if _moves(step, proceeding.state)
    }
    able: set[int] = set()
    for permission in permissions:
        units = [each for each in (proceeding.unit_id, proceeding.counterpart_unit_id) if each is not None]
        able |= set(readers.users_with(session, permission, area_id=proceeding.area_id))
        for unit_id in units:
            able |= set(readers.users_with(session, permission, unit_id=unit_id))
    return {proceeding.officer_id} if proceeding.officer_id in able and proceeding.officer_id is not None else able


def _moves(step: Step, state: str) -> bool:
    return step.to not in (None, state)
