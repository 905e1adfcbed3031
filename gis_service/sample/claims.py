"""The sample's claims for damage: a simple one closed, one that waits for the court, one above the limit in negotiation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from gis_service.claims.conduct import CLAIMS
from gis_service.procedures import filing
from gis_service.procedures.models import Proceeding, ProceedingParcel
from gis_service.sample.proceedings import CASES, LEADER, Move, Teller, at, person

DEPARTMENT = "市生态环境主管部门(示例)"


@dataclass(frozen=True)
class Claim:
    """A claim: its facts, its money (head, stage, yuan, day) and its steps."""

    title: str
    custodian: str
    begun: str
    facts: dict[str, Any]
    money: tuple[tuple[str, str, int, str], ...]
    moves: Sequence[Move]


CHECK = Move("check", 3, CASES, text=("线索属实,建议转入初步核查。",))
START = Move(
    "start",
    12,
    LEADER,
    {"claimant_level": "city", "lead_department": DEPARTMENT},
    text=("符合启动条件,报请启动索赔。",),
)
LOOK = Move("investigate", 2, CASES)


def meet(days: int, outcome: str) -> Move:
    present = ["市生态环境主管部门代表(示例)", "赔偿义务人代表(示例)", "检察机关代表(示例)"]
    return Move("meet", days, CASES, {"present": present, "outcome": outcome}, text=(outcome,))


CLAIMS_TOLD = (
    Claim(
        "倾倒渣土损害赔偿(示例)", "GH03", "2026-02-03",
        {"obligor": "示例土石方工程有限公司", "incident_on": "2026-01-18", "harm": "约 260 立方米渣土压占坑塘", "lead_from": "巡查"},
        (
            ("cleanup_restoration", "estimated", 128_000, "2026-03-05"), ("interim_loss", "estimated", 22_000, "2026-03-05"),
            ("investigation_appraisal", "estimated", 16_000, "2026-03-05"), ("cleanup_restoration", "claimed", 128_000, "2026-03-12"),
            ("interim_loss", "claimed", 22_000, "2026-03-12"), ("investigation_appraisal", "claimed", 16_000, "2026-03-12"),
            ("cleanup_restoration", "agreed", 128_000, "2026-04-02"), ("interim_loss", "agreed", 18_000, "2026-04-02"),
            ("investigation_appraisal", "agreed", 16_000, "2026-04-02"), ("cleanup_restoration", "paid", 128_000, "2026-06-10"),
            ("interim_loss", "paid", 18_000, "2026-06-10"), ("investigation_appraisal", "paid", 16_000, "2026-06-10"),
        ),
        (
            CHECK, START, LOOK, Move("appraise", 9, CASES, {"is_simple": True}), Move("negotiate_simple", 6, CASES, text=("请于约定时间参加磋商。",)),
            meet(14, "双方对损害事实和清理费用无争议"), Move("agree", 6, LEADER, {"perform_by": "2026-07-31"}, text=("双方自愿达成赔偿协议。",)),
            Move("announce", 12, CASES, {"court": "示例中级人民法院", "announced_on": "2026-04-08"}), Move("confirm", 34, CASES),
            Move("perform", 5, CASES, {"remedies": ["restoration", "money"]}), Move("evaluate", 40, CASES),
            Move("close", 15, LEADER, {"published_at": "市政府网站(示例)", "published_on": "2026-07-06"}, text=("修复效果达标,款项付清,同意结案。",)),
        ),
    ),
    Claim(
        "填埋装修垃圾损害赔偿(示例)", "GH02", "2026-07-06",
        {"obligor": "示例装饰设计有限公司", "incident_on": "2026-06-11", "incident_until": "2026-06-20", "harm": "约 90 立方米装修垃圾填埋", "lead_from": "12345 投诉"},
        (
            ("cleanup_restoration", "estimated", 96_000, "2026-08-06"), ("prevention", "estimated", 12_000, "2026-08-06"),
            ("cleanup_restoration", "claimed", 96_000, "2026-08-14"), ("prevention", "claimed", 12_000, "2026-08-14"),
            ("cleanup_restoration", "agreed", 92_000, "2026-10-12"), ("prevention", "agreed", 12_000, "2026-10-12"),
            ("prevention", "paid", 12_000, "2026-10-30"),
        ),
        (
            CHECK, START, LOOK, Move("appraise", 9, CASES, {"is_simple": True}), Move("negotiate_simple", 8, CASES, text=("请于约定时间参加磋商。",)),
            meet(21, "义务人对数量有异议,约定复核方量"), meet(24, "复核后双方同意以 92000 元计清理费用"),
            Move("agree", 8, LEADER, {"perform_by": "2026-12-20"}, text=("双方自愿达成赔偿协议。",)),
            Move("announce", 44, CASES, {"court": "示例中级人民法院", "announced_on": "2026-11-13"}),
        ),
    ),
    Claim(
        "倾倒建筑垃圾损害赔偿(示例)", "GH01", "2026-08-10",
        {"obligor": "示例建筑工程有限公司", "incident_on": "2026-07-21", "incident_until": "2026-08-02", "harm": "约 1800 立方米建筑垃圾压占地块和边沟", "lead_from": "检察建议", "procuratorate_lead": True},
        (
            ("cleanup_restoration", "estimated", 486_000, "2026-10-09"), ("interim_loss", "estimated", 74_500, "2026-10-09"),
            ("permanent_loss", "estimated", 0, "2026-10-09"), ("investigation_appraisal", "estimated", 58_000, "2026-10-09"),
            ("prevention", "estimated", 21_000, "2026-10-09"), ("cleanup_restoration", "claimed", 486_000, "2026-10-20"),
            ("interim_loss", "claimed", 74_500, "2026-10-20"), ("investigation_appraisal", "claimed", 58_000, "2026-10-20"),
            ("prevention", "claimed", 21_000, "2026-10-20"),
        ),
        (
            CHECK, START, LOOK, Move("appraise", 30, CASES, {"is_simple": False}), Move("negotiate", 20, CASES, text=("请于约定时间参加磋商。",)),
            meet(18, "义务人承认事实,对期间损失的计算有异议,约定补充说明"),
        ),
    ),
)  # fmt: skip


def tell(teller: Teller) -> list[Proceeding]:
    """Each claim comes from the case on its land, where the sample has one."""
    return [_tell(teller, claim) for claim in CLAIMS_TOLD]


def _tell(teller: Teller, claim: Claim) -> Proceeding:
    parcel, when = teller.parcels(claim.custodian)[0], at(claim.begun, "09:40")
    made = teller.open(
        CLAIMS, CASES, claim.title, claim.facts, when, parcel_ids=[parcel.id], area_id=parcel.area_id,
        unit_id=teller.units["ZFJ"], parent_id=_case_on(teller, parcel.id),
    )  # fmt: skip
    for head, stage, yuan, on in claim.money:
        item = filing.add_amount(
            teller.session, person(CASES), made, head=head, stage=stage, amount_yuan=Decimal(yuan), basis="示例",
            told_on=date.fromisoformat(on),
        )  # fmt: skip
        item.added_at = at(on)
    teller.tell(CLAIMS, made, claim.moves, when)
    return made


def _case_on(teller: Teller, parcel_id: int) -> int | None:
    asked = select(Proceeding.id).join(ProceedingParcel, ProceedingParcel.proceeding_id == Proceeding.id)
    asked = asked.where(Proceeding.noun == "case", ProceedingParcel.parcel_id == parcel_id)
    return teller.session.scalar(asked.order_by(Proceeding.id).limit(1))
