"""Whoever is on duty learns of a new clue: those who may judge it, over that land."""

from sqlalchemy.orm import Session

from gis_service.cases.clues import rules
from gis_service.cases.clues.models import Clue
from gis_service.notifications import operations as notifications
from gis_service.notifications import queries as readers
from gis_service.notifications.rules import Level


def tell_duty(session: Session, clue: Clue, *, but: int | None = None) -> None:
    """Tell them once; nothing of who reported it."""
    duty = set(readers.users_with(session, "clue.judge", area_id=clue.area_id)) - {but}
    if not duty:
        return
    kind, source = rules.KIND_WORDS[clue.waste_kind], rules.SOURCE_WORDS[clue.source]
    notifications.tell(
        session, user_ids=duty, kind="case", level=Level.WARN,
        title_zh=f"新线索 {clue.tracking_no}:{kind[0]}({source[0]})", title_en=f"New clue {clue.tracking_no}: {kind[1]} ({source[1]})",
        body_zh=f"{clue.place_text} {clue.what}".strip()[:200], body_en=f"{clue.place_text} {clue.what}".strip()[:200],
        link=f"/desk/clues/{clue.id}", subject=f"clue/{clue.id}", dedupe_key=f"clue/{clue.id}",
    )  # fmt: skip
