"""The layers: one folder each under `layers/`, read and checked when the service starts.

    layers/<id>/layer.toml   what it is, where its rows come from, its attributes
    layers/<id>/style.json   colours, hatches, signs, labels
    layers/<id>/words.md     a paragraph for people: Chinese first, English below a second heading

A folder that cannot be used stops the start with a sentence that names folder, file, key and remedy.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from gis_service.core.errors import NotFound
from gis_service.maps.errors import BrokenLayer
from gis_service.parcels.vocabulary import vocabulary

LAYERS = Path(__file__).parents[2] / "layers"

UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""What XML, and so a style or a project of other programs, cannot hold."""


def _printable(text: str) -> str:
    if UNPRINTABLE.search(text):
        raise ValueError("holds characters that cannot be printed")
    return text


def _without_heading(text: str) -> str:
    if "# " in text:
        raise ValueError("holds '# ', which begins a heading in words.md")
    return _printable(text)


def _on_one_line(text: str) -> str:
    if len(text.splitlines()) > 1:
        raise ValueError("must be one line")
    return _printable(text)


Title = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60), AfterValidator(_on_one_line)
]
Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000), AfterValidator(_without_heading)
]
Sign = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2), AfterValidator(_on_one_line)]
Pixels = Annotated[float, Field(gt=0, le=40, allow_inf_nan=False)]
Name = Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$")]
View = Annotated[str, Field(pattern=r"^(layer|report)\.[a-z][a-z0-9_]*$")]
Colour = Annotated[str, Field(pattern="^#[0-9A-Fa-f]{6}$")]
Hatch = Literal["diagonal", "back-diagonal", "cross", "dots", "horizontal", "vertical"] | None
Zoom = Annotated[int, Field(ge=0, le=24)]


class Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Attribute(Data):
    """A column that people and GIS clients see."""

    name: Name
    zh: str
    en: str
    type: Literal["text", "integer", "number", "boolean", "date", "datetime", "texts"]
    """`texts` is an array of texts: several words of one vocabulary, say. Tiles carry none (MVT has no arrays)."""
    vocabulary: str | None = None
    unit: str | None = None
    filter: bool = False
    """May be asked for as `?name=value`."""
    tiles_from: Zoom | None = None
    """Written into vector tiles from this zoom on; never if absent."""


class Look(Data):
    """How a feature is drawn. The sign is a character or two, unique in its layer, for print in grey."""

    fill: Colour | None = None
    hatch: Hatch = None
    sign: Sign = ""
    stroke: Colour | None = None
    stroke_width: Pixels | None = None
    dash: Annotated[tuple[Pixels, ...], Field(max_length=8)] | None = None
    opacity: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] | None = None
    radius: Pixels | None = None


class Category(Look):
    value: str
    fill: Colour


class Label(Data):
    property: Name
    minzoom: Zoom = 0


class Categories(Data):
    """One look per value of a property; `default` for values that are missing."""

    kind: Literal["categories"]
    property: Name
    categories: Annotated[tuple[Category, ...], Field(min_length=1, max_length=200)]
    default: Look
    label: Label | None = None


class Single(Data):
    """Everything looks the same."""

    kind: Literal["single"]
    default: Look
    label: Label | None = None


AnyStyle = Annotated[Categories | Single, Field(discriminator="kind")]


class Shown(Data):
    """How a layer is listed and from where to where it is shown, wherever that is said."""

    title: Title
    title_en: Title
    group: Title
    group_en: Title
    order: Annotated[int, Field(ge=0, le=9999)] = 0
    minzoom: Zoom = 0
    maxzoom: Zoom = 16
    label: Name | None = None
    """The attribute whose value is a feature's name."""
    visible: bool = False


class Presentation(Shown):
    """All of a layer that concerns the eye, and that the workshop may say anew; the rest is code and rights."""

    style: AnyStyle
    description: Words
    description_en: Words


class Facts(Shown):
    """layer.toml"""

    id: Annotated[str, Field(pattern="^[a-z][a-z0-9-]*$")]  # no dots: old GIS clients cut ids there
    source: View
    history: View | None = None
    geometry: Literal["polygon", "line", "point"]
    id_column: Name = "id"
    time_column: Name | None = None
    version_column: Name | None = None
    """Counts the changes of a row: its features have an ETag. Not shown."""
    grid_below: Zoom = 0
    """Below this zoom tiles show squares with the most frequent value instead of features."""
    crowded_below: Zoom = 0
    """Below this zoom so do tiles of more features than can be told apart, where their number is kept (`squares.py`)."""
    attributes_of: str | None = None
    attributes: tuple[Attribute, ...] = ()


