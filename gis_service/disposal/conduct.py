"""What a disposal project adds to the engine: its own row, what blocks its steps, the register that follows, what pages are told."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.core import db
from gis_service.disposal import quantities, queries, waivers
from gis_service.disposal.errors import (
    BaseNotClean,
    BodiesUnreadable,
    BodyTaken,
    EstimateOrder,
    HazardUntold,
    NoParcel,
    NotFenced,
    NothingBuried,
)
from gis_service.disposal.manifests import queries as manifests
from gis_service.disposal.manifests.rules import DEFAULTS
from gis_service.disposal.models import DensityObservation, Disposal, DisposalBody
from gis_service.disposal.partners import queries as partners
from gis_service.disposal.rules import (
    NO_LOADS,
    PROCEDURE,
    STOPS,
    Standing,
    body_ids,
    follows_register,
    obstacles,
    register_status,
)
from gis_service.disposal.schemas import waiver_out
from gis_service.parcels import operations as register
from gis_service.parcels.models import Parcel
from gis_service.parcels.operations import Why
from gis_service.parcels.rules import DisposalStatus
from gis_service.procedures import operations
from gis_service.procedures import queries as engine
from gis_service.procedures.conduct import Act, Conduct
from gis_service.procedures.models import Proceeding, ProceedingParcel, ProceedingStep
from gis_service.procedures.rules import OPEN, Blocker, Step
from gis_service.surveys.bodies.operations import cleared

SAME = (
    "waste_class", "other_classes", "estimate_id", "survey_no", "plan_year", "batch", "method", "contractor", "supervisor", "base_points",
)  # fmt: skip
"""Facts that its row calls alike."""
NUMBERS = (
    "estimate_low_m3", "estimate_best_m3", "estimate_high_m3", "budget_yuan", "approved_m3", "approved_yuan", "measured_m3",
    "audited_yuan",
)  # fmt: skip
FREE = (DisposalStatus.NOT_LISTED, DisposalStatus.CLOSED_OUT)
OTHERWISE = {"lead_unit": "lead_unit_id", "contractor_unit": "contractor_unit_id"}


def blockers(session: Session, proceeding: Proceeding, step: Step) -> list[Blocker]:
    return obstacles(step.action, queries.situation(session, proceeding))


# --- what follows -----------------------------------------------------------------------------------------------------


def follows(session: Session, actor: Actor, proceeding: Proceeding, entry: ProceedingStep) -> None:
    """Its own row goes along with the log, and the register with every step that moves."""
    before = keep_row(session, actor, proceeding, entry)
    if entry.action == OPEN or entry.after != entry.before:
        _register(session, proceeding, entry, before)


def keep_row(session: Session, actor: Actor, proceeding: Proceeding, entry: ProceedingStep) -> Standing:
    """Its own row goes along, the register does not: it may know already. Returns where the project stood before."""
    if entry.action == OPEN:
        _begin(session, proceeding, entry)
        own = queries.one(session, proceeding.id)
    else:
        own = queries.one(session, proceeding.id)
        _keep(own, entry.facts)
    before = Standing(entry.before, own.stopped_at)
    _went_on(session, actor, proceeding, own, entry)
    session.flush()
    return before


def _begin(session: Session, proceeding: Proceeding, entry: ProceedingStep) -> None:
    facts = entry.facts
    own = Disposal(proceeding_id=proceeding.id, waste_class=facts["waste_class"])
    _keep(own, facts)
    low, best, high = own.estimate_low_m3, own.estimate_best_m3, own.estimate_high_m3
    told = [each for each in (low, best, high) if each is not None]
    if told != sorted(told):
        raise EstimateOrder(low=low, best=best, high=high)
    parcels = _parcels(session, proceeding.id)
    if not parcels:
        raise NoParcel()
    if proceeding.area_id is None:
        proceeding.area_id = parcels[0].area_id
    session.add(own)
    session.flush()
    _take_bodies(session, proceeding, facts.get("waste_bodies", ""))


def _take_bodies(session: Session, proceeding: Proceeding, text: str) -> None:
    bodies = body_ids(text)
    if bodies is None:
        raise BodiesUnreadable(value=text[:80])
    for body in bodies:
        other = queries.open_project_of(session, [body])
        if other is not None:
            raise BodyTaken(body=body, no=other.proceeding_no)
    session.add_all(DisposalBody(proceeding_id=proceeding.id, waste_body_id=body, is_open=True) for body in bodies)
    session.flush()


def _keep(own: Disposal, facts: Mapping[str, Any]) -> None:
    """What a step told, in the row's own types."""
    for name in SAME:
        if name in facts:
            setattr(own, name, facts[name])
    for name in NUMBERS:
        if name in facts:
            setattr(own, name, Decimal(facts[name]))
    for fact, column in OTHERWISE.items():
        if fact in facts:
            setattr(own, column, facts[fact])
    if "planned_until" in facts:
        own.planned_until = date.fromisoformat(facts["planned_until"])


