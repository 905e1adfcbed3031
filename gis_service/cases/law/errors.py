"""The refusals of legal bases."""

from gis_service.core.errors import Refusal
from gis_service.core.http import CONFLICTS


class NotInForce(Refusal):
    """A text that was not in force on any day of the act."""

    code, status = "law.not_in_force", 422
    zh = "“{law}{article}”在行为期间({first} 至 {last})不适用:自 {begins} 起施行,{ends} 起失效。"
    en = "'{law} {article}' does not apply to an act of {first} to {last}: in force from {begins}, no longer from {ends}."


class NotConfirmed(Refusal):
    code, status = "law.not_confirmed", 422
    zh = "“{law}”的条款尚未核实,不能作为案件依据。请先核对条文并导入。"
    en = "The clause of '{law}' is not confirmed and cannot be used for a case. Check the text and import it first."


class LawRefused(Refusal):
    """An import that says something impossible; nothing of it is kept."""

    code, status = "law.import_refused", 422
    zh = "法律依据没有导入:共有 {count} 处需要改正,第 {row} 行:{reason_zh}。"
    en = "The legal bases were not imported: {count} faults; row {row}: {reason_en}."


CONFLICTS |= {
    "ck_legal_basis_force": ("失效日期应晚于施行日期。", "a text must begin before it ends."),
    "ck_legal_basis_article": (
        "没有条款号的依据不能标为已核实。",
        "a text without a clause number cannot be confirmed.",
    ),
    "uq_case_basis_present": ("该依据已在本案中。", "the case rests on this text already."),
}
