"""The sample's joint meetings: two that were held, a third being prepared to which unfinished actions return."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from gis_service.meetings import operations, queries
from gis_service.meetings.conduct import ACTION_ITEMS, MEETINGS
from gis_service.meetings.operations import Agreed
from gis_service.procedures.conduct import Conduct
from gis_service.procedures.models import Proceeding
from gis_service.sample.proceedings import GUARD, LAND, LEADER, Move, Teller, at, person

MEMBERS = ("ZRZY", "CBZX", "GFZB", "ZFJ", "TJWZ")
CHAIR = "周明(示例)"
RESULT = "已按议定内容办结,材料已归档"


@dataclass(frozen=True)
class Action:
    """An action agreed on under a topic (its place on the agenda), and what became of it."""

    topic: int
    title: str
    unit: str
    responsible: str
    due_on: str
    moves: Sequence[Move] = ()


@dataclass(frozen=True)
class Held:
    """A meeting: its topics by hand with their conclusions, and the actions made from them."""

    title: str
    on: str
    topics: tuple[tuple[str, str], ...]
    actions: tuple[Action, ...]


REPORT = Move("report", 12, GUARD, {"result": RESULT})
CLOSE = Move("close", 2, LEADER)
SEPTEMBER = Held(
    "2026 年第 9 次土地管理工作联席会议", "2026-09-23",
    (
        ("通报 8 月以来巡查整改情况", "各单位对照清单限期整改,逾期一律督办"),
        ("研究北围片区围蔽专项整治", "由储备中心统筹,10 月底前完成缺口修复"),
        ("研究空闲地视频监控补点", "先在三处易发生倾倒的路口补点"),
    ),
    (
        Action(0, "逾期整改事项逐项督办", "ZRZY", "陈晓岚(示例)", "2026-10-15", (REPORT, CLOSE)),
        Action(1, "完成北围片区围蔽缺口修复", "GH01", "梁伟(示例)", "2026-10-30", (
            Move("note_progress", 10, GUARD, {"progress": "已修复 160 米,余 40 米"}),
            Move("defer", 20, LEADER, {"due_on": "2026-11-20"}, "台风影响施工"),
        )),
        Action(2, "三处路口补装视频监控", "ZFJ", "黄志强(示例)", "2026-10-20", (
            REPORT, Move("send_back", 3, LEADER, {"due_on": "2026-12-10"}, "其中一处未接入平台"),
        )),
    ),
)  # fmt: skip
OCTOBER = Held(
    "2026 年第 10 次土地管理工作联席会议", "2026-10-28",
    (
        ("通报空闲地移交进度", "第三批移交材料 11 月中旬前备齐"),
        ("研究非法倾倒联合执法", "执法部门牵头,镇和社区配合夜间巡查"),
    ),
    (
        Action(0, "备齐第三批移交材料", "CBZX", "何嘉敏(示例)", "2026-11-13"),
        Action(1, "制定夜间联合巡查排班表", "ZFJ", "黄志强(示例)", "2026-11-06", (Move("report", 7, GUARD, {"result": RESULT}), CLOSE)),
        Action(1, "社区配合人员名单报备", "TJWZ", "林小燕(示例)", "2026-11-25", (Move("report", 26, GUARD, {"result": "名单已报送"}),)),
    ),
)  # fmt: skip
NEXT_ON, FILLED = "2026-12-02", "2026-11-27"


def tell(teller: Teller, conducts: Sequence[Conduct]) -> None:
    """Two meetings with their actions, then the one of December, its agenda filled from what is late over `conducts`."""
    for each in (SEPTEMBER, OCTOBER):
        _held(teller, each, conducts)
    prepared = _open(teller, "2026 年第 11 次土地管理工作联席会议", NEXT_ON, FILLED)
    operations.fill_agenda(teller.session, conducts, prepared.id, at(FILLED, "16:00"))
    operations.add_topic(teller.session, prepared.id, "通报 11 月巡查整改和案件办理情况")


def _open(teller: Teller, title: str, on: str, prepared_on: str) -> Proceeding:
    facts = {"planned_at": f"{on}T09:30+08:00", "venue": "管委会三楼会议室(示例)", "chair": CHAIR}
    made = teller.open(MEETINGS, LAND, title, facts, at(prepared_on, "15:00"), unit_id=teller.units["ZRZY"])
    invited = [{"unit_id": teller.units[code]} for code in MEMBERS]
    operations.set_attendance(teller.session, made.id, invited)
    return made


def _held(teller: Teller, told: Held, conducts: Sequence[Conduct]) -> None:
    before = (date.fromisoformat(told.on) - timedelta(days=2)).isoformat()
    made, session = _open(teller, told.title, told.on, before), teller.session
    for title, _ in told.topics:
        operations.add_topic(session, made.id, title)
    operations.fill_agenda(session, conducts, made.id, at(before, "16:00"))
    teller.move(MEETINGS, made, Move("issue"), at(before, "17:00"))
    teller.move(MEETINGS, made, Move("hold", facts={"chair": CHAIR}), at(told.on, "11:30"))
    conclusions = dict(told.topics)
    topics = queries.topics(session, made.id)
    for topic in topics:
        operations.conclude(session, made.id, topic.id, conclusions.get(topic.title, "责任单位继续办理,下次会议报告"))
    came = [{"unit_id": teller.units[code], "came": True} for code in MEMBERS]
    operations.set_attendance(session, made.id, came)
    by_title = {topic.title: topic.id for topic in topics}
    actions = [
        (action, _agree(teller, made.id, by_title[told.topics[action.topic][0]], action, told.on))
        for action in told.actions
    ]
    teller.move(MEETINGS, made, Move("minute", who=LAND), at(told.on, "17:30"))
    for action, proceeding in actions:
        teller.tell(ACTION_ITEMS, proceeding, action.moves, at(told.on, "12:00"))


def _agree(teller: Teller, meeting_id: int, topic_id: int, action: Action, on: str) -> Proceeding:
    unit_id = teller.units[action.unit]
    agreed = Agreed(action.title, date.fromisoformat(action.due_on), unit_id, action.responsible, at(on, "12:00"))
    return operations.agree_on(teller.session, person(LAND), teller.district_code, meeting_id, topic_id, agreed)
