"""Many copies of one batch at once: one set of rows, and every copy is answered."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conftest import Person
from tests.patrols.inbox.conftest import Land
from tests.patrols.inbox.phone import Phone


@pytest.mark.parametrize("copies", [1, 2, 10, 50])
def test_copies_of_a_batch_at_once_make_one_set_of_rows(
    ground: Land, inspector: Person, phone: Phone, copies: int
) -> None:
    visit = phone.visit(ground.parcels[0], photos=1) if phone.start() else None
    assert visit
    sent = [*phone.records, phone.track(50), phone.observation(visit=visit["uuid"]), phone.end()]
    phone.send_files(inspector)
    batches = [phone.batch(sent if n % 2 else sent[::-1]) for n in range(copies)]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda batch: inspector.post("/api/v1/field/inbox", json=batch), batches))
    assert {answer.status_code for answer in answers} == {200}
    verdicts = {each["verdict"] for answer in answers for each in answer.json()["verdicts"]}
    assert verdicts <= {"stored", "duplicate"}
    for table in ("patrol", "visit", "observation", "track_part", "field_photo"):
        assert ground.one(f"select count(*) from {table}") == 1, table
    assert ground.one("select count(*) from jobs.procrastinate_jobs where task_name = 'patrols.follow'") == 1
    assert ground.one("select count(*) from inbox_record where verdict = 'stored'") == len(sent)


def test_the_records_of_one_walk_sent_one_by_one_at_once_all_become_rows(
    ground: Land, inspector: Person, phone: Phone
) -> None:
    phone.start()
    for _ in range(6):
        phone.visit(ground.parcels[0])
        phone.track(20)
    sent = [*phone.records, phone.end()]
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda record: phone.send(inspector, record), sent))
    assert ground.one("select count(*) from inbox_record where verdict = 'stored'") == len(sent)
    assert ground.one("select state from patrol") == "recorded"
