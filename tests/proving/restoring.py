"""R37: the machine is lost under writers; the backup folder alone brings the service back. `python -m tests.proving.restoring [--small]`"""

import io
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import httpx2

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import Role
from gis_service.backup import taking
from gis_service.backup.restoring import Restored, restore
from gis_service.backup.shelf import Backup, Shelf
from gis_service.core import clock, db
from gis_service.files import noting
from gis_service.files.store import sha256_of
from gis_service.services import Services
from tests.conftest import PASSWORD
from tests.proving.lines import Line, ended
from tests.proving.premises import (
    Premises,
    Somebody,
    emptied,
    new_parcel,
    premises,
    scratch,
    seconds_until,
    signed_in,
    since,
)
from tests.test_serve import free_port, get, until

RPO_S, RTO_S = 60, 600
WRITE_S = 150
"""Longer than two of the pieces that the log is archived in, a minute each."""
PHOTO_BYTES, PHOTO_EVERY_S = 200_000, 2.0
MANY = """
    insert into parcel (district_code, parcel_no, area_id, area_computed_m2, area_computed_crs, geom)
    select '440402', 'M-' || n, %(area)s, 11400, 4547,
           st_multi(st_makeenvelope(113.3 + n %% 1000 * 2e-4, 22.2 + n / 1000 * 2e-4, 113.3 + (n %% 1000 + 1) * 2e-4, 22.2 + (n / 1000 + 1) * 2e-4, 4490))
      from generate_series(1, %(count)s) n"""


@dataclass
class Written:
    """What was acknowledged and when; kept outside the service."""

    parcels: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    """By its number: when it was sent and when it was acknowledged."""
    photos: dict[str, datetime] = field(default_factory=dict)

    def acknowledged_by(self, moment: datetime) -> set[str]:
        return {mark for mark, (_, told) in self.parcels.items() if told <= moment}

    def begun_after(self, moment: datetime) -> set[str]:
        return {mark for mark, (sent, _) in self.parcels.items() if sent > moment}


