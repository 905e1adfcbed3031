"""What a version may say, what is wrong with one, and what two of them have different. Pure: no rows, no session."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import ValidationError

from gis_service.maps.catalogue import Categories, Fault, Layer, Look, Presentation, faults, told
from gis_service.parcels.vocabulary import vocabulary

FEWER_TILES = 2
"""So many levels below the shipped first one a tile holds sixteen times as much; a warning then."""


class Said(NamedTuple):
    """A sentence in both languages."""

    zh: str
    en: str


class Draft(NamedTuple):
    """What was sent, as a layer; or what is wrong with it."""

    layer: Layer | None
    faults: list[Fault]


def draft(shipped: Layer, content: Mapping[str, Any], others: Mapping[str, Layer]) -> Draft:
    """The layer that a content makes. `others` are the layers as they stand; a fault's key is the field's place in the content."""
    try:
        wanted = Presentation.model_validate(content)
    except ValidationError as invalid:
        return Draft(None, list(told(invalid, "")))
    made = shipped.presented(wanted)
    found = [*_kept_faults(shipped, made), *_neighbour_faults(made, others)]
    found += [fault._replace(key=_field(fault)) for fault in faults(made)]
    return Draft(None if found else made, found)


def _field(fault: Fault) -> str:
    return f"style.{fault.key}" if fault.file == "style.json" else fault.key


def _kept_faults(shipped: Layer, made: Layer) -> Iterator[Fault]:
    """By what a layer is coloured decides what its tiles carry and what the desk counts: that is no matter of looks."""
    if made.style.kind != shipped.style.kind:
        yield Fault("", "style.kind", "着色方式由图层目录决定,不能改", "is fixed by the layer's folder")
    elif made.category != shipped.category:
        yield Fault("", "style.property", "着色字段由图层目录决定,不能改", "is fixed by the layer's folder")


def _neighbour_faults(made: Layer, others: Mapping[str, Layer]) -> Iterator[Fault]:
    for other in others.values():
        if other.id == made.id:
            continue
        if other.title == made.title:
            yield Fault("", "title", f"与图层“{other.id}”重名", f"is the title of the layer '{other.id}' too")
        if other.title_en == made.title_en:
            yield Fault("", "title_en", f"与图层“{other.id}”重名", f"is the title of the layer '{other.id}' too")


def heavy(shipped: Layer, made: Layer) -> Iterator[Said]:
    """Warns of a first zoom so low that tiles become slow."""
    lower = shipped.minzoom - made.minzoom
    if lower >= FEWER_TILES:
        yield Said(
            f"从 {made.minzoom} 级起显示,比出厂早 {lower} 级:一块瓦片的要素约多 {4**lower} 倍,地图会变慢。",
            f"Shown from zoom {made.minzoom}, {lower} before the shipped one: a tile holds about {4**lower} times as much, and the map slows down.",
        )


NAMES: dict[str, Said] = {
    "title": Said("名称", "title"), "title_en": Said("英文名称", "English title"), "group": Said("分组", "group"),
    "group_en": Said("英文分组", "English group"), "order": Said("顺序", "order"), "visible": Said("默认显示", "shown by itself"),
    "minzoom": Said("起始级别", "first zoom"), "maxzoom": Said("瓦片最后级别", "last zoom of tiles"), "label": Said("要素名称字段", "naming attribute"),
    "description": Said("说明", "words"), "description_en": Said("英文说明", "English words"),
}  # fmt: skip
LOOKS: dict[str, Said] = {
    "fill": Said("颜色", "colour"), "hatch": Said("填充图案", "hatch"), "sign": Said("符号", "sign"), "stroke": Said("线条颜色", "line colour"),
    "stroke_width": Said("线宽", "line width"), "dash": Said("虚线", "dash"), "opacity": Said("不透明度", "opacity"), "radius": Said("点的半径", "radius"),
}  # fmt: skip
HATCHES: dict[str, Said] = {
    "diagonal": Said("斜线", "diagonal"), "back-diagonal": Said("反斜线", "back-diagonal"), "cross": Said("交叉", "cross"),
    "dots": Said("点", "dots"), "horizontal": Said("横线", "horizontal"), "vertical": Said("竖线", "vertical"),
}  # fmt: skip
LONGEST = 30


def changes(before: Layer, after: Layer) -> list[Said]:
    """What differs between two presentations of a layer, in words."""
    return [*_listed(before, after), *_looks(before, after), *_labels(before, after)]


def _listed(before: Layer, after: Layer) -> Iterator[Said]:
    for field, name in NAMES.items():
        yield from _changed(name, getattr(before, field), getattr(after, field))


def _looks(before: Layer, after: Layer) -> Iterator[Said]:
    earlier = _by_value(before)
    later = _by_value(after)
    for value, (name, look) in later.items():
        old = earlier.get(value)
        for field, called in LOOKS.items():
            if old is not None:
                of = Said(f"“{name.zh}”的{called.zh}", f"{called.en} of '{name.en}'")
                yield from _changed(of, getattr(old[1], field), getattr(look, field))
    if list(earlier) != list(later) and set(earlier) == set(later):
        yield Said("分类的先后顺序改变", "the values stand in another order")


def _by_value(layer: Layer) -> dict[str | None, tuple[Said, Look]]:
    """Looks by the value they are of, with what it is called; None is the look of all others, or of all."""
    style = layer.style
    if not isinstance(style, Categories):
        return {None: (Said(layer.title, layer.title_en), style.default)}
    words = vocabulary()[layer.by_name[style.property].vocabulary or ""]
    found: dict[str | None, tuple[Said, Look]] = {
        each.value: (Said(*words[each.value]), each) for each in style.categories
    }
    return found | {None: (Said("其他", "Other"), style.default)}


def _labels(before: Layer, after: Layer) -> Iterator[Said]:
    old, new = before.style.label, after.style.label
    yield from _changed(Said("标注字段", "label"), old and old.property, new and new.property)
    if old and new:
        yield from _changed(Said("标注起始级别", "first zoom of labels"), old.minzoom, new.minzoom)


def _changed(name: Said, old: Any, new: Any) -> Iterator[Said]:
    if old != new:
        (from_zh, from_en), (to_zh, to_en) = _value(old), _value(new)
        yield Said(f"{name.zh}:{from_zh} → {to_zh}", f"{name.en}: {from_en} → {to_en}")


def _value(value: Any) -> Said:
    if value is None or value in ("", ()):
        return Said("无", "none")
    if isinstance(value, bool):
        return Said("是", "yes") if value else Said("否", "no")
    if isinstance(value, tuple):
        value = " ".join(f"{each:g}" for each in value)
    text = f"{value:g}" if isinstance(value, float) else str(value)
    if text in HATCHES:
        return HATCHES[text]
    short = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    return Said(short, short)
