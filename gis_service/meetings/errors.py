"""The refusals of meetings."""

from gis_service.core.errors import Refusal
from gis_service.core.http import CONFLICTS


class AgendaStands(Refusal):
    code, status = "meeting.agenda_stands", 409
    zh = "“{no}”的议程已发出(数据截止 {as_of}),不能再改。确需更改的,请先“收回议程”。"
    en = "The agenda of '{no}' was issued (as of {as_of}) and stands. Take it back first if it must change."


class NotHeld(Refusal):
    """Conclusions and actions belong to a meeting that was held."""

    code, status = "meeting.not_held", 409
    zh = "“{no}”尚未登记召开或纪要已印发,现在不能写结论、定事项。"
    en = "'{no}' is not at 'held'; conclusions and actions are written after it was held and before its minutes are issued."


class OtherTopics(Refusal):
    """An order names every topic once."""

    code, status = "meeting.other_topics", 409
    zh = "议题已有变动,顺序没有保存。请刷新后再排。"
    en = "The topics have changed meanwhile; the order was not saved. Reload and sort again."


class NoSuchTopic(Refusal):
    code, status = "meeting.no_such_topic", 404
    zh = "议程中没有议题 {key}。"
    en = "The agenda has no topic {key}."


class DueBefore(Refusal):
    code, status = "action_item.due_before", 422
    zh = "完成期限 {due_on} 早于 {on}。"
    en = "The due date {due_on} lies before {on}."


class TopicWithoutConclusion(Refusal):
    code, status = "meeting.without_conclusion", 409
    zh = "议题“{title}”还没有结论,请先写结论再定事项。"
    en = "The topic '{title}' has no conclusion yet; write it before making an action from it."


CONFLICTS |= {
    "ck_meeting_attendance_somebody": ("请填写参会单位或人员。", "name a unit or a person."),
    "uq_meeting_topic_meeting_id_subject_id": ("这个事项已在议程中。", "it is on the agenda already."),
}