def lines(small: bool = False) -> Iterator[Line]:
    """About six minutes, small one."""
    parcels = 5_000 if small else 1_000_000
    with scratch() as folder:
        with premises(backup_dir=folder) as place:
            backup, written, died = _lost(place, parcels, folder)
            keys = shutil.copytree(place.folder / "keys", folder / "keys-kept-apart")
        shelf = Shelf(folder)
        with _elsewhere(keys) as new:
            yield from _everything(new, shelf, backup, written, died, parcels)
        times = sorted(told for _, told in written.parcels.values())
        with _elsewhere(keys) as new:
            yield _moment(new, shelf, backup, written, times[len(times) // 2])


def _lost(place: Premises, parcels: int, folder: Path) -> tuple[Backup, Written, datetime]:
    """Land, a copy, then writers, until the server is killed; nothing of it is used again but the backup folder and the keys."""
    id_, secret = signed_in(place.services, "officer", Role.LAND_OFFICER)  # of all land: new parcels lie anywhere
    officer = Somebody(id_, "officer", secret)
    with place.services.private().admin() as connection:
        connection.execute("select set_config('app.see_all', 'on', false)")
        connection.execute(MANY, {"area": place.areas()[0], "count": parcels})
    written, stop = Written(), threading.Event()
    _photo(place.services, written)
    backup = taking.take(
        place.services.private(), Shelf(folder), place.services.store, var_dir=place.services.settings.var_dir
    )
    shelf = str(folder)
    with (
        place.web(GIS_BACKUP_DIR=shelf) as port,
        place.started("gis_service.worker", name="worker", GIS_BACKUP_DIR=shelf),
    ):
        first = _photo(place.services, written)
        until(lambda: Shelf(folder).files.path(first).exists(), "the worker copies photos")
        writer = threading.Thread(target=_write, args=(officer.at(port), written, stop))
        camera = threading.Thread(target=_take_photos, args=(place.services, written, stop))
        writer.start()
        camera.start()
        time.sleep(WRITE_S)
        os.kill(place.services.private().server.pid or 0, signal.SIGKILL)
        died = clock.now()
        stop.set()
        writer.join()
        camera.join()
    return backup, written, died


def _write(client: httpx2.Client, written: Written, stop: threading.Event) -> None:
    while not stop.is_set():
        mark, sent = uuid4().hex, clock.now()
        try:
            if client.post("/api/v1/parcels", json=new_parcel(mark)).status_code == 201:
                written.parcels[mark] = sent, clock.now()
        except httpx2.HTTPError:
            continue
        stop.wait(0.05)


def _take_photos(services: Services, written: Written, stop: threading.Event) -> None:
    while not stop.wait(PHOTO_EVERY_S):
        try:
            _photo(services, written)
        except Exception:
            if not stop.is_set():
                time.sleep(0.1)  # the server was killed just now


def _photo(services: Services, written: Written) -> str:
    """Store one; its hash."""
    sha256, size = services.store.put(io.BytesIO(os.urandom(PHOTO_BYTES)), limit_bytes=1 << 20)
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        noting.note_file(session, sha256, "现场.jpg", size)
    written.photos[sha256] = clock.now()
    return sha256


@contextmanager
def _elsewhere(keys: Path) -> Iterator[Premises]:
    """A new machine, onto which the keys were brought."""
    with scratch() as folder, emptied(folder) as place:
        shutil.copytree(keys, folder / "keys")
        yield place


def _everything(
    new: Premises, shelf: Shelf, backup: Backup, written: Written, died: datetime, parcels: int
) -> Iterator[Line]:
    """To the end of the log, and in use again: somebody signs in with their password and sees the land."""
    began = time.monotonic()
    done = restore(new.services.private(), backup, shelf, new.services.store, var_dir=new.folder)
    restored_s = since(began)
    port = free_port()
    with (
        new.started("gis_service.cli", "web", "--port", str(port), name="restored"),
        httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client,
    ):
        seconds_until(lambda: get(port, "/readyz") == 200, RTO_S)
        signed = client.post("/api/v1/sessions", json={"username": "officer", "password": PASSWORD}).status_code
        seen = client.get("/api/v1/parcels?limit=5").status_code
        rto_s = since(began)
    kept = _marks(new.services)
    lost = [told for mark, (_, told) in written.parcels.items() if mark not in kept]
    rpo_s = (died - min(lost)).total_seconds() if lost else 0.0
    figure = f"{len(lost)} of {len(written.parcels)} acknowledged writes lost, all of the last {rpo_s:.0f} s; {len(kept - set(written.parcels))} strange"
    yield Line(
        "R37", "the newest that a lost machine gives back (RPO)", figure, f"≤ {RPO_S} s", rpo_s <= RPO_S and bool(kept)
    )
    gigabytes = backup.facts["bytes"] / 1e9
    figure = f"{rto_s:.0f} s with {parcels} parcels ({gigabytes:.1f} GB), {restored_s:.0f} s of it the database; sign-in {signed}, register {seen}"
    good = rto_s <= RTO_S and (signed, seen) == (201, 200)
    yield Line("R37", "from nothing to signed in (RTO)", figure, f"≤ {RTO_S} s, 201 and 200", good)
    yield _photos(new.services, done, written)


def _photos(services: Services, done: Restored, written: Written) -> Line:
    """Each photo that the restored database names, by its hash."""
    whole = sum(_whole(services, sha256) for sha256 in written.photos)
    named = done.files
    figure = f"{whole} of {named} that the database names are there with the right hash, {len(done.missing)} missing; {len(written.photos)} were stored"
    good = not done.missing and whole == named > 1
    return Line("R37", "photos against the database", figure, "all", good)


def _whole(services: Services, sha256: str) -> bool:
    path = services.store.path(sha256)
    return path.is_file() and sha256_of(path) == sha256


def _moment(new: Premises, shelf: Shelf, backup: Backup, written: Written, moment: datetime) -> Line:
    """To a moment in the middle of the writing: what was acknowledged by then, and nothing that was begun later."""
    restore(new.services.private(), backup, shelf, new.services.store, to=moment)
    kept = _marks(new.services)
    lacking, later = written.acknowledged_by(moment) - kept, written.begun_after(moment) & kept
    figure = f"{len(kept)} writes there; {len(lacking)} of those acknowledged by then lacking, {len(later)} of those begun later there"
    good = bool(kept) and not lacking and not later and bool(written.begun_after(moment))
    return Line("R37", "to a moment of the past, against the ledger", figure, "0 and 0", good)


def _marks(services: Services) -> set[str]:
    with services.private().admin() as connection:
        return {row[0] for row in connection.execute("select parcel_no from parcel where parcel_no ~ '^[0-9a-f]{32}$'")}


if __name__ == "__main__":
    ended(lines("--small" in sys.argv))
