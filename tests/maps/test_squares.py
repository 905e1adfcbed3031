"""Tiles from kept counts are those that the parcels give: for everybody, in every grid, whatever was written and by how many at once."""

import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import Role
from gis_service.core import db, migrate
from gis_service.core.db import Scope
from gis_service.maps import squares, tiles
from gis_service.maps.asked import Asked
from gis_service.maps.catalogue import Catalogue, Layer
from gis_service.maps.tiles import Tile
from gis_service.parcels import squares as keeping
from gis_service.parcels.rules import AXES
from tests.conftest import CloneServices
from tests.factories import SOUTH, WEST, a_parcel
from tests.maps.district import ALL_GRIDS, District, ids_of, layers_of, path, settled, tile_around, with_token

PLACES = ((WEST + 0.009, SOUTH + 0.006), (-58.4, -34.6), (179.999, 1.0))
"""The land of the tests, and two places where parcels are moved to: another quarter of the world, and its edge."""
WRITERS = 4


@pytest.fixture
def town(services: CloneServices) -> District:
    """216 parcels in two areas, some in a unit's care, every ninth published."""
    made = settled(services)
    write(services, "update parcel set is_published = true where id % 9 = 0")
    return made


def write(services: CloneServices, statement: str, **values: Any) -> None:
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        session.execute(text(statement), values)


def amiss(services: CloneServices) -> int:
    with services.sessions() as session:
        return keeping.amiss(session)


def scopes(town: District) -> dict[str, Scope]:
    areas = frozenset({town.first, town.second})
    return {
        "officer": EVERYTHING,
        "both areas": Scope(area_ids=areas),
        "inspector of the first area": Scope(area_ids=frozenset({town.first})),
        "officer of the second area": Scope(area_ids=frozenset({town.second})),
        "custodian": Scope(unit_ids=frozenset({town.unit})),
        "guest": Scope(see_published=True),
        "inspector who is a guest too": Scope(area_ids=frozenset({town.first}), see_published=True),
        "inspector of a unit too": Scope(area_ids=frozenset({town.first}), unit_ids=frozenset({town.unit})),
        "nobody": Scope(),
    }


def overviews(catalogue: Catalogue) -> list[Layer]:
    """The layers of parcels, with squares at zoom 9 however few there are."""
    return [
        layer.model_copy(update={"grid_below": 10}) for layer in catalogue.values() if layer.source == "layer.parcel"
    ]


def some_tiles() -> Iterator[Tile]:
    for grid in ALL_GRIDS:
        for zoom in (1, 4, 7, 8, 9):
            yield from (tile_around(*place, zoom, grid) for place in PLACES)


def assert_same(services: CloneServices, catalogue: Catalogue, town: District, monkeypatch: pytest.MonkeyPatch) -> None:
    """Byte for byte, and not all of them empty."""
    layers, chance = overviews(catalogue), random.Random(63)
    assert {layer.category for layer in layers} == set(AXES)
    for name, scope in scopes(town).items():
        somewhere = 0
        for tile in some_tiles():
            layer = chance.choice(layers)
            summed = tiles.draw(services.reader, scope, layer, tile, Asked())
            with monkeypatch.context() as patched:
                patched.setattr(squares, "sight", lambda _: None)
                assert tiles.draw(services.reader, scope, layer, tile, Asked()) == summed, (name, layer.id, tile)
            somewhere += len(summed) > 0
        assert (somewhere > 0) == (name != "nobody"), name


# --- the same as the parcels ---------------------------------------------------------------------------------------


class _Writer:
    """Somebody who edits parcels of their own, with others in the same squares."""

    def __init__(self, services: CloneServices, town: District, number: int):
        self._services, self._town = services, town
        self._chance = random.Random(number)
        self._own = list(town.parcels[number::WRITERS])

    def work(self, times: int = 40) -> None:
        for _ in range(times):
            with self._services.sessions() as session:
                db.enter(session, EVERYTHING)
                for _ in range(self._chance.randint(1, 4)):
                    self._act(session)
                if self._chance.random() < 0.25:
                    session.rollback()
                else:
                    session.commit()

    def _act(self, session: Session) -> None:
        """One change; now and then in a savepoint that is taken back."""
        with session.begin_nested() as savepoint:
            self._chance.choice((self._change, self._change, self._move, self._insert, self._many))(session)
            if self._chance.random() < 0.25:
                savepoint.rollback()

    def _change(self, session: Session) -> None:
        axis = self._chance.choice([name for name in AXES if name not in ("use_status", "handover_status")])
        statements = (
            (f"update parcel set {axis} = :value where id = :id", self._chance.choice([*AXES[axis]])),
            ("update parcel set use_status = array[:value, 'idle'] where id = :id", "planted"),
            ("update parcel set area_id = :value where id = :id", self._chance.choice((self._town.first, self._town.second, None))),
            ("update parcel set custodian_unit_id = :value where id = :id", self._chance.choice((self._town.unit, None))),
            ("update parcel set is_published = not is_published, remark = :value where id = :id", "x"),
            ("update parcel set retired_on = case when retired_on is null then date '2026-01-01' end, remark = :value where id = :id", "x"),
            ("update parcel set parcel_name = :value where id = :id", "改名"),
        )  # fmt: skip
        statement, value = self._chance.choice(statements)
        session.execute(text(statement), {"id": self._chance.choice(self._own), "value": value})

    def _move(self, session: Session) -> None:
        lon, lat = self._chance.choice((*PLACES, (10.0, 88.0), (0.0, -90.0)))  # the last two beyond Mercator's end
        statement = (
            "update parcel set geom = st_multi(st_makeenvelope(:w, :s, :w + 0.001, :s + 0.0007, 4490)) where id = :id"
        )
        session.execute(text(statement), {"w": lon, "s": lat, "id": self._chance.choice(self._own)})

    def _insert(self, session: Session) -> None:
        a_parcel(session, area_id=self._chance.choice((self._town.first, None)), fence_status="full")

    def _many(self, session: Session) -> None:
        statement = (
            "update parcel set survey_status = case when id % 2 = 0 then 'lab' else 'approved' end where id = any(:ids)"
        )
        session.execute(text(statement), {"ids": sorted(self._chance.sample(self._own, 20))})


