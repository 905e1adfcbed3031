"""PgBouncer in transaction mode by our example, before a server of a test."""

import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from psycopg import Connection, sql

from gis_service.core import host
from gis_service.core.cluster import Cluster
from gis_service.core.provision import ROLES
from tests.scratch import new_folder

EXAMPLE = Path(__file__).parents[1] / "docs" / "deploy" / "pgbouncer" / "pgbouncer.ini"
LOGIN, WORD = "gis_service", "pooled"
PATIENCE_S = 30
PROGRAM = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")


@dataclass
class Pooler:
    """A PgBouncer that runs; `settings` of ours for a service behind it."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"postgresql://{LOGIN}:{WORD}@127.0.0.1:{self.port}/gis"

    def lead_to(self, socket_dir: Path, port: int) -> None:
        """Another server from now on, as an administrator would say it: in the file, then a reload."""
        file = self.folder / "pgbouncer.ini"
        text = re.sub(r"host=\S+ port=\d+", f"host={socket_dir} port={port}", file.read_text())
        file.write_text(text)
        self.process.send_signal(signal.SIGHUP)


def let_in(connection: Connection) -> None:
    """The user that PgBouncer enters as: a member of the three roles who is nobody until it becomes one of them."""
    if not connection.execute("select 1 from pg_roles where rolname = %s", [LOGIN]).fetchone():
        connection.execute(sql.SQL("create role {} login noinherit").format(sql.Identifier(LOGIN)))
    database = sql.Identifier(connection.info.dbname)
    connection.execute(sql.SQL("grant connect on database {} to {}").format(database, sql.Identifier(LOGIN)))
    for role in ROLES:
        connection.execute(sql.SQL("grant {} to {}").format(sql.Identifier(role), sql.Identifier(LOGIN)))


@contextmanager
def pooling(
    cluster: Cluster, *, database: str = "gis", size: int = 4, roles: dict[str, str] | None = None
) -> Iterator[Pooler]:
    """PgBouncer before the cluster, `size` sessions for each role; `roles` says which role a database takes instead of its own."""
    assert PROGRAM
    folder = new_folder("gis-pool-")
    account = host.account_for(cluster.home)
    port = _free_port()
    text = EXAMPLE.read_text("utf-8")
    text = re.sub(
        r"host=\S+ port=\d+ dbname=gis",
        f"host={cluster.server.socket_dir} port={cluster.server.port} dbname={database}",
        text,
    )
    for name, value in {
        "listen_port": port,
        "auth_file": folder / "userlist.txt",
        "default_pool_size": size,
        "logfile": folder / "log",
        "pidfile": folder / "pid",
    }.items():
        text = re.sub(rf"^{name} = .*$", f"{name} = {value}", text, flags=re.M)
    for name, role in (roles or {}).items():
        text = re.sub(rf"^({name} = .*)set role \w+", rf"\1set role {role}", text, flags=re.M)
    (folder / "pgbouncer.ini").write_text(text + "unix_socket_dir =\n")
    (folder / "userlist.txt").write_text(f'"{LOGIN}" "{WORD}"\n')
    for path in (folder, *folder.iterdir()):
        host.hand_over(path, account)
    process = subprocess.Popen([PROGRAM, "-q", str(folder / "pgbouncer.ini")], cwd="/", **account.popen_options())
    try:
        _await(port, process, folder / "log")
        yield Pooler(folder, port, process)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        assert process.poll() is None, host.read(log)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"PgBouncer does not listen: {host.read(log)}")
