"""Eight hours without network, then everything at once: `python -m tests.field.long_day` prints its figures.

200 records (half visits, half observations as visits with photos), 300 photos and one track of 8 h at 1 Hz are saved with the server
dead; the app is killed and started again; then the wire comes back and all of it is sent. Receipts are compared with the rows of the
database and the hashes of the files on the server's disk.
"""

import argparse
import contextlib
import hashlib
import json
import sys
import time
from typing import Any

from playwright.sync_api import Playwright, sync_playwright

from tests.field.world import CLEAN, Ledger, Phone, World, compare, world
from tests.scratch import scratch_cluster

TRACK = """
async ([patrol, seconds]) => {
  // The tail of the track is a draft, written with every fix that counts; a full batch becomes a record in the same moment.
  let fixes = [];
  const began = Date.now() - seconds * 1000;
  for (let s = 0; s < seconds; s++) {
    fixes.push([113.52 + (s % 900) * 1e-6, 22.39 + s * 1e-7, began + s * 1000, 5, null, 1.1, null]);
    if (s % 25 === 24) await field.keepDraft('track', fixes);
    if (fixes.length === 250) {
      await field.save('track', { fixes, gaps: [] }, { patrol, drafts: { track: undefined } });
      fixes = [];
    }
  }
  if (fixes.length) await field.save('track', { fixes, gaps: [] }, { patrol, drafts: { track: undefined } });
}
"""


def run(
    playwright: Playwright, here: World, *, records: int, photos: int, seconds: int, photo_bytes: int = 300_000
) -> dict[str, Any]:  # fmt: skip
    """One day of so many records, photos and seconds of track; its figures."""
    phone, ledger, figures = Phone(playwright, here, "long"), Ledger(), dict[str, Any]()
    page = phone.start()
    phone.installed()
    phone.push_until_empty()
    here.wire.dead = True
    heap = [_heap(phone)]
    began = time.monotonic()
    patrol = page.evaluate("made.start()")
    for n in range(records):
        some = (n + 1) * photos // records - n * photos // records
        parcel = here.parcels[n % len(here.parcels)]
        ledger.note(page.evaluate("(given) => made.visit(...given)", [patrol, parcel, f"day-{n}", some, photo_bytes]))
        page.evaluate(TRACK, [patrol, (n + 1) * seconds // records - n * seconds // records])
        if n % max(1, records // 8) == 0:
            heap.append(_heap(phone))
    page.evaluate(
        "(given) => field.save('patrol.end', {at: Date.now(), records: given[1], photos: []}, {patrol: given[0]})",
        [patrol, records],
    )
    figures["saved_in_s"] = round(time.monotonic() - began, 1)
    figures["queue"] = phone.counts()
    phone.kill()
    began = time.monotonic()
    phone.start(offline=True)
    figures["start_with_browser_s"] = round(time.monotonic() - began, 2)
    began = time.monotonic()
    phone.open(here.people[0])
    phone.page.evaluate("field.list()")
    figures["app_start_s"] = round(time.monotonic() - began, 2)
    assert phone.counts() == figures["queue"], "the kill changed the queue"
    here.wire.dead = False
    began = time.monotonic()
    sending = [_heap(phone)]
    phone.page.evaluate("void field.push()")
    while phone.counts()["records"] and time.monotonic() - began < 900:
        with contextlib.suppress(AssertionError):
            phone.push_until_empty(seconds=0)
        sending.append(_heap(phone))
    phone.push_until_empty()
    figures["sent_in_s"] = round(time.monotonic() - began, 1)
    figures["heap_mb_recording"], figures["heap_mb_sending"] = heap, sending
    figures |= compare(here, ledger, [phone])
    figures["track_fixes"] = here.rows(
        "select coalesce(sum(json_array_length(body_text::json #> '{body,fixes}')), 0) from inbox_record where kind = 'track'"
    )[0][0]
    stored = here.rows("select sha256 from stored_file")
    held = {
        hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (here.services.settings.var_dir / "files").rglob("*")
        if path.is_file()
    }
    figures["files_with_another_hash"] = sum(1 for (sha256,) in stored if sha256 not in held)
    phone.close()
    return figures


def _heap(phone: Phone) -> float:
    """MB of the page's heap after a collection."""
    assert phone.context is not None
    devtools = phone.context.new_cdp_session(phone.page)
    devtools.send("HeapProfiler.collectGarbage")
    used = devtools.send("Runtime.getHeapUsage")["usedSize"] / 1e6
    devtools.detach()
    return round(float(used), 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=200)
    parser.add_argument("--photos", type=int, default=300)
    parser.add_argument("--hours", type=float, default=8)
    given = parser.parse_args()
    with scratch_cluster() as cluster, world(cluster, "long_day") as here, sync_playwright() as playwright:
        figures = run(playwright, here, records=given.records, photos=given.photos, seconds=round(given.hours * 3600))
    print(json.dumps(figures, indent=1, ensure_ascii=False))
    sys.exit(1 if any(figures[name] for name in (*CLEAN, "files_with_another_hash")) else 0)


if __name__ == "__main__":
    main()
