"""The private PostGIS cluster: our own PostgreSQL in a folder, for machines where nobody gave us a database.

It listens on a socket in a folder closed to others and on no network port. It never runs as root: root starts it as
the owner of its data, else as `postgres`, else as `nobody`. Two ways to live:

- *owned*: `gis-service serve` has it as a child; when the service dies, even by `kill -9`, the kernel tells the
  server to shut down.
- *shared*: a command found no server and started one detached; whoever uses it last stops it, unless it was asked to
  stay (`gis-service db start`).

Files in the cluster's folder: `data/`, `run/` (socket), `lock` (held while starting or stopping), `use` (held shared
by everybody who uses the server), `keep` (stay without users), `socket` (where the socket is if `run/` is too deep).
"""

import ctypes
import errno
import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, LiteralString

import psycopg
from psycopg import Connection, sql
from sqlalchemy import URL

from gis_service.core import binaries, host, pgconf
from gis_service.core.binaries import Binaries
from gis_service.core.errors import Refusal
from gis_service.core.provision import ADMIN, DATABASE, OWNER, connect, prepare

LIBC = ctypes.CDLL(None)  # loaded here: nothing may be loaded between fork and exec
PR_SET_PDEATHSIG = 1
LONGEST_SOCKET_FOLDER = 90  # bytes; a socket's whole path may have 107
READY_WITHIN_S = 300.0  # recovery after a crash replays up to `max_wal_size`
GONE_WITHIN_S = 60.0
SYSTEM_HOME = Path("/var/lib/gis-service")


class NoPostgres(Refusal):
    """No usable server is installed."""

    code, status = "database.no_postgres", 503
    zh = "找不到带 PostGIS 的 PostgreSQL {wanted}:请运行 make setup,或用 GIS_DATABASE_URL 指定已有数据库。"
    en = "No PostgreSQL {wanted} with PostGIS found: run `make setup`, or name a database in GIS_DATABASE_URL."


class NotOurs(Refusal):
    """Somebody else's data, seen by an ordinary user."""

    code, status = "database.not_ours", 503
    zh = "数据库目录 {path} 属于用户 {owner}:请以该用户或 root(sudo)运行。"
    en = "The database folder {path} belongs to {owner}: run as that user or as root (sudo)."


class NoPlace(Refusal):
    """Every candidate folder is closed to the server or cannot carry Unix permissions."""

    code, status = "database.no_place", 503
    zh = "用户 {account} 无法使用这些目录存放数据库:{tried}。请把项目移到例如 /srv 或 /opt 下。"
    en = "User {account} cannot keep a database in any of: {tried}. Move the project, for example below /srv or /opt."


class DoesNotStart(Refusal):
    """The server ended, or was not ready in time."""

    code, status = "database.does_not_start", 503
    zh = "数据库未能启动:{reason}(日志:{log})。"
    en = "The database did not start: {reason} (log: {log})."


class DiskFull(Refusal):
    """The server says that it has no space."""

    code, status = "database.disk_full", 507
    zh = "磁盘已满,数据库无法启动:请清理 {path} 所在磁盘后重试,数据未丢失。"
    en = "The disk is full and the database cannot start: free space on the disk of {path} and try again; no data is lost."


class InUse(Refusal):
    """Asked to stop a server that somebody works with."""

    code, status = "database.in_use", 409
    zh = "数据库正在被使用({path}),请先停止 gis-service serve 或等待其他命令结束。"
    en = "The database is in use ({path}): stop `gis-service serve` first, or wait for the other command to end."


@dataclass(frozen=True)
class Status:
    """What `gis-service db status` prints."""

    state: str  # absent, stopped, starting, ready, stopping
    home: Path
    socket_dir: Path
    pid: int | None
    major: int | None
    in_use: bool
    kept: bool


