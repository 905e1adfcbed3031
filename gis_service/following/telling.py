"""Who handles what was seen learns that it was seen again, or that what was told of it was corrected."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.cases.clues.models import Clue
from gis_service.following import queries
from gis_service.following.rules import Then
from gis_service.notifications import operations as notifications
from gis_service.notifications import queries as readers
from gis_service.notifications.rules import Level
from gis_service.patrols.items import ITEMS
from gis_service.patrols.models import Observation, ObservationChange
from gis_service.procedures import telling as turns
from gis_service.procedures.models import Proceeding
from gis_service.rectification.conduct import RECTIFICATIONS

FIELDS = {
    "parcel_id": ("地块", "parcel"), "item": ("检查项", "item"), "item_code": ("检查项", "item"), "severity": ("严重程度", "severity"),
    "quantity": ("数量", "quantity"), "quantity_unit": ("单位", "unit"), "description": ("描述", "description"),
    "geometry": ("位置", "place"), "geom": ("位置", "place"), "answers": ("检查内容", "answers"),
}  # fmt: skip


def tell_again(session: Session, proceeding: Proceeding, seen: Observation, finder: Actor) -> None:
    """An open rectification was seen once more."""
    item = ITEMS.get(seen.item_code, ITEMS["OTHER"])
    notifications.tell(
        session, user_ids=_handlers(session, proceeding) - {finder.id or 0}, kind="rectification", level=Level.INFO,
        title_zh=f"{proceeding.proceeding_no} 巡查再次发现:{item.zh}", title_en=f"{proceeding.proceeding_no} seen again on patrol: {item.en}",
        body_zh=f"{finder.name} 在巡查中再次看到“{proceeding.title}”,新照片已入附件。",
        body_en=f"{finder.name} saw '{proceeding.title}' again; the new photos are in its file.",
        link=turns.link_to("rectifications", proceeding.id), subject=f"rectification/{proceeding.id}",
        dedupe_key=f"rectification/{proceeding.id}/again",
    )  # fmt: skip


def tell_corrections(session: Session, seen: Observation) -> int:
    """Tell whoever handles it of the corrections made since; answers how many there were."""
    changes = queries.new_changes(session, seen)
    if not changes:
        return 0
    if seen.followed_by_noun == Then.RECTIFICATION and seen.followed_by_id is not None:
        proceeding = session.get_one(Proceeding, seen.followed_by_id)
        link = turns.link_to("rectifications", proceeding.id)
        _tell(session, seen, changes, _handlers(session, proceeding), proceeding.proceeding_no, link)
    elif seen.followed_by_noun == Then.CLUE and seen.followed_by_id is not None:
        clue = session.get_one(Clue, seen.followed_by_id)
        duty = set(readers.users_with(session, "clue.judge", area_id=clue.area_id))
        _tell(session, seen, changes, duty, clue.tracking_no, f"/desk/clues/{clue.id}")
    seen.corrections_told_id = changes[-1].id
    session.flush()
    return len(changes)


def _handlers(session: Session, proceeding: Proceeding) -> set[int]:
    """Those whose turn it is and the officer in charge; when it is over, those who watch over that land."""
    found = turns.people_for(session, RECTIFICATIONS, proceeding)
    if proceeding.officer_id is not None:
        found |= {proceeding.officer_id}
    return found or set(readers.users_with(session, "rectification.supervise", area_id=proceeding.area_id))


def _tell(
    session: Session, seen: Observation, changes: Sequence[ObservationChange], people: set[int], no: str, link: str
) -> None:
    by, item = changes[-1].by_name, ITEMS.get(seen.item_code, ITEMS["OTHER"])
    fields = list(dict.fromkeys(FIELDS.get(each.field, (each.field, each.field)) for each in changes))
    notifications.tell(
        session, user_ids=people, kind=str(seen.followed_by_noun), level=Level.WARN,
        title_zh=f"{no} 的巡查发现已更正:{item.zh}", title_en=f"{no}: what the patrol saw was corrected ({item.en})",
        body_zh=f"{by} 更正了{'、'.join(zh for zh, _ in fields)}。原值仍可查看,请核对办理内容。",
        body_en=f"{by} corrected {', '.join(en for _, en in fields)}. The former values stay; check what is being done.",
        link=link, subject=f"observation/{seen.id}", dedupe_key=f"correction/{changes[-1].id}",
    )  # fmt: skip
