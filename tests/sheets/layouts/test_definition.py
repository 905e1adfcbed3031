"""What a layout may say, and that whatever it may say becomes a page on which nothing leaves the paper."""

import math
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_service.maps.catalogue import Catalogue
from gis_service.sheets.composing.compose import Composer, Placed
from gis_service.sheets.composing.content import Content
from gis_service.sheets.composing.template import Template, template
from gis_service.sheets.drawing.items import Circle, Page, Path, Text, flat, texts
from gis_service.sheets.drawing.letters import width_mm
from gis_service.sheets.drawing.svg import svg
from gis_service.sheets.kinds import KINDS
from gis_service.sheets.layouts.arranging import arranged, overlaps, sight_of, told, worded
from gis_service.sheets.layouts.definition import (
    EDGE_MM,
    FOOT_MM,
    LEAST_MM,
    Centre,
    Definition,
    arrangeable,
    base,
    require_usable,
)
from gis_service.sheets.layouts.errors import BrokenLayout
from gis_service.sheets.mapping.frame import SCALES
from gis_service.sheets.mapping.furniture import BAND_MM
from tests.sheets.making import content

LAYERS = Catalogue.load()


def sheet(wanted: Definition, made: Content | None = None) -> Composer:
    page, what = require_usable(wanted, LAYERS), made or content()
    return Composer(arranged(page, wanted), worded(what, wanted, "BW-0001"), sight_of(what, wanted))


def faults(**said: Any) -> list[str]:
    with pytest.raises(BrokenLayout) as refused:
        require_usable(Definition.model_validate({"kind": "place", "size": "a4", **said}), LAYERS)
    return [fault["field"] for fault in refused.value.errors]


def test_what_cannot_be_used_is_named_with_its_field() -> None:
    assert faults(kind="nothing") == ["kind"]
    assert faults(size="a5") == ["size"]
    assert faults(scale=1_234) == ["scale"]
    assert faults(layers=["ground", "no-such"]) == ["layers"]
    assert faults(layers=["fence", "fence"]) == ["layers"]
    assert faults(boxes={"map": (2, 40, 100, 100)}) == ["boxes.map"]
    assert faults(boxes={"legend": (240, 40, 60, 60)}) == ["boxes.legend"], "beyond the right edge"
    assert faults(boxes={"legend": (200, 120, 60, 85)}) == ["boxes.legend"], "over the number of the page"
    assert faults(boxes={"map": (20, 40, 30, 30)}) == ["boxes.map"], "too small to be read"
    assert faults(boxes={"stack-2": (20, 40, 90, 90)}) == ["boxes.stack-2"], "there is one column"
    assert faults(centre={"east_m": 90_000, "north_m": 0}) == ["centre"]
    assert faults(title="图\U0002b740名", scale=7) == ["scale", "title"], (
        "a sign the font lacks; and every fault is told"
    )


def test_an_empty_layout_is_the_standard_sheet() -> None:
    for kind, size in (("place", "a4"), ("parcel", "a4"), ("area-use", "a3")):
        wanted = Definition(kind=kind, size=size)
        (ours, *_), (plain, *_) = sheet(wanted).pages(), Composer(base(wanted), content()).pages()
        assert svg(ours) == svg(plain)


def test_a_fixed_scale_and_middle_are_kept_and_what_lies_outside_is_said() -> None:
    wanted = Definition(kind="place", size="a4", scale=500, centre=Centre(east_m=150, north_m=0))
    made = sheet(wanted)
    said = {text.said for text in texts(made.pages()[0])}
    assert (made.frame.scale, made.frame.east, made.frame.north) == (500, 452_250, 2_478_050)
    assert "1:500" in said
    assert any("图框之外" in each for each in said)
    fixed = sheet(Definition(kind="place", size="a4", centre=Centre(fixed=True, east_m=452_100, north_m=2_478_050)))
    assert (fixed.frame.east, fixed.frame.north) == (452_100, 2_478_050)
    assert not any("图框之外" in text.said for text in texts(fixed.pages()[0]))


def test_parts_go_where_they_are_put_or_away_and_overlaps_are_told() -> None:
    wanted = Definition(
        kind="place", size="a4", hidden=("inset",), title="{对象}:{图名}", maker="某单位", mark="内部资料 注意保管",
        boxes={"map": (18.2, 28.2, 261, 154), "legend": (200, 120, 60, 50), "notes": (210, 130, 60, 30)},
    )  # fmt: skip
    made = sheet(wanted, content(chapters=2))
    (first, *_) = made.pages()
    said = {text.said for text in texts(first)}
    assert {"BW-0001:示例地块图", "内部资料 注意保管"} <= said
    assert any(each.endswith("制图单位:某单位") for each in said)
    assert "inset" not in made.placed
    assert made.placed["legend"].box == (200, 120, 60, 50)
    assert made.frame.covered == ((200, 120, 60, 50), (210, 130, 60, 30), (217, 24, 68, 172)), "no label goes there"
    assert overlaps({"title": Placed((0, 0, 9, 9), (0, 0, 9, 9)), "notes": Placed((8, 8, 9, 9), (8, 8, 9, 9))})
    assert not overlaps({"title": Placed((0, 0, 9, 9), (0, 0, 9, 9)), "notes": Placed((9, 9, 9, 9), (9, 9, 9, 9))})


