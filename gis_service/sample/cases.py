"""The sample's dumping cases: clues, some alike; cases at every stage; two linked by a truck, one over the change of law."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from geoalchemy2.shape import to_shape
from sqlalchemy import text

from gis_service.cases.clues import operations as clues
from gis_service.cases.clues.models import Clue
from gis_service.cases.clues.operations import Seen
from gis_service.cases.clues.rules import Limits
from gis_service.cases.conduct import CASES as CONDUCT
from gis_service.cases.law import operations as law
from gis_service.cases.law import queries as texts
from gis_service.cases.parties import operations as parties
from gis_service.cases.parties.operations import PartyTold
from gis_service.cases.parties.rules import LinkRole, PartyKind
from gis_service.core import db
from gis_service.procedures.models import Proceeding
from gis_service.sample.proceedings import CASES, LAND, LEADER, PATROL, Move, Teller, at, person, told

REVIEWER, WASTE = "法制审核员 许静(示例)", "固废专员 邓志强(示例)"
OFFICERS = {"officers": ["罗文辉(示例)", "潘晓东(示例)"], "certificates": ["示例执法证001", "示例执法证002"]}
TRUCK, HAULIER = "粤CS0001", "示例渣土运输有限公司"


@dataclass(frozen=True)
class Case:
    """A case: its land (custodian and which of its parcels), its clue, what it is linked to, its steps."""

    title: str
    land: tuple[str, int]
    seen: str
    days: tuple[str, str]
    kind: str
    source: str
    m3: int
    what: str
    moves: Sequence[Move] = ()
    subject: str = ""
    """What its legal basis is about; empty: none chosen yet."""
    trucks: tuple[str, ...] = ()
    site: str = ""
    offender: tuple[str, str, str] | None = None
    """Name, kind, phone of a made-up offender."""
    more: Sequence[tuple[str, int, str]] = field(default_factory=tuple)
    """Further clues of the same dumping: source, metres away, words."""


ACCEPT = Move("accept", 0, CASES, text=("线索属实,予以受理。",))
VERIFY = Move(
    "verify", 0, CASES, {**OFFICERS, "showed_cards": True, "recorded_whole": True}, photos=("现场全景",),
    text=("现场检查情况已由当事人或见证人确认。",),
)  # fmt: skip
INVESTIGATE = Move("investigate", 1, CASES, OFFICERS)
INQUIRE = Move("inquire", 3, CASES, {"inquired": "运输车辆驾驶人(示例)"}, text=("问:车辆装载何物?答:工地渣土。",))
SUBMIT = Move("submit_review", 12, CASES)
PASS = Move("pass_review", 3, REVIEWER, text=("事实清楚,证据充分,程序合法,同意。",))
WAIVE = Move("waive_hearing", 3, CASES)
SERVE = Move("serve", 2, CASES, {"service_mode": "direct"})
CLOSE = Move("close", 5, LEADER, text=("清理验收合格,罚款缴清,同意结案。",))


def file(cause: str, days: int = 2) -> Move:
    return Move("file", days, LEADER, {"cause": cause}, text=("涉嫌违法,符合立案条件,报请立案。",))


def measure(days: int, **facts: Any) -> Move:
    return Move("measure", days, CASES, facts)


def notify(yuan: int) -> Move:
    facts = {"grounds": "未经核准倾倒建筑垃圾,破坏市容环境(示例)", "proposed_fine_yuan": str(yuan)}
    return Move("notify", 1, CASES, facts, text=("拟作出如下处罚,你方可陈述、申辩,并可依法申请听证。",))


def decide(yuan: int, days: int = 6) -> Move:
    facts = {"fine_yuan": str(yuan), "correction": "立即停止违法行为,限期清理倾倒的垃圾", "is_collective": True}
    return Move("decide", days, LEADER, facts, text=("根据上述事实和依据,决定处罚如下。",))


def pay(yuan: int, days: int = 9) -> Move:
    return Move("pay", days, CASES, {"paid_yuan": str(yuan), "voucher_no": "示例票据"})


def order(by: str, days: int = 1) -> Move:
    return Move("order_clear", days, CASES, {"clear_by": by}, text=("责令限期清理。",))


def start(by: str, days: int = 5) -> Move:
    facts = {"cleared_by": by, "permit_no": "示例处置核准〔2026〕1号"}
    return Move("start_clearing", days, WASTE, facts, text=("分区清运,联单随车。",))


def carry(trips: int, tonnes: str) -> Move:
    facts = {"trips": trips, "carried_t": tonnes, "manifest_nos": f"示例联单 1–{trips}", "receiving_site": "示例消纳场"}
    return Move("carry", 4, WASTE, facts)


def check(tonnes: str) -> Move:
    facts = {
        "weighbridge_t": tonnes,
        "same_viewpoint": True,
        "accepted_by": ["综合执法(示例)", "唐家湾镇(示例)", "管护单位(示例)"],
    }
    return Move("accept_clearing", 6, LAND, facts, photos=("清运后全景",), text=("清理彻底,验收合格。",))


PENALTY = (ACCEPT, VERIFY, file("涉嫌倾倒建筑垃圾"), INVESTIGATE, INQUIRE)

CASES_TOLD = (
    Case("示例工地渣土倾倒案(示例)", ("GH03", 0), "2026-01-18 22:40", ("2026-01-16", "2026-01-18"), "excavated_soil", "patrol", 260,
         "夜间巡查发现泥头车倾倒渣土,压占坑塘", (*PENALTY, measure(4, weight_t="416", measured_m3="260"), SUBMIT, PASS, notify(120_000),
         WAIVE, decide(120_000), SERVE, pay(120_000), order("2026-03-20"), start("offender"), carry(26, "412.6"), check("412.6"), CLOSE),
         "builder", (TRUCK, "粤CS0002"), "示例科技园三期工地", ("示例土石方工程有限公司", "unit", "13800000001")),
    Case("装修垃圾填埋案(示例)", ("GH02", 0), "2026-06-20 09:10", ("2026-06-11", "2026-06-20"), "construction", "hotline", 90,
         "群众反映有人夜间开挖填埋装修垃圾", (*PENALTY, SUBMIT, PASS, notify(100_000),
         Move("defend", 3, CASES, {"defence": "主动清理了一部分,请求从轻"}), Move("review_defence", 3, REVIEWER, text=("申辩理由成立,建议按下限处罚。",)),
         decide(100_000, 5), SERVE, Move("appeal", 12, CASES, {"appeal_kind": "reconsideration", "appeal_body": "示例人民政府"})),
         "builder", ("粤CS0003",), "示例商场改造工地", ("示例装饰设计有限公司", "unit", "13800000002")),
    Case("建筑垃圾倾倒压占边沟案(示例)", ("GH01", 0), "2026-08-02 06:30", ("2026-07-21", "2026-08-02"), "construction", "drone", 1800,
         "无人机影像对比发现新增堆体", (*PENALTY, measure(5, weight_t="2900", measured_m3="1800", gain_yuan="320000.00"), SUBMIT, PASS, notify(600_000),
         WAIVE, decide(600_000), SERVE, order("2026-10-20"), Move("demand", 14, CASES, text=("限期未清理,现催告履行。",)),
         Move("perform", 8, LEADER, {"performer": "示例园林绿化工程有限公司", "cost_estimate_yuan": "486000", "supervisor": "邓志强(示例)"}, text=("逾期未履行,决定代履行。",)),
         start("contractor"), carry(90, "1426.4")),
         "builder", (TRUCK,), "示例住宅一期工地", ("示例建筑工程有限公司", "unit", "13800000003")),
    Case("跨新法施行日倾倒案(示例)", ("GH01", 2), "2026-08-18 23:15", ("2026-08-10", "2026-08-18"), "construction", "patrol", 340,
         "连续多夜倾倒,跨 2026 年 8 月 15 日", (*PENALTY, measure(6, weight_t="540", measured_m3="340"), SUBMIT, PASS, notify(150_000)),
         "builder", ("粤CS0004",), "示例道路改造工地", ("示例市政工程有限公司", "unit", "13800000004")),
    Case("污泥倾倒案(示例)", ("GH02", 1), "2026-09-07 05:50", ("2026-09-06", "2026-09-07"), "sludge", "police", 45,
         "公安检查发现罐车倾倒污泥", (ACCEPT, VERIFY, file("涉嫌倾倒污泥"), INVESTIGATE, INQUIRE,
         Move("sample", 1, CASES, photos=("采样点",), text=("按规范采集样品三份。",)), Move("preserve", 0, CASES, {"preserved": "罐车一辆"}, text=("予以先行登记保存。",)),
         Move("decide_preserved", 4, LEADER, {"preserved_outcome": "handed_over"}), measure(9, hazardous_t="4.2", lab_toxic=True),
         Move("propose_transfer", 1, CASES, reason="检出有毒物质 4.2 吨,涉嫌犯罪"), Move("approve_transfer", 1, LEADER),
         Move("transfer", 0, CASES, {"police": "示例公安分局", "test_report": "示例检测报告"}, text=("现将涉嫌犯罪案件移送你局。",)),
         Move("police_file", 2, CASES, {"police_no": "示例公立〔2026〕1号"})), "", ("粤CS0005",), "", ("示例环保服务有限公司", "unit", "13800000005")),
    Case("无主生活垃圾清理案(示例)", ("GH04", 0), "2026-09-21 08:20", ("2026-09-19", "2026-09-21"), "domestic", "public_page", 60,
         "路边空地堆放生活垃圾,未见车辆", (ACCEPT, VERIFY, Move("find_ownerless", 6, LEADER, text=("经走访和调取监控,无法确定责任人。",)),
         Move("trace", 9, CASES, {"traced": "已向公安调取周边卡口记录,暂无结果"}),
         Move("clear_ownerless", 4, WASTE, {"cleared_by": "town"}, text=("由属地组织清运。",)), carry(5, "38.1")), "ownerless"),
    Case("零星装修垃圾首违案(示例)", ("GH04", 1), "2026-10-12 16:05", ("2026-10-12", "2026-10-12"), "construction", "patrol", 3,
         "居民倾倒少量装修垃圾,当场认错并清理", (*PENALTY, Move("exempt", 4, LEADER, reason="初次违法,危害轻微并及时改正", text=("决定不予行政处罚。",)),
         Move("close_uncleared", 3, LEADER, reason="当事人已自行清理完毕", text=("同意结案。",))), "person", (), "", ("示例张某", "person", "13800000006")),
    Case("邻区倾倒线索核查(示例)", ("GH03", 2), "2026-10-20 10:00", ("2026-10-19", "2026-10-19"), "mixed", "letter", 15,
         "来信反映堆放垃圾,经核查位于邻区", (ACCEPT, VERIFY, Move("refer", 3, LEADER, {"referred_to": "邻区综合执法部门(示例)"}, text=("不属本区管辖,移交处理。",))),),
    Case("渣土车偷倒案(示例)", ("GH02", 3), "2026-10-27 01:30", ("2026-10-26", "2026-10-27"), "excavated_soil", "camera", 75,
         "监控显示两车次倾倒", (*PENALTY, SUBMIT), "builder", ("粤CS0006",), "示例科技园三期工地", ("示例土石方工程有限公司", "unit", "13800000001")),
    Case("围蔽内倾倒建筑垃圾案(示例)", ("GH03", 4), "2026-11-09 07:15", ("2026-11-08", "2026-11-09"), "construction", "patrol", 130,
         "围蔽被推开,内有新增建筑垃圾", (*PENALTY, Move("order_now", 2, CASES, {"clear_by": "2026-12-04"}, text=("责令立即停止并先行清理。",))), "builder", ("粤CS0002",)),
    Case("兴北路旁倾倒案(示例)", ("GH01", 5), "2026-11-24 21:40", ("2026-11-24", "2026-11-24"), "construction", "hotline", 40,
         "两辆泥头车在路旁倾倒", (ACCEPT, VERIFY), more=(("public_page", 60, "看到两辆大车往空地倒渣土"),)),
    Case("新沙路口倾倒案(示例)", ("GH02", 5), "2026-11-26 23:20", ("2026-11-26", "2026-11-26"), "domestic", "phone", 12,
         "来电反映有人倾倒生活垃圾", (ACCEPT,)),
    Case("天星路旁倾倒线索(示例)", ("GH04", 3), "2026-11-27 15:30", ("2026-11-27", "2026-11-27"), "mixed", "patrol", 25, "巡查发现新增垃圾堆"),
)  # fmt: skip

CLUES_TOLD = (
    ("GH03", 6, 0, "2026-11-26 19:10", "construction", "public_page", "空地里又有人倒建筑垃圾", "13900000001"),
    ("GH03", 6, 45, "2026-11-27 08:05", "excavated_soil", "hotline", "同一处,早上还在倒土", ""),
    ("GH01", 7, 0, "2026-11-27 11:20", "domestic", "phone", "围蔽外堆了一堆生活垃圾", "13900000002"),
    ("GH02", 7, 0, "2026-11-25 14:00", "other", "media", "网上视频称有人倾倒,位置不明确", ""),
)
"""Clues that wait at the duty desk: land, metres away, when, kind, source, words, phone of a made-up reporter."""


def tell(teller: Teller) -> list[Proceeding]:
    """Cases in the order of their clues, then the clues that still wait."""
    law.fill(teller.session)
    found = [_case(teller, number, case) for number, case in enumerate(CASES_TOLD, 1)]
    waiting = [_clue(teller, 900 + n, *told_) for n, told_ in enumerate(CLUES_TOLD, 1)]
    clues.dismiss(teller.session, person(CASES), waiting[-1].id, "经核对视频拍摄地不在本区(示例)")
    db.setting(teller.session, app_version_at="", app_reason="")
    return found


def _case(teller: Teller, number: int, case: Case) -> Proceeding:
    session, officer = teller.session, person(CASES)
    clue = _take_in(teller, number, case)
    for n, (source, metres, words) in enumerate(case.more, 1):
        other = _clue(teller, number * 10 + n, *case.land, metres, case.seen, case.kind, source, words, "")
        clues.merge(session, officer, other.id, clue.id, "同一地点、时间、种类(示例)")
    moment = clue.created_at + timedelta(hours=2)
    _then(teller, moment)
    made = clues.open_case(
        session, told(CONDUCT), officer, clue.id, title=case.title, limits=Limits(), despite="与此前案件不是同一次倾倒(示例)",
        unit_id=teller.units["ZFJ"], at=moment,
    )  # fmt: skip
    _link(teller, made, case)
    if case.subject:
        _rest_on_law(teller, made, case)
    for move in case.moves:
        moment += timedelta(days=move.days, minutes=35)
        _then(teller, max(moment, _last_change(teller, made)))
        for label in move.photos:
            teller.photo(made, label, moment - timedelta(minutes=10), move.who)
        teller.move(CONDUCT, made, _dated(move, moment), moment)
    return made


def _dated(move: Move, moment: datetime) -> Move:
    """A move; a papers' text that has none says on what day it is from."""
    return move if move.text else replace(move, text=(f"{moment:%Y-%m-%d} 记录(示例)。",))


