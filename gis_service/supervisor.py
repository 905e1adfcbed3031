"""`gis-service serve`: one command for the three kinds of process.

PostgreSQL is a child that ends with us; the job worker is a child that ends with us; the web server runs here, or in
children of its own where more than one is wanted. Children that die are started again.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import typer
import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from gis_service.access import accounts
from gis_service.cases.law import operations as law
from gis_service.core import db, logs
from gis_service.core.errors import Refusal
from gis_service.core.host import die_with
from gis_service.procedures import calendar
from gis_service.services import Services
from gis_service.settings import ROOT, Settings
from gis_service.tls import keeping, plain
from gis_service.tls.page import plain_url


class PortTaken(Refusal):
    """Somebody listens there already."""

    code, status = "serve.port_taken", 500
    zh = "端口 {port} 已被占用:请停止占用它的程序,或用 --port 换一个端口。"
    en = "Port {port} is taken: stop the program that uses it, or choose another with --port."


class NoPages(Refusal):
    """The front end has not been built."""

    code, status = "serve.no_pages", 500
    zh = "网页尚未构建:请先运行 make setup。"
    en = "The pages have not been built: run `make setup` first."


def serve(settings: Settings) -> None:
    """Run until told to stop."""
    _check_port(settings, settings.port)
    if settings.ca_port is not None:
        _check_port(settings, settings.ca_port)
    logs.configure(settings.log_format)
    settings.var_dir.mkdir(parents=True, exist_ok=True)
    services = Services(settings)
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with _database(services, stopping):
        for wish in services.migrate():
            typer.echo(wish, err=True)
        prepare(services, sample=settings.sample)
        services.close()
        with _worker(settings, stopping), plain.listening(settings):
            announce(settings)
            try:
                _web(settings)
            finally:
                stopping.set()


def web(settings: Settings) -> None:
    """The web processes alone, where database and worker have places of their own. The schema must be there already."""
    _check_port(settings, settings.port)
    logs.configure(settings.log_format)
    _web(settings)


def _check_port(settings: Settings, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, port))
        except OSError:
            raise PortTaken(port=port) from None


@contextlib.contextmanager
def _database(services: Services, stopping: threading.Event) -> Iterator[None]:
    """Our own server as a child, watched and revived; nothing where an existing one is used."""
    cluster = services.cluster
    if cluster is None:
        yield
        return
    cluster.start(owner=True)
    watch = threading.Thread(target=cluster.watch, args=(stopping,), daemon=True)
    watch.start()
    try:
        yield
    finally:
        stopping.set()
        watch.join(timeout=5)
        cluster.release()


@contextlib.contextmanager
def _worker(settings: Settings, stopping: threading.Event) -> Iterator[None]:
    """The job worker, started again when it dies."""
    command = [sys.executable, "-m", "gis_service.worker"]
    environment = {**os.environ, **_as_environment(settings)}
    child: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        tie = die_with(os.getpid())  # makes system calls only, so threads do no harm
        return subprocess.Popen(command, env=environment, cwd=ROOT, preexec_fn=tie, start_new_session=True)  # noqa: PLW1509

    def keep() -> None:
        while not stopping.wait(1.0):
            if child[0].poll() is not None:
                time.sleep(1)
                child[0] = start()

    child.append(start())
    threading.Thread(target=keep, daemon=True).start()
    try:
        yield
    finally:
        stopping.set()
        child[0].terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            child[0].wait(timeout=10)
        child[0].kill()


def _as_environment(settings: Settings) -> dict[str, str]:
    """The settings as variables, so that child processes have the same."""
    chosen = {
        "HOST": settings.host,
        "PORT": settings.port,
        "VAR_DIR": settings.var_dir,
        "DATABASE_URL": settings.database_url,
        "BACKUP_DIR": settings.backup_dir,
    }
    return {f"GIS_{name}": str(value) for name, value in chosen.items() if value is not None}


class _Several(Multiprocess):
    """Several web processes on one port. uvicorn itself keeps a second handle on each one's end of the pipe it asks through, so one that
    dies while it is asked is waited for until the time is up; ours is shut, and the death is seen at once."""

    def keep_subprocess_alive(self) -> None:
        for process in self.processes:
            process.child_conn.close()
        super().keep_subprocess_alive()


def _web(settings: Settings) -> None:
    os.environ.update(_as_environment(settings))
    used = keeping.in_use(settings)
    config = uvicorn.Config(
        "gis_service.main:app",
        factory=True,
        host=settings.host,
        port=settings.port,
        ssl_certfile=str(used.server_pem) if used else None,
        workers=settings.workers,
        log_level="warning",
        access_log=False,
        server_header=False,
        forwarded_allow_ips=settings.proxies,
        timeout_graceful_shutdown=10,
        timeout_worker_healthcheck=60,  # a new web process is ready after some seconds, on a busy machine after many
    )
    if settings.workers > 1:
        _Several(config, sockets=[config.bind_socket()]).run()
    else:
        _one(uvicorn.Server(config))


def _one(server: uvicorn.Server) -> None:
    server.config.load_app()  # in the first thread, before there is a loop: a fault ends the start with its own sentence
    with contextlib.suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(STARTUP_FAILURE)


def prepare(services: Services, *, sample: bool) -> None:
    """Make an empty database usable: the working days and laws we know, sample district (where wanted) and the first
    accounts. Changes nothing else."""
    from gis_service.reports.cli import house_of as reports_house
    from gis_service.sample import load, patrols, reports, risk

    with services.sessions.begin() as session:
        calendar.fill(session)
        law.fill(session)
    loaded = False
    if sample:
        with services.owner_session() as session:
            loaded = load.load(session, district_code=services.settings.district_code, store=services.store)
    with services.sessions.begin() as session:
        db.enter(session, db.Scope(see_all=True, actor_name="系统"))
        made = accounts.make_first(session, only_administrators=not sample)
        if (
            made
        ):  # written before the commit: a password nobody was told is worse than one of an account that is not there
            accounts.write(made, services.settings.var_dir / "accounts.json")
    if sample:  # people walk, so it takes people
        with services.sessions.begin() as session:
            patrols.load(session, district_code=services.settings.district_code, store=services.store)
        with services.sessions.begin() as session:
            risk.load(session, district_code=services.settings.district_code)
        reports.load(reports_house(services))
    if loaded:
        with services.owner_session() as session:
            db.analyze(session)


def announce(settings: Settings) -> None:
    """Where to go, and who may come in."""
    import json

    typer.echo(f"\n{settings.title} 已启动 · running at  {keeping.address(settings)}/")
    used = keeping.in_use(settings)
    if used:
        typer.echo(f"手机先安装根证书 · phones first trust our certificate:  {plain_url(settings, used)}")
        if used.ends_soon:
            typer.echo(
                f"✗ 证书还有 {used.days_left} 天到期,请运行 gis-service tls make · it ends in {used.days_left} days"
            )
    path = settings.var_dir / "accounts.json"
    if not path.exists():
        return
    typer.echo(f"账号 · accounts ({path})")
    for username, facts in json.loads(path.read_text(encoding="utf-8")).items():
        typer.echo(f"  {username:<10} {facts['password']:<22} {facts['display_name']}")
