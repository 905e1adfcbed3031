"""The private PostGIS cluster: our own PostgreSQL in a folder, for machines where nobody gave us a database.

It listens on a socket in a folder closed to others and, unless a door for analysts is asked for, on no network port. It never runs as root: root starts it as
the owner of its folder, else as `postgres`, else as `nobody`. Two ways to live:

- *owned*: `gis-service serve` has it as a child; when the service dies, even by `kill -9`, the kernel tells the
  server to shut down.
- *shared*: a command found no server and started one detached; whoever uses it last stops it, unless it was asked to
  stay (`gis-service db start`).

Files in the cluster's folder: `data/`, `run/` (socket), `lock` (held while starting or stopping), `use` (held shared
by everybody who uses the server), `keep` (stay without users), `socket` (where the socket is if not in `run/`).
Beside the folder, `<name>.moved` says where it really is when it could not be where it was asked for.
"""

import fcntl
import hashlib
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, LiteralString

import psycopg
from psycopg import Connection, sql
from sqlalchemy import URL

from gis_service.core import host
from gis_service.core.errors import Refusal
from gis_service.core.pgconf import Door
from gis_service.core.postmaster import Postmaster
from gis_service.core.provision import ADMIN, DATABASE, OWNER, connect, prepare

SYSTEM_HOME = Path("/var/lib/gis-service")


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

    def __init__(
        self,
        home: Path,
        *,
        durable: bool = True,
        archive: Path | None = None,
        door: Door | None = None,
        say: Callable[[str], None] | None = None,
    ) -> None:
        self.asked = home.absolute()
        self.durable, self._archive, self.door = durable, archive, door
        self.server = self._server_in(self._moved_to() or self.asked)
        self._say = say or (lambda _line: None)
        self._use: IO[str] | None = None

    @classmethod
    def for_tests(
        cls, directory: Path, *, door: Door | None = None, say: Callable[[str], None] | None = None
    ) -> "Cluster":
        """A cluster that forgets on power loss, for a scratch folder such as `mkdtemp(dir="/tmp")` gives."""
        if os.geteuid() == 0 and directory.exists():
            directory.chmod(0o755)  # mkdtemp closes it to the user that the server runs as
        return cls(directory / "pg", durable=False, door=door, say=say)

    def _server_in(self, home: Path) -> Postmaster:
        return Postmaster(home, durable=self.durable, archive=self._archive, door=self.door)

    # ---- where it is

    @property
    def home(self) -> Path:
        return self.server.home

    @property
    def owned(self) -> bool:
        """Whether the server is our child and goes when we go."""
        return self.server.is_child

    def url(self, role: str, database: str = DATABASE) -> str:
        """SQLAlchemy URL for a role; the port is named so that a stray PGPORT changes nothing."""
        query = {"host": str(self.server.socket_dir), "port": str(self.server.port)}
        return URL.create("postgresql+psycopg", username=role, database=database, query=query).render_as_string()

    def admin(self, database: str = DATABASE) -> Connection:
        """A connection as superuser, each statement its own transaction: for set-up, backup, tests."""
        return connect(self.url(ADMIN, database))

    def status(self) -> Status:
        self._check_ours()
        server = self.server
        in_use, kept = self._somebody_uses(), self._keep.exists()
        return Status(server.state, self.home, server.socket_dir, server.pid, server.major, in_use, kept)

    # ---- life

    def ensure(self) -> None:
        """Make the data folder without starting the server."""
        self._settle()
        with self._locked():
            self._create_if_missing()

    def start(self, *, owner: bool, keep: bool = False) -> None:
        """Have a ready server with all roles: use a living one, else start it, as our child when `owner`."""
        self._settle()
        with self._locked():
            self._claim_use()
            try:
                self._have_server(owner)
            except BaseException:
                self._let_go()
                raise
            if keep:
                self._keep.touch()

    def _have_server(self, owner: bool) -> None:
        with self.server.disk_full_said():
            if not self.server.await_living(self._answers):
                self._create_if_missing()
                self.server.start(as_child=owner)
            prepare(self.admin)

    def _create_if_missing(self) -> None:
        if self.server.major is None:
            self._say("建立数据库 · creating the database cluster")
            self.server.create()

    def _answers(self) -> bool:
        try:
            self.admin("postgres").close()
        except psycopg.OperationalError:
            return False
        return True

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
                if self.owned or (alone and not self._keep.exists()):
                    self.server.shut_down()

    def stop(self) -> None:
        """Stop the server and forget `keep`; refuses while others use a server that is not our child."""
        self._check_ours()
        if self.server.major is not None:
            with self._locked():
                if not self.owned and self._others_use():
                    raise InUse(path=str(self.home))
                self._keep.unlink(missing_ok=True)
                self.server.shut_down()
        use, self._use = self._use, None
        if use is not None:
            use.close()

    def adopt(self, base: Path, recovery: str, *, stamp: str) -> Path | None:
        """Have the data of a backup in place of ours, recovered at the next start; returns where ours lie now, if there
        were any. Refuses while somebody uses them."""
        self._settle()
        with self._locked(), self.server.disk_full_said():
            if self.server.pid or self._somebody_uses():
                raise InUse(path=str(self.home))
            aside = self.home / f"data.before-{stamp}"
            self.server.adopt(base, recovery, aside)
            return aside if aside.exists() else None

    def take_back(self, aside: Path | None) -> None:
        """After `adopt` led nowhere: the former data again."""
        with self._locked():
            self.server.shut_down()
            shutil.rmtree(self.server.data, ignore_errors=True)
            if aside:
                aside.rename(self.server.data)

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
        if self.server.collect():
            return False
        self.start(owner=True)
        return True

    def watch(self, stopping: threading.Event, revived: Callable[[], None] | None = None, every_s: float = 0.5) -> None:
        """Keep the server alive until `stopping` is set; runs in the caller's thread."""
        pause_s = every_s
        while not stopping.wait(pause_s):
            if self._revive_and_say():
                pause_s = min(2 * pause_s, 30.0)  # one that dies at once again is tried less and less often
                if revived is not None and self.server.pid:
                    revived()
            else:
                pause_s = every_s

    def _revive_and_say(self) -> bool:
        try:
            revived = self.revive()
        except Refusal as trouble:
            self._say(f"{trouble.sentence('zh')} · {trouble.sentence('en')}")
            return True
        except psycopg.Error as trouble:  # it died again while it was being prepared
            self._say(f"数据库重启未完成 · the restart of the database did not finish: {trouble}")
            return True
        if revived:
            self._say("数据库意外停止,已重新启动 · the database had died and was started again")
        return revived

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
        for folder in {self.server.socket_dir, self.home}:
            shutil.rmtree(folder, ignore_errors=True)

    # ---- the place

    def _settle(self) -> None:
        """Choose the folder once: where asked, or, where the server's user cannot live there, a place of its own."""
        self._check_ours()
        if self.server.major is None:
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
            with suppress(OSError):
                place.rmdir()
        raise NoPlace(account=self.server.account.name, tried=", ".join(map(str, tried)))

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
        if place == self.home:
            return
        who = self.server.account.name
        host.write(self._moved, str(place))
        self.server = self._server_in(place)
        self._say(f"用户 {who} 进不了 {self.asked},数据库放在 {place} · user {who} cannot enter; it lives there")

    @property
    def _moved(self) -> Path:
        return self.asked.with_name(self.asked.name + ".moved")

    def _moved_to(self) -> Path | None:
        place = host.read(self._moved)
        return Path(place) if place else None

    # ---- locks

    @property
    def _keep(self) -> Path:
        return self.home / "keep"

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self._open("lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _open(self, name: str) -> IO[str]:
        file = (self.home / name).open("a")
        host.hand_over(self.home / name, self.server.account)
        return file

    def _claim_use(self) -> None:
        if self._use is None:
            self._use = self._open("use")
            fcntl.flock(self._use, fcntl.LOCK_SH)

    def _others_use(self) -> bool:
        if self._use is None:
            return self._somebody_uses()
        alone = host.try_lock(self._use)
        fcntl.flock(self._use, fcntl.LOCK_SH)
        return not alone

    def _somebody_uses(self) -> bool:
        if not (self.home / "use").exists():
            return False
        with self._open("use") as use:
            return not host.try_lock(use)


def _order(connection: Connection, statement: LiteralString, *names: str) -> None:
    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
