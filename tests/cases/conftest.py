"""A cast of people, and a hand that takes a case along its way with the papers and facts each step asks for."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from gis_service.access import operations as access
from gis_service.access.actor import SERVICE, Actor, Grant
from gis_service.access.rules import Role
from gis_service.cases.conduct import CASES
from gis_service.cases.law import operations as law
from gis_service.cases.law import queries as texts
from gis_service.cases.rules import DUMPING_CASE
from gis_service.core.clock import BEIJING
from gis_service.core.errors import Refusal
from gis_service.files.store import LocalStore
from gis_service.parcels.attachments.operations import Kept
from gis_service.procedures import calendar, filing, operations, queries, rules
from gis_service.procedures.models import Proceeding, ProceedingStep
from gis_service.procedures.operations import Opening, Told
from gis_service.procedures.rules import Step
from tests.conftest import PASSWORD

_numbers = itertools.count(1)
PDF = b"%PDF-1.4\n% sample\n"
OPENING = {
    "waste_kind": "construction", "source": "patrol", "happened_from": "2026-09-01", "happened_to": "2026-09-01", "quantity_m3": "120",
}  # fmt: skip
FACTS: dict[str, dict[str, Any]] = {
    "verify": {"officers": "甲、乙", "certificates": "粤C001、粤C002", "showed_cards": True, "recorded_whole": True},
    "refer": {"referred_to": "某局"},
    "trace": {"traced": "调取周边监控"},
    "clear_ownerless": {"cleared_by": "town"},
    "file": {"cause": "涉嫌倾倒建筑垃圾"},
    "find_offender": {"cause": "涉嫌倾倒建筑垃圾"},
    "investigate": {"officers": ["甲", "乙"], "certificates": ["粤C001", "粤C002"]},
    "inquire": {"inquired": "司机"},
    "preserve": {"preserved": "泥头车一辆"},
    "decide_preserved": {"preserved_outcome": "returned"},
    "order_now": {"clear_by": "2026-12-20"},
    "transfer": {"police": "某公安分局"},
    "police_file": {"police_no": "示例〔2026〕1号"},
    "notify": {"grounds": "倾倒建筑垃圾", "proposed_fine_yuan": "100000"},
    "notify_unreviewed": {"grounds": "倾倒建筑垃圾", "proposed_fine_yuan": "100000"},
    "call_hearing": {"hearing_on": "2026-12-01", "hearing_place": "会议室", "presiding": "丙"},
    "defend": {"defence": "不知情"},
    "decide": {"fine_yuan": "100000", "correction": "立即清理", "is_collective": True},
    "serve": {"service_mode": "direct"},
    "pay": {"paid_yuan": "100000", "voucher_no": "示例 1"},
    "appeal": {"appeal_kind": "reconsideration", "appeal_body": "某政府"},
    "appeal_over": {"appeal_outcome": "维持"},
    "apply_court": {"court": "某法院"},
    "court_over": {"court_outcome": "执行完毕"},
    "waive": {"waived_blocker": "fine_unpaid"},
    "order_clear": {"clear_by": "2026-12-20"},
    "perform": {"performer": "某公司", "cost_estimate_yuan": "50000", "supervisor": "丁"},
    "perform_at_once": {"public_place": "road", "performer": "某公司", "cost_estimate_yuan": "50000", "supervisor": "丁"},
    "start_clearing": {"cleared_by": "offender"},
    "carry": {"trips": 3, "carried_t": "45.6", "manifest_nos": "1-3", "receiving_site": "某消纳场"},
    "accept_clearing": {"weighbridge_t": "45.6", "same_viewpoint": True, "accepted_by": "甲单位、乙镇"},
}  # fmt: skip

TO_INVESTIGATION = ("accept", "verify", "file", "investigate")
TO_NOTICE = (*TO_INVESTIGATION, "submit_review", "pass_review", "notify")
TO_DECISION = (*TO_NOTICE, "waive_hearing", "decide")
TO_CLEARING = (*TO_DECISION, "serve", "pay", "order_clear", "start_clearing")
WAYS: dict[str, tuple[str, ...]] = {
    "clue": (),
    "accepted": ("accept",),
    "verifying": ("accept", "verify"),
    "not_established": ("accept", "verify", "not_establish"),
    "ownerless": ("accept", "verify", "find_ownerless"),
    "filed": ("accept", "verify", "file"),
    "investigating": TO_INVESTIGATION,
    "transferred": (*TO_INVESTIGATION, "propose_transfer", "approve_transfer", "transfer"),
    "legal_review": (*TO_INVESTIGATION, "submit_review"),
    "notified": TO_NOTICE,
    "hearing": (*TO_NOTICE, "defend"),
    "decided": TO_DECISION,
    "no_penalty": (*TO_INVESTIGATION, "decide_none"),
    "exempted": (*TO_INVESTIGATION, "exempt"),
    "warning_educated": (*TO_INVESTIGATION, "warn"),
    "served": (*TO_DECISION, "serve"),
    "ordered_clear": (*TO_DECISION, "serve", "order_clear"),
    "substitute": (*TO_DECISION, "serve", "order_clear", "demand", "perform"),
    "clearing": TO_CLEARING,
    "acceptance": (*TO_CLEARING, "accept_clearing"),
    "closed": (*TO_CLEARING, "accept_clearing", "close"),
}
"""A way to each state."""


def somebody(session: Session, *roles: Role, area_id: int | None = None) -> Actor:
    name = f"c{next(_numbers)}"
    user = access.create_user(session, SERVICE, username=name, display_name=name, password=PASSWORD, own_choice=True)
    return Actor(user.id, name, name, tuple(Grant(role, area_id) for role in roles))


@dataclass
class Cast:
    """The people of a case: who investigates, who reviews, the head, who clears, who checks the clearing."""

    officer: Actor
    reviewer: Actor
    head: Actor
    waste: Actor
    land: Actor

    def doer(self, step: Step) -> Actor:
        """Who takes a step when each does what is theirs."""
        if step.action in ("accept_clearing", "rework"):
            return self.land
        by_verb = {
            "accept": self.officer,
            "handle": self.officer,
            "review": self.reviewer,
            "approve": self.head,
            "clear": self.waste,
        }
        return by_verb[step.permission.partition(".")[2]]


class Hand:
    """Opens cases and takes their steps, a day apart, from a day in the past on."""

    def __init__(self, session: Session, store: LocalStore, cast: Cast):
        self.session, self.store, self.cast = session, store, cast

    def open(self, *, at: datetime | None = None, facts: dict[str, Any] | None = None, **more: Any) -> Proceeding:
        at = at or datetime(2026, 9, 2, 9, tzinfo=BEIJING)
        opening = Opening("示例倾倒案", OPENING | (facts or {}), at=at, **more)
        return operations.open_proceeding(self.session, CASES, self.cast.officer, "440402", opening)

    def at(self, state: str, **more: Any) -> Proceeding:
        """A case in a state, its steps a day apart."""
        case = self.open(**more)
        self.go(case, *WAYS[state])
        assert case.state == state
        return case

    def go(self, case: Proceeding, *actions: str, days: int = 2) -> None:
        for action in actions:
            last = self.log(case)[-1]
            self.take(case, action, at=last.at + timedelta(days=10 if action in ("decide", "perform") else days))

    def take(
        self, case: Proceeding, action: str, *, at: datetime | None = None, by: Actor | None = None, facts: dict[str, Any] | None = None,
        on: date | None = None, seen: int | None = None, papers: bool = True, reason: str = "示例理由",
    ) -> ProceedingStep:  # fmt: skip
        """Take one step with what it asks for; `by` its own doer unless said."""
        step = rules.step_of(DUMPING_CASE, case.state, action)
        if step and papers:
            self.put_papers(case, *step.papers)
        if action in ("notify", "notify_unreviewed", "decide") and not texts.of_case(self.session, case.id):
            self.rest_on_law(case)
        by = by or (self.cast.doer(step) if step else self.cast.officer)
        told = Told({**FACTS.get(action, {}), **(facts or {})}, reason, on, at)
        point = self.session.begin_nested()
        try:
            entry = operations.advance(
                self.session, CASES, by, case.id, action, seen=case.row_version if seen is None else seen, told=told
            )
        except Refusal:  # nothing of a refused step stays, as at the door
            point.rollback()
            self.session.expire_all()
            raise
        point.commit()
        return entry

    def put_papers(self, case: Proceeding, *kinds: str) -> None:
        for kind in kinds:
            sha256, size = self.store.put(BytesIO(PDF), limit_bytes=1000)
            filing.upload_paper(
                self.session, self.store, self.cast.officer, DUMPING_CASE, case, kind, Kept(sha256, size, f"{kind}.pdf")
            )

    def rest_on_law(self, case: Proceeding) -> None:
        first, last = (date.fromisoformat(case.facts[name]) for name in ("happened_from", "happened_to"))
        basis = texts.in_force(self.session, first, last, subject="builder")
        law.choose(self.session, self.cast.officer, case.id, [basis[0].id], act_from=first, act_to=last)

    def log(self, case: Proceeding) -> list[ProceedingStep]:
        return queries.log_of(self.session, case.id)


@pytest.fixture
def hand(session: Session, tmp_path: Path) -> Iterator[Hand]:
    calendar.fill(session)
    law.fill(session)
    cast = Cast(
        somebody(session, Role.CASE_OFFICER), somebody(session, Role.CASE_OFFICER), somebody(session, Role.LEADER),
        somebody(session, Role.WASTE_OFFICER), somebody(session, Role.LAND_OFFICER),
    )  # fmt: skip
    return Hand(session, LocalStore(tmp_path / "files"), cast)
