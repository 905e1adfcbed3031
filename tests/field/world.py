"""Everything a phone meets: a district with some land, inspectors, the server as a process, a wire that can be bad, and phones."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Error, Page, Playwright

from gis_service.access import operations as access
from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.core.cluster import Cluster
from gis_service.core.db import APP_ROLE, OWNER_ROLE, READER_ROLE
from gis_service.main import WEB
from gis_service.settings import ROOT, Settings
from tests.asking import Asking
from tests.conftest import PASSWORD, CloneServices
from tests.factories import a_parcel, an_area, land
from tests.field.proxy import Wire, wire
from tests.scratch import new_folder

CHROMIUM = os.environ.get("E2E_CHROMIUM") or shutil.which("chromium") or "chromium"


@dataclass
class Inspector:
    id: int
    name: str


@dataclass
class World(Asking):
    """A server process on a database of its own behind a wire; `address` stays the same whatever dies."""

    cluster: Cluster
    services: CloneServices
    wire: Wire
    folder: Path
    people: list[Inspector]
    parcels: list[int]
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.wire.port}"

    def serve(self, web: Path) -> None:
        """From now on the server hands out these pages."""
        (self.folder / "web.new").symlink_to(web)
        (self.folder / "web.new").replace(self.folder / "web")

    def start(self) -> None:
        """Start the server (again) and wait until it answers."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        urls = {role: self.services.url(role) for role in (APP_ROLE, OWNER_ROLE, READER_ROLE)}
        facts = {
            "port": port,
            "urls": urls,
            "var": str(self.services.settings.var_dir),
            "web": str(self.folder / "web"),
        }
        with (self.folder / "server.log").open("ab") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.field.server", json.dumps(facts)],
                cwd=ROOT,
                stdout=subprocess.DEVNULL,
                stderr=said,
            )
        until = time.monotonic() + 90
        while self.process.poll() is None and time.monotonic() < until:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz"):
                self.wire.to, self.wire.dead = port, False
                return
            time.sleep(0.05)
        raise RuntimeError("the server did not start: " + (self.folder / "server.log").read_text()[-2000:])

    def kill(self) -> None:
        """SIGKILL for the server: no last words."""
        assert self.process is not None
        self.wire.dead = True
        self.wire.hang_up()
        self.process.kill()
        self.process.wait()


@contextlib.contextmanager
def world(cluster: Cluster, name: str) -> Iterator[World]:
    """A world on a clone of the migrated template, with a running server."""
    folder = new_folder("gis-field-")
    services = CloneServices(
        Settings(environment="test", var_dir=folder / "var", threads=4), cluster, cluster.clone(name)
    )
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        area = an_area(session)
        parcels = [a_parcel(session, shape=land(n), area_id=area.id).id for n in range(5)]
        people = []
        for word in ("甲", "乙"):
            name_ = f"巡查员{word}"
            user = access.create_user(session, SERVICE, username=f"inspector-{word}", display_name=name_, password=PASSWORD, own_choice=True)  # fmt: skip
            access.grant_role(session, SERVICE, user.id, Role.INSPECTOR, area_id=area.id)
            people.append(Inspector(user.id, f"inspector-{word}"))
    try:
        with wire() as made:
            here = World(cluster, services, made, folder, people, parcels)
            here.serve(WEB)
            here.start()
            try:
                yield here
            finally:
                if here.process:
                    here.process.kill()
                    here.process.wait()
    finally:
        services.close()
        cluster.drop(services.name)
        shutil.rmtree(folder, ignore_errors=True)


MAKE = """
// A picture that is one, made heavy by bytes after its end; and a record with it, the way the screens save one.
window.made = {
  async photo(bytes, mark) {
    const canvas = new OffscreenCanvas(32, 24);
    const pen = canvas.getContext('2d');
    pen.fillStyle = `hsl(${Math.random() * 360} 80% 50%)`;
    pen.fillRect(0, 0, 32, 24);
    const picture = await canvas.convertToBlob({ type: 'image/jpeg' });
    const rest = new Uint8Array(bytes);
    for (let at = 0; at < bytes; at += 65536) crypto.getRandomValues(rest.subarray(at, Math.min(bytes, at + 65536)));
    return new Blob([picture, new TextEncoder().encode(mark), rest], { type: 'image/jpeg' });
  },
  async visit(patrol, parcel_id, mark, photos = 0, bytes = 200000) {
    const kept = [];
    for (let n = 0; n < photos; n++) kept.push({ ...(await field.keepFile(await made.photo(bytes, `${mark}-${n}`), 'image/jpeg')), kind: 'original' });
    const body = { parcel_id, came_at: Date.now(), left_at: Date.now(), all_fine: true, form: 'visit', form_version: 1, answers: { mark }, photos: kept };
    const uuid = await field.save('visit', body, { patrol });
    return { uuid, mark, files: kept.map((one) => one.sha256) };
  },
  start: () => field.save('patrol.start', { position: null }),
};
"""


