"""What sheets read: layers in metres, with the rights of whoever asks, as of the day that is asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

import numpy as np
import shapely
from geopandas import GeoDataFrame
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gis_service.core.clock import BEIJING
from gis_service.core.db import Scope
from gis_service.core.errors import NotFound
from gis_service.core.reader import Reader
from gis_service.core.srid import METRIC_SRID, STORAGE_SRID
from gis_service.files.store import FileStore
from gis_service.geo import crs
from gis_service.maps.asked import Asked
from gis_service.maps.catalogue import Catalogue, Layer
from gis_service.maps.frames import frame as rows_of
from gis_service.parcels import queries as register
from gis_service.parcels.vocabulary import vocabulary, words
from gis_service.sheets.mapping.frame import Bounds, areas_of
from gis_service.sheets.tongue import Lang, Tongue

Wanted = int | Literal["newest"]
"""An orthophoto by its number, or the newest until the day of the sheet."""
SIDES = (("东", "east", "E"), ("南", "south", "S"), ("西", "west", "W"), ("北", "north", "N"))


@dataclass(frozen=True)
class Desk:
    """The asker's sight of the register. `session` is entered with the same scope."""

    reader: Reader
    session: Session
    scope: Scope
    layers: Catalogue
    now: datetime
    as_of: datetime | None = None
    lang: Lang = "zh"
    may: frozenset[str] = frozenset()
    """What the asker may do besides seeing this kind of sheet."""
    reason: str = ""
    """Why tracks of others are looked at; without one they stay closed."""
    store: FileStore | None = None
    picture: Wanted | None = None
    """The orthophoto under the map; None is the ground as it is drawn."""
    sees: Scope | None = None
    """Where the asker may see orthophotos; None is nowhere."""
    dpi: int = 300
    """What pictures under maps are printed with."""
    opened: list[int] = field(default_factory=list)
    """Patrols of others whose track was opened for the sheet: whoever asked for it writes the trace."""

    @property
    def t(self) -> Tongue:
        """Says the sheet's own words in its language."""
        return Tongue(self.lang)

    def words(self, axis: str, value: str) -> str:
        return words(axis, value, self.lang)

    def axis(self, axis: str) -> str:
        """What the axis of a vocabulary is called."""
        return self.t.of(vocabulary()[axis]["title"])

    def titled(self, layer: Layer) -> str:
        return self.t(layer.title, layer.title_en)

    chosen: tuple[str, ...] | None = None
    """The layers a layout draws over its subject, the lowest first; None leaves them to the kind of sheet."""

    def rows(self, layer: str, within: Bounds | None = None, **equal: Any) -> GeoDataFrame:
        """The rows of a layer in the metric system, those that touch the bounds; a layer that is not there has none."""
        return self.read(layer, [] if within is None else [within], equal)

    def read(self, layer: str, windows: Sequence[Bounds], equal: Mapping[str, Any]) -> GeoDataFrame:
        """The same for several windows at once; none means everywhere."""
        if layer not in self.layers:
            return GeoDataFrame(geometry=[], crs=METRIC_SRID)
        asked = Asked(equal=equal, window=_window(windows) if windows else None, as_of=self.as_of)
        found = rows_of(self.reader, self.scope, self.layers[layer], asked).to_crs(METRIC_SRID)
        faulty = ~found.geometry.is_valid
        if faulty.any():  # drawn ground may cross itself; shapes are cut and joined here, which needs valid ones
            mended = shapely.make_valid(found.geometry[faulty].to_numpy())
            if self.layers[layer].geometry == "polygon":  # without the lines that mending leaves of folds
                mended = [areas_of(each) for each in mended]
            found.loc[faulty, "geometry"] = mended
        return found

    def parcel(self, parcel_no: str) -> Any:
        """The row of a parcel; raises `NotFound` where it is not, or not for this reader."""
        found = self.rows("parcel-supply", parcel_no=parcel_no)
        if found.empty:
            raise NotFound(what="地块", key=parcel_no)
        return found.iloc[0]

    def area(self, name: str) -> Any:
        """The row of an area by its name or code."""
        areas = self.rows("area")
        found = areas[(areas["name"] == name) | (areas["code"] == name)]
        if found.empty:
            raise NotFound(what="片区", key=name)
        return found.iloc[0]

    def sides(self, parcel_id: int) -> dict[str, str]:
        """四至 as registered: the side → what lies there."""
        return self.sides_of([parcel_id]).get(parcel_id, {})

    def sides_of(self, ids: Sequence[int]) -> dict[int, dict[str, str]]:
        """The same for several parcels."""
        table = register.register(self.as_of).c
        columns = [table[f"bounds_{side}"].label(side) for _, side, _ in SIDES]
        found = self.session.execute(select(table["id"], *columns).where(table["id"].in_(ids))).mappings()
        return {row["id"]: {self.t(zh, en): str(row[side]) for zh, side, en in SIDES if row[side]} for row in found}

    @cached_property
    def sample(self) -> bool:
        """Whether this database holds the made-up district, which every sheet must say."""
        return self.session.scalar(text("select value from deployment where key = 'sample_data'")) is not None

    @property
    def moment(self) -> datetime:
        """What the sheet shows: the day asked for, or now."""
        return self.as_of or self.now

    @property
    def cutoff(self) -> str:
        moment = self.moment.astimezone(BEIJING)
        return self.t(
            f"北为坐标北  数据截止:{moment:%Y-%m-%d %H:%M}", f"Grid north is up  Data as of {moment:%Y-%m-%d %H:%M}"
        )

    @property
    def crs_note(self) -> str:
        belt = crs.BELTS.get(METRIC_SRID)
        if belt is None:
            return self.t(f"2000国家大地坐标系 (EPSG:{METRIC_SRID})", f"CGCS2000 (EPSG:{METRIC_SRID})")
        return self.t(
            f"2000国家大地坐标系 高斯-克吕格投影 {belt.width}度带 中央经线{belt.central_meridian}°(EPSG:{METRIC_SRID})",
            f"CGCS2000, Gauss-Krüger, {belt.width}° belt, central meridian {belt.central_meridian}° (EPSG:{METRIC_SRID})",
        )


def _window(windows: Sequence[Bounds]) -> str:
    """Windows as EWKB in hex, in the storage system, a little wider than asked for: parallels are curved on the plane."""
    boxes = shapely.box(*np.array(windows, dtype=float).T)
    corners = crs.transform(shapely.segmentize(boxes, 500), METRIC_SRID, STORAGE_SRID)
    window = shapely.union_all(shapely.box(*shapely.bounds(corners).T))
    return str(shapely.to_wkb(shapely.set_srid(window, STORAGE_SRID), hex=True, include_srid=True))
