"""The kinds of sheets: what each shows and on what pages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from gis_service.core.errors import BadRequest
from gis_service.sheets.composing.compose import Sheet, compose
from gis_service.sheets.composing.content import Content
from gis_service.sheets.composing.template import template
from gis_service.sheets.gather import Desk
from gis_service.sheets.kinds import area, case, handover, parcel, patrol, scenes, survey


@dataclass(frozen=True)
class Kind:
    """A kind of sheet: its names, what its subject is, the templates of its sizes (the first is the usual one)."""

    zh: str
    en: str
    subject: str
    """What the subject names; see `SUBJECTS`."""
    templates: Mapping[str, str]
    content: Callable[[Desk, str], Content]


def _by(axis: str) -> Callable[[Desk, str], Content]:
    return lambda desk, name: area.content(desk, name, axis)


AREA_PAGES = {"a3": "area-a3", "a4": "area-a4", "a3-portrait": "area-a3-portrait", "a4-portrait": "area-a4-portrait"}
SCENE_PAGES = {
    "a4": "scene-a4",
    "a3": "scene-a3",
    "a4-portrait": "scene-a4-portrait",
    "a3-portrait": "scene-a3-portrait",
}
PARCEL_PAGES = {
    "a4": "parcel-a4", "a3": "parcel-a3", "a4-landscape": "parcel-a4-landscape", "a3-portrait": "parcel-a3-portrait",
}  # fmt: skip
Size = Literal["a3", "a4", "a3-portrait", "a4-portrait", "a4-landscape"]
"""`a3` and `a4` are the usual way up of a kind."""

RECORD_PAGES = {
    "a3": "record-a3", "a4": "record-a4", "a3-portrait": "record-a3-portrait", "a4-portrait": "record-a4-portrait",
}  # fmt: skip


@dataclass(frozen=True)
class Subject:
    """What a sheet may be of: its words, the permission that its door asks for, and the folder of that door."""

    zh: str
    en: str
    permission: str = "map.read"
    folder: str = ""


SUBJECTS = {
    "parcel": Subject("地块编号", "Parcel number"),
    "area": Subject("片区名称或代码", "Name or code of an area"),
    "batch": Subject("移交批次编号", "Number of a handover batch", "handover.read", "batches/"),
    "patrol": Subject("巡查编号", "Number of a patrol", "patrol.read", "patrols/"),
    "patrols": Subject(
        "片区/起日/止日,如 北围/2026-11-01/2026-11-30", "Area/first day/last day", "patrol.read", "patrols/"
    ),
    "case": Subject("案件编号", "Case number", "case.read", "cases/"),
}

KINDS: dict[str, Kind] = {
    "parcel": Kind("宗地图", "Boundary map", "parcel", PARCEL_PAGES, parcel.content),
    "place": Kind("地块位置示意图", "Location map", "parcel", SCENE_PAGES, scenes.place),
    "status": Kind("地块现状图", "Present state", "parcel", SCENE_PAGES, scenes.status),
    "survey": Kind("摸排成果图", "Survey results", "parcel", SCENE_PAGES, survey.survey),
    **{
        f"area-{axis}": Kind(f"片区分布图({area.TITLES[axis][0]})", f"Parcels by {axis}", "area", AREA_PAGES, _by(axis))
        for axis in area.AXES
    },
    "disposal": Kind("处置进度图", "Progress of disposal", "area", AREA_PAGES, area.disposal),
    "handover": Kind("移交附图", "Map of a handover batch", "batch", RECORD_PAGES, handover.content),
    "patrol": Kind("巡查轨迹图", "Patrol track", "patrol", RECORD_PAGES, patrol.content),
    "patrols": Kind("片区巡查轨迹图", "Patrol tracks of an area", "patrols", RECORD_PAGES, patrol.of_area),
    "case": Kind("案件位置图", "Place of a case", "case", RECORD_PAGES, case.content),
}


def made(desk: Desk, kind: str, subject: str, size: str | None = None, *, numbered: bool = True) -> Sheet:
    """The pages of a sheet. An unknown kind or size is answered with 400."""
    wanted = sized(kind, size)
    return compose(template(KINDS[kind].templates[wanted]), KINDS[kind].content(desk, subject), numbered=numbered)


def sized(kind: str, size: str | None) -> str:
    """The size that is meant, the usual one of the kind where none is said; what there is not is answered with 400."""
    if kind not in KINDS:
        raise BadRequest(parameter="kind", value=kind)
    sizes = KINDS[kind].templates
    if size and size not in sizes:
        raise BadRequest(parameter="size", value=size)
    return size or next(iter(sizes))
