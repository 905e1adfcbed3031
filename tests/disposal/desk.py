"""A disposal project and everybody who works on it, at the level of operations."""

import itertools
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from gis_service.access.rules import Role
from gis_service.core import clock
from gis_service.disposal.conduct import CONDUCT
from gis_service.disposal.manifests import operations as manifests
from gis_service.disposal.manifests.models import Manifest
from gis_service.disposal.partners import operations as partners
from gis_service.disposal.partners.models import CarrierPermit, DisposalSite
from gis_service.disposal.schemas import CarrierIn, ManifestIn, ReceiptIn, SiteIn
from gis_service.parcels.models import Parcel
from gis_service.procedures import operations
from gis_service.procedures import queries as engine
from gis_service.procedures.errors import Blocked
from gis_service.procedures.models import Proceeding
from gis_service.procedures.operations import Opening
from tests.factories import a_parcel, a_unit
from tests.filing import a_photo, somebody, take

_numbers = itertools.count(1)
TODAY = clock.today()
FACTS: dict[str, dict[str, Any]] = {
    "submit_scheme": {"scheme_by": "示例设计院"},
    "approve": {"approved_m3": "100", "approved_yuan": "50000"},
    "prepare": {"contractor": "示例施工", "supervisor": "示例监理"},
    "excavate": {"filed_on": TODAY.isoformat(), "permit_no": "示核1号", "route": "金峰西路"},
    "begin_removal": {"remove_by": (TODAY + timedelta(days=30)).isoformat()},
    "finish_removal": {"seen_by": ["监理甲"]},
    "pass_base": {"base_points": 5, "base_points_clean": 5, "base_laboratory": "示例检测"},
    "measure": {"measured_m3": "100", "measured_by": "示例测绘", "measured_on": TODAY.isoformat()},
    "finish_backfill": {"backfill_m3": "90", "backfill_source": "示例土源", "backfill_tested": True},
    "accept": {"accepted_by": ["甲", "乙", "丙"]},
    "audit": {"audited_yuan": "48000", "audited_by": "示例审计"},
    "change_quantity": {"approved_m3": "100", "approved_yuan": "50000"},
    "find_hazard": {"hazard_seen": "油桶", "fenced": True, "ecology_told_at": f"{TODAY}T08:00"},
    "settle_hazard": {"is_hazardous": False},
    "allow_as_is": {"covers": "both", "measures": "供地后由受让方清理"},
}
TO_REMOVAL = ["plan", "submit_scheme", "approve", "procure", "prepare", "excavate", "begin_removal"]
TO_ACCEPTANCE = [*TO_REMOVAL, "finish_removal", "pass_base", "measure", "finish_backfill"]
TO_END = [*TO_ACCEPTANCE, "accept", "audit", "close_out"]
WAYS = {
    "proposed": [], "planned": TO_REMOVAL[:1], "scheme_review": TO_REMOVAL[:2], "approved": TO_REMOVAL[:3], "procurement": TO_REMOVAL[:4],
    "preparing": TO_REMOVAL[:5], "excavating": TO_REMOVAL[:6], "removing": TO_REMOVAL, "base_inspection": TO_ACCEPTANCE[:8],
    "backfilling": TO_ACCEPTANCE[:9], "acceptance": TO_ACCEPTANCE, "audited": TO_END[:-2], "closed_out": TO_END,
    "suspended": [*TO_REMOVAL, "suspend"], "hazard_found": [*TO_REMOVAL, "find_hazard"], "withdrawn": ["withdraw"],
}  # fmt: skip
"""How each state is reached."""


