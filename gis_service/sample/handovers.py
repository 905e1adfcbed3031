"""The sample's handovers: one batch signed, one half way with parcels that something stands in the way of, one just listed.

The register tells since when each parcel stood where (`parcel_version`); the logs told here have the same days, so that register and
handovers agree. What came before the register began is told as it usually goes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw
from sqlalchemy import text
from sqlalchemy.orm import Session

from gis_service.handover import filing as papers
from gis_service.handover import operations as batches
from gis_service.handover.conduct import CONDUCT
from gis_service.handover.filing import Press
from gis_service.handover.models import Handover, HandoverBatch
from gis_service.handover.operations import BatchSaid
from gis_service.handover.rules import PHOTO_SIDES, UNDER_WAY
from gis_service.parcels.attachments.operations import Kept
from gis_service.parcels.models import Parcel
from gis_service.procedures import filing, operations, queries
from gis_service.procedures.models import Proceeding, ProceedingPaper, ProceedingStep
from gis_service.procedures.operations import Opening, Told
from gis_service.procedures.rules import OPEN
from gis_service.procedures.schemas import PaperIn
from gis_service.sample.proceedings import GUARD, LAND, LEADER, Teller, person

GIVING, RECEIVING, WITNESS = "CBZX", "GH01", "TJWZ"
USUAL = ("listed", "prepared", "consulted", "inspection", "signing", "handed_over")
ACTIONS = {
    ("listed", "prepared"): "prepare", ("prepared", "consulted"): "consult", ("consulted", "inspection"): "agree",
    ("consulted", "prepared"): "object", ("inspection", "issues"): "find_issues", ("inspection", "signing"): "pass",
    ("issues", "inspection"): "fixed", ("issues", "signing"): "settle", ("signing", "handed_over"): "complete",
}  # fmt: skip
SIGNED, PHOTO_AGE = 8, timedelta(days=6)
"""Parcels of the finished batch; how long ago the newest photos were taken."""
BEFORE, LOOK = timedelta(days=12), timedelta(hours=2)


@dataclass(frozen=True)
class Way:
    """A parcel's way through the states of a handover, with the moment it came into each; and who receives it."""

    parcel_id: int
    came: tuple[tuple[str, datetime], ...]
    receiving: str

    @property
    def state(self) -> str:
        return self.came[-1][0]


def tell(teller: Teller) -> None:
    """All three batches."""
    ways = _ways(teller.session)
    signed = [way for way in ways if way.state == "handed_over" and way.receiving == RECEIVING and len(way.came) > 4]
    signed = sorted(signed, key=lambda way: way.came[-1][1])[-SIGNED:]
    half = [way for way in ways if way.state in UNDER_WAY - {"listed"}]
    listed = [way for way in ways if way.state == "listed"]
    _batch(teller, "2026 年第一批国有空闲地移交(示例)", signed, date(2026, 9, 30))
    _batch(teller, "2026 年第二批国有空闲地移交(示例)", half, date(2026, 12, 20))
    _batch(teller, "2027 年第一批国有空闲地移交(示例)", listed, date(2027, 3, 31))


HISTORY = """
    select p.id, array_agg(v.handover_status order by v.version_no), array_agg(v.valid_from order by v.version_no),
           string_agg(v.reason, ' ' order by v.version_no)
      from parcel p
      join (select *, lag(handover_status) over (partition by id order by version_no) as was from parcel_version) v
        on v.id = p.id and v.handover_status is distinct from v.was
     where p.retired_on is null and p.handover_status = any (:states)
     group by p.id, p.parcel_no order by p.parcel_no"""


def _ways(session: Session) -> list[Way]:
    """The way of every parcel that is under way or in care, as the register tells it."""
    states = [*UNDER_WAY, "handed_over"]
    rows = session.execute(text(HISTORY), {"states": states}).all()
    units = session.execute(text("select code, name from unit where code like 'GH%' or code like 'SQ%'")).all()
    found = []
    for parcel_id, statuses, moments, reasons in rows:
        named = next((code for code, name in units if name in (reasons or "")), RECEIVING)
        came = [(status, at) for status, at in zip(statuses, moments, strict=True) if status in ACTED]
        found.append(Way(parcel_id, (*_earlier(*came[0]), *came), named))
    return found


ACTED = frozenset(state for pair in ACTIONS for state in pair)


