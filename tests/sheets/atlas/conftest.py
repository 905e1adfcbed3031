"""Two areas and a few parcels, enough for runs, long tables and natural order; and atlases of them, read back."""

import io
import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pypdfium2
import pytest
from shapely import MultiPolygon, Polygon

from gis_service.access.actor import EVERYTHING
from gis_service.core import db
from gis_service.core.cluster import Cluster
from gis_service.core.db import Scope
from gis_service.settings import Settings
from gis_service.sheets.atlas.asked import Said, understood
from gis_service.sheets.atlas.local import written
from tests.conftest import CloneServices
from tests.factories import a_parcel, a_unit, an_area, land

_numbers = itertools.count(1)

ORDER = ("N-1", "N-2", "N-2-1", "N-3", "N-10", "N-11", "S-1", "S-2", "S-20", "X-1")
"""As an atlas has them: area 9 before area 10, figures by their value, what has no area last."""
MANY_POINTS = "N-3"
"""Its coordinates take a second page."""


@pytest.fixture(scope="session")
def district(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CloneServices]:
    """Read by the tests and left alone."""
    name = cluster.clone(f"atlas_{next(_numbers)}")
    services = CloneServices(Settings(environment="test", var_dir=tmp_path_factory.mktemp("atlas")), cluster, name)
    settle(services)
    yield services
    services.close()
    cluster.drop(name)


def settle(services: CloneServices) -> int:
    """The parcels; returns the unit that has three of them in its care."""
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        unit = a_unit(session, name="甲管护站")
        areas = {"N": an_area(session, code="Q9", name="北片"), "S": an_area(session, code="Q10", name="南片")}
        for n, number in enumerate(reversed(ORDER)):
            area = areas.get(number[0])
            shape = wheel(n) if number == MANY_POINTS else land(n % 5, n // 5)
            mine = {"custodian_unit_id": unit.id} if number in ("N-2", "N-10", "S-1") else {}
            a_parcel(session, parcel_no=number, parcel_name=f"地块{number}", area_id=area.id if area else None, shape=shape, **mine)  # fmt: skip
        return unit.id


def wheel(n: int, corners: int = 150) -> MultiPolygon:
    """A round parcel of many corners in the place of a square."""
    west, south, east, north = land(n % 5, n // 5).bounds
    turns = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    half = (east - west) * 0.45
    return MultiPolygon([Polygon(np.column_stack([(west + east) / 2 + half * np.cos(turns), (south + north) / 2 + half * np.sin(turns)]))])  # fmt: skip


@dataclass
class Read:
    """An atlas, read back from its bytes."""

    content: bytes

    @property
    def texts(self) -> list[str]:
        """Of each page, without spaces and line ends."""
        document = pypdfium2.PdfDocument(self.content)
        found = [re.sub(r"\s", "", page.get_textpage().get_text_bounded()) for page in document]
        document.close()
        return found

    @property
    def marks(self) -> list[tuple[int, str, int]]:
        """Bookmarks: level, words, page counted from 1."""
        document = pypdfium2.PdfDocument(self.content)
        found = [(each.level, each.get_title(), each.get_dest().get_index() + 1) for each in document.get_toc()]
        document.close()
        return found

    def first_pages(self) -> dict[str, int]:
        """Parcel → the page its own sheet begins on, as the page itself says."""
        found: dict[str, int] = {}
        for n, said in enumerate(self.texts, start=1):
            name = re.search(r"宗地图([NSX]-[\d-]*\d)地块\1地块编号\1", said)
            if name:
                found.setdefault(name[1], n)
        return found

    def links(self) -> list[tuple[int, str, int]]:
        """Page, the text below a link, and the page it leads to."""
        document, pdf = pypdfium2.PdfDocument(self.content), pikepdf.open(io.BytesIO(self.content))
        places = {page.obj.objgen: n for n, page in enumerate(pdf.pages, start=1)}
        found = []
        for n, page in enumerate(pdf.pages, start=1):
            text = document[n - 1].get_textpage()
            for link in page.get("/Annots", []):
                said = text.get_text_bounded(*(float(edge) for edge in link.Rect))
                found.append((n, re.sub(r"\s+", " ", said).strip(), places[link.Dest[0].objgen]))
        document.close()
        return found


@pytest.fixture
def atlas(district: CloneServices, tmp_path: Path) -> Callable[..., Read]:
    """`atlas({"area": "北片"}, run=3)`: made in a scope, read back."""

    def make(
        filters: dict[str, Any] | None = None, *, scope: Scope = EVERYTHING, run: int = 4, services: CloneServices = district, **said: Any
    ) -> Read:  # fmt: skip
        out = tmp_path / f"{next(_numbers)}.pdf"
        written(services, scope, understood(Said(**said), filters or {}), out, run=run)
        return Read(out.read_bytes())

    return make
