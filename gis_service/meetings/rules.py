"""The tables of meetings and of the actions agreed on. Pure."""

from enum import StrEnum

from gis_service.procedures.rules import Clock, Fact, FactKind, Measure, Procedure, State, Step

HANDLE = "meeting.handle"
REPORT, JUDGE, CANCEL = "action_item.report", "action_item.judge", "action_item.cancel"


class TopicKind(StrEnum):
    """Where a topic of an agenda comes from."""

    LATE = "late"
    RETURNED = "returned"
    """An action of an earlier meeting that is not closed."""
    BY_HAND = "by_hand"


MEETING = Procedure(
    noun="meeting",
    plural="meetings",
    zh="联席会议",
    en="joint meeting",
    letters="HY",
    states=(
        State("draft", "筹备", "being prepared"),
        State("issued", "议程已发", "agenda issued"),
        State("held", "已召开", "held"),
        State("minuted", "已印发纪要", "minuted", final=True),
        State("cancelled", "已取消", "cancelled", final=True),
    ),
    opening=(
        Fact("planned_at", "会议时间", "time", FactKind.MOMENT),
        Fact("venue", "地点", "place", required=False),
        Fact("chair", "主持人", "chair", required=False),
    ),
    steps=(
        Step("draft", "issue", "issued", "发出议程", "issue the agenda", HANDLE, papers=("meeting_agenda",)),
        Step("issued", "reopen", "draft", "收回议程", "take the agenda back", HANDLE, is_return=True),
        Step("issued", "hold", "held", "登记召开", "record that it was held", HANDLE, facts=(Fact("chair", "主持人", "chair"),)),
        Step("held", "minute", "minuted", "印发纪要", "issue the minutes", HANDLE, papers=("meeting_minutes",)),
        Step(("draft", "issued"), "cancel", "cancelled", "取消会议", "cancel the meeting", HANDLE, needs_reason=True),
    ),
    clocks=(Clock("minutes", "印发纪要", "issue the minutes", 5, Measure.WORKING_DAYS, during=("held",)),),
    papers=("action_list",),
)  # fmt: skip

DUE_ON = Fact("due_on", "完成期限", "due on", FactKind.DATE)

ACTION_ITEM = Procedure(
    noun="action_item",
    plural="action_items",
    zh="议定事项",
    en="action item",
    letters="YD",
    states=(
        State("open", "办理中", "open"),
        State("reported", "已报告待确认", "reported done"),
        State("closed", "销号", "closed", final=True),
        State("cancelled", "已取消", "cancelled", final=True),
    ),
    opening=(
        DUE_ON,
        Fact("responsible", "责任人", "person in charge", required=False),
        Fact("topic", "议题", "topic", required=False),
    ),
    steps=(
        Step(
            "open", "report", "reported", "报告完成", "report it done", REPORT,
            facts=(Fact("result", "办理结果", "result", FactKind.LONG_TEXT),),
        ),
        Step("open", "note_progress", None, "登记进展", "note progress", REPORT, facts=(Fact("progress", "进展", "progress", FactKind.LONG_TEXT),)),
        Step("open", "defer", None, "延期", "defer", JUDGE, facts=(DUE_ON,), needs_reason=True),
        Step("reported", "close", "closed", "确认,销号", "close", JUDGE, other_than=("report",)),
        Step("reported", "send_back", "open", "退回办理", "send back", JUDGE, facts=(DUE_ON,), is_return=True, other_than=("report",)),
        Step(("open", "reported"), "cancel", "cancelled", "取消事项", "cancel", CANCEL, needs_reason=True),
    ),
    clocks=(
        Clock(
            "due", "完成期限", "due", 30, Measure.SET_DATE, length_fact="due_on", warn=3,
            starts=("open", "defer", "send_back"), ends=("report", "cancel"),
        ),
        Clock("judge", "确认结果", "confirm the result", 5, Measure.WORKING_DAYS, during=("reported",)),
    ),
)  # fmt: skip
