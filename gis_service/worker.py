"""The job worker: a process of its own, niced, so that long work never takes the web process's breath."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable
from typing import Any

import procrastinate
import structlog
from sqlalchemy.exc import OperationalError

from gis_service import settings as configuration
from gis_service.audit import operations as audit
from gis_service.core import db, logs
from gis_service.jobs import queue
from gis_service.parcels.bulk import jobs as bulk
from gis_service.parcels.imports import jobs as imports
from gis_service.parcels.search import jobs as search
from gis_service.services import Services

log = structlog.get_logger("gis_service.worker")
STALLED_AFTER_S = 60


def tasks(services: Services) -> dict[str, Callable[..., Any]]:
    """What the worker can do, by the name it is enqueued under."""

    def read_import(batch_id: int) -> None:
        settings = services.settings
        imports.process(
            services.sessions,
            services.store,
            batch_id,
            box=settings.plausible_box,
            district_code=settings.district_code,
        )

    def change_many(bulk_id: int) -> None:
        bulk.process(services.sessions, bulk_id)

    def fill_search() -> None:
        search.fill_all(services.sessions)

    return {imports.TASK: read_import, bulk.TASK: change_many, search.TASK: fill_search}


def build(services: Services) -> procrastinate.App:
    """The queue's application with every task; each minute the audit chain is sealed, search terms are filled and
    stalled jobs rescued."""
    app = queue.app(services.url(db.APP_ROLE))
    for name, work in tasks(services).items():
        app.task(name=name, queue=queue.QUEUE, retry=2)(work)

    @app.periodic(cron="* * * * *")
    @app.task(name="audit.seal", queue=queue.QUEUE, queueing_lock="audit.seal")
    def seal_audit(timestamp: int) -> None:  # noqa: ARG001  (given to every periodic task)
        seal(services)

    @app.periodic(cron="* * * * *")
    @app.task(name="parcels.search.rest", queue=queue.QUEUE, queueing_lock="parcels.search.rest")
    def fill_rest(timestamp: int) -> None:  # noqa: ARG001
        search.fill_all(services.sessions)

    @app.periodic(cron="* * * * *")
    @app.task(name="jobs.rescue", queue=queue.QUEUE, queueing_lock="jobs.rescue", pass_context=True)
    async def rescue(context: procrastinate.JobContext, timestamp: int) -> None:  # noqa: ARG001
        for job in await context.app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_S):
            await context.app.job_manager.retry_job(job)

    return app


def seal(services: Services) -> None:
    try:
        with services.sessions.begin() as session:
            audit.seal(session)
    except OperationalError as busy:
        # a long transaction is writing; the next minute takes it
        log.info("seal postponed", error=str(busy.orig).splitlines()[0])


async def _work(services: Services) -> None:
    app = build(services)
    async with app.open_async():
        await app.run_worker_async(queues=[queue.QUEUE], concurrency=1, delete_jobs="successful")


def main() -> None:
    """Work until told to stop."""
    os.nice(10)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    settings = configuration.load()
    logs.configure(settings.log_format)
    services = Services(settings, long_work=True)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_work(services))
    finally:
        services.close()


if __name__ == "__main__":
    main()
