"""A small district told by hand, so that every figure can be counted on the fingers: two areas, five parcels, a few of everything.

Each thing happens on a day of 2026; what is written below the name of a figure in `EXPECTED` is what a person counts from this page.
"""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from geoalchemy2.shape import from_shape
from shapely import MultiPolygon, Point
from shapely.affinity import translate
from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from gis_service.access import operations as access
from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.core import db
from gis_service.core.clock import BEIJING
from gis_service.core.srid import STORAGE_SRID
from gis_service.disposal import quantities
from gis_service.disposal.manifests.models import Manifest
from gis_service.disposal.models import Disposal
from gis_service.kpi import targets
from gis_service.parcels.models import Parcel
from gis_service.patrols.models import Observation, Patrol
from gis_service.patrols.planning.models import PatrolTask, PatrolTaskParcel
from gis_service.procedures.models import AmountItem, Proceeding, ProceedingParcel, ProceedingStep
from gis_service.rectification.models import Rectification
from gis_service.surveys.bodies.models import WasteBody, WasteBodyParcel
from gis_service.surveys.models import Survey
from gis_service.surveys.programmes.models import SurveyProgramme, SurveyTarget
from tests.conftest import PASSWORD
from tests.factories import a_parcel, a_unit, an_area, land

BULKING, MIXED = quantities.bulking(), quantities.defaults()["mixed"]
Moves = Iterable[tuple[str, str, str, dict[str, Any]]]
"""Steps of a proceeding: day, action, state after, facts."""


def at(day: str, time: str = "10:00") -> datetime:
    """A moment of 2026 in Beijing: `09-30`; another year is written out."""
    return datetime.fromisoformat(f"{day if len(day) > 5 else f'2026-{day}'}T{time}").replace(tzinfo=BEIJING)


def end(day: str) -> datetime:
    return at(day, "23:59:59.999999")


AUGUST, SEPTEMBER, OCTOBER = end("08-31"), end("09-30"), end("10-31")


def tell(session: Session) -> dict[str, int]:
    """Write it all; the session must be the owner's, who may set the version clock back. Returns ids by name."""
    db.enter(session, EVERYTHING)
    return _World(session).told()