def _last_change(teller: Teller, made: Proceeding) -> datetime:
    """Just after the last change of the land of a case: versions are told forward, and what a case changes comes after."""
    last = teller.session.scalar(
        text("""select max(v.valid_from) + interval '1 second' from parcel_version v
                  join proceeding_parcel p on p.parcel_id = v.id where p.proceeding_id = :id"""),
        {"id": made.id},
    )
    return last or made.opened_at


def _then(teller: Teller, moment: datetime) -> None:
    """Set the version clock back to a moment."""
    db.setting(teller.session, app_version_at=moment.isoformat())


def _take_in(teller: Teller, number: int, case: Case) -> Clue:
    first, last = (at(day, "00:00") for day in case.days)
    seen = at(*case.seen.split())
    return clues.take_in(
        teller.session, person(PATROL), teller.district_code,
        Seen(
            source=case.source, waste_kind=case.kind, what=case.what, place=_place(teller, *case.land, 0), place_text="示例地点", quantity_m3=Decimal(case.m3),
            happened_from=first, happened_to=max(last, seen), seen_at=seen, at=seen + timedelta(minutes=20), tracking_no=_number(number, seen),
        ),
    )  # fmt: skip


def _clue(
    teller: Teller,
    number: int,
    custodian: str,
    nth: int,
    metres: float,
    seen: str,
    kind: str,
    source: str,
    what: str,
    phone: str,
) -> Clue:
    moment = at(*seen.split())
    return clues.take_in(
        teller.session, person("公众" if source == "public_page" else CASES), teller.district_code,
        Seen(
            source=source, waste_kind=kind, what=f"{what}(示例)", place=_place(teller, custodian, nth, metres), place_text="示例地点",
            seen_at=moment, at=moment + timedelta(minutes=20), tracking_no=_number(number, moment),
            reporter_name="示例举报人" if phone else "", reporter_phone=phone, wants_answer=bool(phone),
        ),
    )  # fmt: skip


