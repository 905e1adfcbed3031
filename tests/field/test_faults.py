"""What can go wrong between a phone and the register, one thing after the other: nothing is lost, nothing is there twice."""

import base64
import os
import signal
from typing import Any

import pytest
from playwright.sync_api import Playwright

from tests.field.kills import next_build
from tests.field.world import CLEAN, Ledger, Phone, compare, world
from tests.scratch import scratch_cluster

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def walk(phone: Phone, visits: int, *, photos: int = 0, size: int = 300_000, mark: str = "") -> Ledger:
    """A walk with so many visits, saved; what the page said about them."""
    ledger = Ledger()
    word = mark or phone.profile.name
    patrol = phone.page.evaluate("made.start()")
    for n in range(visits):
        parcel = phone.here.parcels[n % len(phone.here.parcels)]
        ledger.note(
            phone.page.evaluate("(given) => made.visit(...given)", [patrol, parcel, f"{word}-{n}", photos, size])
        )
    return ledger


def settled(phone: Phone, ledger: Ledger) -> dict[str, int]:
    """The ledger's balance, after everything was sent."""
    figures = compare(phone.here, ledger, [phone])
    assert {name: figures[name] for name in CLEAN} == dict.fromkeys(CLEAN, 0), figures
    return figures


def test_the_server_killed_during_an_upload_goes_on_where_it_was(phone: Phone) -> None:
    phone.start()
    phone.here.wire.dead = True
    ledger = walk(phone, 3, photos=2, size=900_000)
    phone.here.wire.dead, phone.here.wire.delay_s = False, 0.1
    phone.page.evaluate("void field.push()")
    phone.page.wait_for_timeout(600)
    phone.here.kill()
    assert phone.push() in ("offline", "server")
    assert phone.counts()["records"] > 0
    phone.here.start()
    phone.here.wire.delay_s = 0
    phone.push_until_empty()
    settled(phone, ledger)


def test_postgresql_killed_during_an_upload_loses_nothing_that_was_acknowledged(playwright: Playwright) -> None:
    with scratch_cluster() as cluster, world(cluster, "killed") as here:
        with cluster.admin() as admin:
            admin.execute("alter database killed set synchronous_commit = on")
        phone = Phone(playwright, here)
        phone.start()
        ledger = Ledger()
        for n in range(3):
            here.wire.dead = True
            ledger.confirmed |= walk(phone, 4, photos=1, mark=f"pg{n}").confirmed
            here.wire.dead, here.wire.delay_s = False, 0.1
            phone.page.evaluate("void field.push()")
            phone.page.wait_for_timeout(300 + 500 * n)
            os.kill(cluster.server.pid or 0, signal.SIGKILL)
            end = phone.push()
            assert end in ("server", "offline", "empty"), end
            cluster.revive()
        here.wire.delay_s = 0
        phone.push_until_empty()
        settled(phone, ledger)
        phone.close()


def test_answers_that_never_arrive_make_no_second_record(phone: Phone) -> None:
    phone.start()
    phone.here.wire.dead = True
    ledger = walk(phone, 12, photos=1)
    before = phone.here.wire.swallowed
    phone.here.wire.dead, phone.here.wire.swallow = False, 0.3
    phone.push_until_empty()
    assert phone.here.wire.swallowed > before
    settled(phone, ledger)


def test_a_session_that_ends_within_the_queue_stops_it_until_the_person_signs_in_again(phone: Phone) -> None:
    phone.start()
    phone.here.wire.dead = True
    ledger = walk(phone, 8, photos=1)
    phone.here.wire.dead, phone.here.wire.delay_s = False, 0.2
    phone.page.evaluate("void field.push().then((end) => (window.end = end))")
    phone.page.wait_for_timeout(500)
    assert phone.context is not None
    gone = phone.context.request.delete("/api/v1/sessions/current", headers={"Sec-Fetch-Site": "same-origin"})
    assert gone.status == 204
    phone.until("window.end !== undefined")
    assert phone.page.evaluate("window.end") == "signin"
    left = phone.counts()
    assert left["records"] > 0
    phone.sign_in(phone.here.people[0])
    phone.here.wire.delay_s = 0
    phone.push_until_empty()
    settled(phone, ledger)


def test_a_clock_that_is_a_day_off_changes_neither_order_nor_verdict(phone: Phone) -> None:
    phone.start()
    patrol = phone.page.evaluate("made.start()")
    phone.page.evaluate("window.right = Date.now")
    uuids = []
    for hours in (0, 24, -24):
        phone.page.evaluate("(hours) => { Date.now = () => right.call(Date) + hours * 3600000; }", hours)
        uuids.append(
            phone.page.evaluate("(given) => made.visit(...given)", [patrol, phone.here.parcels[0], f"clock{hours}"])[
                "uuid"
            ]
        )
    phone.push_until_empty()
    rows = phone.here.rows(
        "select uuid::text, verdict from inbox_record where uuid = any(cast(:all as uuid[])) order by seq", all=uuids
    )
    assert [row[0] for row in rows] == uuids
    assert {row[1] for row in rows} == {"stored"}
    (offset,) = phone.here.rows("select clock_offset_s from field_device order by last_seen_at desc limit 1")[0]
    assert 86_000 < offset < 86_800


