"""A form as its file says it, checked when it is read."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,39}$")]
Kind = Literal[
    "select_one", "select_multiple", "integer", "decimal", "text", "photo", "geopoint", "geotrace", "geoshape", "note",
    "calculate", "repeat",
]  # fmt: skip
SELECTS = ("select_one", "select_multiple")


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Words(Strict):
    zh: str
    en: str


class Choice(Words):
    value: Name


class Question(Strict):
    """One question. Expressions may name only what stands before it, so one pass from top to bottom settles everything."""

    type: Kind
    name: Name
    zh: str = ""
    en: str = ""
    unit: str | None = None
    hint: Words | None = None
    choices: list[Choice] | str = []
    """Choices of its own, or the name of one of the form's `lists`."""
    required: bool | str = False
    relevant: str | None = None
    constraint: str | None = None
    constraint_message: Words | None = None
    calculation: str | None = None
    default: Any = None
    questions: list["Question"] = []

    @model_validator(mode="after")
    def fits(self) -> Self:
        if (self.type in SELECTS) != bool(self.choices):
            raise ValueError(f"{self.name}: choices belong to select_one and select_multiple")
        if (self.type == "calculate") != (self.calculation is not None):
            raise ValueError(f"{self.name}: a calculation belongs to calculate")
        if (self.type == "repeat") != bool(self.questions):
            raise ValueError(f"{self.name}: questions belong to a repeat")
        if self.constraint and not self.constraint_message:
            raise ValueError(f"{self.name}: a constraint says in words what is wrong")
        if self.type != "calculate" and not self.zh:
            raise ValueError(f"{self.name}: a question has its words")
        return self


class FacilityRule(Strict):
    """An answer that is also the condition of a fence, sign or camera."""

    noun: Literal["fences", "signs", "cameras"]
    asked: Name
    conditions: dict[Name, Name]


class Form(Strict):
    code: Name
    version: int = Field(ge=1)
    zh: str
    en: str
    item: Name | None = None
    """The check item it is the form of; none: the check list itself."""
    quantity: Name | None = None
    quantity_unit: str | None = None
    facility: FacilityRule | None = None
    lists: dict[str, list[Choice]] = {}
    questions: list[Question]
