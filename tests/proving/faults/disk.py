"""A full disk, first of the files, then of the database's log: told in the right words, nothing spoilt, and gone when there is room."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import httpx2 as httpx

from gis_service.access.rules import Role
from tests.patrols.inbox.phone import piece, sha256
from tests.proving.faults.writers import writing
from tests.proving.lines import Line
from tests.proving.premises import House, Somebody, house, new_parcel, seconds_until
from tests.test_serve import until

FILES_MB, LOG_MB = 16, 96


def lines(here: House, *, small: bool) -> Iterator[Line]:
    if os.geteuid() != 0:
        yield Line(
            "R33", "full disk", "not tried", "507 or 503, 0 corrupt", None, "a small disk can be mounted by root only"
        )
        return
    yield _files(here)
    with house() as other:
        yield _log(other)


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Callable[[int], None]]:
    """The folder on a disk of its own; gives a function that makes it larger."""
    folder.mkdir(parents=True, exist_ok=True)
    owner = folder.stat()
    options = f"size={megabytes}m,uid={owner.st_uid},gid={owner.st_gid},mode=0700"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "proof", str(folder)], check=True)
    try:
        yield lambda size: subprocess.run(["mount", "-o", f"remount,size={size}m", str(folder)], check=True)
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def _files(here: House) -> Line:
    """Photos and papers until the disk of the files is full."""
    who = here.somebody("photographer", Role.INSPECTOR, Role.LAND_OFFICER)
    with (
        small_disk(here.service.folder / "files", FILES_MB) as enlarge,
        httpx.Client(base_url=here.url, timeout=60, headers=who.headers) as client,
    ):
        kept, last = _photos(client, 20)
        paper = _paper(here, client)
        reads = client.get("/api/v1/parcels?limit=5").status_code
        written = client.post("/api/v1/parcels", json=new_parcel(uuid4().hex)).status_code
        whole = _all_whole(here, kept)
        enlarge(4 * FILES_MB)
        again, _ = _photos(client, 1)
        paper_again = _paper(here, client)
        figure = (
            f"{len(kept)} photos of 2 MB kept, then {last}; a paper: {paper}; reads {reads}, other writes {written}; {whole} of {len(kept)} kept "
            f"files whole; with room again: photo {'kept' if again else 'refused'}, paper {paper_again}"
        )
        good = (last, paper, reads, written, len(again), paper_again) == (507, 507, 200, 201, 1, 201) and whole == len(
            kept
        ) > 0
        return Line("R33", "disk of the files full", figure, "507, reads work, 0 corrupt, recovers alone", good)


def _photos(client: httpx.Client, count: int) -> tuple[list[str], int]:
    """Send photos until one is refused; the hashes of those that were kept, and the last status."""
    kept, status = [], 200
    for _ in range(count):
        content = b"\xff\xd8" + os.urandom(2_000_000)
        answer = piece(client, content, 0, len(content))
        status = answer.status_code
        if status != 200:
            break
        kept.append(sha256(content))
    return kept, status


def _paper(here: House, client: httpx.Client) -> int:
    files = {"file": ("批复.pdf", b"%PDF-1.4\n" + os.urandom(3_000_000), "application/pdf")}
    answer = client.post(f"/api/v1/parcels/{here.parcels[0]}/files", files=files)
    return answer.status_code


def _all_whole(here: House, hashes: list[str]) -> int:
    store = here.services.store
    return sum(store.path(each).exists() and sha256(store.path(each).read_bytes()) == each for each in hashes)


def _log(here: House) -> Line:
    """The log of the database on a small disk, which something else then fills."""
    who = here.somebody("reader", Role.LAND_OFFICER)
    log = Path(here.services.private().server.data) / "pg_wal"
    with _log_on(here, log) as enlarge:
        with writing(here) as crew:
            time.sleep(2)
            filler = log / "filler"
            _fill(filler)
            told = seconds_until(lambda: crew.answers.counts["503+"] > 0, 60)
            time.sleep(5)
            reads = _read(here, who)
            enlarge(8 * LOG_MB)
            filler.unlink()
            moment = time.monotonic()
            back = seconds_until(lambda: crew.answers.back_after(moment) is not None, 120)
        balances = crew.balances()
        indexes, chain = here.faults_of_indexes(), here.faults_of_audit()
        figure = (
            f"{crew.answers.counts['503+']} × 503 with Retry-After, other answers {crew.answers.impolite or 'none'}, a read meanwhile {reads}; "
            f"first write {'never' if back is None else f'{back:.1f} s'} after there was room; amcheck {len(indexes)}, audit {len(chain)} faults; "
            + ", ".join(f"{name}: {each}" for name, each in balances.items())
        )
        good = told is not None and back is not None and not (indexes or chain or crew.answers.impolite)
        good = good and all(each.clean for each in balances.values())
        here.service.end()
    return Line("R33", "disk of the database's log full", figure, "503, 0 lost, 0 corrupt, recovers alone", good,
                "PostgreSQL stops when it cannot write its log, so reads are refused too until there is room")  # fmt: skip


def _read(here: House, who: Somebody) -> int:
    try:
        return httpx.get(f"{here.url}/api/v1/parcels?limit=5", headers=who.headers, timeout=30).status_code
    except httpx.HTTPError:
        return 0


@contextmanager
def _log_on(here: House, log: Path) -> Iterator[Callable[[int], None]]:
    """Stop the service, move the log of its database to a small disk, start it again."""
    here.service.end(signal.SIGTERM)
    aside = log.with_name("pg_wal.aside")
    log.rename(aside)
    log.mkdir(mode=0o700)
    shutil.chown(log, aside.stat().st_uid, aside.stat().st_gid)
    with small_disk(log, LOG_MB) as enlarge:
        subprocess.run(["cp", "-a", f"{aside}/.", str(log)], check=True)
        here.service.start()
        until(here.whole, "both web processes and the worker")
        yield enlarge


def _fill(filler: Path) -> None:
    try:
        with filler.open("wb") as file:
            while True:
                file.write(b"\0" * (1 << 20))
    except OSError:
        return
