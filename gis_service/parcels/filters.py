"""The filters of list, map, export and bulk change as they are asked for: in an address, in a body, on a command line."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from fastapi import Request

from gis_service.core.clock import as_instant
from gis_service.core.errors import BadRequest, UnknownParameter
from gis_service.parcels.rules import AXES, VOCABULARIES

CHOICES = (*AXES, "risk_level")
TEXTS = ("q", "area", "custodian", "managing", "parcel_no")
FILTERS = (*CHOICES, *TEXTS, "planned_supply_year_max", "bbox", "ids")
"""Every name that `queries.conditions` understands."""

OTHERS = ("as_of", "sort", "limit", "after")
"""What a list may be asked beside its filters."""


def filters_of(request: Request, others: Collection[str] = OTHERS) -> dict[str, Any]:
    """The filters in the address; unknown names and values are refused rather than ignored. `others` are the door's own."""
    return filters_from(request.query_params.multi_items(), beside=others)


def filters_from(pairs: Iterable[tuple[str, str]], *, beside: Collection[str] = ()) -> dict[str, Any]:
    """Names and values for `queries.conditions`; unknown ones are refused rather than ignored, names `beside` passed over.

    >>> filters_from([("fence_status", "none,damaged"), ("area", "北围"), ("sort", "-risk_level")], beside=["sort"])
    {'fence_status': ['none', 'damaged'], 'area': '北围'}
    """
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in CHOICES:
            wanted = [part for part in value.split(",") if part]
            if unknown := set(wanted) - set(VOCABULARIES[name]):
                raise BadRequest(parameter=name, value=",".join(sorted(unknown)))
            found[name] = [*found.get(name, []), *wanted]
        elif name in TEXTS:
            found[name] = value
        elif name == "planned_supply_year_max":
            found[name] = _number(name, value)
        elif name == "bbox":
            found[name] = box_of(value)
        elif name == "ids":
            found[name] = [_number(name, part) for part in value.split(",") if part]
        elif name not in beside:
            raise UnknownParameter(parameter=name)
    return {name: wanted for name, wanted in found.items() if wanted not in ("", [])}


def _number(name: str, value: str) -> int:
    try:
        return int(value)
    except ValueError:
        raise BadRequest(parameter=name, value=value[:60]) from None


def box_of(value: str) -> list[float]:
    try:
        west, south, east, north = (float(part) for part in value.split(","))
    except ValueError:
        raise BadRequest(parameter="bbox", value=value) from None
    return [west, south, east, north]


def moment(as_of: str | None) -> datetime | None:
    """The instant of an `as_of` parameter; None means now."""
    if not as_of:
        return None
    try:
        return as_instant(as_of)
    except ValueError:
        raise BadRequest(parameter="as_of", value=as_of) from None
