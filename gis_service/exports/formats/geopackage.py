"""GeoPackage: the parcels once, the chosen layers beside them, and the styles that QGIS shows them with.

The table `parcels` keeps the ids of the register as its `fid`. A chosen layer of the status axes is a view of that
table, so that six layers do not mean six copies; other layers are tables of their own. `layer_styles` holds QML and SLD
made from each layer's style.json, the first of a table being its default. `parcel_lineage` tells what parcels came from and
became, where any of them has a past or a future of that kind. Written with SQLite itself: GDAL's writer
through pyogrio gives out ids of its own.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import shapely

from gis_service.core.clock import BEIJING
from gis_service.core.srid import STORAGE_SRID
from gis_service.exports import queries
from gis_service.exports.fields import YES_NO, cell, named
from gis_service.exports.formats.gpkg_file import File, Table
from gis_service.exports.source import Source
from gis_service.geo import crs as systems
from gis_service.maps.catalogue import Attribute, Layer
from gis_service.maps.styles.drawing import Drawn
from gis_service.parcels.lineage.rules import WORDS as ACTS_OF_LINEAGE
from gis_service.parcels.lineage.rules import Kind
from gis_service.parcels.vocabulary import vocabulary, words

PARCELS, HISTORY, LINEAGE = "parcels", "parcel_history", "parcel_lineage"
PARCEL_VIEW = "layer.parcel"
GEOMETRY = {"polygon": "MULTIPOLYGON", "line": "MULTILINESTRING", "point": "POINT"}
TYPES = {
    "text": "TEXT",
    "number": "REAL",
    "integer": "INTEGER",
    "boolean": "TEXT",
    "datetime": "TEXT",
    "date": "DATE",
    "texts": "TEXT",
}


def write(path: Path, source: Source) -> None:
    layers = source.house.layers
    with File(path, source.crs) as file:
        _parcels(file, source)
        axes = [layer for layer in layers.values() if _shows_parcels(source, layer)]
        first = [layer for layer in axes if layer.category == source.wish.axis]
        for layer in dict.fromkeys([*first, *axes]):
            file.style(PARCELS, _drawn(source, layer))
        for layer in (layers[name] for name in source.wish.layers):
            add = _axis_layer if _shows_parcels(source, layer) else _layer
            add(file, source, layer)
        _lineage(file, source)
        if source.wish.history:
            _history(file, source)


def _parcels(file: File, source: Source) -> None:
    wish = source.wish
    columns = [(field.header(wish.lang), TYPES[field.holds]) for field in wish.fields]
    title = "地块" if wish.lang == "zh" else "Parcels"
    table = Table(PARCELS, title, "MULTIPOLYGON", columns, _about(source))
    with file.table(table) as add:
        for portion in source.portions():
            add([(record.id, record.shape, *map(_stored, source.cells(record))) for record in portion])


def _shows_parcels(source: Source, layer: Layer) -> bool:
    """Whether a layer is the table `parcels` in other colours: made of parcels, coloured by one of its columns."""
    return layer.source == PARCEL_VIEW and layer.category in {None, *(field.name for field in source.wish.fields)}


def _about(source: Source) -> str:
    facts = source.facts()
    return f"截止时间 {facts['cut_off']}" + (f" · {facts['sample']}" if "sample" in facts else "")


def _drawn(source: Source, layer: Layer, columns: dict[str, str] | None = None) -> Drawn:
    """A layer's style for a table of the file; the parcels' columns where no others are given."""
    lang = source.wish.lang
    columns = columns or {field.name: field.header(lang) for field in source.wish.fields}
    label = layer.style.label.property if layer.style.label else None
    category = layer.category
    return Drawn(
        layer,
        columns[category] if category else None,
        columns.get(label) if label else None,
        lang,
        many=_shows_parcels(source, layer) and category is not None and named(category).kind == "words",
    )


def _axis_layer(file: File, source: Source, layer: Layer) -> None:
    drawn = _drawn(source, layer)
    file.view(layer.id, drawn.title, PARCELS, _about(source))
    file.style(layer.id, drawn)


def _layer(file: File, source: Source, layer: Layer) -> None:
    wish = source.wish
    columns = {a.name: name for a, name in zip(layer.attributes, _headers(layer, wish.lang), strict=True)}
    typed = [(columns[a.name], TYPES[a.type]) for a in layer.attributes]
    drawn = _drawn(source, layer, columns)
    ids = source.ids if "parcel_id" in layer.by_name else None
    with file.table(Table(layer.id, drawn.title, GEOMETRY[layer.geometry], typed, _about(source))) as add:
        for rows in queries.layer_rows(source.session, layer, wish.as_of, ids):
            add(_layer_rows(source, layer, rows))
    file.style(layer.id, drawn)


def _headers(layer: Layer, lang: str) -> list[str]:
    """The attributes' words as columns; two that read alike are told apart by their names."""
    heads = [a.zh if lang == "zh" else a.name for a in layer.attributes]
    return [
        f"{head}_{a.name}" if heads.count(head) > 1 or head.lower() in ("fid", "geom") else head
        for head, a in zip(heads, layer.attributes, strict=True)
    ]


