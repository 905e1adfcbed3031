"""One PostgreSQL server on one data folder: made, started, asked, stopped, and its remains cleared after a crash."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from gis_service.core import binaries, host, pgconf
from gis_service.core.binaries import Binaries
from gis_service.core.errors import Refusal
from gis_service.core.pgconf import Door
from gis_service.core.provision import ADMIN

LONGEST_SOCKET_FOLDER = 90  # bytes; a socket's whole path may have 107
READY_WITHIN_S = 300.0  # recovery after a crash replays up to `max_wal_size`
GONE_WITHIN_S = 60.0


class NoPostgres(Refusal):
    """No usable server is installed."""

    code, status = "database.no_postgres", 503
    zh = "找不到带 PostGIS 的 PostgreSQL {wanted}:请运行 make setup,或用 GIS_DATABASE_URL 指定已有数据库。"
    en = "No PostgreSQL {wanted} with PostGIS found: run `make setup`, or name a database in GIS_DATABASE_URL."


class DoesNotStart(Refusal):
    """The server ended, or was not ready in time."""

    code, status = "database.does_not_start", 503
    zh = "数据库未能启动:{reason}(日志:{log})。"
    en = "The database did not start: {reason} (log: {log})."


class DiskFull(Refusal):
    """The server, or a write of ours beside it, found no space."""

    code, status = "database.disk_full", 507
    zh = "磁盘已满,数据库无法启动:请清理 {path} 所在磁盘后重试,数据未丢失。"
    en = "The disk is full and the database cannot start: free space on the disk of {path} and try again; no data is lost."


class NoArchive(Refusal):
    """The folder for the write-ahead log is closed to the server."""

    code, status = "database.no_archive", 503
    zh = "数据库用户 {account} 进不了备份目录 {path}:请让它能进入上级各目录,或另设 GIS_BACKUP_DIR。"
    en = "User {account} cannot use the backup folder {path}: open the folders above to it, or choose another GIS_BACKUP_DIR."


class Postmaster:
    """The server of the data folder `home`/data; `durable` or, for tests, quick. Below `archive`, in a folder of its own,
    its write-ahead log is kept."""

    def __init__(self, home: Path, *, durable: bool, archive: Path | None = None, door: Door | None = None) -> None:
        self.home, self.durable, self._archive, self.door = home, durable, archive, door
        self.data = home / "data"
        self.log = home / "start.log"
        self._child: subprocess.Popen[bytes] | None = None

    # ---- what is there

    @property
    def socket_dir(self) -> Path:
        """The folder of the socket: `run/`, or another one where that cannot carry a socket."""
        here = self.home / "run"
        return here if self._carries_socket(here) else Path(host.read(self.home / "socket") or here)

    def _carries_socket(self, folder: Path) -> bool:
        """The kernel wants a short path; clients take a comma for the end of a host's name."""
        return len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER and "," not in str(folder)

    @property
    def major(self) -> int | None:
        """The version of the data; None when there are none."""
        version = host.read(self.data / "PG_VERSION")
        return int(version) if version else None

    @property
    def system_id(self) -> str:
        """The number that initdb gave these data: the first eight bytes of pg_control, kept by a copy of them."""
        return self._system_id_of(self.data)

    def _system_id_of(self, data: Path) -> str:
        return str(int.from_bytes((data / "global" / "pg_control").read_bytes()[:8], sys.byteorder))

    @property
    def archive(self) -> Path | None:
        """Where the write-ahead log of these data is kept; two servers never share a folder."""
        return self._archive / self.system_id if self._archive else None

    @property
    def account(self) -> host.Account:
        """Whom the server runs as: ourselves, or for root whoever owns the folder, else `postgres`, else `nobody`."""
        return host.account_for(self.home)

    @property
    def port(self) -> int:
        """The port that names the socket: of the living server, else what it will be."""
        lines = self._lines_written() if self.pid else []
        if len(lines) > 3 and lines[3].isdigit():
            return int(lines[3])
        return self.door.port if self.door else pgconf.SOCKET_PORT

    @property
    def is_child(self) -> bool:
        return self._child is not None

    @property
    def pid(self) -> int | None:
        """The living server's pid; a number that another program has got meanwhile does not count."""
        pid = self._pid_written
        return pid if pid is not None and host.works_in(pid, self.data) else None

    @property
    def state(self) -> str:
        """absent, stopped, starting, ready or stopping."""
        if self.pid:
            return self._state_written
        return "stopped" if self.major else "absent"

    def collect(self) -> bool:
        """Whether the server runs; a child that died is buried, so that it does not stay as a zombie."""
        if self._child is None:
            return self.pid is not None
        if self._child.poll() is None:
            return True
        self._child = None
        return False

    def find_binaries(self) -> Binaries:
        """The newest usable server; for existing data the one of the same major version."""
        for found in binaries.installed():
            if self.major in (None, found.major):
                return found
        raise NoPostgres(wanted=str(self.major or f"≥ {binaries.OLDEST_MAJOR}"))

    # its pid file: line 1 the pid, line 8 the state

    def _lines_written(self) -> list[str]:
        return host.read(self.data / "postmaster.pid").splitlines()

    @property
    def _pid_written(self) -> int | None:
        lines = self._lines_written()
        return int(lines[0]) if lines and lines[0].isdigit() else None

    @property
    def _state_written(self) -> str:
        lines = self._lines_written()
        return lines[7].strip() if len(lines) > 7 else "starting"

    # ---- making the data folder

    def create(self) -> None:
        """initdb beside its final place, so that an interrupted one leaves nothing that looks whole."""
        half = self.home / "data.new"
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(mode=0o700)
        host.hand_over(half, self.account)
        self._initdb(half)
        with (half / "postgresql.conf").open("a") as conf:
            conf.write("\n# gis.conf is written anew at each start; put your own settings into local.conf\n")
            conf.write("include = 'gis.conf'\ninclude_if_exists = 'local.conf'\n")
        half.rename(self.data)

    def _initdb(self, folder: Path) -> None:
        """Trust on the socket: its folder, closed to others, is the lock."""
        how = ["-U", ADMIN, "-E", "UTF8", "--locale=C.UTF-8", "--auth-local=trust", "--auth-host=reject"]
        how += ["--data-checksums"] if self.durable else ["--no-sync"]
        program = self.find_binaries().program("initdb")
        process = self._popen([program, "-D", str(folder), *how], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        output, _ = process.communicate()
        if process.returncode != 0:
            raise self._failure(output.decode(errors="replace"))

    def adopt(self, base: Path, recovery: str, aside: Path) -> None:
        """Lay a copy of other data (`base`, as pg_basebackup wrote it) in place of ours, to be recovered at the next start
        as `recovery` says. Ours are set aside; what of their log was not archived yet is handed on, if they are of the
        same origin."""
        half = self.home / "data.new"
        shutil.rmtree(half, ignore_errors=True)
        shutil.copytree(base, half, symlinks=True)
        with (half / "postgresql.auto.conf").open("a") as conf:
            conf.write(recovery)
        (half / "recovery.signal").touch()
        if self.data.exists():
            if self.system_id == self._system_id_of(half):
                self._hand_on_log(half / "pg_wal")
            self.data.rename(aside)
        for path in (half, *half.rglob("*")):
            host.hand_over(path, self.account)
        half.rename(self.data)

    def _hand_on_log(self, to: Path) -> None:
        for piece in (self.data / "pg_wal").iterdir():
            if piece.is_file() and not (to / piece.name).exists():
                shutil.copy2(piece, to)

    # ---- starting

    def start(self, *, as_child: bool) -> None:
        """Start the server and wait until it is ready; as a child it is shut down when we die."""
        self._choose_socket_dir()
        self._write_settings()
        self._bury_remains()
        child = self._launch(as_child)
        try:
            self._await_ready(child)
        except BaseException:
            child.send_signal(signal.SIGINT)
            child.wait()
            raise
        if as_child:
            self._child = child
        else:
            child.returncode = 0  # it outlives us on purpose; Popen need not warn about that

    def _choose_socket_dir(self) -> None:
        """Make the socket's folder; a scratch one anew if it vanished or is not ours any more."""
        if host.is_closed_folder(self.socket_dir, self.account):
            return
        if not self._carries_socket(self.home / "run"):
            host.write(self.home / "socket", tempfile.mkdtemp(prefix="gis-pg-", dir="/tmp"))
        host.make_closed_folder(self.socket_dir, self.account)

    def _write_settings(self) -> None:
        disk_bytes = shutil.disk_usage(self.home).total
        archive = self._open_archive()
        settings = pgconf.text(
            self.durable,
            self.socket_dir,
            host.memory_bytes(),
            disk_bytes,
            archive=bool(archive),
            door=self.door,
        )
        self._write("gis.conf", settings)
        if archive:
            self._write(pgconf.KEEPING, pgconf.keeping(archive))
        if self.door:
            self._write(pgconf.ACCESS, pgconf.access(self.door))
        if self.door and self.door.certificate:
            self._write(pgconf.CERTIFICATE, self.door.certificate.read_text("ascii"))

    def _write(self, name: str, content: str) -> None:
        """A file of the server's in its data folder, closed to others: it may hold a key."""
        path = self.data / name
        host.write(path, content)
        path.chmod(0o600)
        host.hand_over(path, self.account)

    def _open_archive(self) -> Path | None:
        """The folder of the archive, made so that the server can write there."""
        folder = self.archive
        if folder and not (host.make_closed_folder(folder, self.account) and host.can_enter(folder, self.account)):
            raise NoArchive(path=str(folder), account=self.account.name)
        return folder

    def _launch(self, as_child: bool) -> subprocess.Popen[bytes]:
        self.log.write_bytes(b"")
        host.hand_over(self.log, self.account)
        command = [self.find_binaries().program("postgres"), "-D", str(self.data)]
        command += ["-c", f"hba_file={self.data / pgconf.ACCESS}"] if self.door else []
        tie = host.die_with(os.getpid()) if as_child else None
        with self.log.open("ab") as log:
            return host.FORKS.run(lambda: self._popen(command, stdout=log, stderr=log, preexec_fn=tie))

    def _await_ready(self, child: subprocess.Popen[bytes]) -> None:
        """Ready is when the pid file says so *and* names this child: after a crash the old file says `ready` too."""
        began = time.monotonic()
        while not (self._pid_written == child.pid and self._state_written == "ready"):
            if child.poll() is not None:
                raise self._failure(host.read(self.log))
            waited_s = time.monotonic() - began
            if waited_s > READY_WITHIN_S:
                raise DoesNotStart(reason=f"> {READY_WITHIN_S:.0f} s", log=str(self.log))
            time.sleep(0.01 if waited_s < 2 else 0.2)

    def await_living(self, answers: Callable[[], bool]) -> bool:
        """Whether a server is there and ready; one that is stopping is waited for, and is then not there."""
        until = time.monotonic() + READY_WITHIN_S
        while pid := self.pid:
            if self._state_written == "ready" and answers():
                return True
            if time.monotonic() > until:
                raise DoesNotStart(reason=f"pid {pid}: {self._state_written}", log=str(self.log))
            time.sleep(0.05)
        return False

    # ---- stopping

    def shut_down(self) -> None:
        """Fast shutdown: running statements are cancelled, everything committed is kept."""
        pid = self._child.pid if self._child is not None else self.pid
        if pid is None:
            return
        host.send(pid, signal.SIGINT)
        if not self._gone(pid):
            host.send(pid, signal.SIGQUIT)
            self._gone(pid)
        self._child = None

    def _gone(self, pid: int) -> bool:
        until = time.monotonic() + GONE_WITHIN_S
        while time.monotonic() < until:
            ended = self._child.poll() is not None if self._child is not None else not host.is_alive(pid)
            if ended:
                return True
            time.sleep(0.01)
        return False

    # ---- after a crash

    def _bury_remains(self) -> None:
        """After a `kill -9` of the server: wait for its orphaned backends, which still hold the shared memory.

        An orphan ends by itself when it next looks up from its query; one that does not is asked more firmly. Then
        pid files that now name a stranger's process (numbers come again, in containers at once) are removed.
        """
        for order in (None, signal.SIGTERM, signal.SIGQUIT, signal.SIGKILL):
            if not self._orphans_after(order):
                break
        if not host.is_alive(self._pid_written):
            return  # PostgreSQL itself clears what names nobody
        for stale in (self.data / "postmaster.pid", *self.socket_dir.glob(".s.PGSQL.*.lock")):
            stale.unlink(missing_ok=True)

    def _orphans_after(self, order: signal.Signals | None, patience_s: float = 3.0) -> list[int]:
        """Processes still at work in our data folder, after `order` and some patience."""
        until = time.monotonic() + patience_s
        left = host.processes_in(self.data)
        for pid in left if order else []:
            host.send(pid, order or signal.SIGTERM)
        while left and time.monotonic() < until:
            time.sleep(0.02)
            left = host.processes_in(self.data)
        return left

    # ---- running programs as the server's user

    def _popen(self, command: list[str], **options: Any) -> subprocess.Popen[bytes]:
        """In a session of its own, so that Ctrl-C reaches us first; with nothing of our environment.

        A PGPORT or PROJ_DATA meant for us would mislead the server; and `_failure` reads English messages.
        """
        options |= self.account.popen_options()
        options |= {"env": {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}, "stdin": subprocess.DEVNULL}
        return subprocess.Popen(command, cwd="/", start_new_session=True, **options)

    @contextmanager
    def disk_full_said(self) -> Iterator[None]:
        """Turn every form in which a full disk shows itself into the one sentence."""
        try:
            yield
        except psycopg.errors.DiskFull as full:
            raise DiskFull(path=str(self.home)) from full
        except OSError as trouble:
            if trouble.errno != errno.ENOSPC:
                raise
            raise DiskFull(path=str(self.home)) from trouble

    def _failure(self, output: str) -> Refusal:
        if "No space left on device" in output:
            return DiskFull(path=str(self.home))
        said = [line for line in output.splitlines() if any(word in line for word in ("FATAL", "PANIC", "error"))]
        return DoesNotStart(reason=(said or output.splitlines() or ["?"])[-1].strip(), log=str(self.log))
