"""What a layout says, and what is wrong with one: pure data, checked against the pages, layers and scales there are."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from gis_service.maps.catalogue import Catalogue
from gis_service.papers import fonts
from gis_service.sheets.composing.template import Box, Kind, Template, template
from gis_service.sheets.drawing.letters import family
from gis_service.sheets.drawing.svg import clean
from gis_service.sheets.kinds import KINDS, SUBJECTS
from gis_service.sheets.kinds import Kind as Sort
from gis_service.sheets.kinds.common import AROUND, GROUND
from gis_service.sheets.layouts.errors import BrokenLayout
from gis_service.sheets.mapping.frame import SCALES
from gis_service.sheets.mapping.furniture import BAND_MM

EDGE_MM = 5.0
"""Printers leave so much white."""
FOOT_MM = 11.0
"""The page number stands there."""
MAP, STACK = "map", "stack-"
LEAST_MM: dict[str, tuple[float, float]] = {
    "map": (60, 50), "stack": (60, 40), "title": (100, 12), "facts": (60, 12), "legend": (48, 22), "inset": (30, 24),
    "table": (48, 18), "notes": (48, 8), "scale": (130, 8), "signature": (80, 6), "photos": (48, 40),
}  # fmt: skip
"""What is smaller cannot be read or has no room for its own heading."""
WORDS: dict[str, tuple[str, str]] = {
    "map": ("图框", "the map"), "stack": ("栏", "a column"), "title": ("图名", "the title"), "facts": ("要素", "the facts"),
    "legend": ("图例", "the legend"), "inset": ("位置图", "the inset"), "table": ("表格", "the table"), "notes": ("说明", "the notes"),
    "scale": ("比例尺", "the scale"), "signature": ("签署栏", "the signatures"),
    "photos": ("照片", "the photographs"),
}  # fmt: skip

Metres = Annotated[float, Field(ge=-10_000_000, le=10_000_000, allow_inf_nan=False)]
Mm = Annotated[float, Field(ge=0, le=1200, allow_inf_nan=False)]
Name = Annotated[str, Field(pattern=r"^(map|title|facts|legend|inset|table|notes|scale|signature|photos|stack-[1-4])$")]
Mark = Literal["内部使用", "内部资料 注意保管", ""]
MARKS: dict[Mark, str] = {"内部使用": "INTERNAL USE", "内部资料 注意保管": "INTERNAL: KEEP SAFE", "": ""}
"""In English."""
REACH_M = 50_000
"""So far may a map be moved from the land it shows."""


class Centre(BaseModel):
    """The middle of the map in metres of the metric system: a place of the land, or so far from the middle of the subject."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    fixed: bool = False
    east_m: Metres
    north_m: Metres


