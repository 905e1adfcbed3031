"""The refusals of the checks."""

from gis_service.core.errors import Refusal


class CheckRunning(Refusal):
    """Two checks at once would write the same faults."""

    code, status = "topology.running", 409
    zh = "另一次拓扑检查正在进行,请稍后再试。"
    en = "Another check of the register is running; try again shortly."


class WrongState(Refusal):
    """A fault is decided on in the state it is in."""

    code, status = "topology.state", 409
    zh = "该问题现在是“{state_zh}”,不能{act_zh}。"
    en = "The fault is {state} now; it cannot be {act}."


class NoReason(Refusal):
    """Who accepts a fault says why it may stay."""

    code, status = "topology.no_reason", 400
    zh = "请写明接受的原因,例如“按原测绘成果,不改”。"
    en = "Say why the fault is accepted, such as 'as surveyed; left as it is'."