def _earlier(first: str, at: datetime) -> list[tuple[str, datetime]]:
    """The usual way to where a parcel stood when the register began."""
    before = USUAL[: USUAL.index("inspection") + 1] if first == "issues" else USUAL[: USUAL.index(first)]
    return [(state, at - BEFORE * (len(before) - n)) for n, state in enumerate(before)]


def _batch(teller: Teller, title: str, ways: Sequence[Way], planned_on: date) -> HandoverBatch:
    session, units = teller.session, teller.units
    said = BatchSaid(title, units[GIVING], units[RECEIVING], units[WITNESS], planned_on)
    batch = batches.create(session, person(LAND), teller.district_code, said)
    began = max(min(way.came[0][1] for way in ways), datetime.fromisoformat("2025-01-06T01:00:00+00:00"))
    batch.created_at = began
    made = [(_open(teller, batch, way), way) for way in ways]
    _shared_papers(teller, batch, made)
    for proceeding, way in made:
        _walk(teller, batch, proceeding, way)
    if all(way.state == "handed_over" for way in ways):
        batch.state, batch.closed_at = "closed", max(way.came[-1][1] for way in ways) + timedelta(days=1)
    session.flush()
    return batch


def _open(teller: Teller, batch: HandoverBatch, way: Way) -> Proceeding:
    parcel = teller.session.get_one(Parcel, way.parcel_id)
    receiving = teller.units[way.receiving]
    title = f"{parcel.parcel_no} {parcel.parcel_name or ''}".strip()
    opening = Opening(
        title=title, area_id=parcel.area_id, unit_id=batch.giving_unit_id, counterpart_unit_id=receiving, parcel_ids=[parcel.id],
        place_text=parcel.location_text, at=way.came[0][1],
    )  # fmt: skip
    proceeding = operations.open_proceeding(teller.session, TOLD, person(LAND), teller.district_code, opening)
    handover = batches.enter_in(teller.session, batch, proceeding, parcel)
    handover.receiving_unit_id, handover.custodian_before_id, handover.status_before = (
        receiving,
        batch.giving_unit_id,
        "not_planned",
    )
    teller.session.flush()
    return proceeding


def _follows(session: Session, _actor: Any, proceeding: Proceeding, entry: ProceedingStep) -> None:
    """The register knows already; only the handover's own row goes along."""
    if entry.action != OPEN:
        session.get_one(Handover, proceeding.id).is_under_way = entry.after in UNDER_WAY


TOLD = replace(CONDUCT, blockers=lambda *_: [], follows=_follows)


# --- papers ---------------------------------------------------------------------------------------------------------

SHARED = {"right_check": "prepared", "consult_letter": "consulted", "site_record": "inspection"}
"""Papers of which there is one for many parcels, and the state that they lead to or belong to."""


def _shared_papers(teller: Teller, batch: HandoverBatch, made: Sequence[tuple[Proceeding, Way]]) -> None:
    press = Press(teller.store, teller.office)
    for kind, state in SHARED.items():
        there = [(proceeding, way) for proceeding, way in made if _reached(way, state)]
        if kind == "site_record":
            there = [(proceeding, way) for proceeding, way in there if way.state != "inspection"]
        if there:
            at = min(_moment(way, state) for _, way in there)
            ids = [proceeding.id for proceeding, _ in there]
            papers.make_for_all(teller.session, press, person(LAND), batch, ids, PaperIn(kind=kind), at=at)


def _reached(way: Way, state: str) -> bool:
    return any(came == state for came, _ in way.came)


def _moment(way: Way, state: str) -> datetime:
    return next(at for came, at in way.came if came == state)


def _uploaded(teller: Teller, proceeding: Proceeding, kind: str, at: datetime) -> None:
    """A paper that others wrote: a drawn sheet stands for it."""
    out = BytesIO()
    sheet = Image.new("RGB", (620, 877), "#ffffff")
    draw = ImageDraw.Draw(sheet)
    for line in range(20):
        draw.rectangle(
            (80, 120 + line * 32, 540 - (proceeding.id * 37 + line * 71) % 160, 128 + line * 32), fill="#8b8f94"
        )
    sheet.save(out, "PDF")
    kept = teller.store.put(BytesIO(out.getvalue()), limit_bytes=1 << 22)
    file = Kept(*kept, f"{proceeding.proceeding_no} {kind}(示例).pdf")
    made = filing.upload_paper(teller.session, teller.store, person(LAND), CONDUCT.procedure, proceeding, kind, file)
    made.as_of = made.made_at = at
    teller.session.flush()


# --- steps ------------------------------------------------------------------------------------------------------------