class Desk:
    """People who may take every step, a site and a carrier."""

    def __init__(self, session: Session):
        self.session = session
        self.officer = somebody(session, Role.WASTE_OFFICER, Role.LEADER)
        self.closer = somebody(session, Role.LAND_OFFICER, Role.LEADER)
        self.unit = a_unit(session).id
        self.site, self.carrier = self.a_site(), self.a_carrier("粤C10001", "粤C10002")

    def a_site(self, place: tuple[float, float] = (113.60, 22.39), **facts: Any) -> DisposalSite:
        said = {
            "name": f"示例消纳场{next(_numbers)}",
            "kind": "landfill",
            "place": place,
            "licence_no": "示证1号",
            **facts,
        }
        return partners.enter_site(self.session, self.officer, "440402", SiteIn(**said))

    def a_carrier(self, *plates: str, limit: str = "31", days: int = 100) -> CarrierPermit:
        trucks = [{"plate": plate, "gross_limit_t": limit} for plate in plates]
        said = CarrierIn(
            carrier=f"示例运输{next(_numbers)}", permit_no=f"运{next(_numbers)}", valid_from=TODAY - timedelta(days=100),
            valid_until=TODAY + timedelta(days=days), trucks=trucks,
        )  # fmt: skip
        return partners.enter_carrier(self.session, self.officer, "440402", said)

    def parcel(self, **facts: Any) -> Parcel:
        return a_parcel(self.session, **{"waste_found": True, **facts})

    def project(self, *actions: str, parcels: list[Parcel] | None = None, begun: int = 20, **facts: Any) -> Proceeding:
        """A project opened `begun` days ago, with a site, a carrier and both photos; the loads its steps ask for come by themselves."""
        told = {
            "waste_class": "mixed",
            "estimate_low_m3": "80",
            "estimate_best_m3": "100",
            "estimate_high_m3": "130",
            **facts,
        }
        opening = Opening(
            "示例处置",
            told,
            parcel_ids=[each.id for each in parcels or [self.parcel()]],
            happened_on=TODAY - timedelta(days=begun),
        )
        made = operations.open_proceeding(self.session, CONDUCT, self.officer, "440402", opening)
        partners.consent(self.session, self.officer, made.id, self.site.id, TODAY - timedelta(days=begun), "同意1号")
        partners.carry(self.session, self.officer, made.id, self.carrier.id)
        for label in ("清运前", "清运后"):
            a_photo(self.session, made, label)
        self.do(made, *actions, begun=begun)
        return made

    def do(self, project: Proceeding, *actions: str, begun: int = 20, **more: Any) -> None:
        plan = {
            "plan_year": 2026,
            "batch": "第一批",
            "budget_yuan": "60000",
            "lead_unit": self.unit,
            "method": "excavate_remove",
        }
        for action in actions:
            told = {**(plan if action in ("plan", "replan") else FACTS.get(action, {})), **more}
            if action == "finish_removal" and project.state == "removing" and not self._has_loads(project):
                self.received(project, net_t="130")
            doer = self.closer if action == "close_out" else self.officer
            last = engine.log_of(self.session, project.id)[-1].happened_on
            on = max(last, TODAY - timedelta(days=begun)) if action in TO_REMOVAL else None
            take(self.session, CONDUCT, doer, project, action, told, "说明理由", happened_on=on)

    def _has_loads(self, project: Proceeding) -> bool:
        asked = text("select exists (select from manifest where proceeding_id = :id)")
        return bool(self.session.scalar(asked, {"id": project.id}))

    def refused(self, project: Proceeding, action: str, **more: Any) -> list[str]:
        """Codes of what blocks a step."""
        with pytest.raises(Blocked) as refused, self.session.begin_nested():
            self.do(project, action, **more)
        self.session.expire_all()
        return [each["code"] for each in refused.value.errors]

    def said(self, project: Proceeding, **facts: Any) -> ManifestIn:
        return ManifestIn(**{**self.plain(project), **facts})

    def plain(self, project: Proceeding) -> dict[str, Any]:
        return {
            "manifest_no": f"LD{next(_numbers):05}", "project_id": project.id, "waste_class": "mixed", "plate": "粤C10001",
            "carrier_id": self.carrier.id, "loaded_m3": "20", "loaded_at": hours_ago(30), "site_id": self.site.id,
        }  # fmt: skip

    def receipt(self, **facts: Any) -> dict[str, Any]:
        n = next(_numbers)
        return {"site_id": self.site.id, "unloaded_at": hours_ago(29), "ticket_no": f"B{n}", "net_t": "15", **facts}

    def record(self, project: Proceeding, receipt: dict[str, Any] | None = None, **facts: Any) -> Manifest:
        """A load; with `receipt` received already."""
        given = None if receipt is None else self.receipt(**receipt)
        made, _ = manifests.record(self.session, self.officer, uuid.uuid4(), self.said(project, receipt=given, **facts))
        return made

    def received(self, project: Proceeding, net_t: str = "15", **facts: Any) -> Manifest:
        """A load without doubt, each of its own hour."""
        n = next(_numbers) % 150
        at = hours_ago(40 + 2 * n) if "loaded_at" not in facts else facts.pop("loaded_at")
        return self.record(project, {"unloaded_at": at + timedelta(hours=1), "net_t": net_t}, loaded_at=at, **facts)

    def receive(self, manifest: Manifest, **facts: Any) -> Manifest:
        return manifests.receive(self.session, self.officer, manifest.id, ReceiptIn(**self.receipt(**facts)))

    def flags(self, manifest: Manifest) -> dict[str, Any]:
        rows = self.session.execute(
            text(
                "select code, level, lifted_at is not null as lifted, verdict from manifest_flag where manifest_id = :id"
            ),
            {"id": manifest.id},
        )
        return {row.code: row for row in rows if not row.lifted}


def hours_ago(hours: float) -> datetime:
    return clock.now() - timedelta(hours=hours)
