"""The machine below the private cluster: its users, closed folders, processes and locks (Linux)."""

import ctypes
import fcntl
import os
import pwd
import queue
import signal
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeVar

LIBC = ctypes.CDLL(None)  # loaded here: nothing may be loaded between fork and exec
PR_SET_PDEATHSIG = 1

T = TypeVar("T")


@dataclass(frozen=True)
class Account:
    """The operating-system user that a server runs as; `other` when that is not ourselves (we are root)."""

    name: str
    uid: int
    gid: int
    other: bool

    def popen_options(self) -> dict[str, Any]:
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.other else {}


def account_for(folder: Path) -> Account:
    """Ourselves; for root whoever owns the folder or a folder above it, else `postgres`, else `nobody`."""
    if os.geteuid() != 0:
        return account_of(os.geteuid())
    return account_of(_owner_of(folder) or _uid_of("postgres") or _uid_of("nobody") or 65534)


def account_of(uid: int) -> Account:
    if not _has_entry(uid):  # a container run with a bare number
        return Account(str(uid), uid, os.getegid(), other=False)
    entry = pwd.getpwuid(uid)
    return Account(entry.pw_name, uid, entry.pw_gid, other=os.geteuid() != uid)


def _owner_of(folder: Path) -> int | None:
    """The first owner that is not root, from the folder upwards: with sudo in a user's project, that user."""
    for place in (folder, *folder.parents):
        if place.exists() and place.stat().st_uid != 0:
            return place.stat().st_uid if _has_entry(place.stat().st_uid) else None
    return None


def _has_entry(uid: int) -> bool:
    """initdb refuses to run as a number without a name (files from another machine, a container's checkout)."""
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _uid_of(name: str) -> int | None:
    try:
        return pwd.getpwnam(name).pw_uid
    except KeyError:
        return None


def make_closed_folder(place: Path, account: Account) -> bool:
    """Make a folder that belongs to the account and is closed to others; whether that worked."""
    try:
        place.mkdir(parents=True, exist_ok=True)
        place.chmod(0o700)
        hand_over(place, account)
    except OSError:
        return False
    return is_closed_folder(place, account)


def is_closed_folder(place: Path, account: Account) -> bool:
    """Owned by the account and 0700: not so on file systems without Unix permissions, or if somebody put it there."""
    try:
        state = place.lstat()
    except OSError:
        return False
    return place.is_dir() and state.st_uid == account.uid and state.st_mode & 0o777 == 0o700


def can_enter(place: Path, account: Account) -> bool:
    """Whether the account may go there: every folder above must let it pass."""
    go = ["/bin/sh", "-c", 'cd "$1"', "sh", str(place)]
    return (
        subprocess.run(go, cwd="/", stderr=subprocess.DEVNULL, check=False, **account.popen_options()).returncode == 0
    )


def hand_over(path: Path, account: Account) -> None:
    if account.other:
        os.chown(path, account.uid, account.gid)


def try_lock(file: IO[str]) -> bool:
    """Take an open file's lock for ourselves alone, if nobody else holds it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_alive(pid: int | None) -> bool:
    """Whether the process runs (a zombie does not)."""
    if pid is None:
        return False
    state = read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return bool(state) and state[0] != "Z"


def works_in(pid: int, folder: Path) -> bool:
    """Whether a living process has the folder as its working directory, as a PostgreSQL server its data folder."""
    try:
        return Path(f"/proc/{pid}/cwd").samefile(folder) and is_alive(pid)
    except OSError:
        return False


def processes_in(data: Path) -> list[int]:
    """Server processes of this data folder; a shell that somebody left standing there is not one."""
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [pid for pid in pids if works_in(pid, data) and read(Path(f"/proc/{pid}/comm")).startswith("postgres")]


def send(pid: int, order: signal.Signals) -> None:
    try:
        os.kill(pid, order)
    except ProcessLookupError:
        return


def memory_bytes() -> int:
    """Memory we may have: the machine's, or the container's limit."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limits = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
    return min([machine, *(int(found) for limit in limits if (found := read(limit)).isdigit())])


def read(path: Path) -> str:
    try:
        return path.read_text(errors="replace").strip()
    except OSError:
        return ""


def write(path: Path, content: str) -> None:
    """Whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(path.name + ".half")
    half.write_text(content)
    half.replace(path)


def die_with(parent: int) -> Callable[[], None]:
    """For a child between fork and exec: SIGINT (a fast shutdown) when the parent dies, also if it just has."""

    def arrange() -> None:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGINT)
        if os.getppid() != parent:
            os._exit(1)

    return arrange


class LastingThread:
    """Runs jobs in one thread that lives as long as the process.

    The kernel tells a child with a death signal as soon as the *thread* that forked it has ended; a thread that watches
    and restarts children, and ends before the process does, would take them along.
    """

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._process = 0

    def run(self, job: Callable[[], T]) -> T:
        """The job's result, or its exception."""
        if self._process != os.getpid():  # also after a fork, which copies no threads
            self._process = os.getpid()
            threading.Thread(target=self._work, daemon=True, name="forks").start()
        outcome: Future[T] = Future()
        self._jobs.put(lambda: _settle(outcome, job))
        return outcome.result()

    def _work(self) -> None:
        while True:
            self._jobs.get()()


def _settle(outcome: Future[T], job: Callable[[], T]) -> None:
    try:
        outcome.set_result(job())
    except BaseException as trouble:
        outcome.set_exception(trouble)


FORKS = LastingThread()
