"""People, land and a batch for handovers."""

import io
import itertools
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image
from sqlalchemy.orm import Session

from gis_service.access import operations as access
from gis_service.access.actor import SERVICE, Actor, Grant
from gis_service.access.models import Unit
from gis_service.access.rules import Role
from gis_service.core import clock, db
from gis_service.files.models import StoredFile
from gis_service.handover import operations
from gis_service.handover.conduct import CONDUCT
from gis_service.handover.models import HandoverBatch
from gis_service.handover.operations import BatchSaid
from gis_service.handover.rules import HANDOVER, PHOTO_SIDES
from gis_service.parcels.models import Parcel
from gis_service.procedures import operations as engine
from gis_service.procedures import queries
from gis_service.procedures.models import (
    Proceeding,
    ProceedingFile,
    ProceedingPaper,
    ProceedingSignature,
    ProceedingStep,
)
from gis_service.procedures.operations import Told
from tests.conftest import PASSWORD
from tests.factories import a_parcel, a_unit, an_area, land

_numbers = itertools.count(1)
CHECKED: dict[str, Any] = {
    "outline_confirmed": True, "fence_seen": "full", "sign_seen": "good", "waste_seen": False, "occupied": False, "access": True,
    "water": False, "electricity": False, "present": ["示例甲", "示例乙"],
}  # fmt: skip
FACTS: dict[str, Any] = {
    "inspect": CHECKED,
    "find_issues": {"issues_found": "围蔽缺口 5 m", "fix_by": "2030-01-01"},
    "appraise": {"grade": "good"},
    "announce_recall": {"recall_reason": "拟供地", "recall_on": "2030-01-01"},
    "recall": {"cause": "supply"},
    "transfer_again": {"next_no": "YJ2026-9999"},
    "waive": {"waived_blocker": "survey"},
}
GOOD = {
    "geom_source": "surveyed",
    "fence_status": "full",
    "sign_count": 2,
    "survey_status": "approved",
    "waste_found": False,
}
WAYS: dict[str, list[str]] = {
    "listed": [],
    "prepared": ["prepare"],
    "consulted": ["prepare", "consult"],
    "inspection": ["prepare", "consult", "agree"],
    "issues": ["prepare", "consult", "agree", "inspect", "find_issues"],
    "signing": ["prepare", "consult", "agree", "inspect", "pass"],
    "handed_over": ["prepare", "consult", "agree", "inspect", "pass", "complete"],
    "returned": ["prepare", "consult", "agree", "inspect", "pass", "complete", "recall"],
    "withdrawn": ["withdraw"],
    "refused": ["prepare", "consult", "refuse"],
}
"""The usual way to each state."""


