"""What the worker does with a large act of a batch: the same as the door would, in the scope in which it was asked for."""

from dataclasses import asdict
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from gis_service.access.actor import EVERYTHING, Actor, Grant
from gis_service.access.rules import Role
from gis_service.core import clock, db
from gis_service.core.db import Scope
from gis_service.core.errors import Refusal
from gis_service.files.store import FileStore
from gis_service.handover import filing, operations, queries
from gis_service.handover.filing import Press
from gis_service.handover.models import HandoverAct
from gis_service.handover.schemas import ActIn
from gis_service.jobs import queue
from gis_service.procedures.filing import Office
from gis_service.procedures.schemas import PaperIn

TASK = "handover.act"
PAPERS_AT_ONCE, STEPS_AT_ONCE = 3, 60
"""What is done while somebody waits: a paper takes some tenths of a second to set, a step some thirtieths."""

PATIENCE = {"statement_timeout": "600s", "idle_in_transaction_session_timeout": "600s"}


def put_off(session: Session, actor: Actor, scope: Scope, act: HandoverAct, office: Office) -> None:
    """Leave an act to the worker, with who asked for it and what they may see."""
    grants = [{"role": grant.role.value, "area_id": grant.area_id, "unit_id": grant.unit_id} for grant in actor.grants]
    person = {
        "id": actor.id,
        "name": actor.name,
        "username": actor.username,
        "unit_id": actor.unit_id,
        "grants": grants,
    }
    acting = {"actor_id": scope.actor_id, "actor_name": scope.actor_name, "request_id": scope.request_id}
    act.waiting = {"person": person, "scope": {**scope.kept(), **acting}, "office": asdict(office)}
    session.flush()
    queue.enqueue(session, TASK, act_id=act.id)


def process(sessions: sessionmaker[Session], store: FileStore, act_id: int) -> None:
    """Do a queued act; a second call for one that is done changes nothing."""
    try:
        with sessions.begin() as session:
            db.enter(session, EVERYTHING)
            act = session.get_one(HandoverAct, act_id, with_for_update=True)
            if act.waiting is None:
                return
            db.setting(session, **PATIENCE)
            db.enter(session, Scope.of(act.waiting["scope"]))
            act.results = _done(session, store, act, act.waiting)
            act.state, act.waiting, act.done_at = "done", None, clock.now()
    except Refusal as refusal:
        with sessions.begin() as session:
            db.enter(session, EVERYTHING)
            act = session.get_one(HandoverAct, act_id)
            problem = {
                "outcome": "refused",
                "code": refusal.code,
                "zh": refusal.sentence("zh"),
                "en": refusal.sentence("en"),
            }
            act.state, act.waiting, act.done_at, act.results = "failed", None, clock.now(), [problem]


def _done(session: Session, store: FileStore, act: HandoverAct, waiting: dict[str, Any]) -> list[dict[str, Any]]:
    actor, batch, what = person_of(waiting["person"]), queries.one(session, act.batch_id), act.what
    if act.kind == "step":
        asked = ActIn.model_validate(what["asked"])
        return operations.step_many(session, actor, batch, asked.seen, asked.action, asked.told)
    press = Press(store, Office(**waiting["office"]))
    return filing.make_for_each(session, press, actor, batch, what["ids"], PaperIn.model_validate(what["paper"]))


def person_of(kept: dict[str, Any]) -> Actor:
    """The person as they were when they asked."""
    grants = tuple(Grant(Role(grant["role"]), grant["area_id"], grant["unit_id"]) for grant in kept["grants"])
    return Actor(**{**kept, "grants": grants})
