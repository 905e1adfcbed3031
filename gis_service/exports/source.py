"""The rows of an export as the formats take them: in portions, with their outlines in the system that is wanted."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon
from sqlalchemy.orm import Session

from gis_service.core.clock import BEIJING
from gis_service.core.srid import STORAGE_SRID
from gis_service.exports import queries
from gis_service.exports.asked import Wish
from gis_service.exports.fields import Value, cell
from gis_service.exports.notes import Notes
from gis_service.files.store import FileStore
from gis_service.geo import crs as systems
from gis_service.maps.catalogue import Catalogue

SAMPLE = "示例数据"


@dataclass(frozen=True)
class House:
    """What an export needs to know of the deployment. `originals` keeps the files that were imported."""

    layers: Catalogue
    originals: FileStore
    producer: str
    sample: bool
    now: datetime


@dataclass(frozen=True)
class Record:
    """One parcel: its columns as they are stored, and its outline in the system of the file."""

    row: Mapping[str, Any]
    shape: MultiPolygon
    degrees: MultiPolygon
    """The outline as it is stored."""

    @property
    def id(self) -> int:
        return int(self.row["id"])

    @property
    def parcel_no(self) -> str:
        return str(self.row["parcel_no"])


@dataclass
class Source:
    """The rows a wish asks for. `portions` is gone through once; `ids` and `count` then tell what it gave."""

    session: Session
    wish: Wish
    house: House
    notes: Notes = field(default_factory=Notes)
    told: Callable[[int], None] = lambda _count: None
    """Hears how many parcels are written."""
    ids: list[int] = field(default_factory=list)
    system: int | None = None
    """Set by a format that finds out itself which system suits the rows."""

    @property
    def count(self) -> int:
        return len(self.ids)

    @property
    def crs(self) -> int:
        return self.system or self.wish.crs or STORAGE_SRID

    @property
    def name(self) -> str:
        """What the file is called, without an ending: 地块_2026-11-25, and 示例数据 where they are a sample."""
        parts = ["地块" if self.wish.lang == "zh" else "parcels", self.as_of_day]
        return "_".join([*parts, *([SAMPLE] if self.house.sample else [])])

    @property
    def as_of_day(self) -> str:
        return (self.wish.as_of or self.house.now).astimezone(BEIJING).date().isoformat()

    @property
    def cut_off(self) -> str:
        """截止时间 as people read it."""
        return (self.wish.as_of or self.house.now).astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")

    def portions(self, as_imported: int | None = None) -> Iterator[list[Record]]:
        wish = self.wish
        if wish.contacts and wish.as_of is not None:
            self.notes.of_file("contacts.past")
        contacts = wish.contacts and wish.as_of is None
        for rows in queries.portions(
            self.session, wish.filters, wish.as_of, contacts=contacts, as_imported=as_imported
        ):
            degrees = shapely.from_wkb([row["wkb"] for row in rows])
            shapes = _moved(degrees, self.crs)
            yield [Record(*each) for each in zip(rows, shapes, degrees, strict=True)]
            self.ids += [row["id"] for row in rows]
            self.told(self.count)

    def records(self) -> Iterator[Record]:
        for portion in self.portions():
            yield from portion

    def cells(self, record: Record) -> list[Value]:
        """The columns of the wish, in words."""
        return [cell(each, record.row[each.name], self.wish.lang) for each in self.wish.fields]

    def headers(self) -> list[str]:
        return [each.header(self.wish.lang) for each in self.wish.fields]

    def facts(self) -> dict[str, str]:
        """What a file says of itself, where its format has a place for it."""
        about = {"cut_off": self.cut_off, "crs": f"EPSG:{self.crs}", "producer": self.house.producer}
        return about | ({"sample": SAMPLE} if self.house.sample else {})


def _moved(shapes: NDArray[np.object_], epsg: int) -> NDArray[np.object_]:
    return shapes if epsg == STORAGE_SRID else systems.transform(shapes, STORAGE_SRID, epsg)