class Town:
    """Units, people and good land of one area, and ways to do what a step needs before it."""

    def __init__(self, session: Session):
        self.session = session
        self.area = an_area(session)
        self.giving, self.receiving, self.witness = (
            a_unit(session, name=name) for name in ("示例移交单位", "示例接收单位", "示例见证单位")
        )
        self.officer = self.somebody(Role.LAND_OFFICER)
        self.leader = self.somebody(Role.LEADER)
        self.receiver = self.somebody(Role.UNIT_USER, unit=self.receiving)
        self.all = self.somebody(Role.LAND_OFFICER, Role.LEADER)

    def somebody(self, *roles: Role, unit: Unit | None = None, area_id: int | None = None) -> Actor:
        name = f"h{next(_numbers)}"
        user = access.create_user(
            self.session, SERVICE, username=name, display_name=name, password=PASSWORD, own_choice=True
        )
        unit_id = unit.id if unit else None
        return Actor(user.id, name, name, tuple(Grant(role, area_id, unit_id) for role in roles), unit_id)

    def a_parcel(self, **facts: Any) -> Parcel:
        n = next(_numbers)
        known = {**GOOD, "area_id": self.area.id, "right_holder_unit_id": self.giving.id, "parcel_name": f"示例地块{n}"}
        return a_parcel(self.session, shape=land(n % 100, 100 + n // 100), **{**known, **facts})

    def a_batch(self, **more: Any) -> HandoverBatch:
        said = BatchSaid(
            **{"title": "示例批次", "giving_unit_id": self.giving.id, "receiving_unit_id": self.receiving.id, **more}
        )
        return operations.create(self.session, self.officer, "440402", said)

    def listed(self, *parcels: Parcel, batch: HandoverBatch | None = None) -> list[Proceeding]:
        batch = batch or self.a_batch()
        act = operations.add_parcels(self.session, self.officer, batch, [each.id for each in parcels])
        assert [result["outcome"] for result in act.results] == ["done"] * len(parcels), act.results
        return [self.session.get_one(Proceeding, result["handover_id"]) for result in act.results]

    def at(self, state: str, **facts: Any) -> Proceeding:
        """A handover of one good parcel, brought to a state on the usual way."""
        (proceeding,) = self.listed(self.a_parcel(**facts))
        for action in WAYS[state]:
            self.take(proceeding, action)
        return proceeding

    def take(self, proceeding: Proceeding, action: str, actor: Actor | None = None, **told: Any) -> ProceedingStep:
        """A step with everything it needs: papers, photos, signatures, facts, a reason."""
        self.ready(proceeding, action)
        return self.try_to(proceeding, action, actor, **told)

    def try_to(self, proceeding: Proceeding, action: str, actor: Actor | None = None, **told: Any) -> ProceedingStep:
        said = Told(**{"facts": FACTS.get(action, {}), "reason": "示例理由", **told})
        return engine.advance(
            self.session, CONDUCT, actor or self.all, proceeding.id, action, seen=proceeding.row_version, told=said
        )

    def ready(self, proceeding: Proceeding, action: str) -> None:
        step = HANDOVER.table.get((proceeding.state, action))
        for kind in step.papers if step else ():
            self.paper(proceeding, kind)
        if action in ("pass", "settle"):
            self.photos(proceeding)
        for side in step.signatures if step else ():
            self.sign(proceeding, side)

    def paper(self, proceeding: Proceeding, kind: str, doc_no: str | None = None) -> ProceedingPaper:
        sha256 = stored(self.session)
        made = ProceedingPaper(
            proceeding_id=proceeding.id,
            kind=kind,
            title=kind,
            doc_no=doc_no,
            file_sha256=sha256,
            file_name="a.pdf",
            as_of=clock.now(),
        )
        self.session.add(made)
        self.session.flush()
        return made

    def photos(self, proceeding: Proceeding, sides: Sequence[str] = PHOTO_SIDES, days_ago: int = 0) -> None:
        photograph(self.session, [proceeding.id], sides, days_ago)

    def sign(self, proceeding: Proceeding, side: str) -> None:
        self.session.add(
            ProceedingSignature(
                proceeding_id=proceeding.id, side=side, person="示例签字人", user_id=self.all.id,
                what_sha256=queries.to_be_signed(self.session, proceeding),
            )
        )  # fmt: skip
        self.session.flush()

    def enter(self, actor: Actor, permission: str = "handover.read") -> None:
        db.enter(self.session, actor.scope(permission))


def stored(session: Session) -> str:
    """A file of the store, by a hash of its own."""
    sha256 = f"{next(_numbers):064x}"
    session.add(StoredFile(sha256=sha256, name="a", size_bytes=1))
    session.flush()
    return sha256


def photograph(session: Session, ids: Sequence[int], sides: Sequence[str] = PHOTO_SIDES, days_ago: int = 0) -> None:
    """Photos in the files of handovers, as if they had come in."""
    at = clock.now() - timedelta(days=days_ago)
    session.add_all(
        ProceedingFile(
            proceeding_id=id_, sha256=stored(session), name=f"{side}.jpg", label=side, media_type="image/jpeg", size_bytes=1,
            taken_at=at, added_at=clock.now(),
        )
        for id_ in ids
        for side in sides
    )  # fmt: skip
    session.flush()


@pytest.fixture
def town(session: Session) -> Town:
    return Town(session)


def photo_of(side: str) -> bytes:
    """A small JPEG, another one for each call: its comment says which."""
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (90, 120, 60)).save(out, "JPEG", comment=f"{side} {next(_numbers)}".encode())
    return out.getvalue()
