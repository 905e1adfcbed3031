"""What a request to change a feature says: its body, the version seen, what it prefers, the system of its coordinates."""

import json
import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import shapely
from fastapi import Request
from shapely.geometry import MultiLineString, MultiPoint, MultiPolygon, shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy.exc import IntegrityError, ProgrammingError

from gis_service.core import http
from gis_service.core.errors import BadRequest, NoVersionSeen, Refusal
from gis_service.core.etags import version_seen
from gis_service.editing.errors import (
    FeatureTooLarge,
    LengthUnknown,
    NoMediaType,
    NotAFeature,
    OtherFeature,
    OtherMediaType,
)
from gis_service.maps import crs
from gis_service.maps.crs import Crs
from gis_service.maps.ogc.links import GEOJSON, JSON
from gis_service.maps.ogc.writing import MERGE_PATCH
from gis_service.parcels.lineage.errors import OutOfScope

WHOLE, PART = (GEOJSON, JSON), (MERGE_PATCH,)
"""Media types of a feature, and of what is to be changed of one."""

LIMIT_MB = 5
MEMBERS = frozenset({"type", "id", "geometry", "properties", "bbox", "links"})
"""Of a feature as it is given out; a name beside them is a slip."""


@dataclass(frozen=True)
class Wish:
    """What the client prefers (RFC 7240)."""

    representation: bool = False
    handling: str = ""

    @classmethod
    def of(cls, request: Request) -> "Wish":
        header = ",".join(request.headers.getlist("prefer"))
        said = [word.strip().lower().replace('"', "") for word in re.split("[,;]", header)]
        named = dict(word.split("=", 1) for word in reversed(said) if "=" in word)  # the first one counts
        handling = named.get("handling", "")
        return cls(named.get("return") == "representation", handling if handling in ("strict", "lenient") else "")

    @property
    def lenient(self) -> bool:
        return self.handling == "lenient"

    def applied(self, *, returned: bool = False) -> dict[str, str]:
        """The header that says which preferences were honoured."""
        said = ["return=representation"] if returned else []
        said += [f"handling={self.handling}"] if self.handling else []
        return {"Preference-Applied": ", ".join(said)} if said else {}


@contextmanager
def answered(wish: Wish) -> Iterator[None]:
    """What the database refuses becomes a refusal, and a refusal says how the request was handled."""
    try:
        with _refusing():
            yield
    except Refusal as refusal:
        refusal.headers |= wish.applied()
        raise


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        raise http.conflict(error) from error
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", "") != "42501":
            raise
        raise OutOfScope() from error  # the row policy: it would lie on land that is somebody else's


@dataclass(frozen=True)
class Sent:
    """A feature, or what is to be changed of one, as it came."""

    properties: dict[str, Any]
    geometry: BaseGeometry | None
    """In the axis order of `crs`; None where none was sent."""
    crs: Crs


def require_size(request: Request) -> None:
    length = request.headers.get("content-length", "0")
    if not length.isdigit() or "transfer-encoding" in request.headers:
        raise LengthUnknown()
    if int(length) > LIMIT_MB * 1024 * 1024:
        raise FeatureTooLarge(limit_mb=LIMIT_MB)


def seen(request: Request, key: int) -> int:
    """The version of the feature that If-Match names. `*` names none: it would overwrite what nobody saw."""
    header = request.headers.get("if-match", "").strip()
    if header == "*":
        raise NoVersionSeen()
    return version_seen(header, str(key))


def sent(request: Request, body: bytes, wish: Wish, key: int | None = None) -> Sent:
    """The feature of the request; of one that is there already, `key` is its id."""
    part = request.method == "PATCH"
    _require_kind(request, PART if part else WHOLE)
    system = _content_crs(request)
    feature = _read(body)
    _require_feature(feature, wish, part=part)
    if key is not None and feature.get("id", key) not in (key, str(key)):
        raise OtherFeature(key=key, given=str(feature["id"])[:60])
    if feature.get("geometry", {} if part else None) is None:
        raise _not_a_feature("没有图形(geometry)", "it has no geometry")
    geometry = _geometry(feature["geometry"]) if "geometry" in feature else None
    return Sent(_properties(feature, part=part), geometry, system)


def _require_kind(request: Request, accepted: tuple[str, ...]) -> None:
    given = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if not given:
        raise NoMediaType(accepted=accepted[0])
    if given not in accepted:
        header = "Accept-Patch" if accepted is PART else "Accept-Post"
        raise OtherMediaType(given=given[:60], accepted=accepted[0], headers={header: ", ".join(accepted)})


def _content_crs(request: Request) -> Crs:
    header = request.headers.get("content-crs")
    if header is None:
        return crs.LONLAT
    return crs.named(_without_brackets(header), "Content-Crs")


def _without_brackets(header: str) -> str:
    """The address of the system. The standard writes `<…>`; QGIS sends it bare (`qgsoapifprovider.cpp`, 2023 to 2026)."""
    if header.startswith("<") != header.endswith(">"):
        raise BadRequest(parameter="Content-Crs", value=header[:100])
    return header[1:-1] if header.startswith("<") else header


def _read(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body, parse_constant=_no_number, parse_float=_finite)
        json.dumps(found, ensure_ascii=False).encode()  # half a character can be escaped in JSON, and said nowhere else
    except (ValueError, RecursionError) as error:
        raise _not_a_feature("不是有效的 JSON", f"it is not JSON ({str(error)[:100]})") from None
    if not isinstance(found, dict):
        raise _not_a_feature("不是对象", "it is no object")
    return found


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no number")


def _finite(word: str) -> float:
    number = float(word)
    if not math.isfinite(number):
        _no_number(word)
    return number


def _require_feature(feature: dict[str, Any], wish: Wish, *, part: bool) -> None:
    kind = feature.get("type", "Feature" if part else None)
    if kind != "Feature":
        raise _not_a_feature("type 应为 Feature", "its type is not Feature")
    unknown = sorted(set(feature) - MEMBERS)
    if unknown and not wish.lenient:
        name = unknown[0][:60]
        raise _not_a_feature(f"不认识“{name}”", f"'{name}' is unknown")


def _properties(feature: dict[str, Any], *, part: bool) -> dict[str, Any]:
    found = feature.get("properties", {})
    if found is None and not part:
        return {}
    if not isinstance(found, dict):
        raise _not_a_feature("properties 应为对象", "its properties are no object")
    return found


SEVERAL = {"Polygon": MultiPolygon, "LineString": MultiLineString, "Point": MultiPoint}


def _geometry(member: Any) -> BaseGeometry:
    """A GeoJSON geometry as a shape without heights."""
    try:
        found = shapely.force_2d(shape(member))
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError, RecursionError, shapely.errors.ShapelyError) as error:  # fmt: skip
        raise _not_a_feature("图形无法读取", f"its geometry cannot be read ({str(error)[:100]})") from None
    if not isinstance(found, BaseGeometry):
        raise _not_a_feature("图形无法读取", "its geometry cannot be read")
    return found


def same_place(one: BaseGeometry, served: dict[str, Any] | None, system: Crs) -> bool:
    """Whether a shape is the one that was given out, to the last digit that is given out."""
    if served is None:
        return False
    other = shape(served)
    if one.geom_type != other.geom_type and one.geom_type in SEVERAL:
        one = SEVERAL[one.geom_type]([one])
    return bool(shapely.equals_exact(one, other, tolerance=1.5 * 10**-system.digits))


def _not_a_feature(zh: str, en: str) -> NotAFeature:
    return NotAFeature(reason_zh=zh, reason_en=en)
