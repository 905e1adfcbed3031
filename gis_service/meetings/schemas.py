"""What may be sent to a meeting."""

from datetime import date
from typing import Annotated

from pydantic import Field

from gis_service.procedures.schemas import Long, Sent, Text


class TopicIn(Sent):
    title: Annotated[Text, Field(min_length=2)]
    note: Long = ""


class OrderIn(Sent):
    ids: Annotated[list[int], Field(max_length=500)]


class ConclusionIn(Sent):
    conclusion: Long


class PresentIn(Sent):
    unit_id: int | None = None
    person: Annotated[Text, Field(max_length=60)] = ""
    came: bool = False
    note: Text = ""


class AttendanceIn(Sent):
    items: Annotated[list[PresentIn], Field(max_length=200)]


class AgreedIn(Sent):
    topic_id: int
    title: Annotated[Text, Field(min_length=2)]
    due_on: date
    unit_id: int | None = None
    responsible: Annotated[Text, Field(max_length=60)] = ""
