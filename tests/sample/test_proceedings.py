"""The sample's proceedings: every state of a rectification, meetings to which actions return, claims with their money."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gis_service.access.actor import EVERYTHING
from gis_service.claims.models import DamageClaim
from gis_service.conducts import CONDUCTS
from gis_service.core import db
from gis_service.meetings import queries
from gis_service.meetings.rules import MEETING
from gis_service.procedures import queries as engine
from gis_service.procedures.models import Proceeding, ProceedingFile, ProceedingPaper
from gis_service.procedures.queries import Wanted
from gis_service.rectification.models import Rectification
from gis_service.rectification.rules import PROCEDURE
from tests.parcels.test_policies import OF_PROCEEDINGS

NOUNS = ("claim", "rectification", "meeting", "action_item")


@pytest.fixture
def loaded(sample_services: Any) -> Iterator[Session]:
    with sample_services.owner_session() as session:
        db.enter(session, EVERYTHING)
        yield session


def test_every_log_gives_its_state_when_played_again(loaded: Session) -> None:
    for conduct in CONDUCTS:
        found = engine.listed(loaded, conduct.procedure, Wanted(size=500))
        assert [fault for each in found for fault in engine.faults_of(loaded, conduct.procedure, each)] == []
        assert found or conduct.procedure.noun not in NOUNS


def test_rectifications_stand_in_every_state_and_some_recurred(loaded: Session) -> None:
    states = set(loaded.scalars(select(Proceeding.state).where(Proceeding.noun == "rectification")))
    assert states == set(PROCEDURE.by_code)
    assert loaded.scalars(select(Rectification).where(Rectification.recurred)).all()


def test_unfinished_actions_return_to_the_next_meeting(loaded: Session) -> None:
    newest = engine.listed(loaded, MEETING, Wanted(size=1))[0]
    kinds = {topic.kind for topic in queries.topics(loaded, newest.id)}
    assert (newest.state, kinds) == ("draft", {"returned", "late", "by_hand"})


def test_claims_are_the_citys_and_one_is_closed_and_paid(loaded: Session) -> None:
    claims = loaded.scalars(select(DamageClaim)).all()
    assert {claim.claimant_level for claim in claims} == {"city"}
    assert sum(claim.published_on is not None for claim in claims) == 1


def test_every_paper_and_photo_lies_in_the_store(loaded: Session, sample_services: Any) -> None:
    papers = loaded.execute(
        select(ProceedingPaper.pdf_sha256, ProceedingPaper.docx_sha256, ProceedingPaper.file_sha256)
    )
    hashes = {each for row in papers for each in row if each} | set(loaded.scalars(select(ProceedingFile.sha256)))
    known = set(loaded.scalars(text("select sha256 from stored_file")))
    assert hashes
    assert hashes <= known
    assert [each for each in hashes if not sample_services.store.path(each).is_file()] == []


def test_nothing_of_a_proceeding_is_seen_where_nothing_was_set(sample_services: Any) -> None:
    with sample_services.engine.begin() as connection:
        seen = {table: connection.scalar(text(f"select count(*) from {table}")) for table in OF_PROCEEDINGS}
    assert {table: count for table, count in seen.items() if count} == {}
