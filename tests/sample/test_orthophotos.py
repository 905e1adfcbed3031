"""The sample's pictures of the ground: repeatable, marked as drawn, and different where a year changed the land."""

import numpy as np
from geoalchemy2.shape import from_shape
from shapely import MultiPolygon, box

from gis_service.access.actor import EVERYTHING
from gis_service.core import db
from gis_service.core.srid import METRIC_SRID, STORAGE_SRID
from gis_service.geo import crs
from gis_service.maps.orthophotos import queries
from gis_service.parcels.rules import GroundKind
from gis_service.sample import orthophotos
from gis_service.sample.orthophotos import CORNER, FLIGHTS, GROUND, HIGH, WIDE, drawn
from gis_service.sample.proceedings import Teller
from tests.conftest import CloneServices
from tests.factories import a_parcel, an_area

EAST, NORTH = CORNER
PLOTS = [box(EAST + x, NORTH - 960, EAST + x + 90, NORTH - 40) for x in range(20, 1000, 100)]
SEA = box(EAST + 1100, NORTH - HIGH, EAST + WIDE, NORTH)


def test_a_picture_is_the_same_each_time_and_another_each_year() -> None:
    ground = [(GroundKind.SEA, SEA)]
    first, second = (drawn(ground, PLOTS, flight, number) for number, flight in enumerate(FLIGHTS))
    assert first.shape == second.shape == (3, HIGH, WIDE)
    assert np.array_equal(first, drawn(ground, PLOTS, FLIGHTS[0], 0))
    changed = np.abs(first.astype(int) - second).max(axis=0) > 60
    assert 0.02 < changed.mean() < 0.6
    # water stays water but for the words over it, to the pixel where the map has it
    sea = first[:, :, 1104:].reshape(3, -1)
    assert np.median(np.abs(sea - np.array(GROUND[GroundKind.SEA])[:, None])) < 16
    assert np.abs(np.median(first[:, :, 1096].astype(int), axis=1) - GROUND[GroundKind.SEA]).max() > 16


def test_every_part_of_a_picture_says_that_it_is_drawn() -> None:
    picture = drawn([], [], FLIGHTS[1], 1)
    white = (picture > 245).all(axis=0)
    for rows in np.array_split(white, 3, axis=0):
        for part in np.array_split(rows, 3, axis=1):
            assert part.sum() > 500
    assert orthophotos.MARK == "示例影像"


def test_both_are_ready_on_the_map_with_what_they_show(services: CloneServices) -> None:
    """On land of their own: the whole district is loaded elsewhere."""
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        frame = crs.transform(box(EAST, NORTH - HIGH, EAST + WIDE, NORTH), METRIC_SRID, STORAGE_SRID)
        an_area(session, name="后环", geom=from_shape(MultiPolygon([frame]), srid=STORAGE_SRID))
        for plot in PLOTS:
            a_parcel(session, shape=MultiPolygon([crs.transform(plot, METRIC_SRID, STORAGE_SRID)]))
        orthophotos.tell(Teller(session, services.store, "440402"))
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        found = queries.listed(session)
        areas = queries.areas(session, [each.id for each in found])
        assert [(str(each.taken_on), each.state, areas[each.id]) for each in found] == [
            ("2026-10-20", "ready", ["后环"]), ("2025-10-30", "ready", ["后环"]),
        ]  # fmt: skip
        sizes = [
            services.store.path(sha).stat().st_size for each in found for sha in (each.cog_sha256, each.original_sha256)
        ]
    assert max(sizes) < 3_000_000
