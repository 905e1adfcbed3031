"""A feature that came becomes facts of the register: which properties are taken, and what a replacement leaves."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import shapely
from pydantic import BaseModel, ConfigDict, ValidationError
from shapely.geometry import mapping
from sqlalchemy import select
from sqlalchemy.orm import Session

from gis_service.access.edge import Work
from gis_service.core import http
from gis_service.core.db import Scope
from gis_service.core.errors import InvalidBody, NotFound
from gis_service.editing.asking import Sent, Wish, same_place
from gis_service.editing.errors import OutsideDistrict
from gis_service.editing.nouns import RECEIVED, Facts, Geometry, Noun
from gis_service.maps import crs
from gis_service.maps.asked import Asked
from gis_service.maps.catalogue import Layer
from gis_service.maps.crs import Crs
from gis_service.maps.ogc import items
from gis_service.parcels.models import Document
from gis_service.parcels.operations import Why
from gis_service.parcels.schemas import Text

Model = TypeVar("Model", bound=BaseModel)


class Within:
    """Asks for a row in the transaction of the request, as the reader asks for it: a feature as it will be once committed."""

    def __init__(self, session: Session):
        self.session = session

    def row(self, _scope: Scope, query: bytes, params: Mapping[str, Any]) -> tuple[Any, ...] | None:
        self.session.flush()
        driver = self.session.connection().connection.cursor()
        driver.execute("set local timezone to 'UTC'")
        driver.execute(query, params)
        row = driver.fetchone()
        return None if row is None else tuple(row)


def served(work: Work, layer: Layer, key: int, system: Crs = crs.LONLAT) -> items.Feature | None:
    """A feature as it would be given out now."""
    return items.feature(Within(work.session), work.scope, layer, Asked(), system, key)


class Said(BaseModel):
    """Why a feature is changed."""

    model_config = ConfigDict(extra="forbid")
    change_reason: Text | None = None
    change_document: Text | None = None


def why(work: Work, properties: Mapping[str, Any]) -> Why:
    """The reason that the request gives, else that of the token; and the document, by its number."""
    said = validated(Said, {name: properties[name] for name in RECEIVED if name in properties})
    return Why(said.change_reason or work.actor.reason or None, _document(work, said.change_document))


def _document(work: Work, doc_no: str | None) -> int | None:
    if not doc_no:
        return None
    district = work.request.app.state.settings.district_code
    found = work.session.scalar(
        select(Document.id).where(Document.district_code == district, Document.doc_no == doc_no)
    )
    if found is None:
        raise NotFound(what="文件", key=doc_no)
    return found


def created(noun: Noun, layer: Layer, sent: Sent, wish: Wish) -> Facts:
    """The facts of a new feature. What is null is not said: the register's own default holds."""
    properties = _own(sent.properties)
    allowed = noun.taken(layer) | noun.once
    said = {name: value for name, value in properties.items() if value is not None}
    _require(_faults(layer, said, allowed, {}), wish)
    return {name: value for name, value in said.items() if name in allowed}


def changed(noun: Noun, layer: Layer, sent: Sent, now: dict[str, Any], wish: Wish, *, whole: bool) -> Facts:
    """What is to be changed of a feature that is given out as `now`.

    What is only given out may be sent back as it is: it is not set by that. A replacement unsets what it leaves out,
    but for what always has a value: a status does not fall back because a client does not know it.
    """
    allowed, properties = noun.taken(layer), _own(sent.properties)
    held = {**now["properties"], layer.id_column: now["id"]}
    _require(_faults(layer, properties, allowed, held), wish)
    said = {name: value for name, value in properties.items() if name in allowed}
    _require(list(_missing(noun, said)))
    if whole:
        said |= dict.fromkeys(sorted(allowed - noun.always - said.keys()))
    return {name: value for name, value in said.items() if not _same(value, held[name])}


def _own(properties: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if name not in RECEIVED}


def _faults(
    layer: Layer, properties: dict[str, Any], allowed: frozenset[str], held: dict[str, Any]
) -> list[dict[str, Any]]:
    return [
        fault(name, "不能写", "is read-only")
        if name in layer.by_name or name == layer.id_column
        else fault(name, "没有这个字段", "is not a property of this layer")
        for name, value in properties.items()
        if name not in allowed and not (name in held and _same(value, held[name]))
    ]


def _missing(noun: Noun, said: Facts) -> Iterator[dict[str, Any]]:
    for name in sorted(noun.always & said.keys()):
        if said[name] is None:
            yield fault(name, "不能为空", "cannot be empty")


def _require(faults: list[dict[str, Any]], wish: Wish | None = None) -> None:
    """Under lenient handling what cannot be written is passed over."""
    if faults and not (wish and wish.lenient):
        raise InvalidBody(errors=faults)


def fault(name: str, zh: str, en: str) -> dict[str, Any]:
    return {
        "level": "error", "code": "editing.property", "file": None, "row": None, "field": name[:60], "message": f"{zh} · {en}",
    }  # fmt: skip


def _same(one: Any, other: Any) -> bool:
    return bool(one == other) and isinstance(one, bool) is isinstance(other, bool)


def validated(model: type[Model], facts: Facts, columns: Mapping[str, str] | None = None) -> Model:
    """The facts, checked as the JSON API checks its bodies, and strictly: `"2026"` is no number."""
    columns = columns or {}
    named = {columns.get(name, name): value for name, value in facts.items()}
    try:
        return model.model_validate_json(json.dumps(named), strict=True)
    except ValidationError as error:
        back = {column: name for name, column in columns.items()}
        refusal = http.invalid(error.errors(include_url=False, include_input=False))
        for one in refusal.errors:
            name, dot, rest = one["field"].partition(".")
            one["field"] = back.get(name, name) + dot + rest
        raise refusal from None


def place(work: Work, sent: Sent, now: dict[str, Any] | None = None) -> Geometry | None:
    """Where the feature lies, as GeoJSON in the storage system; None where nothing was sent, or the place that it has."""
    if sent.geometry is None or (now and same_place(sent.geometry, now["geometry"], sent.crs)):
        return None
    moved = crs.placed(sent.geometry, sent.crs)
    west, south, east, north = work.request.app.state.settings.plausible_box
    if not moved.is_empty and not shapely.box(west, south, east, north).covers(shapely.box(*moved.bounds)):
        raise OutsideDistrict(west=west, south=south, east=east, north=north)
    return dict(mapping(moved))