class Cluster:
    """A PostgreSQL data folder with its server, roles and the database `gis`."""

    def __init__(self, home: Path, *, durable: bool = True, say: Callable[[str], None] | None = None) -> None:
        self.asked = home.absolute()
        self.home = _moved_to(self.asked) or self.asked
        self.durable = durable
        self._say = say or (lambda _line: None)
        self._child: subprocess.Popen[bytes] | None = None
        self._use: IO[str] | None = None

    @classmethod
    def for_tests(cls, directory: Path, *, say: Callable[[str], None] | None = None) -> "Cluster":
        """A cluster that forgets on power loss, for a scratch folder such as `mkdtemp(dir="/tmp")` gives."""
        if os.geteuid() == 0 and directory.exists():
            directory.chmod(0o755)  # mkdtemp closes it to the user that the server runs as
        return cls(directory / "pg", durable=False, say=say)

    # ---- where things are

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "start.log"

    @property
    def socket_dir(self) -> Path:
        """The folder of the socket; another one than `run/` where that is too deep for the kernel."""
        here = self.home / "run"
        return Path(host.read(self.home / "socket") or here) if self._too_deep() else here

    @property
    def major(self) -> int | None:
        version = host.read(self.data / "PG_VERSION")
        return int(version) if version else None

    @property
    def owned(self) -> bool:
        """Whether the server is our child and goes when we go."""
        return self._child is not None

    def url(self, role: str, database: str = DATABASE) -> str:
        """SQLAlchemy URL for a role; the port is named so that a stray PGPORT changes nothing."""
        query = {"host": str(self.socket_dir), "port": "5432"}
        return URL.create("postgresql+psycopg", username=role, database=database, query=query).render_as_string()

    def admin(self, database: str = DATABASE) -> Connection:
        """A connection as superuser, each statement its own transaction: for set-up, backup, tests."""
        return connect(self.url(ADMIN, database))

    @property
    def account(self) -> host.Account:
        """Whom the server runs as: ourselves, or for root whoever owns the folder, else `postgres`, else `nobody`."""
        return host.account_for(self.home)

    def find_binaries(self) -> Binaries:
        """The newest usable server; for existing data the one of the same major version."""
        for found in binaries.installed():
            if self.major in (None, found.major):
                return found
        raise NoPostgres(wanted=str(self.major or f"≥ {binaries.OLDEST_MAJOR}"))

    def status(self) -> Status:
        self._check_ours()
        pid = self._server_pid()
        state = self._pidfile_state() if pid else "stopped" if self.major else "absent"
        return Status(
            state, self.home, self.socket_dir, pid, self.major, self._somebody_uses(), (self.home / "keep").exists()
        )

    # ---- life

    def start(self, *, owner: bool, keep: bool = False) -> None:
        """Have a ready server with all roles: use a living one, else start it, as our child when `owner`.

        The kernel ties a child's life to the *thread* that started it: call with `owner` from the main thread.
        """
        self._settle()
        with self._locked():
            self._claim_use()
            try:
                with self._disk_full_said():
                    self._have_server(owner)
            except BaseException:
                self._let_go()
                raise
            if keep:
                (self.home / "keep").touch()

    def _have_server(self, owner: bool) -> None:
        if not self._use_living():
            self._create()
            self._choose_socket_dir()
            self._write_settings()
            self._bury_remains()
            self._launch(owner)
        prepare(self.admin)

    def ensure(self) -> None:
        """Make the data folder without starting the server."""
        self._settle()
        with self._locked():
            self._create()

    def release(self) -> None:
        """Stop using the server; the last user of a shared one stops it, unless it was asked to stay."""
        if self._use is not None:
            with self._locked():
                self._let_go()

    def _let_go(self) -> None:
        use, self._use = self._use, None
        if use is not None:
            with use:
                alone = host.try_lock(use)
                if self.owned or (alone and not (self.home / "keep").exists()):
                    self._shut_down()

    def stop(self) -> None:
        """Stop the server and forget `keep`; refuses while others use a server that is not our child."""
        self._check_ours()
        if self.data.exists():
            with self._locked():
                if not self.owned and self._others_use():
                    raise InUse(path=str(self.home))
                (self.home / "keep").unlink(missing_ok=True)
                self._shut_down()
        use, self._use = self._use, None
        if use is not None:
            use.close()

    @contextmanager
    def running(self) -> Iterator["Cluster"]:
        """A server for the length of a command."""
        self.start(owner=False)
        try:
            yield self
        finally:
            self.release()

    def revive(self) -> bool:
        """Start the server again, as our child, if it died; returns whether that was necessary."""
        if self._child is not None and self._child.poll() is None:
            return False
        if self._child is None and self._server_pid():
            return False
        self._child = None
        self.start(owner=True)
        return True

    def watch(self, stopping: threading.Event, revived: Callable[[], None] | None = None, every_s: float = 0.5) -> None:
        """Keep the server alive until `stopping` is set; runs in the caller's thread, best the main one."""
        pause_s = every_s
        while not stopping.wait(pause_s):
            try:
                if not self.revive():
                    pause_s = every_s
                    continue
                self._say("数据库已重新启动 · the database was restarted")
                if revived is not None:
                    revived()
            except Refusal as trouble:
                self._say(f"{trouble.sentence('zh')} · {trouble.sentence('en')}")
            pause_s = min(2 * pause_s, 30.0)  # one that dies at once again is tried less and less often

    # ---- databases for tests

    def create_template(self, migrate: Callable[[str], None], name: str = "gis_template") -> None:
        """A database that `migrate` (given the owner's URL) fills, ready to be cloned; nobody may connect to it."""
        with self.admin("postgres") as connection:
            _order(connection, "create database {} template {} owner {} strategy file_copy", name, DATABASE, OWNER)
        migrate(self.url(OWNER, name))
        with self.admin("postgres") as connection:
            _order(connection, "alter database {} is_template true allow_connections false", name)

    def clone(self, name: str, template: str = "gis_template") -> str:
        """A copy of the template in about 50 ms (`file_copy`; the default strategy takes twice that); its name."""
        with self.admin("postgres") as connection:
            _order(connection, "create database {} template {} owner {} strategy file_copy", name, template, OWNER)
        return name

    def drop(self, name: str) -> None:
        with self.admin("postgres") as connection:
            _order(connection, "alter database {} is_template false", name)
            _order(connection, "drop database {} with (force)", name)

    def remove(self) -> None:
        """Stop the server and delete its folder: scratch clusters only."""
        if self.durable:
            raise ValueError("a durable cluster is not removed by the program")
        self.stop()
        for folder in {self.socket_dir, self.home}:
            shutil.rmtree(folder, ignore_errors=True)

    # ---- the place

    def _settle(self) -> None:
        """Choose the folder once: where asked, or, where the server's user cannot live there, a place of its own."""
        self._check_ours()
        if self.major is None:
            self._choose_home()

    def _check_ours(self) -> None:
        if os.geteuid() != 0 and self.home.exists() and not os.access(self.home, os.W_OK | os.X_OK):
            raise NotOurs(path=str(self.home), owner=host.account_of(self.home.stat().st_uid).name)

    def _choose_home(self) -> None:
        tried: list[Path] = []
        for place in self._places():
            tried.append(place)
            account = host.account_for(place)
            if host.make_closed_folder(place, account) and host.can_enter(place, account):
                return self._move_to(place)
        raise NoPlace(account=self.account.name, tried=", ".join(map(str, tried)))

    def _places(self) -> Iterator[Path]:
        yield self.home
        if not self.durable:
            yield Path(tempfile.mkdtemp(prefix="gis-pg-", dir="/tmp"))
        elif os.geteuid() == 0:
            yield SYSTEM_HOME / self._mark()
        else:
            yield Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "gis-service" / self._mark()

    def _mark(self) -> str:
        """A short name for this project's folder."""
        return hashlib.sha256(os.fsencode(self.asked)).hexdigest()[:12]

    def _move_to(self, place: Path) -> None:
        if place != self.home:
            host.write(self.asked.with_name(self.asked.name + ".moved"), str(place))
            who = self.account.name
            self._say(f"用户 {who} 进不了 {self.asked},数据库放在 {place} · user {who} cannot enter; it lives there")
        self.home = place

    def _choose_socket_dir(self) -> None:
        """`run/`, or where that is too deep a scratch folder; made anew if it vanished or is not ours any more."""
        if host.is_closed_folder(self.socket_dir, self.account):
            return
        if self._too_deep():
            host.write(self.home / "socket", tempfile.mkdtemp(prefix="gis-pg-", dir="/tmp"))
        host.make_closed_folder(self.socket_dir, self.account)

    def _too_deep(self) -> bool:
        return len(os.fsencode(self.home / "run")) > LONGEST_SOCKET_FOLDER

    def _hand_over(self, path: Path) -> None:
        host.hand_over(path, self.account)

    # ---- locks

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with (self.home / "lock").open("a") as lock:
            self._hand_over(self.home / "lock")
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _claim_use(self) -> None:
        if self._use is None:
            self._use = (self.home / "use").open("a")
            self._hand_over(self.home / "use")
            fcntl.flock(self._use, fcntl.LOCK_SH)

    def _others_use(self) -> bool:
        if self._use is None:
            return self._somebody_uses()
        alone = host.try_lock(self._use)
        fcntl.flock(self._use, fcntl.LOCK_SH)
        return not alone

    def _somebody_uses(self) -> bool:
        path = self.home / "use"
        if not path.exists():
            return False
        with path.open("a") as use:
            return not host.try_lock(use)

    # ---- the server

    def _create(self) -> None:
        """initdb beside its final place, so that an interrupted one leaves nothing that looks whole."""
        if self.major is not None:
            return
        self._say("建立数据库 · creating the database cluster")
        half = self.home / "data.new"
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(mode=0o700)
        self._hand_over(half)
        how = ["--data-checksums"] if self.durable else ["--no-sync"]
        how += ["-U", ADMIN, "-E", "UTF8", "--locale=C.UTF-8", "--auth-local=trust", "--auth-host=reject"]
        done = self._run(self.find_binaries().program("initdb"), "-D", str(half), *how)
        if done.returncode != 0:
            raise self._failure(done.stdout)
        with (half / "postgresql.conf").open("a") as conf:
            conf.write("\n# written anew at each start; put your own settings into local.conf\n")
            conf.write("include = 'gis.conf'\ninclude_if_exists = 'local.conf'\n")
        half.rename(self.data)

    def _write_settings(self) -> None:
        path = self.data / "gis.conf"
        host.write(
            path, pgconf.text(self.durable, self.socket_dir, host.memory_bytes(), shutil.disk_usage(self.home).total)
        )
        self._hand_over(path)

    def _launch(self, owner: bool) -> None:
        self.log.write_bytes(b"")
        self._hand_over(self.log)
        command = [self.find_binaries().program("postgres"), "-D", str(self.data)]
        with self.log.open("ab") as log:
            child = self._popen(command, stdout=log, stderr=log, preexec_fn=_die_with(os.getpid()) if owner else None)
        try:
            self._await_ready(child)
        except BaseException:
            child.send_signal(signal.SIGINT)
            child.wait()
            raise
        if owner:
            self._child = child
        else:
            child.returncode = 0  # it outlives us on purpose; Popen need not warn about that

    def _await_ready(self, child: subprocess.Popen[bytes]) -> None:
        """Ready is when the pid file says so *and* names this child: after a crash the old file says `ready` too."""
        began = time.monotonic()
        while not (self._pidfile_pid() == child.pid and self._pidfile_state() == "ready"):
            if child.poll() is not None:
                raise self._failure(host.read(self.log))
            waited_s = time.monotonic() - began
            if waited_s > READY_WITHIN_S:
                raise DoesNotStart(reason=f"> {READY_WITHIN_S:.0f} s", log=str(self.log))
            time.sleep(0.01 if waited_s < 2 else 0.2)

    def _use_living(self) -> bool:
        """Whether a server is there and ready; one that is stopping is waited for, and is then not there."""
        until = time.monotonic() + READY_WITHIN_S
        while pid := self._server_pid():
            if self._pidfile_state() == "ready" and self._answers():
                return True
            if time.monotonic() > until:
                raise DoesNotStart(reason=f"pid {pid}: {self._pidfile_state()}", log=str(self.log))
            time.sleep(0.05)
        return False

    def _answers(self) -> bool:
        try:
            self.admin("postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def _shut_down(self) -> None:
        """Fast shutdown: running statements are cancelled, everything committed is kept."""
        pid = self._child.pid if self._child is not None else self._server_pid()
        if pid is None:
            return
        host.send(pid, signal.SIGINT)
        if not self._gone(pid, GONE_WITHIN_S):
            host.send(pid, signal.SIGQUIT)
            self._gone(pid, GONE_WITHIN_S)
        self._child = None

    def _gone(self, pid: int, within_s: float) -> bool:
        """Whether the process ends in time (a child is collected, so that it does not stay as a zombie)."""
        until = time.monotonic() + within_s
        while time.monotonic() < until:
            ended = self._child.poll() is not None if self._child is not None else not host.is_alive(pid)
            if ended:
                return True
            time.sleep(0.01)
        return False

    def _bury_remains(self) -> None:
        """After a `kill -9` of the server: wait for its orphaned backends, which still hold the shared memory.

        An orphan ends by itself when it next looks up from its query; one that does not is asked more firmly. Then
        pid files that now name a stranger's process (numbers come again, in containers at once) are removed.
        """
        for order in (None, signal.SIGTERM, signal.SIGQUIT, signal.SIGKILL):
            if not self._orphans(order):
                break
        if not host.is_alive(self._pidfile_pid()):
            return  # PostgreSQL itself clears what names nobody
        for stale in (self.data / "postmaster.pid", self.socket_dir / ".s.PGSQL.5432.lock"):
            stale.unlink(missing_ok=True)

    def _orphans(self, order: signal.Signals | None, patience_s: float = 3.0) -> list[int]:
        """Processes still at work in our data folder, after `order` and some patience."""
        until = time.monotonic() + patience_s
        left = host.processes_in(self.data)
        for pid in left if order else []:
            host.send(pid, order or signal.SIGTERM)
        while left and time.monotonic() < until:
            time.sleep(0.02)
            left = host.processes_in(self.data)
        return left

    # ---- its pid file: line 1 the pid, line 8 the state

    def _pidfile_lines(self) -> list[str]:
        return host.read(self.data / "postmaster.pid").splitlines()

    def _pidfile_pid(self) -> int | None:
        lines = self._pidfile_lines()
        return int(lines[0]) if lines and lines[0].isdigit() else None

    def _pidfile_state(self) -> str:
        lines = self._pidfile_lines()
        return lines[7].strip() if len(lines) > 7 else "starting"

    def _server_pid(self) -> int | None:
        """The living server's pid; a number that another program has got meanwhile does not count."""
        pid = self._pidfile_pid()
        return pid if pid is not None and host.works_in(pid, self.data) else None

    # ---- running programs as the server's user

    def _popen(self, command: list[str], **options: Any) -> subprocess.Popen[bytes]:
        # nothing of ours: a PGPORT or PROJ_DATA meant for us would mislead it; English messages, which `_failure` reads
        environment = {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}
        return subprocess.Popen(
            command,
            cwd="/",
            env=environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            **options,
            **self.account.popen_options(),
        )

    def _run(self, *command: str) -> subprocess.CompletedProcess[str]:
        process = self._popen(list(command), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        output, _ = process.communicate()
        return subprocess.CompletedProcess(command, process.returncode, output.decode(errors="replace"))

    @contextmanager
    def _disk_full_said(self) -> Iterator[None]:
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


def _die_with(parent: int) -> Callable[[], None]:
    """For the child between fork and exec: a fast shutdown when the parent dies, also if it just has."""

    def arrange() -> None:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGINT)
        if os.getppid() != parent:
            os._exit(1)

    return arrange


def _moved_to(asked: Path) -> Path | None:
    place = host.read(asked.with_name(asked.name + ".moved"))
    return Path(place) if place else None


def _order(connection: Connection, statement: LiteralString, *names: str) -> None:
    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