def _went_on(session: Session, actor: Actor, proceeding: Proceeding, own: Disposal, entry: ProceedingStep) -> None:
    """What a step means beside what it told."""
    facts = entry.facts
    if entry.action == "prepare" and own.contractor_unit_id is not None:
        proceeding.counterpart_unit_id = (
            own.contractor_unit_id
        )  # its people see the project and record loads at the gate
    elif entry.action == "begin_removal":
        own.removal_from, own.removal_until = own.removal_from or entry.happened_on, None
    elif entry.action == "finish_removal":
        own.removal_until = entry.happened_on
    elif entry.action == "pass_base":
        if facts["base_points_clean"] < facts["base_points"]:
            raise BaseNotClean(points=facts["base_points"], clean=facts["base_points_clean"])
        own.base_is_clean = True
    elif entry.action in ("dig_more", "rework"):
        own.base_is_clean, own.base_points, own.measured_m3, own.removal_until = False, None, None, None
    elif entry.action == "settle_hazard":
        if facts["is_hazardous"] and not facts.get("national_manifest_no"):
            raise HazardUntold()
        own.hazard_settled = True
    elif entry.action == "allow_as_is":
        _waive(session, actor, proceeding, entry)
    elif entry.action == "accept":
        _remember_loads(session, own)
    _stop_or_go(own, entry)
    if PROCEDURE.by_code[entry.after].final:
        _end(session, own, entry, proceeding.proceeding_no)


def _waive(session: Session, actor: Actor, proceeding: Proceeding, entry: ProceedingStep) -> None:
    """By name, for every parcel of the project that needs it."""
    facts = entry.facts
    with db.seeing_all(session):
        buried = [parcel for parcel in _parcels(session, proceeding.id) if waivers.is_needed(parcel)]
        if not buried:
            raise NothingBuried(parcel_no=proceeding.proceeding_no)
        for parcel in buried:
            waivers.give(session, actor, parcel, facts["covers"], entry.reason, facts["measures"], proceeding.id)


def _stop_or_go(own: Disposal, entry: ProceedingStep) -> None:
    if entry.after in STOPS and entry.before not in STOPS:
        if entry.action == "find_hazard" and not entry.facts["fenced"]:
            raise NotFenced()
        own.stopped_at, own.hazard_settled = entry.before, False
    elif entry.before in STOPS and entry.after not in STOPS:
        own.stopped_at = None


def _remember_loads(session: Session, own: Disposal) -> None:
    """The total of the manifests that was accepted: a printed figure stays what it was."""
    loads = manifests.loads_of(session, [own.proceeding_id])[own.proceeding_id]
    made = quantities.total(loads, queries.factors(session, own.proceeding_id))
    own.accepted_loads, own.accepted_net_t, own.accepted_loose_m3 = made.trucks, made.net_t, made.loose_m3


def _end(session: Session, own: Disposal, entry: ProceedingStep, no: str) -> None:
    session.execute(update(DisposalBody).where(DisposalBody.proceeding_id == own.proceeding_id).values(is_open=False))
    if entry.after == "closed_out":
        if own.method not in NO_LOADS:
            with db.seeing_all(session):
                cleared(session, queries.bodies_of(session, own.proceeding_id), f"处置 {no}:销号")
        session.add_all(_observed(session, own, entry.happened_on))


def _observed(session: Session, own: Disposal, on: date) -> list[DensityObservation]:
    """What the weighbridge says of densities: t by m³ loose of each class, by m³ in place where all of it went over the bridge."""
    loads = manifests.loads_of(session, [own.proceeding_id])[own.proceeding_id]
    alone = own.method == "excavate_remove" and len({each.waste_class for each in loads}) == 1
    whole = alone and all(each.net_t is not None for each in loads)
    found = []
    for waste_class in sorted({each.waste_class for each in loads}):
        weighed = [each for each in loads if each.waste_class == waste_class and each.net_t is not None]
        if not weighed:
            continue
        net_t = sum((each.net_t or quantities.ZERO for each in weighed), quantities.ZERO)
        volumes = [each.loose_m3 for each in weighed]
        loose = sum((m3 for m3 in volumes if m3), quantities.ZERO) if all(volumes) else None
        in_place = own.measured_m3 if whole and own.measured_m3 else None
        found.append(
            DensityObservation(
                proceeding_id=own.proceeding_id, waste_class=waste_class, loads=len(weighed), net_t=net_t, loose_m3=loose,
                in_place_m3=in_place, t_per_m3_loose=net_t / loose if loose else None,
                t_per_m3_in_place=net_t / in_place if in_place else None, observed_on=on,
            )
        )  # fmt: skip
    return found


# --- the register -----------------------------------------------------------------------------------------------------


