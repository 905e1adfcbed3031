"""The sample's closed months: the numbers of the pack are the figures' and the register's at the cut-off."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from gis_service.access.actor import EVERYTHING
from gis_service.core import db
from gis_service.kpi.figures import figures
from gis_service.parcels import queries as register
from gis_service.reports import queries, rules
from gis_service.reports.freezing import snapshot
from gis_service.reports.freezing.figures import SHOWN
from gis_service.sample.reports import MONTHS, NOTES
from tests.conftest import CloneServices

pytestmark = pytest.mark.slow


@pytest.fixture
def reading(sample_services: CloneServices) -> Iterator[Session]:
    with sample_services.sessions() as session:
        db.enter(session, EVERYTHING)
        yield session


def test_the_closed_months_say_what_figures_and_register_say(sample_services: CloneServices, reading: Session) -> None:
    for month in MONTHS:
        report = queries.latest(reading, sample_services.settings.district_code, month, EVERYTHING)
        assert report is not None
        assert report.as_of == rules.ends(month)
        kept = snapshot.read(sample_services.store.path(report.snapshot_sha256).read_bytes())
        told = {each["code"]: each for each in kept["figures"]["district"]}
        assert list(told) == list(SHOWN)
        for now in figures(reading, report.as_of, codes=SHOWN):
            frozen = told[now.code]
            assert (frozen["numerator"], frozen["denominator"], frozen["value"]) == tuple(
                None if part is None else str(part) for part in (now.numerator, now.denominator, now.value)
            ), now.code

        table = register.register(report.as_of).c
        then = reading.execute(
            select(table.parcel_no, table.fence_status, table.survey_status).where(table.retired_on.is_(None))
        ).all()
        rows = kept["rows"]
        assert len(rows) == len(then) == kept["totals"]["parcels"] == int(told["land.count"]["value"])
        assert Counter(row["codes"]["fence"] for row in rows) == Counter(each.fence_status for each in then)
        assert Counter(row["codes"]["survey"] for row in rows) == Counter(each.survey_status for each in then)
        area = sum(Decimal(row["area_m2"]) for row in rows)
        assert area == Decimal(told["land.area"]["value"])
        for axis in kept["statuses"].values():
            assert sum(sum(each["counts"]) for each in axis["areas"]) == len(rows)
        assert len(kept["maps"]) == 2 * len({row["area"] for row in rows if row["area"]})
        assert not [each for each in kept["maps"] if "refused" in each]
    said = {row["parcel_no"]: row for row in rows}
    assert said["BW-0027"]["difficulty"] == NOTES[1][2]["difficulty"], "carried over from September"
    assert said["BW-0009"]["next_step"] == NOTES[2][2]["next_step"]
