"""The refusals of conflicts."""

from gis_service.core.errors import Refusal


class AlreadySettled(Refusal):
    code, status = "conflict.settled", 409
    zh = "这一冲突已经处理过。"
    en = "This conflict was settled already."


class ChangedMeanwhile(Refusal):
    code, status = "conflict.changed_meanwhile", 412
    zh = "现值已变为“{present}”,请核对后再决定。"
    en = "The value is '{present}' by now; look again before you decide."


class NoSuchValue(Refusal):
    code, status = "conflict.no_such_value", 400
    zh = "该字段不能取值“{value}”。"
    en = "The field cannot be '{value}'."