class Definition(BaseModel):
    """A layout; what it does not say is as the template of the kind and size has it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: Annotated[str, Field(max_length=60)]
    size: Annotated[str, Field(max_length=30)]
    title: Annotated[str, Field(max_length=120)] = ""
    """`{图名}` stands for the title the kind gives, `{对象}` for the parcel or area."""
    subtitle: Annotated[str, Field(max_length=160)] = ""
    maker: Annotated[str, Field(max_length=60)] = ""
    """制图单位."""
    scale: int | None = None
    """One of the ladder; None takes the largest in which the land fits."""
    centre: Centre | None = None
    boxes: dict[Name, tuple[Mm, Mm, Mm, Mm]] = Field(default_factory=dict)
    """Left, top, width and height in mm of what stands elsewhere than in the template."""
    hidden: tuple[Kind, ...] = ()
    layers: Annotated[tuple[str, ...], Field(max_length=60)] | None = None
    """Over the subject, the lowest first, with `ground` and `around`; None is as the kind draws."""
    mark: Mark = "内部使用"
    picture: Annotated[int, Field(ge=1, le=2**53)] | Literal["newest"] | None = None
    """The orthophoto under the map: one by its number, or the newest that lies there; None is the ground as it is drawn."""


class Fault(NamedTuple):
    """What is wrong, and with which field."""

    field: str
    zh: str
    en: str


def require_usable(wanted: Definition, catalogue: Catalogue) -> Template:
    """The template it is over; raises `BrokenLayout` with every fault."""
    faults = [*_of_kind(wanted)] or [*_of_the_rest(wanted, catalogue)]
    if faults:
        errors = [{"field": each.field, "message": each.zh, "message_en": each.en} for each in faults]
        raise BrokenLayout(errors=errors, count=len(faults), reason_zh=faults[0].zh, reason_en=faults[0].en)
    return base(wanted)


def base(wanted: Definition) -> Template:
    return template(KINDS[wanted.kind].templates[wanted.size])


def arrangeable() -> dict[str, Sort]:
    """The kinds with layouts: those whose door asks for no more than maps do, since a preview asks for no more."""
    return {name: kind for name, kind in KINDS.items() if SUBJECTS[kind.subject].permission == "map.read"}


def _of_kind(wanted: Definition) -> Iterator[Fault]:
    if wanted.kind not in arrangeable():
        yield Fault("kind", f"没有图种“{wanted.kind}”", f"there is no kind of sheet '{wanted.kind}'")
    elif wanted.size not in (sizes := KINDS[wanted.kind].templates):
        some = "、".join(sizes)
        yield Fault("size", f"该图种没有纸张“{wanted.size}”,可选 {some}", f"'{wanted.size}' is no size of it; choose from {', '.join(sizes)}")  # fmt: skip


def _of_the_rest(wanted: Definition, catalogue: Catalogue) -> Iterator[Fault]:
    if wanted.scale is not None and wanted.scale not in SCALES:
        some = "、".join(f"1:{scale}" for scale in SCALES)
        yield Fault("scale", f"1:{wanted.scale} 不在比例尺系列中,可选 {some}", f"1:{wanted.scale} is not on the ladder of scales")  # fmt: skip
    centre = wanted.centre
    if centre and not centre.fixed and max(abs(centre.east_m), abs(centre.north_m)) > REACH_M:
        yield Fault("centre", f"图框离对象超过 {REACH_M // 1000} km", f"the map lies more than {REACH_M // 1000} km from its subject")  # fmt: skip
    yield from _of_layers(wanted.layers or (), catalogue)
    page = base(wanted)
    for name, box in wanted.boxes.items():
        yield from _of_box(page, name, box)
    for said, field in ((wanted.title, "title"), (wanted.subtitle, "subtitle"), (wanted.maker, "maker")):
        if lacking := fonts.missing(clean(said), family()):
            signs = "、".join(lacking[:5])
            yield Fault(field, f"字体里没有:{signs}", f"the font has no {signs}")


def _of_layers(layers: Iterable[str], catalogue: Catalogue) -> Iterator[Fault]:
    seen: set[str] = set()
    for name in layers:
        if name not in catalogue and name not in (GROUND, AROUND):
            yield Fault("layers", f"没有图层“{name}”", f"there is no layer '{name}'")
        if name in seen:
            yield Fault("layers", f"图层“{name}”列了两次", f"the layer '{name}' is listed twice")
        seen.add(name)


def _of_box(page: Template, name: str, box: Box) -> Iterator[Fault]:
    left, top, wide, high = box
    kind = name.partition("-")[0]
    zh, en = WORDS[kind]
    field = f"boxes.{name}"
    if name.startswith(STACK) and int(name.removeprefix(STACK)) > len(page.stack):
        yield Fault(field, f"该版面没有第 {name.removeprefix(STACK)} 栏", f"this page has no column {name.removeprefix(STACK)}")  # fmt: skip
        return
    least_wide, least_high = LEAST_MM[kind]
    if wide < least_wide - SLACK_MM or high < least_high - SLACK_MM:
        yield Fault(field, f"{zh}至少宽 {least_wide:g} mm、高 {least_high:g} mm", f"{en} must be at least {least_wide:g} mm wide and {least_high:g} mm high")  # fmt: skip
    band = BAND_MM if name == MAP else 0.0
    low = page.height_mm - FOOT_MM
    if (
        min(left, top) - band < EDGE_MM - SLACK_MM
        or left + wide + band > page.width_mm - EDGE_MM + SLACK_MM
        or top + high + band > low + SLACK_MM
    ):
        yield Fault(field, f"{zh}超出纸面(四边留 {EDGE_MM:g} mm,下边留 {FOOT_MM:g} mm)", f"{en} leaves the page ({EDGE_MM:g} mm stay free on every side, {FOOT_MM:g} mm at the foot)")  # fmt: skip


SLACK_MM = 0.05
