"""The job worker: a process of its own, niced, so that long work never takes the web process's breath."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable
from functools import partial
from typing import Any

import procrastinate
import structlog
from sqlalchemy.exc import OperationalError

from gis_service import settings as configuration
from gis_service.access.analysts import keeping as analysts
from gis_service.audit import operations as audit
from gis_service.backup import heads
from gis_service.backup import nightly as backup
from gis_service.backup.keeping import files_kept
from gis_service.cases.clues.rules import Limits
from gis_service.core import clock, db, logs
from gis_service.disposal.manifests import tables as manifest_tables
from gis_service.exports import jobs as exports
from gis_service.exports.local import house_of
from gis_service.exports.packages import jobs as packages
from gis_service.following import jobs as following
from gis_service.following.operations import House as FollowingHouse
from gis_service.handover import jobs as handover
from gis_service.jobs import queue
from gis_service.maps.orthophotos import jobs as orthophotos
from gis_service.maps.orthophotos.operations import TASK as ORTHOPHOTO
from gis_service.notifications import delivery
from gis_service.notifications.outside import MailServer
from gis_service.notifications.writing import House
from gis_service.papers import fonts
from gis_service.parcels import squares
from gis_service.parcels.bulk import jobs as bulk
from gis_service.parcels.imports import jobs as imports
from gis_service.parcels.imports.operations import District
from gis_service.parcels.search import jobs as search
from gis_service.parcels.topology import jobs as topology
from gis_service.patrols.inbox import jobs as inbox
from gis_service.patrols.inbox.taking import House as Inbox
from gis_service.patrols.inbox.uploads import Uploads
from gis_service.patrols.planning import jobs as planning
from gis_service.patrols.walks import jobs as walks
from gis_service.reports import jobs as reports
from gis_service.reports.cli import house_of as reports_house
from gis_service.reports.operations import TASK as MONTHLY_PACK
from gis_service.retention import accounts
from gis_service.retention import carrying as retention
from gis_service.risk import jobs as risk
from gis_service.services import Services
from gis_service.settings import Settings
from gis_service.sheets.atlas import jobs as atlas
from gis_service.surveys.estimates import jobs as estimates
from gis_service.surveys.estimates.operations import TASK as ESTIMATE
from gis_service.surveys.heaps import jobs as comparisons
from gis_service.surveys.heaps.operations import TASK as COMPARE
from gis_service.tls import jobs as tls
from gis_service.tls import keeping

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

    def accept_import(batch_id: int) -> None:
        imports.accept(services.sessions, batch_id, district())

    def check_import(batch_id: int) -> None:
        imports.check_again(services.sessions, batch_id, district())

    def attach_files(batch_id: int) -> None:
        imports.attach_files(services.sessions, services.store, batch_id)

    def district() -> District:
        return District(services.settings.district_code, services.settings.plausible_box)

    def change_many(bulk_id: int) -> None:
        bulk.process(services.sessions, bulk_id)

    def hand_over(act_id: int) -> None:
        handover.process(services.sessions, services.store, act_id)

    def fill_search() -> None:
        search.fill_all(services.sessions)

    def write_export(export_id: int) -> None:
        with exports.transaction(services.sessions) as session:
            house = house_of(services, session)
        keep_days = services.settings.export_keep_days
        exports.process(services.sessions, services.exports, export_id, house=house, keep_days=keep_days)

    def check_topology() -> None:
        topology.process(services.sessions)

    def send_notifications() -> None:
        delivery.run(services.sessions, post_of(services.settings))

    return {
        backup.TASK: partial(backup.night, services),
        MONTHLY_PACK: partial(reports.process, reports_house(services)),
        walks.TASK: partial(walks.measure, services.sessions, view_m=services.settings.patrol_view_m),
        inbox.THUMBNAILS: partial(inbox.make_small, services.sessions, services.store),
        imports.TASK: read_import,
        imports.ACCEPT: accept_import,
        imports.CHECK: check_import,
        imports.FILES: attach_files,
        bulk.TASK: change_many,
        handover.TASK: hand_over,
        search.TASK: fill_search,
        exports.TASK: write_export,
        atlas.TASK: partial(atlas.process, services),
        packages.TASK: partial(packages.process, services),
        topology.TASK: check_topology,
        delivery.TASK: send_notifications,
        following.TASK: partial(following.process, services.sessions, following_house(services)),
        planning.TASK: partial(planning.process, services.sessions),
        risk.TASK: partial(risk.process, services.sessions),
        manifest_tables.TASK: partial(manifest_tables.process, services.sessions, services.store),
        ESTIMATE: partial(estimates.work_out, services.sessions),
        COMPARE: partial(comparisons.compare, services.sessions, services.store),
        ORTHOPHOTO: partial(
            orthophotos.prepare, services.sessions, services.store, window=services.settings.plausible_box
        ),
    }


def build(services: Services) -> procrastinate.App:
    """The queue's application with every task; each minute the audit chain is sealed, search terms are filled, counts of
    squares folded, what is to be told leaves the service, and stalled jobs are rescued."""
    fonts.choose(services.settings.paper_fonts)
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
    @app.task(name="parcels.squares.fold", queue=queue.QUEUE, queueing_lock="parcels.squares.fold")
    def fold_squares(timestamp: int) -> None:  # noqa: ARG001
        squares.fold(services.sessions)

    @app.periodic(cron="* * * * *")
    @app.task(name="jobs.rescue", queue=queue.QUEUE, queueing_lock="jobs.rescue", pass_context=True)
    async def rescue(context: procrastinate.JobContext, timestamp: int) -> None:  # noqa: ARG001
        for job in await context.app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_S):
            await context.app.job_manager.retry_job(job)

    @app.periodic(cron="* * * * *")
    @app.task(name="notifications.sweep", queue=queue.QUEUE, queueing_lock="notifications.sweep")
    def sweep_notifications(timestamp: int) -> None:  # noqa: ARG001
        delivery.run(services.sessions, post_of(services.settings))

    @app.periodic(cron="10 0 * * *")
    @app.task(name="tls.expiry", queue=queue.QUEUE, queueing_lock="tls.expiry")
    def warn_of_expiry(timestamp: int) -> None:  # noqa: ARG001
        """08:10 in Beijing: whoever can renew the certificate is at work."""
        tls.warn(services.sessions, services.settings)

    @app.periodic(cron=retention.NIGHTLY)
    @app.task(name="retention.nightly", queue=queue.QUEUE, queueing_lock="retention.nightly")
    def remove_what_is_past_its_time(timestamp: int) -> None:  # noqa: ARG001  (given to every periodic task)
        retention.run(services)

    @app.periodic(cron="* * * * *")
    @app.task(name="topology.sweep", queue=queue.QUEUE, queueing_lock="topology.sweep")
    def sweep_topology(timestamp: int) -> None:  # noqa: ARG001
        """Marks whose job was left to somebody else who then did not need it."""
        topology.process(services.sessions)

    @app.periodic(cron=topology.NIGHTLY)
    @app.task(name="topology.nightly", queue=queue.QUEUE, queueing_lock="topology.nightly")
    def check_all_topology(timestamp: int) -> None:  # noqa: ARG001
        topology.process(services.sessions, full=True)

    _backups(app, services)
    _logins(app, services)
    _patrols(app, services)
    return app


def _backups(app: procrastinate.App, services: Services) -> None:
    """Copies by the clock, where a folder for them is set."""

    @app.periodic(cron=heads.NIGHTLY)
    @app.task(name="audit.head", queue=queue.QUEUE, queueing_lock="audit.head")
    def keep_head(timestamp: int) -> None:  # noqa: ARG001
        """Verify the audit trail and keep its signed head where the database cannot reach."""
        heads.night(services)

    @app.periodic(cron=backup.NIGHTLY)
    @app.task(name="backup.nightly", queue=queue.QUEUE, queueing_lock="backup.nightly")
    def copy_by_night(timestamp: int) -> None:  # noqa: ARG001
        backup.night(services)


def _logins(app: procrastinate.App, services: Services) -> None:
    """What is done about who may come in."""

    @app.periodic(cron=accounts.NIGHTLY)
    @app.task(name="accounts.unused", queue=queue.QUEUE, queueing_lock="accounts.unused")
    def disable_unused(timestamp: int) -> None:  # noqa: ARG001
        """Accounts that nobody uses; their logins to the database end with the next minute."""
        accounts.run(services)

    @app.periodic(cron="* * * * *")
    @app.task(name="analysts.settle", queue=queue.QUEUE, queueing_lock="analysts.settle")
    def settle_analysts(timestamp: int) -> None:  # noqa: ARG001
        """Logins of analysts that are over are shut, and their connections ended."""
        if orders := analysts.settle(services.sessions, services.administrator, at=clock.now()):
            log.warning("the database administrator must shut logins", orders=orders)


def _patrols(app: procrastinate.App, services: Services) -> None:
    """What is done for patrols by the clock: tasks of plans, late tasks."""

    @app.periodic(cron="* * * * *")
    @app.task(name="patrols.follow.rest", queue=queue.QUEUE, queueing_lock="patrols.follow.rest")
    def follow_rest(timestamp: int) -> None:  # noqa: ARG001
        """Observations whose job was lost, and corrections of those that were followed."""
        following.sweep(services.sessions, following_house(services))

    @app.periodic(cron=planning.NIGHTLY)
    @app.task(name="patrols.nightly", queue=queue.QUEUE, queueing_lock="patrols.nightly")
    def plan_all_patrols(timestamp: int) -> None:  # noqa: ARG001
        planning.process(services.sessions)

    @app.periodic(cron=risk.NIGHTLY)
    @app.task(name="risk.nightly", queue=queue.QUEUE, queueing_lock="risk.nightly")
    def judge_risk(timestamp: int) -> None:  # noqa: ARG001
        """Which land is likely to be dumped on next, and where dumping gathers."""
        risk.nightly(services.sessions, services.settings.district_code)

    @app.periodic(cron=planning.HOURLY)
    @app.task(name=planning.LATE, queue=queue.QUEUE, queueing_lock=planning.LATE)
    def find_late_patrols(timestamp: int) -> None:  # noqa: ARG001
        planning.late(services.sessions)

    @app.periodic(cron="* * * * *")
    @app.task(name="field.held", queue=queue.QUEUE, queueing_lock="field.held")
    def judge_held(timestamp: int) -> None:  # noqa: ARG001
        """What waits for something that came meanwhile, or met trouble."""
        inbox.judge_held(inbox_of(services))


def inbox_of(services: Services) -> Inbox:
    return Inbox(services.sessions, services.store, services.settings.district_code)


def uploads_of(services: Services) -> Uploads:
    return Uploads.under(services.settings.var_dir, services.store, services.settings.max_photo_mb)


def following_house(services: Services) -> FollowingHouse:
    settings = services.settings
    limits = Limits(settings.clue_radius_m, settings.clue_days)
    return FollowingHouse(services.store, settings.district_code, limits)


def post_of(settings: Settings) -> delivery.Post:
    """How messages leave this deployment."""
    house = House(settings.title, keeping.address(settings), settings.smtp_sender)
    if not settings.smtp_host:
        return delivery.Post(house, None)
    server = MailServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        user=settings.smtp_user,
        password=settings.smtp_password,
        sender=settings.smtp_sender,
    )
    return delivery.Post(house, server)


def seal(services: Services) -> None:
    try:
        with services.sessions.begin() as session:
            audit.seal(session)
    except OperationalError as busy:
        # a long transaction is writing; the next minute takes it
        log.info("seal postponed", error=str(busy.orig).splitlines()[0])


LOOKS: dict[str, Any] = {
    "queues": [queue.QUEUE],
    "concurrency": 1,
    "delete_jobs": "successful",
    "listen_notify": False,
    "fetch_job_polling_interval": 1.0,
}
"""How the worker finds its work. It listens to nobody: whoever may connect to the database, as analysts may, can shout on every channel,
and what is not JSON there would end a worker that listened (migrations/objects/137_jobs.sql)."""


async def _work(services: Services) -> None:
    app = build(services)
    async with app.open_async():
        await app.run_worker_async(**LOOKS)


def main() -> None:
    """Work until told to stop."""
    os.nice(10)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    settings = configuration.load()
    logs.configure(settings.log_format)
    services = Services(settings, long_work=True)
    try:
        with files_kept(services), contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_work(services))
    finally:
        services.close()


if __name__ == "__main__":
    main()
