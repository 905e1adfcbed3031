"""Rows of surveys are seen with the survey, programmes and comparisons by who works on land; nothing of them is deleted."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.core import db
from gis_service.core.db import Scope
from tests.conftest import CloneServices
from tests.parcels.test_policies import OF_SURVEYS
from tests.surveys.making import a_log, a_sample, a_survey, holes

WITH_ROWS = ("survey", "survey_point", "stratum", "survey_sample", "sample_result")


@pytest.fixture
def drilled(services: CloneServices) -> None:
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        survey = a_survey(session, SERVICE)
        holes(session, SERVICE, survey, [a_log(0, samples=(a_sample("S1", ("铅", "1", "mg/L")),))])


@pytest.mark.parametrize("table", WITH_ROWS)
def test_without_a_scope_nothing_of_a_survey_is_seen(services: CloneServices, drilled: None, table: str) -> None:
    for scope, some in ((Scope(), False), (Scope(area_ids=frozenset({999})), False), (Scope(see_all=True), True)):
        with services.engine.begin() as connection:
            db.enter(connection, scope)
            assert (connection.scalar(text(f"select count(*) from {table}")) > 0) is some


@pytest.mark.parametrize("table", [each for each in OF_SURVEYS if each != "waste_body_parcel"])
def test_nothing_of_a_survey_is_deleted(services: CloneServices, drilled: None, table: str) -> None:
    with services.engine.connect() as connection:
        db.enter(connection, EVERYTHING)
        with pytest.raises(ProgrammingError, match="permission denied"):
            connection.execute(text(f"delete from {table}"))
