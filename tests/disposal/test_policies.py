"""Row policies of projects and loads, asked of the database itself: nothing set, nothing seen; each unit its own."""

from sqlalchemy import text

from gis_service.core import db
from gis_service.core.db import Scope
from gis_service.disposal import waivers
from tests.disposal.desk import TO_END, TO_REMOVAL, Desk
from tests.factories import a_unit, an_area

OF_PROJECTS = ("disposal", "disposal_site_consent", "disposal_carrier", "manifest", "manifest_flag")
OF_THE_DISTRICT = ("disposal_site", "carrier_permit", "carrier_truck")


def seen(desk: Desk, scope: Scope, table: str) -> int:
    db.enter(desk.session, scope)
    return desk.session.scalar(text(f"select count(*) from {table}")) or 0


def test_what_belongs_to_a_project_is_seen_with_it(desk: Desk) -> None:
    area, unit = an_area(desk.session), a_unit(desk.session)
    parcel = desk.parcel(area_id=area.id)
    own = desk.project(*TO_REMOVAL[:4], parcels=[parcel])
    desk.do(own, "prepare", contractor_unit=unit.id)
    desk.do(own, *TO_REMOVAL[5:])
    for project in (own, desk.project(*TO_REMOVAL)):
        desk.received(project, loaded_net_t="10")
    for table in OF_PROJECTS:
        found = [
            seen(desk, scope, table)
            for scope in (
                Scope(),
                Scope(unit_ids=frozenset({unit.id})),
                Scope(area_ids=frozenset({area.id})),
                Scope(see_all=True),
            )
        ]
        assert found == [0, 1, 1, 2], table


def test_sites_and_carriers_are_seen_by_all_who_work_here_and_by_nobody_else(desk: Desk) -> None:
    for table in OF_THE_DISTRICT:
        assert seen(desk, Scope(), table) == 0
        assert seen(desk, Scope(unit_ids=frozenset({1})), table) >= 1


def test_waivers_and_densities_are_seen_with_their_land_and_project(desk: Desk) -> None:
    area = an_area(desk.session)
    parcel = desk.parcel(area_id=area.id)
    desk.project(*TO_END, parcels=[parcel])
    waivers.give(desk.session, desk.officer, desk.parcel(area_id=area.id), "both", "理由")
    for table in ("parcel_waiver", "density_observation"):
        assert seen(desk, Scope(), table) == 0
        assert seen(desk, Scope(area_ids=frozenset({area.id})), table) == 1


def test_the_application_deletes_nothing_of_it(desk: Desk) -> None:
    asked = text("select has_table_privilege('gis_app', :table, 'delete')")
    for table in (
        *OF_PROJECTS,
        "disposal_site",
        "carrier_permit",
        "parcel_waiver",
        "density_observation",
        "disposal_body",
    ):
        assert desk.session.scalar(asked, {"table": table}) is False