CHECKED: dict[str, Any] = {
    "outline_confirmed": True, "fence_seen": "full", "sign_seen": "good", "waste_seen": False, "occupied": False, "access": True,
    "water": False, "electricity": False, "present": ["陈晓岚(示例)", "梁伟(示例)"],
}  # fmt: skip
FOUND: dict[str, Any] = {**CHECKED, "fence_seen": "damaged", "waste_seen": True, "waste_note": "东北角堆土约 60 m³"}


def _walk(teller: Teller, batch: HandoverBatch, proceeding: Proceeding, way: Way) -> None:
    """Every step of a way, with its papers; where the land is being inspected or waits for signatures, with fresh photos."""
    for (before, _), (after, at) in zip(way.came, way.came[1:], strict=False):
        action = ACTIONS[before, after]
        if action in ("pass", "find_issues"):
            _take(teller, proceeding, "inspect", at - LOOK, facts=CHECKED if action == "pass" else FOUND, who=GUARD)
        _ready(teller, batch, proceeding, action, at - timedelta(hours=1))
        facts = {
            "issues_found": "东侧围蔽缺口约 6 m,东北角堆土约 60 m³。",
            "fix_by": (at + timedelta(days=30)).date().isoformat(),
        }
        who = {"agree": GUARD, "object": GUARD, "settle": LEADER}.get(action, LAND)
        reason = {"object": "界址点坐标与现场界桩不符,请核对", "settle": "遗留问题已约定责任单位和时限"}.get(action, "")
        _take(teller, proceeding, action, at, facts=facts if action == "find_issues" else {}, who=who, reason=reason)
    if way.state in ("signing", "issues"):
        newest = datetime.fromisoformat("2026-11-27T02:00:00+00:00") - PHOTO_AGE
        for n, side in enumerate(PHOTO_SIDES[: 4 - proceeding.id % 2]):
            teller.photo(proceeding, side, newest - timedelta(days=n), GUARD)


def _ready(teller: Teller, batch: HandoverBatch, proceeding: Proceeding, action: str, at: datetime) -> None:
    """What the step needs in the file and is not there yet."""
    step = CONDUCT.procedure.table[proceeding.state, action]
    there = {paper.kind for paper in _waiting(teller.session, proceeding)}
    for kind in step.papers:
        if kind == "handover_confirmation":
            press = Press(teller.store, teller.office)
            papers.make_for_all(teller.session, press, person(LAND), batch, [proceeding.id], PaperIn(kind=kind), at=at)
        elif kind not in there:
            _uploaded(teller, proceeding, kind, at)
    for n, side in enumerate(("giving", "receiving", "witness") if step.signatures else ()):
        unit_id = {"giving": proceeding.unit_id, "receiving": proceeding.counterpart_unit_id}.get(
            side, batch.witness_unit_id
        )
        name = (LAND, GUARD, "见证人 林国栋(示例)")[n]
        nobody = replace(person(name), id=0)  # people of the sample have no accounts
        signed = filing.sign(
            teller.session,
            teller.store,
            nobody,
            proceeding,
            side=side,
            person=name.split(" ")[1],
            unit_id=unit_id,
            drawn=scribble(n),
        )
        signed.signed_at = at


def _waiting(session: Session, proceeding: Proceeding) -> list[ProceedingPaper]:
    found = queries.papers_of(session, proceeding.id)
    return [paper for paper in found if paper.step_id is None]


def _take(
    teller: Teller,
    proceeding: Proceeding,
    action: str,
    at: datetime,
    *,
    facts: dict[str, Any],
    who: str = LAND,
    reason: str = "",
) -> None:
    told = Told(facts, reason, at=at)
    operations.advance(teller.session, TOLD, person(who), proceeding.id, action, seen=proceeding.row_version, told=told)


def scribble(seed: int) -> bytes:
    """A drawn signature: some strokes that are nobody's name."""
    made = Image.new("RGBA", (360, 140), (255, 255, 255, 0))
    draw = ImageDraw.Draw(made)
    for stroke in range(5):
        x, y = 30 + stroke * 62, 40 + (seed * 53 + stroke * 37) % 60
        points = [(x, y), (x + 26, y + 34 - stroke * 9), (x + 48, y - 18 + seed * 7), (x + 60, y + 22)]
        draw.line(points, fill=(20, 30, 60, 255), width=4, joint="curve")
    out = BytesIO()
    made.save(out, "PNG")
    return out.getvalue()
