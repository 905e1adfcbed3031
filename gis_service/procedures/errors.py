"""The refusals of the procedure engine."""

from gis_service.core.errors import Refusal
from gis_service.core.http import CONFLICTS


class NotAStep(Refusal):
    """The table has no such step from this state."""

    code, status = "procedure.not_a_step", 409
    zh = "“{no}”现为“{state_zh}”,不能办理“{action_zh}”。现在可以办理:{offered_zh}。"
    en = "'{no}' is at '{state_en}'; '{action_en}' cannot be done from there. Possible now: {offered_en}."


class StepTaken(Refusal):
    """Somebody was faster."""

    code, status = "procedure.step_taken", 412
    zh = "“{no}”已由 {who} 于 {when} 办理“{action_zh}”,现为“{state_zh}”。您的操作没有保存,请看过新的记录后再办。"
    en = "'{no}': {who} did '{action_en}' at {when}; it is now at '{state_en}'. Nothing of yours was saved; look at the new log first."


class FactsWanting(Refusal):
    code, status = "procedure.facts", 422
    zh = "“{action_zh}”还不能办理:有 {count} 项需要填写或改正。"
    en = "'{action_en}' cannot be done yet: {count} facts are missing or wrong."


class PapersWanting(Refusal):
    code, status = "procedure.papers", 422
    zh = "“{action_zh}”需要先有文书:{papers_zh}。请在“文书”中制作或上传。"
    en = "'{action_en}' needs papers first: {papers_en}. Make or upload them under Papers."


class SignaturesWanting(Refusal):
    code, status = "procedure.signatures", 422
    zh = "“{action_zh}”还缺签字:{sides_zh}。记录有变动时,原签字不再有效,须重新签字。"
    en = "'{action_en}' still needs signatures: {sides_en}. A signature holds for the log as it stood; sign again after a change."


class Blocked(Refusal):
    code, status = "procedure.blocked", 409
    zh = "“{action_zh}”有障碍:{blockers_zh}"
    en = "'{action_en}' is blocked: {blockers_en}"


class SamePerson(Refusal):
    """销号 and the like: not by who did the work."""

    code, status = "procedure.same_person", 403
    zh = "“{action_zh}”须由他人办理:“{earlier_zh}”是您办的。"
    en = "'{action_en}' must be done by somebody else: you did '{earlier_en}'."


class NotYours(Refusal):
    """The role may, but not for this side."""

    code, status = "procedure.not_yours", 403
    zh = "不能由您办理:{why_zh}。"
    en = "Not for you to do: {why_en}."


class ReasonWanting(Refusal):
    code, status = "procedure.reason", 422
    zh = "“{action_zh}”须写明理由。"
    en = "'{action_en}' must say why."


class InFuture(Refusal):
    code, status = "procedure.in_future", 422
    zh = "日期 {on} 还没有到,不能登记为已发生。"
    en = "The date {on} has not come yet."


class BeforeLast(Refusal):
    """Steps are told in the order in which they happened."""

    code, status = "procedure.before_last", 422
    zh = "日期 {on} 早于上一步的 {last}。请核对;确需更正的,以“退回”重新办理。"
    en = "The date {on} is before that of the step before, {last}. Check it; to correct one, return the proceeding and do it again."


class PaperUnknown(Refusal):
    code, status = "procedure.paper_unknown", 422
    zh = "“{procedure_zh}”没有这种文书:{kind}。"
    en = "'{procedure_en}' has no paper of kind {kind}."


class PaperTaken(Refusal):
    code, status = "procedure.paper_taken", 409
    zh = "文书“{title}”已被“{action}”一步采用,不能撤回。请以“退回”重新办理。"
    en = "The paper '{title}' was taken by the step '{action}' and cannot be withdrawn. Return the proceeding and do that step again."


class PaperWithdrawn(Refusal):
    code, status = "procedure.paper_withdrawn", 409
    zh = "文书“{title}”已经撤回。"
    en = "The paper '{title}' was withdrawn already."


class HeadUnknown(Refusal):
    code, status = "procedure.head_unknown", 422
    zh = "“{procedure_zh}”的金额没有“{head}”这一项。可用:{known_zh}。"
    en = "The money of '{procedure_en}' has no item '{head}'; it has {known_en}."


class UploadOnly(Refusal):
    code, status = "procedure.upload_only", 422
    zh = "“{kind_zh}”由外单位出具,没有模板,请上传扫描件或文件。"
    en = "'{kind_en}' comes from outside and has no template; upload it."


class IsClosed(Refusal):
    code, status = "procedure.closed", 409
    zh = "“{no}”已办结({state_zh}),不能再改动。"
    en = "'{no}' is finished ({state_en}) and cannot be changed any more."


class OutsideScope(Refusal):
    code, status = "procedure.outside_scope", 403
    zh = "不在您的授权范围之内,请由有权管理该片区或单位的人员办理。"
    en = "It lies outside your scope; ask somebody in charge of that area or unit."


class CalendarRefused(Refusal):
    code, status = "calendar.refused", 422
    zh = "工作日历没有导入:第 {row} 行 {reason_zh}。"
    en = "The calendar was not imported: row {row} {reason_en}."


CONFLICTS |= {
    "ck_proceeding_step_not_in_future": ("日期还没有到。", "the date has not come yet."),
    "uq_proceeding_step_proceeding_id_seq": (
        "他人刚刚办理了一步,请刷新后再办。",
        "somebody else just took a step; reload and look again.",
    ),
    "uq_proceeding_file_proceeding_id_sha256": ("同一份文件已经在案卷中。", "the same file is in the file already."),
}