FULL = """
// Chromium does not hold itself to the quota that DevTools set, so the refusal is its own word, said when the bytes of a photo come.
const put = IDBObjectStore.prototype.put;
IDBObjectStore.prototype.put = function (value, ...rest) {
  if (window.full && value.bytes instanceof Blob) {
    this.transaction.abort();
    throw new DOMException('no room', 'QuotaExceededError');
  }
  return put.call(this, value, ...rest);
};
window.full = true;
"""


def test_a_full_phone_keeps_the_words_and_refuses_the_photo_whole(phone: Phone) -> None:
    page = phone.start()
    page.evaluate(f"() => {{ {FULL} }}")
    kept = "made.photo(9000, 'full').then((one) => field.keepFile(one, 'image/jpeg')).then((one) => one.sha256, (cause) => cause.message)"
    assert page.evaluate(kept) == "quota"
    ledger = walk(phone, 1)
    assert phone.page.evaluate("field.list()")[0]["files"] == []
    page.evaluate("() => { window.full = false; }")
    assert len(page.evaluate(kept)) == 64
    phone.push_until_empty()
    settled(phone, ledger)


def test_the_next_person_on_the_same_phone_has_an_own_queue_and_cannot_read_the_first(phone: Phone) -> None:
    first, second = phone.here.people
    page = phone.start()
    phone.here.wire.dead = True
    ledger = walk(phone, 2, photos=1)
    assert page.evaluate("field.leave()")["records"] == 3
    page.evaluate("field.close()")
    page.evaluate("(who) => field.open(who)", {"id": second.id, "name": second.name})
    (photo,) = next(iter(ledger.confirmed.values()))["files"]
    assert page.evaluate("(sha256) => Promise.all([field.list(), field.counts(), field.file(sha256)])", photo) == [
        [],
        {"records": 0, "files": 0, "bytes": 0, "held": 0, "refused": 0, "oldest_at": None},
        None,
    ]
    phone.here.wire.dead = False
    phone.sign_in(second)
    ledger.confirmed |= walk(phone, 1, mark="second").confirmed
    phone.push_until_empty(second)
    page.evaluate("(who) => field.close().then(() => field.open(who))", {"id": first.id, "name": first.name})
    assert phone.push() == "signin", "the first one's records are not sent in the second one's name"
    assert phone.counts()["records"] == 3
    phone.push_until_empty(first)
    settled(phone, ledger)
    senders = "select distinct by_id = sent_by_id from inbox_record where device_id = cast(:device as uuid)"
    device = page.evaluate("localStorage['field.device']")
    assert phone.here.rows(senders, device=device) == [(True,)]


def clear(phone: Phone, types: str) -> None:
    """The browser throws storage of the app away while the phone is in use."""
    assert phone.context is not None
    devtools = phone.context.new_cdp_session(phone.page)
    devtools.send("Storage.clearDataForOrigin", {"origin": phone.here.address, "storageTypes": types})


def test_a_database_that_the_browser_threw_away_comes_back_from_the_copies(phone: Phone) -> None:
    page = phone.start()
    phone.installed()
    phone.here.wire.dead = True
    ledger = walk(phone, 3, photos=2)
    before = phone.counts()
    clear(phone, "indexeddb")
    phone.open(phone.here.people[0])
    after = phone.counts()
    assert (after["records"], after["files"]) == (before["records"], before["files"])
    assert page.evaluate("field.missing()") is None
    ledger.confirmed |= walk(phone, 1, mark="later").confirmed  # with a number of its own
    phone.here.wire.dead = False
    phone.push_until_empty()
    settled(phone, ledger)
    left = "(id) => caches.open(`unsent-${id}`).then((all) => all.keys()).then((all) => all.length)"
    assert page.evaluate(left, phone.here.people[0].id) == 0


def test_a_phone_whose_storage_was_cleared_says_so_and_the_server_knows(phone: Phone) -> None:
    page = phone.start()
    phone.here.wire.refuse = (b"PUT ",)
    walk(phone, 1, photos=1)
    phone.push()
    page.reload()  # a new page says first of all what is here
    phone.open(phone.here.people[0])
    assert phone.push() == "offline"
    device = page.evaluate("localStorage['field.device']")
    page.goto("about:blank")
    clear(phone, "indexeddb,cache_storage")
    for _ in range(2):
        phone.open(phone.here.people[0])
        assert page.evaluate("field.missing()")["files"] == 1, "told until it was read"
    phone.here.wire.refuse = ()
    phone.push_until_empty()
    told = "select (holds->>'lost_files')::int, last_user_id from field_device where id = cast(:id as uuid)"
    assert phone.here.rows(told, id=device) == [(1, phone.here.people[0].id)]
    page.evaluate("field.forgetMissing()")
    assert page.evaluate("field.missing()") is None
    assert page.evaluate("localStorage['field.device']") == device


