"""A month of patrols: walked by the sample's people, through the inbox, measured; some with holes, some doubtful."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

from gis_service.access.actor import EVERYTHING
from gis_service.core import db
from gis_service.core.cluster import Cluster


@pytest.fixture(scope="module")
def engine(cluster: Cluster, sample_template: str) -> Iterator[Engine]:
    engine = create_engine(cluster.url(db.APP_ROLE, cluster.clone("sample_patrols", sample_template)))
    yield engine
    engine.dispose()


@pytest.fixture
def loaded(engine: Engine) -> Iterator[Session]:
    with Session(engine) as session:
        db.enter(session, EVERYTHING)
        yield session
        session.rollback()


def test_a_month_was_walked_and_every_record_became_rows(loaded: Session) -> None:
    walks, first, last = loaded.execute(text("select count(*), min(started_at), max(started_at) from patrol")).one()
    assert walks >= 28
    assert (last - first).days >= 27
    assert loaded.execute(text("select distinct verdict from inbox_record")).all() == [("stored",)]
    assert loaded.execute(text("select distinct state from patrol")).all() == [("recorded",)]


def test_each_walk_proves_something_and_some_have_holes_with_a_reason(loaded: Session) -> None:
    unproved = "select count(*) from patrol p where not exists (select from patrol_coverage c where c.patrol_id = p.id and c.proved)"
    assert loaded.scalar(text(unproved)) == 0
    reasons = set(loaded.scalars(text("select jsonb_array_elements(gaps) ->> 'reason' from patrol")))
    assert {"hidden", "killed", "no_fix", "paused"} <= reasons


def test_some_walks_are_doubtful_and_most_are_not(loaded: Session) -> None:
    codes = set(loaded.scalars(text("select code from patrol_flag")))
    assert {"replay", "teleport", "car_speed", "clock", "accuracy"} <= codes
    doubtful = loaded.scalar(text("select count(distinct patrol_id) from patrol_flag"))
    assert doubtful is not None
    assert doubtful <= 6


def test_visits_and_findings_have_photos_with_small_copies(loaded: Session) -> None:
    bare = "select count(*) from {} r where not exists (select from field_photo f where f.record_uuid = r.client_uuid and f.thumbnail_sha256 is not null)"
    for table in ("visit", "observation"):
        assert loaded.scalar(text(bare.format(table))) == 0
    assert (loaded.scalar(text("select count(*) from observation_change")) or 0) >= 1


def test_what_was_done_at_the_load_does_not_wait_in_the_queue_again(cluster: Cluster, sample_template: str) -> None:
    owner = create_engine(cluster.url(db.OWNER_ROLE, cluster.clone("sample_queue", sample_template)))
    with owner.connect() as connection:
        waiting = set(connection.scalars(text("select task_name from jobs.procrastinate_jobs where status = 'todo'")))
    owner.dispose()
    assert not [name for name in waiting if name.startswith("patrols.")]


def test_what_was_seen_was_followed(loaded: Session) -> None:
    left = "select count(*) from observation where followed_at is null"
    assert loaded.scalar(text(left)) == 0
    assert set(loaded.scalars(text("select followed_by_noun from observation"))) >= {"rectification", "clue"}