class Layer(Facts, Presentation):
    """A layer ready for use: its facts, style and words."""

    def __hash__(self) -> int:
        """Layers key the caches of statements; their ids are unique."""
        return hash(self.id)

    @property
    def category(self) -> str | None:
        """The property by whose value it is coloured."""
        return self.style.property if isinstance(self.style, Categories) else None

    @cached_property
    def by_name(self) -> Mapping[str, Attribute]:
        return {attribute.name: attribute for attribute in self.attributes}

    @property
    def presentation(self) -> Presentation:
        return Presentation.model_validate({name: getattr(self, name) for name in Presentation.model_fields})

    def presented(self, so: Presentation) -> Self:
        """The same layer with another presentation."""
        own = {name: getattr(self, name) for name in Layer.model_fields}
        return type(self).model_validate({**own, **dict(so)})

    def tile_attributes(self, z: int) -> tuple[str, ...]:
        """What a tile of zoom `z` carries beside the id; the property that colours it always."""
        wanted = (a.name for a in self.attributes if a.tiles_from is not None and a.tiles_from <= z)
        return tuple(dict.fromkeys(name for name in (self.category, *wanted) if name))

    def legend(self) -> list[dict[str, Any]]:
        """One entry per look, with the words of the vocabulary in both languages."""
        if isinstance(self.style, Single):
            look = self.style.default.model_dump(exclude_none=True)
            return [{"label_zh": self.title, "label_en": self.title_en, **look}]
        words = vocabulary()[self.by_name[self.style.property].vocabulary or ""]
        return [
            {"label_zh": words[c.value][0], "label_en": words[c.value][1], **c.model_dump(exclude_none=True)}
            for c in self.style.categories
        ]


class Catalogue(dict[str, Layer]):
    """Every layer by its id, in the order in which it is listed."""

    @classmethod
    def load(cls, folder: Path = LAYERS) -> Self:
        """Read and check all folders; raises `BrokenLayer`."""
        drafts = {path.name: _facts(path) for path in sorted(folder.iterdir()) if path.is_dir()}
        layers = [_layer(folder / name, facts, drafts) for name, facts in drafts.items()]
        return cls((layer.id, layer) for layer in sorted(layers, key=lambda layer: (layer.order, layer.id)))

    def named(self, name: str) -> Layer:
        """The layer with this id; an unknown one is answered with 404."""
        if name not in self:
            raise NotFound(what="图层", key=name)
        return self[name]


def _facts(folder: Path) -> Facts:
    facts = Facts.model_validate(_checked(folder, "layer.toml", Facts))
    if facts.id != folder.name:
        raise _broken(folder, "layer.toml", "id", f"“{facts.id}”与目录名不同", f"'{facts.id}' is not the folder's name")
    return facts


def _layer(folder: Path, facts: Facts, others: Mapping[str, Facts]) -> Layer:
    lender = others.get(facts.attributes_of) if facts.attributes_of else facts
    if lender is None:
        raise _broken(folder, "layer.toml", "attributes_of", "没有这个图层", "there is no such layer")
    style = _checked(folder, "style.json", TypeAdapter(AnyStyle))
    zh, en = _words(folder)
    whole = {**facts.model_dump(), "attributes": lender.attributes, "style": style}
    try:
        layer = Layer.model_validate({**whole, "description": zh, "description_en": en})
    except ValidationError as invalid:
        raise _broken(folder, *next(told(invalid, "words.md"))) from None
    for fault in faults(layer):
        raise _broken(folder, *fault)
    return layer


class Fault(NamedTuple):
    """What is wrong with a layer, and where."""

    file: str
    key: str
    zh: str
    en: str


def faults(layer: Layer) -> Iterator[Fault]:
    """What the files of a layer say against each other."""
    for fault in _faults(layer):
        yield Fault(*fault)


def _faults(layer: Layer) -> Iterator[tuple[str, str, str, str]]:
    if layer.minzoom > layer.maxzoom:
        yield "layer.toml", "minzoom", "大于 maxzoom", "is above maxzoom"
    if len(layer.by_name) < len(layer.attributes):
        yield "layer.toml", "attributes", "有重复的字段名", "an attribute is named twice"
    for attribute in layer.attributes:
        if attribute.vocabulary and attribute.vocabulary not in vocabulary():
            yield "layer.toml", f"attributes.{attribute.name}.vocabulary", "词表中没有", "is not in the vocabulary"
        yield from _array_faults(attribute)
    for file, key, name in (
        ("layer.toml", "label", layer.label),
        ("layer.toml", "time_column", layer.time_column),
        ("style.json", "label.property", layer.style.label and layer.style.label.property),
        ("style.json", "property", layer.category),
    ):
        if name and name not in layer.by_name:
            yield file, key, f"“{name}”不在 attributes 中", f"'{name}' is not among the attributes"
        elif name and layer.by_name[name].type == "texts":
            yield file, key, f"“{name}”是列表,不是一个值", f"'{name}' is an array, not one value"
    yield from _label_faults(layer)
    if isinstance(layer.style, Categories) and layer.style.property in layer.by_name:
        yield from _style_faults(layer.style, layer.by_name[layer.style.property])


def _array_faults(attribute: Attribute) -> Iterator[tuple[str, str, str, str]]:
    """What an array cannot be: a property of tiles, a parameter with one value."""
    if attribute.type == "texts" and attribute.tiles_from is not None:
        yield "layer.toml", f"attributes.{attribute.name}.tiles_from", "瓦片不能带列表", "tiles cannot carry an array"
    if attribute.type == "texts" and attribute.filter:
        yield (
            "layer.toml",
            f"attributes.{attribute.name}.filter",
            "列表不能用 ?字段=值 筛选,请用 A_CONTAINS 等",
            "an array is not asked for as ?name=value but by A_CONTAINS and its like",
        )


