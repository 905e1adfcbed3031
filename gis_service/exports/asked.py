"""What somebody asks of an export, understood and checked before a row is read."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from gis_service.access.actor import Actor
from gis_service.core.clock import BEIJING
from gis_service.core.errors import BadRequest
from gis_service.exports.errors import UnknownFormat, WrongEncoding, WrongSystem
from gis_service.exports.fields import Field, Lang, fields
from gis_service.exports.rules import AXIS, FORMATS, Format, encoding_named
from gis_service.geo import crs as systems
from gis_service.maps.asked import day
from gis_service.maps.catalogue import Catalogue
from gis_service.parcels.rules import AXES


@dataclass(frozen=True)
class Said:
    """The words of who asks, as an address, a body or a command line has them; nothing said means the usual."""

    format: str
    as_of: str | None = None
    crs: str | None = None
    encoding: str | None = None
    lang: str = "zh"
    layers: Sequence[str] = ()
    axis: str = AXIS
    history: bool = False
    contacts: bool = False


@dataclass(frozen=True)
class Wish:
    """The same, understood."""

    format: Format
    filters: Mapping[str, Any] = field(default_factory=dict)
    as_of: datetime | None = None
    crs: int | None = None
    """EPSG code of the coordinates; None leaves it to the format (`given_crs` is False) or there are none."""
    given_crs: bool = False
    encoding: str = "UTF-8"
    lang: Lang = "zh"
    layers: tuple[str, ...] = ()
    axis: str = AXIS
    history: bool = False
    contacts: bool = False

    @property
    def fields(self) -> tuple[Field, ...]:
        """Contacts have no history: a past day has none to give."""
        return fields(contacts=self.contacts and self.as_of is None)

    @property
    def day(self) -> str | None:
        return None if self.as_of is None else self.as_of.astimezone(BEIJING).date().isoformat()

    def described(self) -> dict[str, Any]:
        """For the audit trail and the record of a job: who may read it sees what was asked."""
        return {
            "format": self.format.name,
            "filters": {name: _short(value) for name, value in self.filters.items()},
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "crs": self.crs,
            "encoding": self.encoding,
            "lang": self.lang,
            "layers": list(self.layers),
            "history": self.history,
            "contacts": self.contacts,
        }


def _short(value: Any) -> Any:
    return f"{len(value)} ids" if isinstance(value, list) and len(value) > 50 else value


def understood(said: Said, filters: Mapping[str, Any], *, catalogue: Catalogue, actor: Actor | None = None) -> Wish:
    """The wish behind the words; raises a refusal that says what to change.

    `actor` is asked for the right to read contacts where they are wanted; None is whoever owns the machine.
    """
    if said.format not in FORMATS:
        raise UnknownFormat(value=said.format, known="、".join(FORMATS))
    if said.lang not in ("zh", "en"):
        raise BadRequest(parameter="lang", value=said.lang)
    if said.axis not in AXES:
        raise BadRequest(parameter="axis", value=said.axis)
    if said.contacts and actor is not None:
        actor.require("contact.read")
    format_ = FORMATS[said.format]
    return Wish(
        format=format_,
        filters=filters,
        as_of=day(said.as_of),
        crs=_system(format_, said.crs),
        given_crs=bool(said.crs),
        encoding=_encoding(format_, said.encoding),
        lang="en" if said.lang == "en" else "zh",
        layers=tuple(catalogue.named(name).id for name in said.layers),
        axis=said.axis,
        history=said.history,
        contacts=said.contacts,
    )


def words_of(said: Said) -> dict[str, Any]:
    """As it is kept with a job."""
    return {**asdict(said), "layers": list(said.layers)}


def _encoding(format_: Format, said: str | None) -> str:
    if not said:
        return format_.encodings[0]
    found = encoding_named(format_, said)
    if found is None:
        known = "、".join(format_.encodings)
        raise WrongEncoding(format_zh=format_.zh, format_en=format_.en, value=said, known=known)
    return found


def _system(format_: Format, said: str | None) -> int | None:
    if not said:
        return format_.crs
    try:
        epsg = systems.epsg_of(systems.parse(said))
        if epsg is None:
            raise BadRequest(parameter="crs", value=said)
        _require(format_, epsg, said)
        systems.steps(systems.as_crs(systems.CGCS2000), systems.as_crs(epsg))
    except systems.CrsError as error:
        raise _wrong(format_, said, error.zh, error.en) from None
    return epsg


def _require(format_: Format, epsg: int, said: str) -> None:
    """Whether a format can have its coordinates in a system at all."""
    if format_.systems == "none":
        raise _wrong(format_, said, "表格中没有坐标。", "the table has no coordinates.")
    if format_.systems == "degrees" and epsg not in (systems.CGCS2000, systems.WGS84):
        raise _wrong(format_, said, "该格式规定用经纬度。", "the format is defined in degrees.")
    if format_.systems == "plane" and epsg not in systems.BELTS:
        zh = "只能用 CGCS2000 高斯平面坐标,如 EPSG:4547、EPSG:4526。"
        raise _wrong(format_, said, zh, "only planes of CGCS2000, such as EPSG:4547 or EPSG:4526.")


def _wrong(format_: Format, value: str, zh: str, en: str) -> WrongSystem:
    return WrongSystem(format_zh=format_.zh, format_en=format_.en, value=value, reason_zh=zh, reason_en=en)
