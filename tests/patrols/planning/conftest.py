"""Land, units and people for plans."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from gis_service.access import operations as access
from gis_service.access.actor import SERVICE
from gis_service.access.rules import Role
from gis_service.parcels.models import Parcel
from gis_service.patrols.planning.models import PatrolPlan
from tests.conftest import PASSWORD
from tests.factories import a_parcel, a_unit, an_area, land


@dataclass
class Estate:
    """An area with six cells of land, a unit that cares for part of it, two inspectors and one of the unit."""

    session: Session
    area: Any
    unit: Any
    inspectors: list[int] = field(default_factory=list)
    guard: int = 0
    parcels: list[Parcel] = field(default_factory=list)

    def person(self, role: Role, **scope: Any) -> int:
        n = self.session.scalar(text("select count(*) from app_user"))
        name = f"e{self.area.id}x{n}"
        user = access.create_user(
            self.session, SERVICE, username=name, display_name=name, password=PASSWORD, own_choice=True
        )
        access.grant_role(self.session, SERVICE, user.id, role, **scope)
        return user.id

    def parcel(self, n: int, cell: int = 0, **facts: Any) -> Parcel:
        made = a_parcel(
            self.session,
            shape=land(100 + n, 100 + cell * 5),
            **{"area_id": self.area.id, "risk_level": "high", **facts},
        )
        self.session.execute(
            text(
                "insert into parcel_grid_cell (parcel_id, grid_cell_id, is_main) select :p, id, true from grid_cell where code = :c"
            ),
            {"p": made.id, "c": f"440402003001{cell + 1:03}"},
        )
        self.parcels.append(made)
        return made

    def plan(self, **facts: Any) -> PatrolPlan:
        made = PatrolPlan(
            **{"district_code": "440402", "name": "每日巡查", "walker": "custodian", "risk_level": "high", "times": 1, "per_days": 1,
               "starts_on": date(2026, 11, 23), "area_id": self.area.id, **facts}
        )  # fmt: skip
        self.session.add(made)
        self.session.flush()
        return made


def make_estate(session: Session) -> Estate:
    made = Estate(session, an_area(session), a_unit(session, kind="custodian"))
    session.execute(
        text(
            """insert into grid_cell (district_code, code, name, geom)
               select '440402', '440402003001' || lpad(n::text, 3, '0'), '第' || n || '网格',
                      st_multi(st_makeenvelope(113.4, 22.3 + n * 0.01, 113.9, 22.31 + n * 0.01, 4490)) from generate_series(1, 6) n
               on conflict (code) do nothing"""
        )
    )
    made.inspectors = [made.person(Role.INSPECTOR, area_id=made.area.id) for _ in range(2)]
    made.guard = made.person(Role.UNIT_USER, unit_id=made.unit.id)
    return made


@pytest.fixture
def estate(session: Session) -> Estate:
    return make_estate(session)