def test_after_random_edits_by_several_at_once_every_tile_is_what_the_parcels_give(
    services: CloneServices, town: District, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Insert, move, change, retire, publish, take back, whole or by savepoint, while the counts are folded and checked."""
    writers = [_Writer(services, town, number) for number in range(WRITERS)]
    with ThreadPoolExecutor(WRITERS) as pool:
        working = [pool.submit(writer.work) for writer in writers]
        while not all(each.done() for each in working):
            keeping.fold(services.sessions)
            assert amiss(services) == 0
        for each in working:
            each.result()
    with services.owner_session() as session:  # what no door does
        db.enter(session, EVERYTHING)
        session.execute(text("delete from parcel where id = (select max(id) from parcel)"))
    keeping.fold(services.sessions)
    write(services, "update parcel set fence_status = 'damaged' where id % 5 = 0")  # this is not folded yet
    assert amiss(services) == 0
    assert_same(services, catalogue, town, monkeypatch)


def test_what_is_written_past_the_triggers_is_found_and_counted_anew(
    services: CloneServices, town: District, catalogue: Catalogue, cluster: Any
) -> None:
    """And so it is the counts that a tile shows."""

    def shown() -> set[str]:
        tile = tiles.draw(services.reader, EVERYTHING, catalogue["parcel-fence"], tile_around(*PLACES[0], 5), Asked())
        return {square["properties"]["fence_status"] for square in layers_of(tile)["parcel-fence"]}

    assert amiss(services) == 0
    with cluster.admin(services.name) as admin:
        admin.execute("set session_replication_role = replica")
        admin.execute("update parcel set fence_status = 'partial'")
        admin.execute("reset session_replication_role")
        assert amiss(services) > 0
        assert "partial" not in shown()
        admin.execute("select fill_parcel_squares()")
    assert amiss(services) == 0
    assert shown() == {"partial"}


def test_a_column_counts_each_value_of_each_axis(services: CloneServices) -> None:
    """Where this fails: a new value of an axis needs its column in `layer.parcel_square`, by a migration."""
    with services.sessions() as session:
        columns = session.scalars(
            text("select attname from pg_attribute where attrelid = 'layer.parcel_square'::regclass and attnum > 7")
        ).all()
    assert set(columns) == {f"{axis}_{value}" for axis, values in AXES.items() for value in values}


def test_a_database_that_comes_from_the_revision_before_has_its_parcels_counted(
    services: CloneServices, town: District
) -> None:
    url = services.url(db.OWNER_ROLE)
    migrate.downgrade(url, "0039")
    write(services, "update parcel set fence_status = 'partial' where id % 2 = 0")
    migrate.upgrade(url)
    assert amiss(services) == 0
    with services.owner_session() as session:
        assert (
            session.scalar(text("select n from layer.parcel_square where level = 6 and seen_by = 'all' limit 1")) == 216
        )


# --- at once, and nobody waits -------------------------------------------------------------------------------------


def test_a_change_is_in_the_tile_at_once_and_one_that_was_taken_back_never(
    services: CloneServices, town: District, app: FastAPI
) -> None:
    reader, place = with_token(app, Role.LEADER), path(tile_around(*PLACES[0], 6))

    def shown() -> dict[str, int]:
        squares_ = layers_of(reader.get(place).content)["parcel-fence"]
        return {square["properties"]["fence_status"]: square["properties"]["count"] for square in squares_}

    before = shown()
    assert sum(before.values()) == len(town.parcels)
    assert "unknown" not in before
    with services.sessions() as session:
        db.enter(session, EVERYTHING)
        session.execute(text("update parcel set fence_status = 'unknown'"))
        assert shown() == before
        session.rollback()
    assert shown() == before
    write(services, "update parcel set fence_status = 'unknown'")
    assert set(shown()) == {"unknown"}
    keeping.fold(services.sessions)
    write(services, "update parcel set retired_on = '2026-01-01' where id = :id", id=town.parcels[0])
    assert sum(shown().values()) == len(town.parcels) - 1


def test_writers_of_one_square_and_the_fold_never_wait_for_each_other(services: CloneServices, town: District) -> None:
    with services.sessions() as one, services.sessions() as other:
        for session, parcel in ((one, town.parcels[0]), (other, town.parcels[1])):
            db.enter(session, EVERYTHING)
            session.execute(text("set local lock_timeout = '2s'"))
            session.execute(text("update parcel set fence_status = 'partial' where id = :id"), {"id": parcel})
        with services.sessions() as folding:
            folding.execute(text("set local lock_timeout = '2s'"))
            folding.execute(text("select fold_parcel_squares()"))
            one.execute(text("update parcel set fence_status = 'none' where id = :id"), {"id": town.parcels[0]})
            folding.commit()
        one.commit()
        other.commit()
    assert amiss(services) == 0


# --- rights --------------------------------------------------------------------------------------------------------


def test_a_scope_of_one_kind_is_answered_from_the_counts_and_a_mixed_one_from_the_parcels(town: District) -> None:
    found = {name: squares.sight(scope) for name, scope in scopes(town).items()}
    assert found == {
        "officer": ("all", (0,)),
        "both areas": ("area", sorted((town.first, town.second))),
        "inspector of the first area": ("area", [town.first]),
        "officer of the second area": ("area", [town.second]),
        "custodian": ("unit", [town.unit]),
        "guest": ("published", (0,)),
        "inspector who is a guest too": None,
        "inspector of a unit too": None,
        "nobody": None,
    }


@pytest.mark.parametrize("folded", [False, True])
def test_the_reader_sees_no_count_that_is_not_for_the_scope(
    services: CloneServices, town: District, folded: bool
) -> None:
    """Whatever the statement asks for: the database decides."""
    if folded:
        keeping.fold(services.sessions)
    kinds = "select array_agg(distinct seen_by || ' ' || seen_id order by seen_by || ' ' || seen_id) from layer.parcel_square"
    all_kinds = ["all 0", f"area {town.first}", f"area {town.second}", "published 0", f"unit {town.unit}"]
    expected = {
        "officer": all_kinds,
        "both areas": all_kinds[1:3],
        "inspector of the first area": all_kinds[1:2],
        "officer of the second area": all_kinds[2:3],
        "custodian": all_kinds[4:],
        "guest": all_kinds[3:4],
        "nobody": None,
    }
    changes = "select coalesce(sum(n), 0) from layer.parcel_square_change"
    for name, scope in scopes(town).items():
        ((seen,),) = services.reader.rows(scope, kinds)
        if folded and name in expected:
            assert seen == expected[name], name
        ((moved,),) = services.reader.rows(scope, changes)
        ((parcels,),) = services.reader.rows(scope, "select count(*) from layer.parcel")
        assert moved == (0 if folded else parcels), name


@pytest.mark.parametrize("statement", ["select from layer.parcel_square", "delete from layer.parcel_square_change",
                                       "update layer.parcel_square set n = 0", "select fill_parcel_squares()"])  # fmt: skip
def test_the_application_can_only_have_the_counts_folded_and_checked(services: CloneServices, statement: str) -> None:
    with services.sessions() as session, pytest.raises(DBAPIError, match="permission denied"):
        session.execute(text(statement))


# --- zoom 9 --------------------------------------------------------------------------------------------------------


def test_at_zoom_9_only_a_crowded_tile_is_squares(
    services: CloneServices, town: District, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By what the asker sees of it: the custodian's 31 parcels are drawn where an officer's 216 are a crowd."""
    layer, place = catalogue["parcel-fence"], tile_around(*PLACES[0], 9)
    draw: Callable[[Scope, Asked], bytes] = lambda scope, asked: tiles.draw(services.reader, scope, layer, place, asked)  # noqa: E731
    assert ids_of(draw(EVERYTHING, Asked())) == set(town.parcels)
    monkeypatch.setattr(tiles, "CROWD", 100)
    tiles._statement.cache_clear()
    try:
        (found,) = layers_of(draw(EVERYTHING, Asked())).values()
        assert sum(square["properties"]["count"] for square in found) == len(town.parcels)
        assert not any(square.get("id") for square in found)
        assert len(ids_of(draw(Scope(unit_ids=frozenset({town.unit})), Asked()))) == 31
        assert ids_of(draw(EVERYTHING, Asked(equal={"fence_status": "none"})))
    finally:
        tiles._statement.cache_clear()
