"""What goes in and out at the doors of the workshop."""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from gis_service.maps.catalogue import Categories, Layer
from gis_service.maps.standing import fitting
from gis_service.maps.workshop import rules, vision
from gis_service.maps.workshop.models import LayerVersion
from gis_service.maps.workshop.rules import Draft, Said
from gis_service.parcels.vocabulary import vocabulary

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class DraftIn(Body):
    content: dict[str, Any]
    """Judged by the rules of the workshop, which name every fault in both languages."""


class VersionIn(DraftIn):
    reason: Reason


class RestoreIn(Body):
    version: Annotated[int, Field(ge=0, le=2_000_000_000)]
    """0 is as shipped."""
    reason: Reason


def workshop_out(shipped: Layer, rows: list[LayerVersion], *, may_save: bool) -> dict[str, Any]:
    """All that the page of one layer needs: what stands, what was shipped, every version, and what may be chosen from."""
    current = _as(shipped, rows[0] if rows else None)
    return {
        "layer": shipped.id,
        "geometry": shipped.geometry,
        "current": rows[0].version if rows else 0,
        "content": content_out(current),
        "shipped": content_out(shipped),
        "weaknesses": _said(_weak(shipped, current)),
        "values": _values(shipped),
        "attributes": [
            {"name": each.name, "zh": each.zh, "en": each.en, "tiles_from": each.tiles_from} for each in shipped.attributes
        ],
        "sights": {
            name: {"zh": vision.SAID[name][0], "en": vision.SAID[name][1], "matrix": rows_}
            for name, rows_ in vision.SIGHTS.items()
        },
        "may_save": may_save,
        "items": [version_out(shipped, row, earlier) for row, earlier in pairwise([*rows, None]) if row is not None],
    }  # fmt: skip


def content_out(layer: Layer) -> dict[str, Any]:
    return layer.presentation.model_dump(mode="json", exclude_none=True)


def version_out(shipped: Layer, row: LayerVersion, earlier: LayerVersion | None) -> dict[str, Any]:
    """Who, when, why, and what it changed of the version before."""
    return {
        "version": row.version,
        "made_at": row.made_at,
        "made_by": row.made_by_name,
        "reason": row.reason,
        "restored": row.restored,
        "as_shipped": row.content is None,
        "fits": row.content is None or fitting(shipped, row.content) is not None,
        "changes": _said(rules.changes(_as(shipped, earlier), _as(shipped, row))),
    }


def draft_out(shipped: Layer, drafted: Draft, current: Layer) -> dict[str, Any]:
    """What is wrong with a draft, what is weak in it, and what it changes of what stands."""
    made = drafted.layer
    return {
        "faults": [{"field": each.key, "zh": each.zh, "en": each.en} for each in drafted.faults],
        "weaknesses": _said(_weak(shipped, made)) if made else [],
        "changes": _said(rules.changes(current, made)) if made else [],
    }


def _weak(shipped: Layer, made: Layer) -> Iterable[Said]:
    yield from (Said(each.zh, each.en) for each in vision.weaknesses(made))
    yield from rules.heavy(shipped, made)


def _said(sentences: Iterable[Said]) -> list[dict[str, str]]:
    return [each._asdict() for each in sentences]


def _values(layer: Layer) -> list[dict[str, str]]:
    if not isinstance(layer.style, Categories):
        return []
    words: Mapping[str, tuple[str, str]] = vocabulary()[layer.by_name[layer.style.property].vocabulary or ""]
    return [
        {"value": each.value, "zh": words[each.value][0], "en": words[each.value][1]} for each in layer.style.categories
    ]


def _as(shipped: Layer, row: LayerVersion | None) -> Layer:
    return shipped if row is None or row.content is None else fitting(shipped, row.content) or shipped
