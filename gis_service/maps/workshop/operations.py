"""Verbs of the workshop: save a version, go back to an earlier one. Nothing here commits."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gis_service.core.db import Scope
from gis_service.core.errors import Stale
from gis_service.maps.catalogue import Catalogue, Fault, Layer
from gis_service.maps.standing import fitting
from gis_service.maps.workshop import queries, rules
from gis_service.maps.workshop.errors import BrokenVersion, NothingNew, UnfitVersion, WholeDistrict
from gis_service.maps.workshop.models import LayerVersion

SHIPPED = 0
"""The version that has no row: the folder under `layers/`."""


def save(
    session: Session,
    scope: Scope,
    shipped: Layer,
    others: Catalogue,
    content: Mapping[str, Any],
    *,
    seen: int,
    reason: str,
) -> LayerVersion:
    """A new version with this content. Raises `WholeDistrict`, `Stale`, `BrokenVersion` with every fault, `NothingNew`."""
    _take_turn(session, scope, shipped, seen)
    made, found = rules.draft(shipped, content, others)
    if made is None:
        raise _broken(shipped, found)
    if made.presentation == of_version(session, shipped, seen).presentation:
        raise NothingNew(layer=shipped.title)
    return _add(session, scope, shipped, made.presentation.model_dump(mode="json", exclude_none=True), seen, reason)


def restore(
    session: Session, scope: Scope, shipped: Layer, others: Catalogue, number: int, *, seen: int, reason: str
) -> LayerVersion:
    """An earlier version once more, as a new one; 0 is as shipped, whatever a later release ships.

    Raises `WholeDistrict`, `Stale`, `NotFound`, `UnfitVersion`, `BrokenVersion` where its title is another layer's by now, `NothingNew`.
    """
    _take_turn(session, scope, shipped, seen)
    content = queries.version(session, shipped.id, number).content if number else None
    made: Layer = shipped
    found: list[Fault] = []
    if content is not None:
        if fitting(shipped, content) is None:
            raise UnfitVersion(layer=shipped.title, version=number)
        drafted, found = rules.draft(shipped, content, others)
        made = drafted or shipped
    if found:
        raise _broken(shipped, found)
    if made.presentation == of_version(session, shipped, seen).presentation:
        raise NothingNew(layer=made.title)
    return _add(session, scope, shipped, content, seen, reason, restored=number)


def of_version(session: Session, shipped: Layer, number: int) -> Layer:
    """The layer as a version presents it; as shipped where that is what it says, or where this release cannot."""
    content = queries.version(session, shipped.id, number).content if number else None
    return shipped if content is None else fitting(shipped, content) or shipped


def _take_turn(session: Session, scope: Scope, shipped: Layer, seen: int) -> None:
    """One after the other: two people who save a layer at once would take the same number."""
    if not scope.see_all:
        raise WholeDistrict()
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"layer_version/{shipped.id}"))))
    if queries.latest(session, shipped.id) != seen:
        raise Stale(what="图层", key=shipped.title)


def _add(
    session: Session,
    scope: Scope,
    shipped: Layer,
    content: dict[str, Any] | None,
    seen: int,
    reason: str,
    *,
    restored: int | None = None,
) -> LayerVersion:
    made = LayerVersion(
        layer_id=shipped.id, version=seen + 1, content=content, restored=restored, reason=reason,
        made_by=scope.actor_id, made_by_name=scope.actor_name,
    )  # fmt: skip
    session.add(made)
    session.flush()
    session.refresh(made)
    return made


def _broken(layer: Layer, found: list[Fault]) -> BrokenVersion:
    first = found[0]
    errors = [{"field": each.key, "message": each.zh, "message_en": each.en} for each in found]
    return BrokenVersion(
        errors=errors, layer=layer.title, count=len(found), field=first.key, reason_zh=first.zh, reason_en=first.en
    )
