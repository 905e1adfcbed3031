"""A register to take out: the sample district, and a few parcels that are hard on files."""

import itertools
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from shapely import MultiPolygon, Polygon, box
from sqlalchemy import select
from sqlalchemy.orm import Session

from gis_service.access.actor import EVERYTHING
from gis_service.access.models import Area, Unit
from gis_service.core import db
from gis_service.core.cluster import Cluster
from gis_service.exports.asked import Said
from gis_service.exports.local import export_file
from gis_service.exports.writing import Written
from gis_service.parcels.models import ParcelContact
from gis_service.settings import Settings
from tests.conftest import CloneServices
from tests.factories import a_parcel, land

_numbers = itertools.count(1)

LONG = "长" * 300
HARD = '=HYPERLINK("x")，<b>&\'引号" 生僻字𠮷'
MARKED = {
    "parcel_name": "'=1+1 不是公式",
    "location_text": "'单引号' \"双引号\" _x0041_",
    "bounds_east": "@东", "bounds_south": "+南", "bounds_west": "-西", "bounds_north": "'北",
    "plan_plot_no": "-01-02",
    "certificate_no": "粤(2019)珠海市不动产权第0001号",
    "remark": "=第一条,\"引号\"\n\n  第二条  缩进\t制表\n'第三条'",
    "waste_class": "''+甲",
    "acquired_on": date(2024, 2, 29),
    "is_undeveloped": True,
    "current_class_system": "GBT21010", "current_class_code": "0701",
    "geom_accuracy_m": Decimal("0.050"),
}  # fmt: skip
"""Texts that begin as formulas do, with the mark of neutralised ones, with quotes, in several lines."""
# on water: drawings of neighbours that overlap cannot be taken apart again
HOLED = MultiPolygon(
    [
        Polygon(
            [(113.6801, 22.3951), (113.6831, 22.3953), (113.6829, 22.3981), (113.6803, 22.3979)],
            [[(113.6811, 22.3961), (113.6812, 22.3969), (113.6819, 22.3968)]],
        ),
        box(113.6841, 22.3951, 113.6849, 22.3959),
    ]
)


@pytest.fixture(scope="module")
def register(
    cluster: Cluster, sample_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[CloneServices]:
    """The sample district and the hard parcels; the tests of a module read it and leave it alone."""
    name = cluster.clone(f"exports_{next(_numbers)}", sample_template)
    settings = Settings(environment="test", var_dir=tmp_path_factory.mktemp("exports"), threads=4)
    services = CloneServices(settings, cluster, name)
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        _hard_parcels(session)
    yield services
    services.close()
    cluster.drop(name)


def _hard_parcels(session: Session) -> None:
    area = session.scalar(select(Area.id).where(Area.name == "北围"))
    unit = session.scalar(select(Unit.id).order_by(Unit.id).limit(1))
    hard = a_parcel(
        session,
        parcel_no="HARD-1",
        parcel_name=HARD,
        remark=LONG,
        shape=HOLED,
        area_id=area,
        area_registered_m2=Decimal("81234.56"),
        area_computed_m2=Decimal("81234.56"),
        use_status=["stockpile", "parking"],
        waste_found=False,
        waste_volume_m3=Decimal("12.5"),
        plot_ratio=Decimal("2.50"),
        planned_supply_year=2027,
        planned_class_system="LU2023",
        planned_class_code="0701",
        right_holder_unit_id=unit,
    )
    session.add(ParcelContact(parcel_id=hard.id, person="=张三", phone="013800138000"))
    a_parcel(session, parcel_no="HARD-2", parcel_name="无片区,逗号", remark="第一行\n第二行", shape=land(170, -60))
    a_parcel(session, parcel_no="HARD-3", shape=land(180, -60), area_computed_m2=Decimal("11441.00"), **MARKED)
    a_parcel(session, parcel_no="HARD-4", shape=land(190, -60), parcel_name=None)


@pytest.fixture
def exported(register: CloneServices, tmp_path: Path) -> Callable[..., Written]:
    """`exported("gpkg", crs="EPSG:4547")`: the file of the whole register, or of what the filters say."""

    def make(format_: str, filters: dict[str, Any] | None = None, **said: Any) -> Written:
        out = tmp_path / f"out-{next(_numbers)}.{'zip' if format_ == 'shp' else format_}"
        written = export_file(register, Said(format_, **said), filters or {}, out)
        return Written(**{**vars(written), "path": out})

    return make