def _label_faults(layer: Layer) -> Iterator[tuple[str, str, str, str]]:
    label = layer.style.label
    if label is None or label.property not in layer.by_name:
        return
    since = layer.by_name[label.property].tiles_from
    if since is None or since > label.minzoom:
        zh = "瓦片不带该字段" if since is None else f"瓦片从 {since} 级起才带该字段"
        en = "tiles do not carry it" if since is None else f"tiles carry it from zoom {since} on"
        yield "style.json", "label.property" if since is None else "label.minzoom", zh, en


def _style_faults(style: Categories, attribute: Attribute) -> Iterator[tuple[str, str, str, str]]:
    if not attribute.vocabulary:
        yield "style.json", "property", "该字段没有词表", "this attribute has no vocabulary"
        return
    values = [category.value for category in style.categories]
    known = set(vocabulary()[attribute.vocabulary]) - {"title"}
    for value in sorted(known - set(values)):
        yield "style.json", "categories", f"缺少值“{value}”", f"the value '{value}' has no look"
    for value in sorted(set(values) - known):
        yield "style.json", "categories", f"词表中没有值“{value}”", f"the vocabulary has no value '{value}'"
    for category in style.categories:
        if not category.sign:
            yield (
                "style.json",
                "categories",
                f"值“{category.value}”没有符号",
                f"the value '{category.value}' has no sign",
            )
    looks = [(category.fill.upper(), category.hatch) for category in style.categories]
    signs = [category.sign for category in style.categories]
    if len(set(values)) < len(values) or len(set(looks)) < len(looks) or len(set(signs)) < len(signs):
        same_zh, same_en = "两个值的图式或符号相同", "two values share a look or a sign"
        yield "style.json", "categories", same_zh, same_en


def _checked(folder: Path, file: str, shape: Any) -> Any:
    """The content of a file as `shape`; a fault becomes a sentence."""
    content = _read(folder, file)
    try:
        return shape.validate_python(content) if isinstance(shape, TypeAdapter) else shape.model_validate(content)
    except ValidationError as invalid:
        raise _broken(folder, *next(told(invalid, file))) from None


def told(invalid: ValidationError, file: str) -> Iterator[Fault]:
    """What does not have the shape it should have, key by key."""
    for fault in invalid.errors(include_url=False):
        key = ".".join(map(str, _place(fault["loc"]))) or "-"
        yield Fault(file, key, _said(fault), fault["msg"].lower())


def _place(loc: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """Without the kind of style, which Pydantic names where the style begins.

    >>> _place(("categories", "categories", 0, "fill")), _place(("style", "single", "default")), _place(("title",))
    (('categories', 0, 'fill'), ('style', 'default'), ('title',))
    """
    at = 1 if loc[:1] == ("style",) else 0
    return loc[:at] + loc[at + 1 :] if loc[at : at + 1] in (("categories",), ("single",)) else loc


def _said(fault: Any) -> str:
    known = {"missing": "缺少该键", "extra_forbidden": "不认识该键"}
    return known.get(fault["type"], f"值“{_shortened(fault.get('input'))}”不符合要求")


def _shortened(value: object) -> str:
    text = UNPRINTABLE.sub("�", str(value)[:80])
    return text if len(text) < 80 else f"{text[:60]}…"


def _read(folder: Path, file: str) -> Any:
    path = folder / file
    try:
        text = path.read_text("utf-8")
        return tomllib.loads(text) if file.endswith(".toml") else json.loads(text)
    except FileNotFoundError:
        raise _broken(folder, file, "-", "文件不存在", "the file is missing") from None
    except ValueError as fault:
        raise _broken(folder, file, "-", f"无法读取({fault})", f"cannot be read ({fault})") from None


def _words(folder: Path) -> tuple[str, str]:
    """The Chinese and the English paragraph of words.md: what follows its two headings."""
    path = folder / "words.md"
    if not path.is_file():
        raise _broken(folder, "words.md", "-", "文件不存在", "the file is missing")
    parts = ["\n".join(part.splitlines()[1:]).strip() for part in path.read_text("utf-8").split("# ")[1:]]
    parts = [part.rstrip("# \n") for part in parts]
    if len(parts) != 2 or not all(parts):
        raise _broken(folder, "words.md", "##", "需要中文、英文各一段", "one Chinese and one English part are needed")
    return parts[0], parts[1]


def _broken(folder: Path, file: str, key: str, fault_zh: str, fault_en: str) -> BrokenLayer:
    return BrokenLayer(
        folder=f"layers/{folder.name}",
        file=file,
        key=key,
        fault_zh=fault_zh,
        fault_en=fault_en,
        remedy_zh=f"对照 layers/parcel-supply/{file} 改正后重新启动",
        remedy_en=f"correct it after the model of layers/parcel-supply/{file} and start again",
    )
