"""The sample's disposal projects: from proposed to closed out, with loads, doubts and waivers.

The register tells since when land stood where (`ways`); the logs told here have the same days, so that both agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid5

from geoalchemy2.shape import to_shape
from sqlalchemy import select, update

from gis_service.core import db
from gis_service.core.clock import BEIJING
from gis_service.disposal import conduct, quantities, queries
from gis_service.disposal.conduct import CONDUCT
from gis_service.disposal.manifests import operations as manifests
from gis_service.disposal.manifests.models import Manifest, ManifestFlag
from gis_service.disposal.manifests.rules import Verdict, km_between
from gis_service.disposal.models import ParcelWaiver
from gis_service.disposal.partners import operations as partners
from gis_service.disposal.partners.models import CarrierPermit, DisposalSite
from gis_service.disposal.rules import AFTER, BEFORE
from gis_service.disposal.schemas import CarrierIn, ManifestIn, ReceiptIn, SiteIn, TruckIn
from gis_service.parcels.models import Parcel
from gis_service.procedures.models import Proceeding, ProceedingStep
from gis_service.sample import disposals_plan, hauls, ways
from gis_service.sample.disposals_plan import Doubt, ProjectTold
from gis_service.sample.hauls import Haul
from gis_service.sample.proceedings import LEADER, Move, Teller, person
from gis_service.sample.register import SEED
from gis_service.sample.stories import WASTE
from gis_service.sample.ways import Way
from gis_service.surveys.bodies import operations as bodies
from gis_service.surveys.bodies.models import WasteBody

NAMES = UUID("0d5a6f2e-51b7-4a3c-8f0e-2c1f6f0a9b64")
AUDITOR, GATE, SUPERVISOR = "固废专员 邓志强(示例)", "现场管理员 吴俊杰(示例)", "示例工程监理有限公司(示例)"
CONTRACTOR, PLANNER = "示例环境工程有限公司(示例)", "示例环境规划设计院(示例)"
LAST = date(2026, 11, 27)
"""Up to here work under way is told."""
YUAN_M3 = 165
"""Clearing, carrying and receiving, for each m³ in place."""
ACTIONS = {
    ("proposed", "planned"): "plan", ("planned", "scheme_review"): "submit_scheme", ("scheme_review", "approved"): "approve", ("approved", "procurement"): "procure",
    ("procurement", "preparing"): "prepare", ("preparing", "excavating"): "excavate", ("excavating", "removing"): "begin_removal",
    ("removing", "base_inspection"): "finish_removal", ("base_inspection", "backfilling"): "pass_base", ("backfilling", "acceptance"): "finish_backfill",
    ("acceptance", "audited"): "accept", ("audited", "closed_out"): "close_out", ("excavating", "suspended"): "suspend", ("excavating", "hazard_found"): "find_hazard",
}  # fmt: skip


@dataclass(frozen=True)
class Project:
    """A project as it is told: its land, its bodies, its quantities in m³ in place."""

    told: ProjectTold
    way: Way
    parcel_ids: tuple[int, ...]
    bodies: tuple[WasteBody, ...]
    survey: Proceeding | None
    seed: int

    @property
    def best_m3(self) -> Decimal:
        return sum((body.volume_best_m3 or Decimal(0) for body in self.bodies), Decimal(0)) or Decimal(self.told.m3)

    def facts(self) -> dict[str, Any]:
        """What is known when it is proposed."""
        found: dict[str, Any] = {"waste_class": self.told.waste_class, "estimate_best_m3": str(self.best_m3)}
        if self.survey is None:
            return {**found, "survey_no": "2023 年摸排报告(示例)"}
        low, high = (
            sum((getattr(body, f"volume_{side}_m3") for body in self.bodies), Decimal(0)) for side in ("low", "high")
        )
        ids = ",".join(str(body.id) for body in self.bodies)
        return {
            **found,
            "estimate_low_m3": str(low),
            "estimate_high_m3": str(high),
            "waste_bodies": ids,
            "survey_no": self.survey.proceeding_no,
        }


def tell(teller: Teller, surveys: Mapping[str, Proceeding]) -> list[Proceeding]:
    """Sites and carriers, then the projects in the order of time."""
    sites = {key: _site(teller, told) for key, told in disposals_plan.SITES.items()}
    carriers = {key: _carrier(teller, told) for key, told in disposals_plan.CARRIERS.items()}
    found = sorted(_projects(teller, surveys), key=lambda each: each.way.came[0][1])
    made = [_project(teller, each, sites[each.told.site], carriers[each.told.carrier]) for each in found]
    db.setting(teller.session, app_version_at="", app_reason="")
    return made


def _site(teller: Teller, told: disposals_plan.SiteTold) -> DisposalSite:
    said = SiteIn.model_validate({
        "name": told.name, "kind": told.kind, "place": told.place, "licence_no": told.licence_no, "licensed_from": told.licensed[0],
        "licensed_until": told.licensed[1], "accepts": list(told.accepts), "address": "示例地址",
    })  # fmt: skip
    return partners.enter_site(teller.session, person(WASTE), teller.district_code, said)


def _carrier(teller: Teller, told: disposals_plan.CarrierTold) -> CarrierPermit:
    trucks = [TruckIn(plate=plate) for plate in told.plates]
    said = CarrierIn(
        carrier=told.carrier,
        permit_no=told.permit_no,
        valid_from=told.valid[0],
        valid_until=told.valid[1],
        trucks=trucks,
    )
    return partners.enter_carrier(teller.session, person(WASTE), teller.district_code, said)


def _projects(teller: Teller, surveys: Mapping[str, Proceeding]) -> list[Project]:
    session, told = teller.session, disposals_plan.PROJECTS
    numbers = sorted({no for each in told for no in each.parcels})
    ids = dict(
        session.execute(
            select(Parcel.parcel_no, Parcel.id).where(Parcel.parcel_no.in_(numbers), Parcel.retired_on.is_(None))
        ).all()
    )
    came = ways.disposals(session, numbers)
    drawn = {no: bodies.bodies_of(session, survey.id) for no, survey in surveys.items()}
    found = []
    for n, each in enumerate(told):
        of = tuple(drawn[no][int(place) - 1] for no, place in (key.split("/") for key in each.bodies))
        survey = surveys[each.bodies[0].split("/")[0]] if each.bodies else None
        found.append(
            Project(each, came[each.parcels[0]], tuple(ids[no] for no in each.parcels), of, survey, SEED + 100 + n)
        )
    return found


# --- one project ------------------------------------------------------------------------------------------------------


def _follows(session: Any, actor: Any, proceeding: Proceeding, entry: ProceedingStep) -> None:
    """The register knows already."""
    conduct.keep_row(session, actor, proceeding, entry)


TOLD = replace(CONDUCT, follows=_follows)


def _project(teller: Teller, project: Project, site: DisposalSite, carrier: CarrierPermit) -> Proceeding:
    session, came = teller.session, project.way.came
    parcel = session.get_one(Parcel, project.parcel_ids[0])
    made = teller.open(
        TOLD, WASTE, f"{parcel.parcel_name or parcel.parcel_no}地下固废处置", project.facts(), came[0][1], parcel_ids=project.parcel_ids,
        parent_id=project.survey.id if project.survey else None, place_text=parcel.location_text, unit_id=teller.units["GFZB"],
    )  # fmt: skip
    for (before, _), (after, at) in pairwise(came):
        _before(teller, project, made, after, at, site, carrier)
        _move(teller, project, made, ACTIONS[before, after], at)
        if after == "removing":
            until = next((moment for state, moment in came if state == "base_inspection"), None)
            _carry(
                teller, project, made, site, carrier, at.date(), (until - timedelta(days=2)).date() if until else LAST
            )
        if after == "planned" and project.told.waived:
            _waive(teller, project, made)
    return made


def _before(
    teller: Teller,
    project: Project,
    made: Proceeding,
    after: str,
    at: datetime,
    site: DisposalSite,
    carrier: CarrierPermit,
) -> None:
    """What has to be there before a step."""
    if after == "excavating":
        partners.consent(teller.session, person(WASTE), made.id, site.id, (at - timedelta(days=6)).date(), "示例接收函")
        partners.carry(teller.session, person(WASTE), made.id, carrier.id).added_on = (at - timedelta(days=5)).date()
        teller.photo(made, f"{BEFORE}全景", at - timedelta(hours=2), WASTE)
    if after == "audited":
        _measured(teller, project, made, at - timedelta(days=6))
    if after == "closed_out":
        audited = {"audited_yuan": _yuan(project, "0.97"), "audited_by": "示例会计师事务所(示例)"}
        teller.move(TOLD, made, Move("audit", 0, WASTE, audited), at - timedelta(days=12))


def _measured(teller: Teller, project: Project, made: Proceeding, at: datetime) -> None:
    """收方, and how the land looks afterwards."""
    measured = {
        "measured_m3": str(round(project.best_m3 * Decimal("0.993"), 1)),
        "measured_by": "示例测绘有限公司(示例)",
        "measured_on": at.date().isoformat(),
    }
    teller.photo(made, f"{AFTER}全景", at - timedelta(hours=1), WASTE)
    teller.move(TOLD, made, Move("measure", 0, WASTE, measured), at)


def _move(teller: Teller, project: Project, made: Proceeding, action: str, at: datetime) -> None:
    if action == "close_out":  # the bodies are cleared on that day
        db.setting(teller.session, app_version_at=at.isoformat())
    who = {"approve": LEADER, "accept": LEADER, "close_out": AUDITOR}.get(action, WASTE)
    reason = {"suspend": "开挖遇地下管线,待产权单位迁改"}.get(action, "")
    teller.move(TOLD, made, Move(action, 0, who, _facts(teller, project, action, at), reason), at)
    if action == "finish_backfill" and project.way.state == "acceptance":
        _measured(teller, project, made, at + timedelta(days=9))


def _yuan(project: Project, share: str = "1") -> str:
    return f"{round(project.best_m3 * YUAN_M3 * Decimal(share), -2):.2f}"


def _facts(teller: Teller, project: Project, action: str, at: datetime) -> dict[str, Any]:
    best, told = project.best_m3, project.told
    facts: dict[str, dict[str, Any]] = {
        "plan": {
            "plan_year": told.year, "batch": told.batch, "budget_yuan": _yuan(project, "1.05"), "lead_unit": teller.units["GFZB"], "method": told.method,
            "planned_until": f"{told.year + 1}-12-31",
        },
        "submit_scheme": {"scheme_by": PLANNER},
        "approve": {"approved_m3": str(round(best, -1)), "approved_yuan": _yuan(project), "approval_no": f"示例发改〔{at.year}〕{at.month}号"},
        "procure": {"procurement_no": f"示例采〔{at.year}〕{at.timetuple().tm_yday}号"},
        "prepare": {"contractor": CONTRACTOR, "supervisor": SUPERVISOR, "contract_yuan": _yuan(project, "0.96")},
        "excavate": {
            "filed_on": (at - timedelta(days=8)).date().isoformat(), "permit_no": f"示例处置核准〔{at.year}〕{at.month}号",
            "route": "地块大门—港湾大道—京珠高速辅道—消纳场所,避开学校和早晚高峰(示例)",
        },
        "begin_removal": {"remove_by": (at + timedelta(days=80)).date().isoformat()},
        "finish_removal": {"seen_by": ["监理 冯国栋(示例)"]},
        "pass_base": {"base_points": 9, "base_points_clean": 9, "base_laboratory": "示例检测技术有限公司(示例)"},
        "finish_backfill": {"backfill_m3": str(round(best * Decimal("0.9"), -1)), "backfill_source": "示例道路工程弃土,经检测合格", "backfill_tested": True},
        "accept": {"accepted_by": ["周明(示例)", "何嘉敏(示例)", "冯国栋(示例)"]},
        "find_hazard": {
            "hazard_seen": "东南角开挖至 2.3 m 见疑似废油漆桶约 20 只,有刺激性气味", "fenced": True,
            "ecology_told_at": at.replace(minute=0).isoformat(),
        },
    }  # fmt: skip
    return facts.get(action, {})


def _waive(teller: Teller, project: Project, made: Proceeding) -> None:
    """带病移交: by name, some days before the parcel was signed over."""
    at = _signed(teller, project) - timedelta(days=5)
    facts = {"covers": "handover", "measures": "遗留固废由储备中心在供地前清运,管护期间围蔽并设警示牌,每周巡查一次"}
    teller.move(TOLD, made, Move("allow_as_is", 0, LEADER, facts, project.told.waived), at)
    teller.session.execute(update(ParcelWaiver).where(ParcelWaiver.proceeding_id == made.id).values(given_at=at))


def _signed(teller: Teller, project: Project) -> datetime:
    day = teller.session.get_one(Parcel, project.parcel_ids[0]).handed_over_on
    if day is None:
        raise ValueError(f"{project.told.parcels[0]}: 没有移交日期 · it was not handed over")
    return datetime(day.year, day.month, day.day, 10, tzinfo=BEIJING)


# --- loads ------------------------------------------------------------------------------------------------------------


def _carry(
    teller: Teller,
    project: Project,
    made: Proceeding,
    site: DisposalSite,
    carrier: CarrierPermit,
    first: date,
    last: date,
) -> None:
    """Loads with what is odd about some; doubts are settled as their story says."""
    session, told = teller.session, project.told
    ground = manifests.ground_of(session, made.id)
    place, t_per_m3 = to_shape(site.place), queries.factors(session, made.id)[told.waste_class]
    km = km_between(ground.origin(None) or (place.x, place.y), (place.x, place.y))
    plates = disposals_plan.CARRIERS[told.carrier].plates[: told.trucks]
    coming = hauls.hauls(project.seed, first, last, plates, km, float(t_per_m3 / quantities.bulking()))
    doubts = {each.load: each for each in told.doubts}
    gone_t, before = Decimal(0), None
    enough_t = project.best_m3 * Decimal(str(told.share)) * t_per_m3
    for number, haul in enumerate(coming, 1):
        if number > told.loads if told.loads else gone_t >= enough_t:
            break
        doubt = doubts.get(number, Doubt(number, ""))
        load = hauls.doubtful(haul, doubt.what, before)
        said = _said(made, project, load, number, (site, carrier), doubt.what)
        id_ = uuid5(NAMES, f"{made.proceeding_no}/{number}")
        manifests.record(session, person(GATE), id_, said, ground=ground)
        if doubt.decided:
            _decide(teller, id_, doubt, haul.unloaded_at + timedelta(days=1))
        gone_t += load.net_t if doubt.decided != "does_not_count" else 0
        before = load
    _date_back(teller, made)


def _said(
    made: Proceeding, project: Project, load: Haul, number: int, partners_: tuple[DisposalSite, CarrierPermit], odd: str
) -> ManifestIn:
    site, carrier = partners_
    place = to_shape(site.place)
    off = 0.02 if odd == "outside_sites" else 0.0002 * (number % 5)
    receipt = ReceiptIn(
        site_id=site.id, unloaded_at=load.unloaded_at, unload_place=(round(place.x + off, 6), round(place.y - off, 6)), gross_t=load.gross_t, tare_t=load.tare_t,
        net_t=load.net_t, ticket_no=load.ticket_no, receiver_confirmed="磅房 示例",
    )  # fmt: skip
    return ManifestIn.model_validate({
        "manifest_no": f"{made.proceeding_no.replace('-', '')}-{number:04}", "project_id": made.id, "parcel_id": project.parcel_ids[0],
        "waste_class": project.told.waste_class, "plate": load.plate, "driver": load.driver, "carrier_id": carrier.id, "loaded_m3": load.loose_m3,
        "loaded_net_t": load.loaded_net_t, "loaded_at": load.loaded_at, "site_id": site.id, "producer_confirmed": "吴俊杰(示例)",
        "carrier_confirmed": load.driver, "receipt": None if odd == "on_the_road" else receipt,
    })  # fmt: skip


def _decide(teller: Teller, id_: UUID, doubt: Doubt, at: datetime) -> None:
    stands = doubt.decided == Verdict.STANDS
    reason = "已核对车载称重和过磅影像,情况属实" if stands else "与前一车重复登记,磅单只对应一车"
    manifests.decide(teller.session, person(WASTE), id_, doubt.what, Verdict(doubt.decided), reason, at=at)


def _date_back(teller: Teller, made: Proceeding) -> None:
    """Loads were written down at the gate, and doubted when they arrived."""
    teller.session.flush()
    mine = Manifest.proceeding_id == made.id
    teller.session.execute(update(Manifest).where(mine).values(created_at=Manifest.loaded_at + timedelta(minutes=3)))
    arrived = select(Manifest.created_at).where(Manifest.id == ManifestFlag.manifest_id).scalar_subquery()
    flags = update(ManifestFlag).where(ManifestFlag.manifest_id.in_(select(Manifest.id).where(mine)))
    teller.session.execute(flags.values(raised_at=arrived).execution_options(synchronize_session=False))
