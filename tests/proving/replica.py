"""A streaming replica of a private database, beside it: made, asked how far it is, killed, promoted."""

import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import Connection

from gis_service.core import host
from gis_service.core.cluster import Cluster
from gis_service.core.provision import ADMIN

PORT = 5499
"""Names its socket; it listens on no port."""
QUIET = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


@dataclass
class Replica:
    """The server in `folder`/data that follows a primary."""

    folder: Path
    primary: Cluster

    @classmethod
    def of(cls, primary: Cluster, folder: Path) -> "Replica":
        """A copy by pg_basebackup, following the primary by a slot of its own, so that what it lacks is kept for it."""
        folder.mkdir(mode=0o700)
        host.hand_over(folder, primary.server.account)
        made = cls(folder, primary)
        source = f"host={primary.server.socket_dir} port={primary.server.port} user={ADMIN}"
        made._run(
            "pg_basebackup",
            "-D",
            str(made.data),
            "-d",
            source,
            "-R",
            "-X",
            "stream",
            "-c",
            "fast",
            "-C",
            "-S",
            "replica",
        )
        return made

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def start(self) -> None:
        options = (
            f"-c unix_socket_directories={self.folder} -c port={PORT} -c archive_mode=off -c logging_collector=off"
        )
        self._run(
            "pg_ctl", "start", "-w", "-t", "60", "-D", str(self.data), "-l", str(self.folder / "log"), "-o", options
        )

    def kill(self) -> None:
        """As by `kill -9`."""
        pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, signal.SIGKILL)
        while host.processes_in(self.data):
            time.sleep(0.02)
        # where the first process of the machine buries no orphans, the dead one's number still counts as somebody's
        for stale in (self.data / "postmaster.pid", *self.folder.glob(".s.PGSQL.*.lock")):
            stale.unlink(missing_ok=True)

    def stop(self) -> None:
        if host.processes_in(self.data):
            self._run("pg_ctl", "stop", "-m", "immediate", "-D", str(self.data))

    def promote(self) -> None:
        self._run("pg_ctl", "promote", "-w", "-D", str(self.data))

    def admin(self) -> Connection:
        return psycopg.connect(host=str(self.folder), port=PORT, user=ADMIN, dbname="gis", autocommit=True)

    def seconds_behind(self, timeout_s: float = 60) -> float:
        """Seconds until it has replayed all that the primary holds now."""
        with self.primary.admin() as connection:
            (goal,) = connection.execute("select pg_current_wal_lsn()::text").fetchone() or ("",)
        began = time.monotonic()
        with self.admin() as connection:
            while time.monotonic() - began < timeout_s:
                row = connection.execute("select pg_last_wal_replay_lsn() >= %s::pg_lsn", [goal]).fetchone()
                if row == (True,):
                    return time.monotonic() - began
                time.sleep(0.001)
        return float("inf")

    def _run(self, program: str, *arguments: str) -> None:
        account = self.primary.server.account
        command = [self.primary.server.find_binaries().program(program), *arguments]
        subprocess.run(
            command,
            cwd="/",
            check=True,
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
            **QUIET,
            **account.popen_options(),
        )
