"""The maps of a month: every area that has parcels, by survey and by disposal, drawn for paper and for slides."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from gis_service.core.errors import Refusal
from gis_service.reports.freezing.pages import page_out
from gis_service.sheets.composing.compose import compose
from gis_service.sheets.composing.template import template
from gis_service.sheets.drawing.items import Page
from gis_service.sheets.gather import Desk
from gis_service.sheets.kinds import KINDS

SHOWN = ("area-survey", "disposal")
FORMS = {"sheet": "area-a3", "slide": "area-slide"}
MOST_AREAS = 12
"""Areas with maps of their own; a district has fewer."""

Told = Callable[[str], None]


def drawn(desk: Desk, areas: list[str], told: Told) -> list[dict[str, Any]]:
    """A map after the other: its kind, its area, its pages; or why it could not be drawn, which the report says."""
    return list(_drawn(desk, areas[:MOST_AREAS], told))


def _drawn(desk: Desk, areas: list[str], told: Told) -> Iterator[dict[str, Any]]:
    for area in areas:
        for kind in SHOWN:
            told(f"{area} {KINDS[kind].zh}")
            about = {"kind": kind, "area": area}
            try:
                content = KINDS[kind].content(desk, area)
                pages = {form: page_out(_first(compose(template(name), content))) for form, name in FORMS.items()}
            except Refusal as refusal:
                yield {**about, "title": f"{area} {KINDS[kind].zh}", "refused": refusal.sentence("zh")}
            else:
                yield {**about, "title": content.title, **pages}


def _first(pages: list[Page]) -> Page:
    """The page with the map, without its number: the report and the deck count theirs."""
    return replace(pages[0], items=pages[0].items[:-1])
