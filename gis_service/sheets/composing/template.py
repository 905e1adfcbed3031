"""Templates: where what stands on a page, as TOML. A file that cannot be used is refused with its key."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from gis_service.sheets.errors import BrokenTemplate

FOLDER = Path(__file__).parents[1] / "templates"

Mm = Annotated[float, Field(ge=0, le=1200)]
Box = tuple[Mm, Mm, Mm, Mm]
"""Left, top, width, height."""
Kind = Literal["title", "facts", "legend", "inset", "table", "notes", "scale", "signature", "photos"]


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Part(_Data):
    """A piece of the page in a box of its own, or one in a column, which is as high as it needs to be."""

    kind: Kind
    box: Box | None = None
    table: str = ""
    """Which table, where the part is one."""
    beside: bool = False
    """In a stack that is wide enough: to the right of the part before."""
    whole: bool = False
    """A table that is shown only where all its rows fit."""
    columns: Annotated[int, Field(ge=1, le=4)] = 1
    """Pairs of facts, or notes, beside each other."""
    high: Mm | None = None
    """Of an inset in a column."""
    size: Annotated[float, Field(ge=2.4, le=12)] = 2.6
    bounded: bool = False
    """It ends with its box, or its column: what has no room is left out and said."""


class Stack(_Data):
    """Parts below each other. What is last may be a table, which takes the rest."""

    box: Box
    gap_mm: Mm = 4
    parts: Annotated[tuple[Part, ...], Field(min_length=1)]


class Template(_Data):
    """A page, and how lists that do not fit it go on."""

    name: str
    width_mm: Annotated[float, Field(ge=100, le=1200)]
    height_mm: Annotated[float, Field(ge=100, le=1200)]
    margins_mm: Box
    """Top, right, bottom, left."""
    map: Box
    part: tuple[Part, ...]
    stack: tuple[Stack, ...] = ()
    grows: str = ""
    """The table whose unused room the map takes."""
    hug: Annotated[float, Field(ge=0.3, le=1)] = 1.0
    """The map may become narrower than its box, down to this share, where its land needs no more; what stands beside it gets the room."""
    list_blocks: Annotated[int, Field(ge=0, le=4)] = 1
    """Columns of a list on further pages; 0 means as many as have room."""

    @model_validator(mode="after")
    def _on_the_page(self) -> "Template":
        boxes = [self.map, *(part.box for part in self.part if part.box), *(stack.box for stack in self.stack)]
        for left, top, wide, high in boxes:
            if left + wide > self.width_mm or top + high > self.height_mm:
                raise ValueError(f"[{left}, {top}, {wide}, {high}] 超出纸面 leaves the page")
        if any(part.box is None for part in self.part):
            raise ValueError("part 缺少 box is missing")
        return self


@cache
def template(name: str, folder: Path = FOLDER) -> Template:
    """The template of that name; raises `BrokenTemplate`."""
    path = folder / f"{name}.toml"
    try:
        return Template.model_validate(tomllib.loads(path.read_text("utf-8")))
    except ValidationError as fault:
        first = fault.errors()[0]
        key = ".".join(map(str, first["loc"])) or "-"
        raise BrokenTemplate(file=path.name, key=key, fault=first["msg"]) from None
    except (OSError, ValueError) as fault:
        raise BrokenTemplate(file=path.name, key="-", fault=str(fault)) from None
