"""Verbs of the checks: look at the register, accept a fault, open it again. Nothing here commits."""

import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.access.operations import note
from gis_service.core import clock, db
from gis_service.core.db import Scope
from gis_service.core.errors import NotFound, Stale
from gis_service.parcels.topology import alone, catalogue, ground, rules, together, whereabouts  # noqa: F401  (rules enter the catalogue)
from gis_service.parcels.topology.errors import CheckRunning, NoReason, WrongState
from gis_service.parcels.topology.models import TopologyFault, TopologyRun
from gis_service.parcels.topology.reconcile import reconcile
from gis_service.parcels.topology.rules import FaultState
from gis_service.parcels.vocabulary import words

PATIENCE = {"statement_timeout": "600s", "idle_in_transaction_session_timeout": "600s"}

ONE_AT_A_TIME = text("select pg_try_advisory_xact_lock(hashtext('topology.check'), 1)")

ACTS = {"accept": ("接受", "accepted"), "reopen": ("重新打开", "opened again")}


@dataclass(frozen=True)
class Outcome:
    """What a check did: parcels asked about, faults found of them, and how the list changed."""

    is_full: bool
    parcels: int
    found: int
    opened: int
    reopened: int
    resolved: int
    seconds: float


def check(session: Session, *, full: bool = False) -> Outcome:
    """Ask the rules of all parcels, or of those that were marked and those around them, and keep what they say.

    The session must see all land: a fault is a matter of both parcels. Raises `CheckRunning` when another check is under way.
    """
    if not session.scalar(ONE_AT_A_TIME):
        raise CheckRunning()
    began = time.perf_counter()
    db.setting(session, **PATIENCE)
    parcels = ground.lay_out(session, full=full)
    if not parcels and not full:
        return Outcome(full, 0, 0, 0, 0, 0, round(time.perf_counter() - began, 3))
    found = catalogue.find(session)
    change = reconcile(session, full=full)
    seconds = round(time.perf_counter() - began, 3)
    outcome = Outcome(full, parcels, found, change.opened, change.reopened, change.resolved, seconds)
    session.add(TopologyRun(**vars(outcome)))
    session.flush()
    return outcome


def accept(
    session: Session, actor: Actor, scope: Scope, fault_id: int, *, seen: int, reason: str | None
) -> TopologyFault:
    """Leave a fault as it is, for a reason that stays beside it (按原测绘成果,不改)."""
    fault = _decide(session, fault_id, "accept", seen)
    if not (reason and reason.strip()):
        raise NoReason()
    fault.accept_reason, fault.accepted_at = reason.strip(), clock.now()
    fault.accepted_by, fault.accepted_by_name = actor.id, actor.name
    fault.accepted_measure = fault.area_m2 if fault.area_m2 is not None else fault.width_m
    return _noted(session, actor, scope, fault, act="accept", reason=fault.accept_reason)


def reopen(session: Session, actor: Actor, scope: Scope, fault_id: int, *, seen: int) -> TopologyFault:
    """Take an acceptance back."""
    fault = _decide(session, fault_id, "reopen", seen)
    return _noted(session, actor, scope, fault, act="reopen")


def _decide(session: Session, fault_id: int, act: str, seen: int) -> TopologyFault:
    """The fault in its new state, locked while it is compared with what was seen."""
    fault = session.get(TopologyFault, fault_id, with_for_update=True, populate_existing=True)
    if fault is None:
        raise NotFound(what="问题", key=fault_id)
    if fault.row_version != seen:
        raise Stale(what="问题", key=fault.id)
    state = rules.step(FaultState(fault.state), act)
    if state is None:
        act_zh, act_en = ACTS[act]
        told: dict[str, Any] = {
            "state": words("fault_state", fault.state, "en"),
            "state_zh": words("fault_state", fault.state),
        }
        raise WrongState(**told, act=act_en, act_zh=act_zh)
    fault.state = state
    fault.row_version += 1
    return fault


def _noted(session: Session, actor: Actor, scope: Scope, fault: TopologyFault, **detail: Any) -> TopologyFault:
    detail["rule"] = fault.rule
    note(session, actor, "topology.decide", fault.id, detail=detail, request_id=scope.request_id)
    session.flush()
    return fault