def test_a_sign_in_page_of_a_hotel_is_no_answer(phone: Phone) -> None:
    phone.start()
    phone.here.wire.portal = True
    phone.here.wire.hang_up()
    ledger = walk(phone, 2)
    assert phone.push() == "offline"
    assert phone.counts()["records"] == 3
    phone.here.wire.portal = False
    phone.push_until_empty()
    settled(phone, ledger)


def test_two_tabs_send_once(phone: Phone) -> None:
    phone.start()
    wire, first = phone.here.wire, phone.page
    wire.dead = True
    ledger = walk(phone, 5, photos=1)
    assert phone.context is not None
    second = phone.context.new_page()
    wire.dead, wire.refuse = False, (b"/api/v1/field/",)  # the second tab opens, and nothing is sent yet
    phone.page = second
    phone.open(phone.here.people[0])
    tabs = first, second
    for tab in tabs:
        tab.evaluate("field.push()")
    wire.held, wire.refuse = True, ()
    for tab in tabs:
        tab.evaluate("void field.push().then((end) => (localStorage.ends = `${localStorage.ends ?? ''}${end} `))")
    try:  # the other one is asking; or both are told to wait, where the app began to send by itself just before
        phone.until("(localStorage.ends ?? '').startsWith('busy ')")
    finally:
        wire.held = False
    phone.page = first
    phone.push_until_empty()
    settled(phone, ledger)


def build(phone: Phone) -> Any:
    return phone.page.evaluate("document.querySelector('meta[name=build]')?.content ?? null")


def test_a_new_build_waits_for_an_empty_queue_and_an_old_one_sends_to_a_new_server(phone: Phone) -> None:
    phone.start()
    phone.installed()
    old = build(phone)
    word = next_build(phone.here, 77)
    phone.here.wire.dead = True
    ledger = walk(phone, 2, photos=1)
    # an old app may say what nobody knows any more; that is no reason to refuse
    more = {
        "parcel_id": phone.here.parcels[0],
        "came_at": 1,
        "all_fine": True,
        "form": "visit",
        "form_version": 0,
        "answers": {},
        "photos": [],
        "old": 1,
    }
    phone.page.evaluate(
        "(body) => field.list().then((all) => field.save('visit', body, {patrol: all[0].patrol}))", more
    )
    phone.here.wire.dead, phone.here.wire.refuse = False, (b"/api/v1/field/",)
    phone.page.evaluate("navigator.serviceWorker.getRegistration().then((one) => one.update())")
    phone.until("navigator.serviceWorker.getRegistration().then((one) => one.waiting !== null)")
    assert phone.page.evaluate("field.update()")["waits_for"][0]["unsent"] == 6
    assert phone.page.evaluate("field.takeUpdate()") is False
    phone.kill()  # with every page closed the browser lets the new worker in; it goes on with the old page
    phone.here.wire.dead = True
    phone.start(offline=True)
    assert build(phone) == old
    assert phone.counts()["records"] == 4
    phone.here.wire.dead, phone.here.wire.refuse = False, ()
    phone.push_until_empty()
    assert phone.page.evaluate("field.update()") == {"waits_for": []}
    with phone.page.expect_navigation():
        assert phone.page.evaluate("field.takeUpdate()") is True
    phone.until("window.field !== undefined")
    assert build(phone) == word
    phone.open(phone.here.people[0])
    settled(phone, ledger)
    assert {kept["state"] for kept in phone.page.evaluate("field.list()")} == {"stored"}


def test_a_rescue_file_carried_by_hand_arrives_as_if_it_had_been_sent(phone: Phone) -> None:
    page = phone.start()
    phone.push_until_empty()  # the server has met this phone, and knows its key
    phone.here.wire.refuse = (b"/field/inbox", b"/field/ask", b"/field/files")
    ledger = walk(phone, 2, photos=1)
    text = page.evaluate(
        "field.rescue().then((file) => file.arrayBuffer()).then((it) => new Uint8Array(it).toBase64?.() ?? btoa(Array.from(new Uint8Array(it), (b) => String.fromCharCode(b)).join('')))"
    )
    assert phone.context is not None
    answer = phone.context.request.post(
        "/api/v1/field/rescue",
        multipart={"file": {"name": "rescue.zip", "mimeType": "application/zip", "buffer": base64.b64decode(text)}},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert answer.status == 200, answer.text()
    assert {one["verdict"] for one in answer.json()["verdicts"]} == {"stored"}
    phone.here.wire.refuse = ()
    phone.push_until_empty()
    settled(phone, ledger)
    receipts = {kept["receipt"]["verdict"] for kept in page.evaluate("field.list()")}
    assert receipts == {"duplicate"}
