"""The sample's rectifications: twenty problems in every state, some late, one that came back within ninety days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from gis_service.patrols.items import ITEMS
from gis_service.procedures.models import Proceeding
from gis_service.rectification.conduct import RECTIFICATIONS
from gis_service.rectification.rules import AFTER, BEFORE
from gis_service.sample.proceedings import GUARD, LAND, LAND_TWO, LEADER, PATROL, Move, Teller, at

CAMPAIGN = "汛期后围蔽专项整治(示例)"


@dataclass(frozen=True)
class Problem:
    """A problem on the `parcel`-th parcel of a custodian, and how far it came."""

    custodian: str
    parcel: int
    item: str
    found_on: str
    what: str
    end: str
    source: str = "patrol"
    campaign: str | None = None


PROBLEMS = (
    Problem("GH01", 0, "FENCE", "2026-08-28", "东侧围蔽破损约 12 米,可由便道进入", "closed", campaign=CAMPAIGN),
    Problem("GH01", 1, "SIGN", "2026-08-20", "警示牌褪色,举报电话不清", "closed"),
    Problem("GH02", 0, "PLANT", "2026-08-26", "地块北部种菜约 300 平方米", "closed", "complaint"),
    Problem("GH02", 1, "GATE", "2026-09-02", "大门锁具损坏", "closed_again"),
    Problem("GH03", 0, "NEW_SOIL", "2026-09-08", "西南角新增渣土约 40 立方米,有车辙", "dumping"),
    Problem("GH04", 0, "FIRE", "2026-09-15", "杂草有焚烧痕迹", "closed", "check"),
    Problem("CBZX", 0, "BARE", "2026-09-22", "裸土约 2 亩未覆盖防尘网", "withdrawn", "superior"),
    Problem("GH01", 0, "FENCE", "2026-11-20", "东侧围蔽再次被推倒约 8 米", "answered", campaign=CAMPAIGN),
    Problem("GH02", 2, "OCCUPY", "2026-10-09", "东侧搭建板房一处,堆放模板", "supervised", "check"),
    Problem("GH03", 1, "WATER", "2026-10-12", "边沟堵塞,积水约 200 平方米", "escalated", "superior"),
    Problem("GH01", 2, "PARK", "2026-11-16", "停放泥头车 3 辆", "late"),
    Problem("GH04", 1, "CCTV", "2026-11-12", "视频监控离线", "late", "check"),
    Problem("GH02", 0, "FENCE", "2026-11-18", "南侧围挡缺口约 5 米", "rectifying", campaign=CAMPAIGN),
    Problem("GH03", 2, "DUST", "2026-11-24", "车辆进出扬尘明显", "sent_back", "complaint"),
    Problem("CBZX", 1, "PLANT", "2026-11-17", "村民种植约 150 平方米", "disputed"),
    Problem("GH01", 3, "BARE", "2026-11-19", "平整后裸土未覆盖", "extension_asked", "superior"),
    Problem("GH02", 3, "SIGN", "2026-11-20", "警示牌倒伏", "extended"),
    Problem("GH01", 4, "FENCE", "2026-11-24", "北侧围网被剪开约 3 米", "issued", campaign=CAMPAIGN),
    Problem("GH04", 2, "SLOPE", "2026-11-26", "东侧边坡局部滑塌", "issued", "meeting"),
    Problem("GH03", 0, "NEW_WASTE", "2026-11-26", "西侧新增装修垃圾约 6 立方米", "found"),
    Problem("SQ-NZ", 0, "OTHER", "2026-11-27", "窨井盖缺失一处", "found", "complaint"),
)  # fmt: skip


def tell(teller: Teller) -> list[Proceeding]:
    """All of them, in the order in which they were found."""
    return [_tell(teller, each) for each in sorted(PROBLEMS, key=lambda each: each.found_on)]


def _tell(teller: Teller, problem: Problem) -> Proceeding:
    item, when = ITEMS[problem.item], at(problem.found_on, "09:20")
    there = teller.parcels(problem.custodian)
    parcel = there[problem.parcel % len(there)]
    demand = f"{item.zh}问题整改到位,完成后上传整改前、整改后照片"
    facts = {"item_code": item.code, "description": problem.what, "source": problem.source, "demand": demand}
    facts |= {"campaign": problem.campaign} if problem.campaign else {}
    title = f"{parcel.parcel_no} {item.zh}"
    made = teller.open(RECTIFICATIONS, PATROL, title, facts, when, parcel_ids=[parcel.id], unit_id=teller.units["ZRZY"])
    teller.photo(made, BEFORE, when, PATROL)
    teller.tell(RECTIFICATIONS, made, _moves(problem, date.fromisoformat(problem.found_on)), when)
    return made


def _moves(problem: Problem, found_on: date) -> Sequence[Move]:
    days = 7 if ITEMS[problem.item].days is None else ITEMS[problem.item].days or 1
    by = (found_on + timedelta(days=days)).isoformat()
    later = (found_on + timedelta(days=days + 14)).isoformat()
    reply = f"已按要求整改:{problem.what},现已恢复"
    issue = (
        Move("set_terms", 0, LAND, {"correct_by": by}),
        Move("issue", 0, LAND, {"correct_by": by}, text=(f"经查,{problem.what}。请于期限内整改到位并书面回复。",)),
    )
    taken = (*issue, Move("receive", 0, GUARD))
    answer = Move("answer", min(days, 3), GUARD, {"reply": reply}, text=(reply,), photos=(AFTER,))
    close = Move("close", 1, LAND_TWO, {"recheck": "现场复查,问题已整改到位"}, text=("复查合格,同意销号。",))
    back = Move("send_back", 1, LAND_TWO, {"correct_by": later}, "仍有缺口,整改不到位")
    supervise = Move(
        "supervise", days + 4, LAND_TWO, {"correct_by": later}, text=("逾期未整改,请单位负责人督促落实。",)
    )
    ask = Move("ask_extension", 1, GUARD, {"wanted_until": later}, "材料到货延误")
    told = {
        "found": (),
        "issued": issue,
        "rectifying": taken,
        "late": taken,
        "extension_asked": (*taken, ask),
        "extended": (*taken, ask, Move("grant_extension", 1, LEADER, {"correct_by": later})),
        "disputed": (*issue, Move("dispute", 1, GUARD, reason="该处在管护范围线以外,请核定责任单位")),
        "answered": (*taken, answer),
        "sent_back": (*taken, answer, back),
        "closed": (*taken, answer, close),
        "closed_again": (*taken, answer, back, answer, close),
        "supervised": (*taken, supervise),
        "escalated": (*taken, supervise, Move("escalate", 16, LEADER, {"correct_by": "2026-12-04"}, "督办后仍未整改")),
        "dumping": (
            *issue,
            Move("report_dumping", 0, PATROL, {"dumping_seen": problem.what}),
            Move("receive", 1, GUARD),
            answer,
            close,
        ),
        "withdrawn": (Move("withdraw", 1, LEADER, reason="经核实已覆盖,系影像时间差"),),
    }
    return told[problem.end]
