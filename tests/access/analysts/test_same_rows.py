"""An analyst sees the rows and columns that the same person sees at `/ogc/`."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from psycopg import sql

from gis_service.access.analysts import operations
from gis_service.access.rules import PERMISSIONS, Role
from tests.access.analysts.conftest import CATALOGUE, PEOPLE, Analyst, ids_of
from tests.conftest import CloneServices
from tests.maps.district import District


def at_the_door(person: Analyst, layer: str, **query: str) -> dict[Any, dict[str, Any]]:
    """Features of a layer by id."""
    answer = person.door.get(f"/ogc/collections/{layer}/items", params={"limit": "5000", **query})
    assert answer.status_code == 200, answer.text
    page = answer.json()
    assert page["numberMatched"] == page["numberReturned"]
    return {feature["id"]: feature["properties"] for feature in page["features"]}


@pytest.mark.parametrize("name", PEOPLE)
def test_an_analyst_sees_the_rows_that_the_person_sees_at_the_door(people: dict[str, Analyst], name: str) -> None:
    person, counts = people[name], {}
    with person.connect() as connection:
        for layer in CATALOGUE.values():
            view = layer.source.split(".")[1]
            direct = ids_of(connection, view, layer.id_column)
            assert direct == set(at_the_door(person, layer.id)), layer.id
            counts[view] = len(direct)
    assert counts["parcel"] > 0
    assert counts["area"] > 0
    if name == "leader":
        assert {view for view, n in counts.items() if not n} <= {"topology_fault_area", "heap", "ground"}, counts


@pytest.mark.parametrize("name", PEOPLE)
def test_an_analyst_sees_the_past_as_the_person_does(
    town: CloneServices, make: Callable[..., Analyst], places: District, then: datetime, name: str
) -> None:
    """Some parcels went to the other area since: who has the first sees them in its past."""
    person = make(*PEOPLE[name](places))
    with person.connect() as connection:
        for layer in ("parcel-fence", "boundary-point", "fence"):
            view = str(CATALOGUE[layer].history).split(".")[1]
            asked = sql.SQL("select id from analyst.{} where valid @> %s").format(sql.Identifier(view))
            direct = {row[0] for row in connection.execute(asked, [then])}
            assert direct == set(at_the_door(person, layer, as_of=then.isoformat()))
            if name == "inspector of an area" and layer == "parcel-fence":
                assert direct > person.ids()


def test_the_people_see_different_land(people: dict[str, Analyst]) -> None:
    found = {name: person.ids() for name, person in people.items()}
    assert len(found["leader"]) > 150
    assert all(found[name] < found["leader"] for name in found if name != "leader")
    assert len(set(map(frozenset, found.values()))) == len(found)


def test_the_columns_are_those_of_the_door(inspector: Analyst) -> None:
    expected: dict[str, set[str]] = {}
    for layer in CATALOGUE.values():
        here = {a.name for a in layer.attributes} | {layer.id_column, "geom"}
        here |= {layer.version_column} if layer.version_column else set()
        expected.setdefault(layer.source, set()).update(here)
        if layer.history:
            expected.setdefault(layer.history, set()).update(here | {"valid", "valid_from", "valid_to"})
    with inspector.connect() as connection:
        rows = connection.execute(
            "select 'layer.' || table_name, array_agg(column_name::text) from information_schema.columns"
            " where table_schema = 'analyst' group by 1"
        ).fetchall()
    assert {view: set(columns) for view, columns in rows} == expected


def test_the_values_are_those_of_the_door(people: dict[str, Analyst]) -> None:
    names = ("parcel_no", "area_name", "supply_status", "custodian_unit", "waste_found", "planned_supply_year")
    inspector = people["inspector of an area"]
    at_door = at_the_door(inspector, "parcel-supply")
    with inspector.connect() as connection:
        for number, *values in connection.execute(f"select id, {', '.join(names)} from analyst.parcel".encode()):
            assert values == [at_door[number].get(name) for name in names]


def test_whom_the_database_takes_for_a_reader_of_maps_is_whom_the_map_of_permissions_takes(
    town: CloneServices,
) -> None:
    with town.administrator() as connection:
        (source,) = connection.execute("select prosrc from pg_proc where proname = 'analyst_setting'").fetchone() or (
            "",
        )
    assert {role for role in Role if f"'{role}'" in source.split("g.role in")[1]} == PERMISSIONS[operations.SIGHT]