class _World:
    def __init__(self, session: Session):
        self.session = session
        self.ids: dict[str, int] = {}

    def told(self) -> dict[str, int]:
        self._people()
        self._land()
        self._surveys()
        self._disposals()
        self._patrols()
        self._rectifications()
        self._cases()
        self._claims()
        self._targets()
        self.session.flush()
        return self.ids

    def on(self, day: str) -> None:
        self.session.flush()
        db.setting(self.session, app_version_at=at(day).isoformat())

    def _people(self) -> None:
        for name in ("北", "南"):
            self.ids[name] = an_area(self.session, name=name, code=name).id
        for name in ("管理甲", "管护甲", "管护乙", "权属丙"):
            self.ids[name] = a_unit(self.session, name=name).id
        walker = access.create_user(
            self.session, SERVICE, username="walker", display_name="巡查员甲", password=PASSWORD, own_choice=True
        )
        self.ids["walker"] = walker.id

    # --- the register -------------------------------------------------------------------------------------------------

    def _land(self) -> None:
        self.on("08-01")
        managed = {"managing_unit_id": self.ids["管理甲"]}
        north, south = {"area_id": self.ids["北"], **managed}, {"area_id": self.ids["南"], **managed}
        p1 = self._parcel(
            1, 1000, **north, fence_status="full", sign_count=2, risk_level="high", waste_found=True, disposal_status="planned",
            survey_status="approved", custodian_unit_id=self.ids["管护甲"], handover_status="handed_over",
        )  # fmt: skip
        p2 = self._parcel(
            2,
            2000,
            **north,
            fence_status="none",
            camera_count=1,
            handover_status="listed",
            custodian_unit_id=self.ids["管护甲"],
        )
        p3 = self._parcel(3, 3000, **south, fence_status="not_required", survey_status="not_required")
        self._parcel(4, 4000, fence_status="damaged", handover_status="returned")
        self.on("10-05")
        p2.survey_status = "approved"
        self.on("10-10")
        p2.handover_status, p2.custodian_unit_id = "handed_over", self.ids["管护乙"]
        self.on("10-15")
        self._parcel(5, 500, area_id=self.ids["南"], right_holder_unit_id=self.ids["权属丙"], fence_status="full")
        self.on("10-20")
        p3.retired_on = at("10-20").date()
        self.on("10-25")
        p1.disposal_status = "closed_out"
        self.session.flush()

    def _parcel(self, n: int, area_m2: int, **facts: Any) -> Parcel:
        made = a_parcel(self.session, shape=land(n), parcel_no=f"P{n}", area_computed_m2=area_m2, **facts)
        self.ids[f"P{n}"] = made.id
        return made

    # --- proceedings --------------------------------------------------------------------------------------------------

    def proceeding(self, noun: str, no: str, moves: Moves, *, parcel: str | None = None, **facts: Any) -> Proceeding:
        told = list(moves)
        first, last = at(told[0][0]), told[-1]
        made = Proceeding(
            district_code="440402", noun=noun, proceeding_no=no, title=f"示例 {no}", state=last[2], opened_at=first, row_version=len(told),
            area_id=self.ids["北"], facts={key: value for *_, said in told for key, value in said.items()}, **facts,
        )  # fmt: skip
        self.session.add(made)
        self.session.flush()
        before = ""
        for seq, (day, action, after, said) in enumerate(told, 1):
            self.session.add(
                ProceedingStep(
                    proceeding_id=made.id, seq=seq, action=action, before=before, after=after, actor_name="示例", at=at(day),
                    happened_on=at(day).date(), facts=said, previous_hash="", hash=f"{no}.{seq}",
                )
            )  # fmt: skip
            before = after
        if parcel:
            self.session.add(ProceedingParcel(proceeding_id=made.id, parcel_id=self.ids[parcel]))
        self.ids[no] = made.id
        self.session.flush()
        return made

    def _surveys(self) -> None:
        programme = SurveyProgramme(
            district_code="440402", title="示例方案", rule={"area_ids": [], "undeveloped": True}, state="frozen", frozen_on=at("09-10").date(),
            due_on=at("10-01").date(),
        )  # fmt: skip
        self.session.add(programme)
        self.session.flush()
        for name, area_m2 in (("P1", 1000), ("P2", 1990), ("P3", 3000)):
            self.session.add(SurveyTarget(programme_id=programme.id, parcel_id=self.ids[name], parcel_no=name, area_m2=area_m2, because=["undeveloped"]))  # fmt: skip
        survey = self.proceeding(
            "survey", "MP1", [("08-02", "open", "pending", {}), ("08-20", "approve", "approved", {})], parcel="P1"
        )
        self.session.add(Survey(proceeding_id=survey.id, parcel_id=self.ids["P1"], result="positive"))
        self.on("09-01")
        body = WasteBody(
            district_code="440402", body_no="T1", survey_id=survey.id, waste_class="mixed", volume_low_m3=80, volume_best_m3=100,
            volume_high_m3=120, geom=from_shape(MultiPolygon([translate(land(1).geoms[0], 0.0005)]), srid=STORAGE_SRID),
        )  # fmt: skip
        self.session.add(body)
        self.session.flush()
        for name, share in (("P1", "0.6"), ("P2", "0.4")):
            self.session.add(WasteBodyParcel(waste_body_id=body.id, parcel_id=self.ids[name], share=Decimal(share)))
        self.session.flush()
        self.on("10-25")
        body.state = "cleared"
        self.session.flush()

    def _disposals(self) -> None:
        project = self.proceeding(
            "disposal", "CZ1", [
                ("08-05", "open", "proposed", {"waste_class": "mixed", "estimate_best_m3": "200"}),
                ("08-10", "plan", "planned", {"budget_yuan": "1000000", "lead_unit": self.ids["管理甲"], "planned_until": "2026-10-15"}),
                ("09-20", "approve", "approved", {"approved_m3": "100", "approved_yuan": "900000"}),
                ("10-03", "prepare", "preparing", {"contract_yuan": "800000"}),
            ], parcel="P1",
        )  # fmt: skip
        dropped = self.proceeding(
            "disposal",
            "CZ2",
            [("10-02", "open", "proposed", {"waste_class": "mixed"}), ("10-08", "withdraw", "withdrawn", {})],
        )
        for each in (project, dropped):
            self.session.add(Disposal(proceeding_id=each.id, waste_class="mixed"))
        self.session.flush()
        loads: tuple[tuple[str, str, Any, Any, str | None], ...] = (
            ("L1", "09-25", 13, None, None), ("L2", "10-05", 26, None, None), ("L3", "10-06", None, Decimal("12.5"), None),
            ("L4", "09-28", 13, None, "10-10"),
        )  # fmt: skip
        for no, day, net_t, loaded_m3, void in loads:
            self.session.add(
                Manifest(
                    id=uuid.uuid4(), district_code="440402", manifest_no=no, proceeding_id=project.id, waste_class="mixed", plate="粤C00001",
                    status="void" if void else "received", counts=not void, net_t=net_t, loaded_m3=loaded_m3, unloaded_at=at(day),
                    created_at=at(day), voided_at=at(void) if void else None, voided_reason="重复" if void else None, said_sha256=no,
                )
            )  # fmt: skip

    def _patrols(self) -> None:
        tasks: tuple[tuple[str, str, str, dict[str, str | None], str | None], ...] = (
            ("T1", "09-20", "done", {"P1": "09-20", "P2": "09-19"}, None),
            ("T2", "09-25", "missed", {"P2": "09-26"}, None),
            ("T3", "10-10", "done", {"P1": "10-10"}, None),
            ("T4", "10-20", "cancelled", {"P2": None}, "10-15"),
            ("T5", "10-31", "open", {"P1": None}, None),
        )
        for n, (title, due, state, visits, settled) in enumerate(tasks, 1):
            task = PatrolTask(
                district_code="440402", part_no=n, title=title, area_id=self.ids["北"], unit_id=self.ids["管护甲"], assignee_id=self.ids["walker"],
                due_from=at(due).date(), due_on=at(due).date(), state=state, created_at=at("08-01"), updated_at=at(settled or due),
            )  # fmt: skip
            self.session.add(task)
            self.session.flush()
            for seq, (name, day) in enumerate(visits.items(), 1):
                self.session.add(
                    PatrolTaskParcel(
                        task_id=task.id, parcel_id=self.ids[name], seq=seq, visited_at=at(day) if day else None
                    )
                )
        for seen, received in (("09-12", "09-12"), ("09-29", "10-02"), ("10-03", "10-03")):
            walk = Patrol(
                client_uuid=uuid.uuid4(), district_code="440402", inspector_id=self.ids["walker"], inspector_name="巡查员甲", area_id=self.ids["北"],
                started_at=at(seen), received_at=at(received),
            )  # fmt: skip
            self.session.add(walk)
            self.session.flush()
            self.session.add(
                Observation(
                    client_uuid=uuid.uuid4(), patrol_id=walk.id, parcel_id=self.ids["P1"], area_id=self.ids["北"], unit_id=self.ids["管护甲"],
                    item_code="FENCE", severity="low", seen_at=at(seen), geom=from_shape(Point(113.52, 22.39), srid=STORAGE_SRID),
                )
            )  # fmt: skip

    def _rectifications(self) -> None:
        told: tuple[tuple[str, str, str, list[Any]], ...] = (
            ("ZG1", "P1", "管护甲", [
                ("08-20", "open", "found", {}), ("08-21", "issue", "issued", {"correct_by": "2026-09-10"}), ("09-08", "answer", "answered", {}),
                ("09-12", "close", "closed", {}),
            ]),
            ("ZG2", "P2", "管护乙", [
                ("09-05", "open", "found", {}), ("09-06", "issue", "issued", {"correct_by": "2026-09-25"}), ("10-04", "dispute", "disputed", {}),
                ("10-05", "settle", "issued", {"duty_unit": self.ids["管护乙"], "correct_by": "2026-09-25"}), ("10-10", "answer", "answered", {}),
                ("10-12", "close", "closed", {}),
            ]),
            ("ZG3", "P1", "管护甲", [("10-20", "open", "found", {}), ("10-21", "issue", "issued", {"correct_by": "2026-11-10"})]),
            ("ZG4", "P1", "管护甲", [("10-01", "open", "found", {}), ("10-02", "withdraw", "withdrawn", {})]),
            ("ZG5", "P1", "管护甲", [("2025-12-01", "open", "found", {}), ("2025-12-20", "close", "closed", {})]),
        )  # fmt: skip
        for no, parcel, unit, moves in told:
            made = self.proceeding("rectification", no, moves, parcel=parcel, counterpart_unit_id=self.ids[unit])
            self.session.add(
                Rectification(
                    proceeding_id=made.id, parcel_id=self.ids[parcel], item_code="FENCE" if parcel == "P1" else "SIGN", severity="low", source="patrol",
                    description="示例", found_on=at(moves[0][0]).date(),
                )
            )  # fmt: skip
        self.session.flush()

    def _cases(self) -> None:
        conducting = {"unit_id": self.ids["管理甲"]}
        for no, moves in {
            "AJ1": [("09-02", "open", "clue", {}), ("09-08", "file", "filed", {}), ("09-20", "decide", "decided", {"fine_yuan": "50000"}), ("10-15", "close", "closed", {})],
            "AJ2": [("10-03", "open", "clue", {}), ("10-09", "not_establish", "not_established", {})],
            "AJ3": [("10-05", "open", "clue", {}), ("10-06", "file", "filed", {}), ("10-20", "transfer", "transferred", {})],
            "AJ4": [("09-10", "open", "clue", {}), ("09-12", "file", "filed", {}), ("09-18", "decide", "decided", {"fine_yuan": "30000"}), ("10-04", "recall", "hearing", {})],
        }.items():  # fmt: skip
            self.proceeding("case", no, moves, parcel="P2", **conducting)  # type: ignore[arg-type]

    def _claims(self) -> None:
        claim = self.proceeding(
            "claim",
            "SP1",
            [
                ("09-03", "open", "screened", {}),
                ("09-09", "start", "started", {}),
                ("10-06", "agree", "agreed", {"perform_by": "2026-12-31"}),
            ],
        )
        self.proceeding("claim", "SP2", [("09-04", "open", "screened", {}), ("09-20", "decline", "not_started", {})])
        for stage, yuan, added, removed in (
            ("agreed", 5000, "09-15", "09-20"),
            ("agreed", 1000, "10-06", None),
            ("paid", 400, "10-20", None),
        ):
            self.session.execute(
                insert(AmountItem).values(
                    proceeding_id=claim.id, head="prevention", stage=stage, amount_yuan=yuan, told_on=at(added).date(), added_at=at(added),
                    removed_at=at(removed) if removed else None, removed_reason="写错" if removed else None,
                )
            )  # fmt: skip

    def _targets(self) -> None:
        self.on("01-10")
        plan = targets.make(self.session, SERVICE, "440402", code="survey.done", year=2026, value=Decimal(80))
        targets.make(
            self.session, SERVICE, "440402", code="survey.done", year=2026, value=Decimal(100), area_id=self.ids["北"]
        )
        self.on("10-12")
        targets.change(self.session, SERVICE, plan, plan.row_version, Decimal(90), "上调")
        self.session.execute(
            update(Proceeding)
            .where(Proceeding.state == "closed")
            .values(is_closed=True, closed_at=at("10-15") + timedelta())
        )


