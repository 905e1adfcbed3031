"""A layout put over a template and a content: the same composer then makes the same page for screen and paper."""

from collections.abc import Iterable
from dataclasses import replace

from gis_service.maps.catalogue import Catalogue
from gis_service.sheets.composing.compose import Composer, Placed, Sheet, Sight
from gis_service.sheets.composing.content import Content
from gis_service.sheets.composing.template import Box, Part, Stack, Template
from gis_service.sheets.gather import Desk
from gis_service.sheets.kinds import KINDS
from gis_service.sheets.layouts.definition import MAP, MARKS, STACK, WORDS, Definition, require_usable

SLACK_MM = 0.3


def composed(desk: Desk, wanted: Definition, subject: str) -> Composer:
    """The sheet of a subject in a layout, not yet paged. Raises `BrokenLayout`, and what the kind raises."""
    page = require_usable(wanted, desk.layers)
    chosen = replace(desk, chosen=wanted.layers, picture=desk.picture or wanted.picture)
    content = KINDS[wanted.kind].content(chosen, subject)
    return Composer(arranged(page, wanted), worded(content, wanted, subject), sight_of(content, wanted))


def pages_of(desk: Desk, wanted: Definition, subject: str) -> Sheet:
    """The pages of a subject in a layout."""
    return composed(desk, wanted, subject).pages()


def arranged(page: Template, wanted: Definition) -> Template:
    """The template with the boxes of the layout. What was put into a box of its own leaves its column; once a box is set, nothing
    moves by itself any more."""
    boxes = {name: box for name, box in sorted(wanted.boxes.items()) if name not in wanted.hidden}
    if not boxes and not wanted.hidden:
        return page
    known: dict[str, Part] = {
        part.kind: part for part in (*page.part, *(part for stack in page.stack for part in stack.parts))
    }
    parts = [part for part in page.part if part.kind not in wanted.hidden and part.kind not in boxes]
    own = [
        _put(known.get(name), name, box) for name, box in boxes.items() if name != MAP and not name.startswith(STACK)
    ]
    stacks = [
        _column(stack, boxes.get(f"{STACK}{n}"), {*wanted.hidden, *boxes})
        for n, stack in enumerate(page.stack, start=1)
    ]
    return page.model_copy(
        update={
            "map": boxes.get(MAP, page.map),
            "part": (*(part.model_copy(update={"bounded": MAP in boxes}) for part in parts), *own),
            "stack": tuple(stacks),
            **({"grows": "", "hug": 1.0} if boxes else {}),
        }
    )


def _put(part: Part | None, kind: str, box: Box) -> Part:
    made = part or Part.model_validate({"kind": kind, "table": "full|parcels|points|list" if kind == "table" else ""})
    return made.model_copy(update={"box": box, "bounded": True, "beside": False, "high": None})


def _column(stack: Stack, box: Box | None, gone: Iterable[str]) -> Stack:
    left = tuple(part.model_copy(update={"bounded": True}) for part in stack.parts if part.kind not in gone)
    return stack.model_copy(update={"box": box or stack.box, "parts": left})


def worded(content: Content, wanted: Definition, subject: str) -> Content:
    """The content with the words of the layout."""

    def filled(said: str, usual: str) -> str:
        return said.replace("{图名}", content.title).replace("{对象}", subject).strip() or usual

    return replace(
        content,
        title=filled(wanted.title, content.title),
        subtitle=filled(wanted.subtitle, content.subtitle),
        maker=content.t(f"制图单位:{wanted.maker.strip()}", f"By {wanted.maker.strip()}")
        if wanted.maker.strip()
        else content.maker,
        mark=content.t(wanted.mark, MARKS[wanted.mark]),
    )


def sight_of(content: Content, wanted: Definition) -> Sight:
    """Where the layout looks, for this subject."""
    west, south, east, north = content.bounds
    centre = wanted.centre
    if centre is None:
        return Sight(wanted.scale)
    middle = (0.0, 0.0) if centre.fixed else ((west + east) / 2, (south + north) / 2)
    return Sight(wanted.scale, (middle[0] + centre.east_m, middle[1] + centre.north_m))


def told(sheet: Composer) -> list[tuple[str, str]]:
    """What should be known before printing: what has no room, what lies on what. The sheet must have been paged."""
    return [*sheet.told.said, *overlaps(sheet.placed), *hiding(sheet)]


def hiding(sheet: Composer) -> list[tuple[str, str]]:
    """Parts on the map that may hide something of the land that is meant."""
    west, south, east, north = sheet.content.bounds
    left, top = sheet.frame.place(west, north)
    land = (left, top, (east - west) * sheet.frame.mm_per_m, (north - south) * sheet.frame.mm_per_m)
    on_it = [name for name, each in sheet.placed.items() if each.box in sheet.frame.covered and _meet(each.used, land)]
    return [
        (f"{WORDS[kind][0]}可能盖住对象的一部分。", f"{WORDS[kind][1]} may hide a part of the subject.".capitalize())
        for kind in (name.partition("-")[0] for name in on_it)
    ]


def overlaps(placed: dict[str, Placed]) -> list[tuple[str, str]]:
    """Parts that cover each other. A part on the map is meant so; parts of one column never meet."""
    parts = [(name, each) for name, each in placed.items() if not name.startswith(STACK)]
    found = []
    for n, (name, one) in enumerate(parts):
        for other_name, other in parts[n + 1 :]:
            same_column = one.column and one.column == other.column
            if not same_column and _meet(one.used, other.used):
                (zh, en), (other_zh, other_en) = WORDS[name], WORDS[other_name]
                found.append((f"{zh}与{other_zh}重叠。", f"{en} and {other_en} overlap.".capitalize()))
    return found


def _meet(a: Box, b: Box) -> bool:
    return (
        min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0]) > SLACK_MM
        and min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1]) > SLACK_MM
    )


def choosable(layers: Catalogue) -> list[str]:
    """The layers a layout may draw over the subject."""
    return [name for name in layers if name != "ground"]
