"""The handover's own rules for the engine: what blocks, what follows in the register, what pages and papers are told."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.access.rules import Role
from gis_service.core import clock, db
from gis_service.handover import rules, situation
from gis_service.handover.models import Handover, HandoverBatch
from gis_service.handover.rules import HANDOVER
from gis_service.parcels import operations as register
from gis_service.parcels.models import Document, Parcel
from gis_service.parcels.operations import Why
from gis_service.patrols.planning.operations import parcel_handed_over
from gis_service.procedures import operations, queries
from gis_service.procedures.conduct import Act, Conduct, Signing
from gis_service.procedures.models import Proceeding, ProceedingPaper, ProceedingStep
from gis_service.procedures.operations import Told
from gis_service.procedures.rules import OPEN, Blocker, Step, unwaived

OFFICE = frozenset({Role.LAND_OFFICER, Role.LEADER, Role.INSPECTOR})
M2_PER_MU = Decimal(2000) / 3


def blockers(session: Session, proceeding: Proceeding, step: Step) -> list[Blocker]:
    if step.action not in rules.GUARDS:
        return []
    known = situation.of(session, [proceeding.id])[proceeding.id]
    return rules.guarding(step.action, rules.obstacles(known.situation, clock.today()))


# --- what follows -----------------------------------------------------------------------------------------------------


def follows(session: Session, actor: Actor, proceeding: Proceeding, entry: ProceedingStep) -> None:
    """The register goes along with every step that moves; custodian and day change with signing and recall only."""
    if entry.action == OPEN or entry.after == entry.before:
        return
    handover = session.get_one(Handover, proceeding.id)
    handover.is_under_way = entry.after in rules.UNDER_WAY
    session.flush()
    _register(session, handover, proceeding, entry)
    if entry.after in ("handed_over", "returned"):
        with db.seeing_all(session):  # plans and tasks of both units, whoever completes the handover
            parcel_handed_over(session, handover.parcel_id)
    if entry.action == "complete":
        _hand_on(session, actor, handover, proceeding)


def _register(session: Session, handover: Handover, proceeding: Proceeding, entry: ProceedingStep) -> None:
    with db.seeing_all(session):
        parcel = session.get_one(Parcel, handover.parcel_id, populate_existing=True)
        facts = _changes(handover, proceeding, entry, parcel)
        if facts and parcel.retired_on is None:
            document_id = _document(session, proceeding, entry)
            zh, _ = operations.action_words(HANDOVER, entry.before, entry.action)
            why = Why(
                f"移交 {proceeding.proceeding_no}:{zh}" + (f"({entry.reason})" if entry.reason else ""), document_id
            )
            register.change(session, parcel.id, seen=parcel.row_version, facts=facts, why=why)


def _changes(handover: Handover, proceeding: Proceeding, entry: ProceedingStep, parcel: Parcel) -> dict[str, Any]:
    """What the register must say after the step, as far as it does not say so already."""
    wanted: dict[str, Any] = {"handover_status": rules.register_status(entry.after, handover.status_before)}
    if entry.after == "handed_over":
        wanted |= {"custodian_unit_id": proceeding.counterpart_unit_id, "handed_over_on": entry.happened_on}
    elif entry.after == "returned":
        wanted |= {"custodian_unit_id": handover.custodian_before_id or proceeding.unit_id, "handed_over_on": None}
    elif entry.after == "transferred_again" or (entry.after not in rules.UNDER_WAY and _moved_on(parcel)):
        return {}
    return {name: value for name, value in wanted.items() if getattr(parcel, name) != value}


def _moved_on(parcel: Parcel) -> bool:
    """The register was told something else meanwhile: it is not turned back."""
    return parcel.handover_status not in rules.UNDER_WAY


def _document(session: Session, proceeding: Proceeding, entry: ProceedingStep) -> int | None:
    """The confirmation or notice that a last step took, as a document of the register; one for a batch is entered once."""
    kinds = {"complete": "handover_confirmation", "recall": "recall_notice"}
    if entry.action not in kinds:
        return None
    asked = select(ProceedingPaper).where(
        ProceedingPaper.step_id == entry.id, ProceedingPaper.kind == kinds[entry.action]
    )
    paper = session.scalars(asked.order_by(ProceedingPaper.id.desc()).limit(1)).one()
    doc_no = paper.doc_no or f"{paper.title} {proceeding.proceeding_no}"
    named = select(Document.id).where(Document.district_code == proceeding.district_code, Document.doc_no == doc_no)
    found = session.scalar(named)
    if found is not None:
        return found
    issuer = queries.names_of_units(session, [proceeding.unit_id]).get(proceeding.unit_id or 0)
    facts = {
        "kind": paper.title, "doc_no": doc_no, "title": f"{proceeding.title}:{paper.title}", "issued_on": entry.happened_on,
        "issuer": issuer, "file_sha256": paper.pdf_sha256 or paper.file_sha256,
    }  # fmt: skip
    return register.register_document(session, district_code=proceeding.district_code, facts=facts).id


def _hand_on(session: Session, actor: Actor, handover: Handover, proceeding: Proceeding) -> None:
    """The handover by which the land was in care until now has ended: it was transferred again."""
    with db.seeing_all(session):
        earlier = session.scalars(
            select(Proceeding)
            .join(Handover, Handover.proceeding_id == Proceeding.id)
            .where(
                Handover.parcel_id == handover.parcel_id,
                Proceeding.state == "handed_over",
                Proceeding.id < proceeding.id,
            )
        ).all()
    for each in earlier:
        operations.advance(
            session, CONDUCT, actor, each.id, "transfer_again", seen=each.row_version,
            told=Told({"next_no": proceeding.proceeding_no}),
        )  # fmt: skip


# --- what is told -----------------------------------------------------------------------------------------------------


def details(session: Session, proceeding: Proceeding) -> Mapping[str, Any]:
    """Batch, parcel, everything that stands in the way, the checklist, the four photos."""
    handover = session.get_one(Handover, proceeding.id)
    batch = session.get_one(HandoverBatch, handover.batch_id)
    known = situation.of(session, [proceeding.id])[proceeding.id]
    today = clock.today()
    units = queries.names_of_units(session, [handover.custodian_before_id, handover.witness_unit_id])
    photos = rules.newest_photos(known.situation.photos)
    return {
        "batch": {"id": batch.id, "batch_no": batch.batch_no, "title": batch.title},
        "parcel_id": handover.parcel_id,
        "parcel_no": known.situation.parcel_no,
        "custodian_before": units.get(handover.custodian_before_id or 0),
        "witness": units.get(handover.witness_unit_id or 0),
        "blockers": [blocker_out(each) for each in ahead(known)],
        "checklist": known.situation.checklist,
        "photos": [
            {"side": side, "file_id": photos[side].file_id if side in photos else None,
             "on": photos[side].on if side in photos else None,
             "is_old": side in photos and rules.is_old(photos[side], today)}
            for side in rules.PHOTO_SIDES
        ],
        "signed": sorted(known.signed),
    }  # fmt: skip


def ahead(known: situation.Known) -> list[Blocker]:
    """Blockers of the steps ahead that nobody waived."""
    found = rules.ahead(known.situation.state, rules.obstacles(known.situation, clock.today()))
    return unwaived(found, known.log)


def blocker_out(blocker: Blocker) -> dict[str, Any]:
    zh, en, _ = rules.CODES[blocker.code]
    return {
        "code": blocker.code, "zh": blocker.zh, "en": blocker.en, "short_zh": zh, "short_en": en, "waivable": blocker.waivable,
        "link": blocker.link,
    }  # fmt: skip


def paper_facts(session: Session, proceeding: Proceeding) -> Mapping[str, Any]:
    """The third unit, and the land with its right holder and present custodian."""
    handover = session.get_one(Handover, proceeding.id)
    units = queries.names_of_units(session, [handover.witness_unit_id])
    return {
        "units": {"witness": units.get(handover.witness_unit_id or 0)},
        "parcels": parcels_out(session, [proceeding.id]),
    }


def parcels_out(session: Session, ids: list[int]) -> list[dict[str, Any]]:
    """The land of handovers as papers and lists show it, in the order of numbers."""
    rows = land_of(session, ids)
    names = queries.names_of_units(
        session, [row[c] for row in rows for c in ("custodian_unit_id", "right_holder_unit_id")]
    )
    areas = queries.names_of_areas(session, [row["area_id"] for row in rows])
    return [
        {
            "parcel_no": row["parcel_no"], "parcel_name": row["parcel_name"], "area_name": areas.get(row["area_id"] or 0),
            "location_text": row["location_text"], "area_m2": row["area_m2"], "area_mu": round(row["area_m2"] / M2_PER_MU, 2),
            "custodian": names.get(row["custodian_unit_id"] or 0), "right_holder": names.get(row["right_holder_unit_id"] or 0),
            "note": None,
        }
        for row in rows
    ]  # fmt: skip


def land_of(session: Session, ids: list[int]) -> list[dict[str, Any]]:
    """What the register says of the land of handovers, whoever asks: they see these handovers."""
    with db.seeing_all(session):
        asked = (
            select(
                Handover.proceeding_id, Parcel.parcel_no, Parcel.parcel_name, Parcel.area_id, Parcel.location_text,
                Parcel.custodian_unit_id, Parcel.right_holder_unit_id, Parcel.fence_status, Parcel.sign_count, Parcel.survey_status,
                Parcel.waste_found, Parcel.disposal_status, Parcel.handed_over_on,
                Parcel.area_registered_m2, Parcel.area_computed_m2, Parcel.geom,
                func.st_asgeojson(Parcel.geom, 6).label("outline"),
            )
            .join(Parcel, Parcel.id == Handover.parcel_id)
            .where(Handover.proceeding_id.in_(ids))
            .order_by(Parcel.parcel_no)
        )  # fmt: skip
        rows = session.execute(asked).mappings().all()
    return [{**row, "area_m2": row["area_registered_m2"] or row["area_computed_m2"]} for row in rows]


# --- who acts for whom ------------------------------------------------------------------------------------------------


def keeps_off(session: Session, actor: Actor, proceeding: Proceeding, act: Act) -> tuple[str, str] | None:
    """A unit answers, looks and signs for its own side only."""
    sides = sides_of(actor, proceeding, session.get_one(Handover, proceeding.id).witness_unit_id)
    if isinstance(act, Signing):
        if rules.may_sign(act.side, sides, drawn=act.drawn):
            return None
        if "office" in sides:
            return "由本机代签时,须由签字人手写签名", "on this device the person who signs must draw the signature"
        zh, en = operations.SIDES[act.side]
        return f"须由{zh}签字", f"{en} must sign"
    if rules.may_act(act.permission, sides):
        return None
    return "须由接收方办理", "the receiving unit must do this"


def sides_of(actor: Actor, proceeding: Proceeding, witness_unit_id: int | None) -> frozenset[str]:
    """For whom a person acts: the office that runs handovers, or the units of their grants."""
    return sides_among(
        actor, {"giving": proceeding.unit_id, "receiving": proceeding.counterpart_unit_id, "witness": witness_unit_id}
    )


def sides_among(actor: Actor, named: Mapping[str, int | None]) -> frozenset[str]:
    """As `sides_of`, for sides by their units."""
    units = {grant.unit_id or actor.unit_id for grant in actor.grants if grant.role is Role.UNIT_USER}
    sides = {side for side, unit_id in named.items() if unit_id is not None and unit_id in units}
    return frozenset(sides | ({"office"} if any(grant.role in OFFICE for grant in actor.grants) else set()))


CONDUCT = Conduct(
    HANDOVER,
    blockers=blockers,
    follows=follows,
    details=details,
    paper_facts=paper_facts,
    keeps_off=keeps_off,
    opens_directly=False,
)