def test_a_legend_without_room_says_so_itself() -> None:
    wanted = Definition(kind="place", size="a4", boxes={"legend": (220, 30, 60, 30)})
    made = sheet(wanted, content(chapters=6))
    said = {text.said for text in texts(made.pages()[0])}
    assert any(each.startswith("图例(另有 ") for each in said)
    assert any("图例放不下" in zh for zh, _ in told(made))
    over = sheet(Definition(kind="place", size="a4", boxes={"legend": (90, 90, 60, 40)}))
    over.pages()
    assert any("图例可能盖住" in zh for zh, _ in told(over)), "it lies on the land that is meant"


def a_box(dice: Random, page: Template, name: str) -> tuple[float, float, float, float]:
    """A box that may be: on the page, and not too small; often small, often at an edge."""
    band = BAND_MM if name == "map" else 0.0
    least = LEAST_MM[name.partition("-")[0]]
    room = (page.width_mm - 2 * (EDGE_MM + band), page.height_mm - EDGE_MM - FOOT_MM - 2 * band)
    wide, high = (low + share(dice) * (most - low) for low, most in zip(least, room, strict=True))
    left, top = share(dice) * (room[0] - wide), share(dice) * (room[1] - high)
    return EDGE_MM + band + left, EDGE_MM + band + top, wide, high


def share(dice: Random) -> float:
    return dice.choice((0.0, 0.1, 1.0, dice.random(), dice.random()))


def any_layout(dice: Random) -> Definition:
    """Any layout of any kind and size. One number makes all of it: what hypothesis draws piece by piece is mostly empty."""
    kind = dice.choice(sorted(arrangeable()))
    size = dice.choice(sorted(KINDS[kind].templates))
    page = template(KINDS[kind].templates[size])
    names = [*sorted(set(LEAST_MM) - {"stack"}), *(f"stack-{n}" for n in range(1, len(page.stack) + 1))]
    said = "珠海北围片区 ABC-012{图名}{对象}<&>" * 3
    metres = (dice.uniform(-3_000, 3_000), dice.uniform(-3_000, 3_000))
    title, subtitle, maker = (said[: dice.randrange(60)] for _ in range(3))
    return Definition(
        kind=kind, size=size, title=title, subtitle=subtitle, maker=maker, scale=dice.choice([None, *SCALES]),
        centre=dice.choice([None, Centre(fixed=False, east_m=metres[0], north_m=metres[1])]),
        boxes={name: a_box(dice, page, name) for name in dice.sample(names, dice.randrange(7))},
        hidden=tuple(dice.sample(sorted(set(LEAST_MM) - {"map", "stack"}), dice.randrange(3))),
        mark=dice.choice(["内部使用", "内部资料 注意保管", ""]),
    )  # fmt: skip


def corners(page: Page) -> Iterator[tuple[float, float]]:
    """Every point that is drawn, texts by their ends."""
    for item in flat(page.items):
        if isinstance(item, Path):
            yield from (point for ring in item.rings for point in ring)
        elif isinstance(item, Circle):
            yield from ((item.x + dx, item.y + dy) for dx in (-item.radius, item.radius) for dy in (-item.radius, item.radius))  # fmt: skip
        elif isinstance(item, Text):
            wide = width_mm(item.said, item.size, bold=item.bold)
            before = {"start": 0.0, "middle": wide / 2, "end": wide}[item.anchor]
            angle = math.radians(item.turn)
            yield from (
                (item.x + far * math.cos(angle), item.y + far * math.sin(angle)) for far in (-before, wide - before)
            )


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32))
def test_any_layout_becomes_a_page_and_nothing_leaves_it(seed: int) -> None:
    dice = Random(seed)
    what = content(rows=dice.randrange(60), chapters=dice.randint(1, 6), facts=dice.randint(1, 9))
    what.notes = [
        "面积为图形面积,百分比以宗数计;边界以登记成果为准,本图为示意图。" * dice.randint(1, 3)
    ] * dice.randrange(5)
    made = sheet(any_layout(dice), what)
    pages = made.pages()
    assert {text.said for text in texts(pages[0])} >= {"示例数据"}
    for page in pages:
        for x, y in corners(page):
            assert -0.01 <= x <= page.width + 0.01, (x, y)
            assert -0.01 <= y <= page.height + 0.01, (x, y)
    for zh, en in told(made):
        assert zh, en
