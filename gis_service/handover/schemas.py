"""What may be sent to a batch."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from gis_service.procedures.operations import Told
from gis_service.procedures.schemas import PaperIn, Sent, Text

Ids = Annotated[list[int], Field(min_length=1, max_length=500)]


class BatchIn(Sent):
    title: Annotated[Text, Field(min_length=2, max_length=200)]
    giving_unit_id: int
    receiving_unit_id: int
    witness_unit_id: int | None = None
    planned_on: date | None = None
    remark: Text | None = None


class BatchChange(Sent):
    title: Annotated[Text, Field(min_length=2, max_length=200)] | None = None
    planned_on: date | None = None
    remark: Text | None = None


class ParcelsIn(Sent):
    """Parcels by id, or those a list of the register shows with these filters; one of the two."""

    ids: Annotated[list[int], Field(max_length=500)] | None = None
    filters: dict[str, str] | None = None


class Chosen(Sent):
    """A handover as it was seen."""

    id: int
    version: int


class ActIn(Sent):
    """One step for many."""

    action: Annotated[str, Field(max_length=60)]
    handovers: Annotated[list[Chosen], Field(min_length=1, max_length=500)]
    facts: dict[str, Any] = Field(default_factory=dict)
    reason: Annotated[str, Field(max_length=5_000)] = ""
    happened_on: date | None = None

    @property
    def seen(self) -> dict[int, int]:
        return {each.id: each.version for each in self.handovers}

    @property
    def told(self) -> Told:
        return Told(self.facts, self.reason, self.happened_on)


class PapersIn(Sent):
    """A paper for many: `all` one that names them all, `each` one for each."""

    paper: PaperIn
    ids: Ids
    how: Literal["all", "each"] = "all"


class SignIn(Sent):
    ids: Ids
    side: Annotated[str, Field(pattern="^(giving|receiving|witness)$")]
    person: Annotated[Text, Field(min_length=1, max_length=60)]
    drawn_png: Annotated[str, Field(max_length=400_000)] | None = None
