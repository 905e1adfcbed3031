"""For notebooks: the register as GeoDataFrames and maps, as whoever owns the machine sees it.

    from gis_service import notebook
    land = notebook.register(area="北围", as_of="2025-12-31")

Each call finds the database that runs, or starts the private one for as long as it takes.
"""

from collections.abc import Sequence
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

from geopandas import GeoDataFrame
from pandas import CategoricalDtype, Series

from gis_service import settings
from gis_service.access.actor import EVERYTHING
from gis_service.core import clock, db
from gis_service.core.errors import BadRequest, NotFound
from gis_service.exports.asked import Said
from gis_service.exports.local import export_file
from gis_service.exports.writing import Written
from gis_service.maps.asked import Asked
from gis_service.maps.frames import frame
from gis_service.maps.handout import handout
from gis_service.maps.standing import standing
from gis_service.parcels.filters import filters_from
from gis_service.parcels.models import Deployment
from gis_service.parcels.vocabulary import vocabulary
from gis_service.sample.load import MARK
from gis_service.services import running
from gis_service.sheets.gather import Desk
from gis_service.sheets.kinds import made
from gis_service.sheets.printing.formats import MEDIA, printed
from gis_service.surveys import queries as surveys
from gis_service.surveys.errors import NoHoles
from gis_service.surveys.estimates import operations as estimates
from gis_service.surveys.estimates.library import worked_out

PARCELS = "parcel-supply"
"""The layer whose attributes are those of a parcel."""


class Page(str):
    """A whole web page that a notebook shows as a picture of itself; `Path(…).write_text(page)` keeps it."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return f'<iframe srcdoc="{escape(self)}" style="width: 100%; height: 640px; border: 0"></iframe>'


def register(*, area: str | None = None, as_of: str | None = None) -> GeoDataFrame:
    """The parcels with the attributes of the layers, degrees in the storage CRS; `as_of` is a day, its end in Beijing."""
    asked = Asked(equal={} if area is None else {"area_name": area}, as_of=_moment(as_of))
    with running(settings.load()) as services:
        found = frame(services.reader, EVERYTHING, standing(services.reader)[PARCELS], asked)
    return found.sort_values("parcel_no", ignore_index=True)


def layer(name: str, *, as_of: str | None = None, **equal: str) -> GeoDataFrame:
    """Any layer of the map by its id (`layers/`), degrees in the storage CRS: `layer("hotspot", grade="hot99")`."""
    with running(settings.load()) as services:
        return frame(
            services.reader, EVERYTHING, standing(services.reader)[name], Asked(equal=equal, as_of=_moment(as_of))
        )


def volume(parcel_no: str, *, simulations: int = 500, seed: int = 1) -> dict[str, Any]:
    """The volume under a parcel in m³ in place: `volumes_m3` by method, `volume` with its 90 % interval; raises `NotFound`,
    `NoHoles`, `CannotEstimate`."""
    with running(settings.load()) as services, services.sessions() as session:
        db.enter(session, EVERYTHING)
        survey = surveys.newest_of(session, services.settings.district_code, parcel_no)
        if survey is None:
            raise NotFound(what="摸排", key=parcel_no)
        kept = estimates.inputs_of(session, survey, {"simulations": simulations, "seed": seed})
    if not kept["holes"]:
        raise NoHoles(no=parcel_no)
    result = worked_out(kept)[0]
    return {**result, "volume": {name: round(result[f"{name}_m3"]) for name in ("low", "best", "high")}}


class Sheet(bytes):
    """A sheet as PNG that a notebook shows; `out` of `sheet` keeps it as a file."""

    __slots__ = ()

    def _repr_png_(self) -> bytes:
        return self


def sheet(kind: str, subject: str, *, as_of: str | None = None, size: str | None = None, dpi: int = 100, out: Path | str | None = None) -> Sheet:  # fmt: skip
    """A map for the meeting table (`gis-service sheet kinds` lists the kinds) of a parcel or an area; with `out` also as a
    file, by its ending pdf, png, svg or pptx."""
    with running(settings.load()) as services, services.sessions() as session:
        db.enter(session, EVERYTHING)
        desk = Desk(services.reader, session, EVERYTHING, standing(services.reader), clock.now(), _moment(as_of))
        pages = made(desk, kind, subject, size)
    if out is not None:
        form = Path(out).suffix.lstrip(".").lower()
        if form not in MEDIA:
            raise BadRequest(parameter="out", value=Path(out).name)
        Path(out).write_bytes(printed(pages, form, at=desk.moment, page=1, dpi=dpi))  # type: ignore[arg-type]
    return Sheet(printed(pages, "png", at=desk.moment, page=1, dpi=dpi))


def area_map(area: str | None = None, *, as_of: str | None = None) -> Page:
    """The folium map of an area or of all land; it opens without a network."""
    with running(settings.load()) as services:
        with services.sessions() as session:
            sample = session.get(Deployment, MARK) is not None
        layers = standing(services.reader)
        return Page(handout(services.reader, EVERYTHING, layers, area=area, as_of=_moment(as_of), sample=sample))


def export(
    out: Path | str,
    *,
    format: str | None = None,  # noqa: A002  (the word of the command)
    as_of: str | None = None,
    crs: str | None = None,
    encoding: str | None = None,
    lang: str = "zh",
    layers: Sequence[str] = (),
    history: bool = False,
    contacts: bool = False,
    **filters: str,
) -> Written:
    """Parcels as a file: `export("北围.gpkg", area="北围", crs="EPSG:4547")`. The filters are those of the list, as in its
    address; the format is told by the ending where it is not said (a zip is a Shapefile). Gives what was written."""
    path = Path(out)
    kind = format or {"zip": "shp", "json": "geojson"}.get(path.suffix[1:], path.suffix[1:])
    said = Said(kind, as_of, crs, encoding, lang, tuple(layers), history=history, contacts=contacts)
    with running(settings.load()) as services:
        return export_file(services, said, filters_from(filters.items()), path)


def in_words(values: Series, lang: str = "zh") -> Series:
    """A column of stored values as the words people use, in the order of the work; its name is the vocabulary's."""
    known = {value: pair[lang == "en"] for value, pair in vocabulary()[str(values.name)].items() if value != "title"}
    return values.map(known).astype(CategoricalDtype(list(known.values()), ordered=True))


def _moment(day: str | None) -> datetime | None:
    return None if day is None else clock.as_instant(day)
