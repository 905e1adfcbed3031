"""A small procedure of our own, to try the engine without any noun's rules."""

from gis_service.procedures.conduct import Conduct
from gis_service.procedures.rules import Clock, Fact, FactKind, Measure, Procedure, State, Step

ERRAND = Procedure(
    noun="case",
    plural="cases",
    zh="差事",
    en="errand",
    letters="CS",
    states=(
        State("told", "已交办", "told"),
        State("doing", "办理中", "doing"),
        State("resting", "暂停", "resting"),
        State("done", "已办", "done"),
        State("closed", "销号", "closed", final=True),
    ),
    opening=(Fact("what", "事项", "what"),),
    steps=(
        Step("told", "take", "doing", "接办", "take on", "case.handle"),
        Step("doing", "rest", "resting", "暂停", "rest", "case.handle", needs_reason=True),
        Step("resting", "resume", "doing", "恢复", "resume", "case.handle"),
        Step(
            "doing", "finish", "done", "办完", "finish", "case.handle",
            facts=(Fact("volume_m3", "方量", "volume", FactKind.NUMBER, unit="m³", least=0), Fact("note", "说明", "note", required=False)),
        ),
        Step(("doing", "done"), "look", None, "查看", "look", "case.review"),
        Step("done", "give_back", "doing", "退回", "give back", "case.review", is_return=True),
        Step("done", "close", "closed", "销号", "close", "case.review", other_than=("finish",)),
    ),
    clocks=(
        Clock("do", "办理", "doing", 3, Measure.WORKING_DAYS, during=("doing", "resting"), pauses=("resting",)),
        Clock("all", "全程", "the whole", 30, Measure.DAYS, starts=("open",), ends=("close",), warn=5),
    ),
)  # fmt: skip

ERRANDS = Conduct(ERRAND)