def _number(number: int, seen: datetime) -> str:
    """A tracking number that is the same each time the sample is made."""
    return f"XS{seen:%y%m%d}-SAMP" + f"{number:04}".translate(str.maketrans("01", "ZY"))


def _place(teller: Teller, custodian: str, nth: int, metres: float) -> tuple[float, float]:
    """A spot on a parcel in a unit's care, some metres to the north."""
    parcels = teller.parcels(custodian)
    point = to_shape(parcels[nth % len(parcels)].geom).representative_point()
    return round(point.x, 7), round(point.y + metres / 110_700, 7)


def _link(teller: Teller, made: Proceeding, case: Case) -> None:
    session, officer = teller.session, person(CASES)
    for plate in case.trucks:
        parties.link_vehicle(session, officer, made.id, plate, LinkRole.CARRIER, vehicle_type="泥头车", haulier=HAULIER)
    if case.site:
        parties.link_site(session, officer, made.id, f"{case.site}(示例)", LinkRole.SOURCE)
    if case.offender:
        name, kind, phone = case.offender
        code = f"91440400SAMPLE{int(phone[-4:]):04}" if kind == "unit" else ""
        party = PartyTold(
            PartyKind(kind),
            f"{name}(示例)",
            credit_code=code,
            phone=phone,
            id_number="" if code else "440402199001010000",
        )
        parties.link_party(session, officer, made.id, party, LinkRole.OFFENDER)


def _rest_on_law(teller: Teller, made: Proceeding, case: Case) -> None:
    first, last = (date.fromisoformat(day) for day in case.days)
    basis = texts.in_force(teller.session, first, last, subject=case.subject, kind=case.kind)
    law.choose(teller.session, person(CASES), made.id, [each.id for each in basis], act_from=first, act_to=last)