def _layer_rows(source: Source, layer: Layer, rows: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    shapes = systems.transform(shapely.from_wkb([row[-1] for row in rows]), STORAGE_SRID, source.crs)
    lang = source.wish.lang
    for row, shape in zip(rows, shapes, strict=True):
        values = row[1:-1]
        shown = (_told(a, v, lang) for a, v in zip(layer.attributes, values, strict=True))
        yield (row[0], _several(shape), *shown)


def _told(attribute: Attribute, value: Any, lang: str) -> Any:
    """A value in words where there are any; several as one text, since a column holds one value."""
    if isinstance(value, list):
        return ("、" if lang == "zh" else ", ").join(str(_told(attribute, one, lang)) for one in value)
    if attribute.vocabulary and value in vocabulary()[attribute.vocabulary]:
        return words(attribute.vocabulary, value, lang)
    return _stored(value, lang)


def _several(shape: Any) -> Any:
    """Areas and lines as the multiple kind their table declares."""
    several = {"Polygon": shapely.MultiPolygon, "LineString": shapely.MultiLineString}.get(shape.geom_type)
    return several([shape]) if several else shape


def _stored(value: Any, lang: str = "zh") -> Any:
    """A value as SQLite keeps it."""
    if isinstance(value, bool):
        return YES_NO[lang][value]
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return value.astimezone(BEIJING).isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date) else value


# --- lineage -------------------------------------------------------------------------------------------------------

LINKS = {
    "parent_no": ("原地块编号", "TEXT"), "child_no": ("新地块编号", "TEXT"), "kind": ("方式", "TEXT"), "happened_on": ("日期", "DATE"),
    "document": ("依据文号", "TEXT"), "area_m2": ("面积(㎡)", "REAL"), "reason": ("原因", "TEXT"),
}  # fmt: skip


def _lineage(file: File, source: Source) -> None:
    """沿革: what each parcel came from and became, one line for each pair; no table where there is nothing to tell."""
    links = queries.lineage(source.session, source.ids, source.wish.as_of)
    if not links:
        return
    zh = source.wish.lang == "zh"
    columns = [(LINKS[name][0] if zh else name, LINKS[name][1]) for name in queries.LINEAGE]
    with file.table(Table(LINEAGE, "沿革" if zh else "Lineage", None, columns, _about(source))) as add:
        add((number, None, *_link(link, zh=zh)) for number, link in enumerate(links, start=1))


def _link(link: Sequence[Any], *, zh: bool) -> Iterator[Any]:
    values = dict(zip(queries.LINEAGE, link, strict=True))
    if zh:
        values["kind"] = ACTS_OF_LINEAGE[Kind(values["kind"])][0]
    return map(_stored, values.values())


# --- history -------------------------------------------------------------------------------------------------------

HEADERS = {
    "parcel_id": "地块标识", "parcel_no": "地块编号", "version_no": "版本", "valid_from": "自", "valid_to": "至",
    "act": "操作", "actor": "操作人", "reason": "原因", "document": "依据文号",
    "area_registered_m2": "用地面积(㎡)", "area_computed_m2": "计算面积(㎡)", "wkt": "图形(WKT,经纬度)",
}  # fmt: skip
ACTS = {"zh": {"create": "新增", "change": "修改", "retire": "出库"}, "en": {}}
INTEGERS, REALS = ("parcel_id", "version_no"), ("area_registered_m2", "area_computed_m2")


def _history(file: File, source: Source) -> None:
    """Every state the exported parcels had, as a table without outlines on the map."""
    lang = source.wish.lang
    kinds = {**dict.fromkeys(INTEGERS, "INTEGER"), **dict.fromkeys(REALS, "REAL")}
    known = {field.name: field.zh for field in source.wish.fields}
    columns = [
        ((HEADERS.get(name) or known[name]) if lang == "zh" else name, kinds.get(name, "TEXT"))
        for name in queries.HISTORY
    ]
    title = "地块历史" if lang == "zh" else "History of the parcels"
    with file.table(Table(HISTORY, title, None, columns, _about(source))) as add:
        add(_versions(source, queries.history(source.session, source.ids)))


def _versions(source: Source, rows: Iterable[Sequence[Any]]) -> Iterator[tuple[Any, ...]]:
    lang, axes = (
        source.wish.lang,
        {field.name: field for field in source.wish.fields if field.kind in ("word", "words")},
    )
    for number, row in enumerate(rows, start=1):
        values = dict(zip(queries.HISTORY, row, strict=True))
        values["act"] = ACTS[lang].get(values["act"], values["act"])
        shown = (cell(axes[k], v, lang) if k in axes else _stored(v, lang) for k, v in values.items())
        yield (number, None, *shown)
