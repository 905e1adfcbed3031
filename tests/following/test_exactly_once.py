"""Jobs that run twice, side by side, or are killed midway: one rectification, every photo, nothing half done."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import func, select

from gis_service.access.actor import EVERYTHING
from gis_service.core import db
from gis_service.following import jobs
from gis_service.following.operations import House
from gis_service.patrols.models import Observation
from gis_service.procedures.models import Proceeding, ProceedingFile
from tests.conftest import CloneServices

Lasting = tuple[CloneServices, House, list[int]]


def counts(services: CloneServices) -> tuple[int, int, int]:
    """Proceedings, files, observations that were followed."""
    with services.sessions() as session:
        db.enter(session, EVERYTHING)
        followed = select(func.count()).select_from(Observation).where(Observation.followed_at.is_not(None))
        return (
            session.scalar(select(func.count()).select_from(Proceeding)) or 0,
            session.scalar(select(func.count()).select_from(ProceedingFile)) or 0,
            session.scalar(followed) or 0,
        )


def test_eight_jobs_at_once_for_three_sights_of_one_fence_open_one(lasting: Lasting) -> None:
    services, house, ids = lasting
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: jobs.process(services.sessions, house, ids[n % 3]), range(8)))
    assert counts(services) == (1, 3, 3)


KILLED = """
    import sys, time
    from gis_service.cases.clues.rules import Limits
    from gis_service.core import db
    from gis_service.files.store import LocalStore
    from gis_service.following import jobs, operations
    from pathlib import Path
    from gis_service.procedures import filing

    url, root, observation_id, stage = sys.argv[1:]

    def wait(*_, **__):
        print("here", flush=True)
        time.sleep(60)

    if stage == "photo":
        filing.add_file = wait
    else:
        operations.turns.tell = wait
    engine = db.engine_for(url)
    jobs.process(db.sessions_for(engine), operations.House(LocalStore(Path(root)), "440402"), int(observation_id))
"""


def test_a_job_killed_midway_leaves_nothing_and_the_next_does_all(lasting: Lasting) -> None:
    services, house, ids = lasting
    for stage in ("photo", "told"):
        command = [
            sys.executable, "-c", textwrap.dedent(KILLED), services.url(db.APP_ROLE), str(services.store.root), str(ids[0]), stage,
        ]  # fmt: skip
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as job:
            assert job.stdout is not None
            assert job.stdout.readline().strip() == "here"
            os.kill(job.pid, signal.SIGKILL)
        assert counts(services) == (0, 0, 0)
    _until_gone(services)
    assert jobs.sweep(services.sessions, house) == 3
    assert counts(services) == (1, 3, 3)
    assert jobs.sweep(services.sessions, house) == 0


def _until_gone(services: CloneServices) -> None:
    """The server notices that a client died when it next reads from it; locks go then."""
    for _ in range(50):
        with services.sessions() as session:
            busy = (
                session.connection()
                .exec_driver_sql(
                    "select count(*) from pg_stat_activity where datname = current_database() and state = 'idle in transaction'"
                )
                .scalar()
            )
        if not busy:
            return
        time.sleep(0.1)
    raise AssertionError("the killed job's session is still there")


def test_an_item_that_nobody_knows_any_more_is_followed_as_other(lasting: Lasting) -> None:
    services, house, ids = lasting
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        session.get_one(Observation, ids[0]).item_code = "NO_LONGER_KNOWN"
    jobs.sweep(services.sessions, house)
    assert counts(services)[2] == 3