class Phone:
    """A browser with a profile that outlives it."""

    def __init__(self, playwright: Playwright, here: World, name: str = "phone"):
        self.playwright, self.here = playwright, here
        self.profile = here.folder / name
        self.context: BrowserContext | None = None
        self.page: Page

    def start(self, *, person: Inspector | None = None, offline: bool = False) -> Page:
        """Open the app and the queue of the person; without network this works from the second time on."""
        self.context = self.playwright.chromium.launch_persistent_context(
            self.profile,
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-dev-shm-usage"],
            base_url=self.here.address,
            viewport={"width": 390, "height": 844},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
        )
        self.page = self.context.pages[0] if self.context.pages else self.context.new_page()
        self.page.add_init_script(MAKE)
        who = person or self.here.people[0]
        if not offline:
            self.sign_in(who)
        self.open(who)
        return self.page

    def open(self, person: Inspector) -> None:
        self.page.goto("/field/")
        self.page.wait_for_function("() => window.field !== undefined")
        self.page.evaluate("(who) => field.open(who)", {"id": person.id, "name": person.name})

    def installed(self) -> None:
        """Wait until the app can start without network."""
        self.page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")

    def sign_in(self, person: Inspector) -> None:
        assert self.context is not None
        answer = self.context.request.post(
            "/api/v1/sessions",
            data={"username": person.name, "password": PASSWORD},
            headers={"Sec-Fetch-Site": "same-origin"},
        )
        assert answer.status == 201, answer.text()

    def kill(self) -> None:
        """SIGKILL for the whole browser, at this moment."""
        for pid in self._pids():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(Error):
            assert self.context is not None
            self.context.close()
        self.context = None
        while self._pids():
            time.sleep(0.02)

    def close(self) -> None:
        if self.context is not None:
            self.context.close()
            self.context = None

    def _pids(self) -> list[int]:
        """The browser of this profile and everything of its process group."""
        mark = f"--user-data-dir={self.profile}".encode()
        first = [int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit() and mark in _command(each)]
        groups = set()
        for pid in first:
            with contextlib.suppress(ProcessLookupError):
                groups.add(os.getpgid(pid))
        groups.discard(os.getpgid(0))
        found = set(first)
        for each in Path("/proc").iterdir():
            if each.name.isdigit():
                with contextlib.suppress(ProcessLookupError):
                    if os.getpgid(int(each.name)) in groups:
                        found.add(int(each.name))
        return [pid for pid in found if _alive(pid)]

    def push(self) -> str:
        """How a push ends; while somebody else (the service worker) sends, this waits."""
        while (end := str(self.page.evaluate("field.push()"))) == "busy":
            self.page.wait_for_timeout(50)
        return end

    def until(self, expression: str, *, seconds: float = 30) -> None:
        """Wait for something in the page; its content security policy forbids the usual way."""
        began = time.monotonic()
        while not self.page.evaluate(expression):
            assert time.monotonic() - began < seconds, expression
            self.page.wait_for_timeout(50)

    def push_until_empty(self, person: Inspector | None = None, *, seconds: float = 60) -> None:
        """What the app does by itself in the end: it signs in when asked, and tries again."""
        until = time.monotonic() + seconds
        while (end := self.push()) != "empty":
            if end == "signin":
                self.sign_in(person or self.here.people[0])
            assert time.monotonic() < until, (end, self.counts())
            time.sleep(0.1)

    def counts(self) -> dict[str, Any]:
        return dict(self.page.evaluate("field.counts()"))


def _command(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@dataclass
class Ledger:
    """What the person was told is saved, kept outside the phone; and what was begun without an answer."""

    confirmed: dict[str, dict[str, Any]] = field(default_factory=dict)
    tried: set[str] = field(default_factory=set)

    def note(self, saved: dict[str, Any]) -> None:
        self.confirmed[saved["mark"]] = saved


def compare(here: World, ledger: Ledger, phones: list[Phone]) -> dict[str, int]:
    """The ledger against the server's rows and files: everything must be 0 but the counts."""
    records = here.rows(
        "select uuid::text, sha256, body_text::json #>> '{body,answers,mark}', files, verdict from inbox_record"
    )
    by_mark: dict[str, list[Any]] = {}
    for row in records:
        if row[2]:
            by_mark.setdefault(row[2], []).append(row)
    lost = [
        mark for mark, saved in ledger.confirmed.items() if [row[0] for row in by_mark.get(mark, [])] != [saved["uuid"]]
    ]
    doubled = [mark for mark, rows in by_mark.items() if len(rows) > 1]
    named = {sha256 for row in records for sha256 in row[3]}
    stored = {row[0] for row in here.rows("select sha256 from stored_file where name not like '%.zip'")}
    receipts = {}
    for phone in phones:
        for kept in phone.page.evaluate("field.list()"):
            receipts[kept["uuid"]] = kept["receipt"]["sha256"] if kept["receipt"] else None
    rows = {row[0]: row[1] for row in records}
    return {
        "confirmed": len(ledger.confirmed),
        "begun": len(ledger.tried),
        "server_records": len(records),
        "server_files": len(stored),
        "lost": len(lost),
        "duplicated": len(doubled),
        "orphan_files": len(stored - named),
        "missing_files": len(named - stored),
        "receipts_unequal": sum(1 for uuid, sha256 in receipts.items() if rows.get(uuid) != sha256),
        "not_stored": sum(1 for row in records if row[4] != "stored"),
    }


CLEAN = ("lost", "duplicated", "orphan_files", "missing_files", "receipts_unequal")