def _parcels(session: Session, proceeding_id: int) -> list[Parcel]:
    """The land of a project, locked in the order of its numbers, so that two projects of a parcel follow one after the other."""
    asked = (
        select(Parcel)
        .join(ProceedingParcel, ProceedingParcel.parcel_id == Parcel.id)
        .where(ProceedingParcel.proceeding_id == proceeding_id)
        .order_by(Parcel.id)
        .with_for_update(of=Parcel)
        .execution_options(populate_existing=True)
    )
    with db.seeing_all(session):
        return list(session.scalars(asked))


def _register(session: Session, proceeding: Proceeding, entry: ProceedingStep, before: Standing) -> None:
    """`disposal_status` of every parcel goes along, by the rule of `register_status`, where the register said what the projects said."""
    zh, _ = operations.action_words(PROCEDURE, entry.before, entry.action)
    why = Why(f"处置 {proceeding.proceeding_no}:{zh}" + (f"({entry.reason})" if entry.reason else ""), None)
    with db.seeing_all(session):
        for parcel in _parcels(session, proceeding.id):
            now = queries.standings(session, parcel.id)
            others = {id_: standing for id_, standing in now.items() if id_ != proceeding.id}
            was = _said_before(parcel, others.values(), None if entry.action == OPEN else before)
            wanted = register_status(now.values())
            if parcel.retired_on is None and follows_register(parcel.disposal_status, was, wanted):
                facts = {"disposal_status": DisposalStatus(wanted).value}
                register.change(session, parcel.id, seen=parcel.row_version, facts=facts, why=why)


def _said_before(parcel: Parcel, others: Iterable[Standing], before: Standing | None) -> DisposalStatus:
    """What the projects made the register say before a step. A new one begins from land that is not listed or was closed out."""
    if before is not None:
        return register_status([*others, before])
    said = register_status(others)
    return DisposalStatus(parcel.disposal_status) if said in FREE and parcel.disposal_status in FREE else said


# --- who, and what is told --------------------------------------------------------------------------------------------


def keeps_off(session: Session, actor: Actor, proceeding: Proceeding, act: Act) -> tuple[str, str] | None:
    """The contractor neither accepts nor strikes off its own work."""
    if not isinstance(act, Step) or act.action not in ("accept", "close_out"):
        return None
    contractor = queries.one(session, proceeding.id).contractor_unit_id
    units = {actor.unit_id, *(grant.unit_id for grant in actor.grants)} - {None}
    if contractor is None or contractor not in units:
        return None
    return "施工单位不能验收、销号自己的项目", "the contractor neither accepts nor closes out its own project"


def details(session: Session, proceeding: Proceeding) -> Mapping[str, Any]:
    """The plan's figures, who carries and receives, what was removed against what was estimated, waivers of its land."""
    own = queries.one(session, proceeding.id)
    loads = manifests.loads_of(session, [proceeding.id])[proceeding.id]
    units = engine.names_of_units(session, [own.lead_unit_id, own.contractor_unit_id])
    parcel_ids = [parcel["id"] for parcel in engine.parcels_of(session, proceeding.id)]
    return {
        **{name: getattr(own, name) for name in (*SAME, *NUMBERS)},
        "lead_unit": units.get(own.lead_unit_id or 0),
        "contractor_unit": units.get(own.contractor_unit_id or 0),
        "planned_until": own.planned_until,
        "removal_from": own.removal_from,
        "removal_until": own.removal_until,
        "stopped_at": own.stopped_at,
        "waste_bodies": queries.bodies_of(session, proceeding.id),
        "accepted": None if own.accepted_loads is None else {
            "loads": own.accepted_loads, "net_t": own.accepted_net_t, "loose_m3": own.accepted_loose_m3
        },
        "carriers": partners.carriers_out(session, proceeding.id),
        "sites": partners.consents_out(session, proceeding.id),
        "receive_within_hours": DEFAULTS.receive_within.total_seconds() / 3600,
        "balance": queries.balance(session, own, loads, queries.factors(session, proceeding.id)),
        "waivers": [waiver_out(each) for each in queries.waivers(session, parcel_ids, all_of_them=True)],
    }  # fmt: skip


def paper_facts(session: Session, proceeding: Proceeding) -> Mapping[str, Any]:
    """The removed quantities as the rows of a paper: by class, and all together."""
    loads = manifests.loads_of(session, [proceeding.id])[proceeding.id]
    t_per_m3 = queries.factors(session, proceeding.id)
    words = {code: zh for code, zh, _ in PROCEDURE.fact_of["waste_class"].choices}
    groups = quantities.grouped(loads, "waste_class", t_per_m3)
    lines = [*((words[code], made) for code, made in groups.items()), ("合计", quantities.total(loads, t_per_m3))]
    return {
        "columns": ["固废类别", "车次", "松方(m³)", "净重(t)", "折自然方(m³)"],
        "items": [
            [name, m.trucks, round(m.loose_m3, 1), round(m.net_t, 3), round(m.in_place_m3, 1)] for name, m in lines
        ],
    }


CONDUCT = Conduct(
    PROCEDURE, blockers=blockers, follows=follows, details=details, paper_facts=paper_facts, keeps_off=keeps_off
)
