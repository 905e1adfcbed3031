"""The browser killed at random moments: `python -m tests.field.kills --rounds 200` prints the ledger.

Each round opens the app with the profile the last kill left behind, does one of four things, and ends with SIGKILL of the whole
browser at a random moment: saving, photographing, uploading over a bad wire, taking over a new build. What the page said is saved
goes into a ledger outside the browser. In the end everything is sent and the ledger is compared with the server.
"""

import argparse
import contextlib
import hashlib
import json
import random
import re
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Error, Playwright, sync_playwright

from gis_service.main import WEB
from tests.field.world import CLEAN, Ledger, Phone, World, compare, world
from tests.scratch import scratch_cluster

KINDS = ("save", "photo", "upload", "update")

WORK = """
(async ({patrol, parcels, round, photos, bytes}) => {
  for (let n = 0; ; n++) {
    const mark = `${round}-${n}`;
    await begun(mark);
    await told(await made.visit(patrol, parcels[n % parcels.length], mark, photos, bytes));
  }
})
"""


def next_build(here: World, number: int) -> str:
    """The same pages as another build: the page says another word, and the worker has another name. Returns the word."""
    word = hashlib.sha256(str(number).encode()).hexdigest()[:12]
    target = here.folder / f"web-{word}"
    shutil.copytree(WEB, target, dirs_exist_ok=True)
    for name in ("sw.js", "index.html"):
        path = target / "field" / name
        said = path.read_text()
        path.unlink()
        Path(f"{path}.gz").unlink(missing_ok=True)
        said = re.sub(r"`[0-9a-f]{12}`", f"`{word}`", said).replace(
            "<head>", f'<head><meta name="build" content="{word}">'
        )
        path.write_text(said)
    here.serve(target)
    return word


def run(
    playwright: Playwright, here: World, rounds: int, *, seed: int = 1, say: Any = lambda _line: None
) -> dict[str, Any]:
    """So many kills; the ledger in figures."""
    chance, ledger, phone = random.Random(seed), Ledger(), Phone(playwright, here)
    page = phone.start()
    phone.installed()
    patrol = page.evaluate("made.start()")
    phone.kill()
    by_kind = dict.fromkeys(KINDS, 0)
    starts = []
    for number in range(rounds):
        kind = KINDS[number % len(KINDS)]
        by_kind[kind] += 1
        _round(phone, here, chance, ledger, kind, number, patrol, starts)
        say(f"  {number + 1}/{rounds} {kind}: {len(ledger.confirmed)} confirmed")
    here.wire.dead, here.wire.swallow, here.wire.cut, here.wire.delay_s = False, 0.0, 0.0, 0.0
    phone.start()
    phone.push_until_empty()
    figures: dict[str, Any] = compare(here, ledger, [phone])
    figures["kills"] = by_kind
    rebuilt = "(id) => Number(localStorage[`field.rebuilt.${id}`] ?? 0)"
    figures["databases_thrown_away"] = phone.page.evaluate(rebuilt, here.people[0].id)
    figures["answers_swallowed"], figures["uploads_cut"] = here.wire.swallowed, here.wire.cuts
    figures["cold_start_s"] = {"median": sorted(starts)[len(starts) // 2], "worst": max(starts)}
    phone.close()
    return figures


def _round(
    phone: Phone, here: World, chance: random.Random, ledger: Ledger, kind: str, number: int, patrol: str, starts: list[float]
) -> None:  # fmt: skip
    online = kind in ("upload", "update")
    here.wire.dead = not online
    here.wire.swallow, here.wire.cut, here.wire.delay_s = (0.2, 0.05, 0.05) if kind == "upload" else (0.0, 0.0, 0.0)
    began = time.monotonic()
    page = phone.start(offline=True)
    starts.append(round(time.monotonic() - began, 2))
    page.expose_function("begun", lambda mark: ledger.tried.add(mark))  # noqa: PLW0108  (Playwright marks what it is given)
    page.expose_function("told", ledger.note)
    if online:
        phone.sign_in(here.people[0])
    if kind == "update":
        # what waits is sent first in every other round, so that both are tried: a swap, and a swap that must wait
        if number % 8 == 3:
            phone.push_until_empty()
        next_build(here, number)
        page.evaluate("void navigator.serviceWorker.getRegistration().then((one) => one.update())")
        page.evaluate("void setInterval(() => field.takeUpdate(), 50)")
    elif kind == "upload":
        page.evaluate("void field.push()")
    photos, byte_count = {"save": (0, 0), "photo": (1, 400_000), "upload": (1, 700_000), "update": (0, 0)}[kind]
    with contextlib.suppress(Error):
        page.evaluate(
            f"(facts) => void ({WORK})(facts)",
            {"patrol": patrol, "parcels": here.parcels, "round": number, "photos": photos, "bytes": byte_count},
        )
        page.wait_for_timeout(chance.uniform(1, {"save": 400, "photo": 600, "upload": 1500, "update": 900}[kind]))
    phone.kill()


def clean(figures: dict[str, Any]) -> bool:
    return all(figures[name] == 0 for name in CLEAN) and figures["confirmed"] > 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    began = time.monotonic()
    with scratch_cluster() as cluster, world(cluster, "kills") as here, sync_playwright() as playwright:
        figures = run(
            playwright, here, given.rounds, seed=given.seed, say=lambda line: print(line, file=sys.stderr, flush=True)
        )
    figures["seconds"] = round(time.monotonic() - began)
    print(json.dumps(figures, indent=1, ensure_ascii=False))
    sys.exit(0 if clean(figures) else 1)


if __name__ == "__main__":
    main()