EXPECTED: dict[str, tuple[tuple[Any, Any], tuple[Any, Any]]] = {
    "case.new": ((2, None), (2, None)),  # AJ1, AJ4 · AJ2, AJ3
    "case.open": ((2, None), (2, None)),  # AJ1, AJ4 · AJ3, AJ4
    "case.filed": ((2, None), (3, None)),
    "case.closed": ((0, 2), (1, 3)),
    "case.transferred": ((0, None), (1, None)),
    "case.fine": ((80_000, None), (50_000, None)),  # AJ4's was taken back
    "claim.started": ((1, None), (1, None)),
    "claim.agreed": ((0, 1), (1, 1)),
    "claim.amount": ((0, None), (1000, None)),  # the 5,000 were removed before the end of September
    "claim.paid": ((0, 0), (400, 1000)),
    "claim.restored": ((0, 1), (0, 1)),
    "fence.full": ((1, 3), (2, 4)),  # P1 of P1, P2, P4 · P1, P5 of all but the retired P3
    "sign.covered": ((1, 4), (1, 4)),
    "camera.covered": ((1, 4), (1, 4)),
    "risk.high": ((1, None), (1, None)),
    "land.count": ((4, None), (4, None)),  # P3 left, P5 came
    "land.area": ((10_000, None), (7_500, None)),
    "handover.done": ((1, 2), (2, 2)),
    "handover.area": ((1000, 3000), (3000, 3000)),
    "patrol.coverage": ((1, 2), (0, 1)),  # P2 was seen a day late by T2 · P1 not by T5
    "patrol.done": ((1, 2), (1, 2)),  # T1 of T1, T2 · T3 of T3, T5; T4 was cancelled
    "finding.new": ((1, None), (1, None)),  # that of 29 September came in on 2 October only
    "rectification.new": ((1, None), (1, None)),  # ZG2 · ZG3; ZG4 was withdrawn
    "rectification.closed": ((1, 2), (2, 3)),
    "rectification.in_time": ((1, 2), (1, 2)),  # ZG2 was answered after its day
    "rectification.recurred": ((0, 1), (1, 2)),  # ZG3 is ZG1 again
    "rectification.late": ((1, None), (0, None)),  # ZG2
    "survey.done": ((2, 3), (3, 3)),  # P3 counts as done, and stays a target when retired
    "survey.area": ((4000, 5990), (5990, 5990)),
    "waste.parcels": ((1, None), (1, None)),
    "waste.area": ((1000, None), (1000, None)),
    "waste.volume": ((100, None), (0, None)),
    "disposal.projects": ((1, None), (1, None)),
    "disposal.progress": (
        (26 / MIXED, 100),
        (39 / MIXED + Decimal("12.5") / BULKING, 100),
    ),  # L4 was void from 10 October
    "disposal.removed": ((26, None), (39, None)),
    "disposal.closed": ((0, 1), (1, 1)),
    "money.budget": ((1_000_000, None), (1_000_000, None)),
    "money.approved": ((900_000, None), (900_000, None)),
    "money.contracted": ((0, None), (800_000, None)),
    "money.audited": ((0, None), (0, None)),
}
"""(numerator, denominator) at the end of September and of October."""
