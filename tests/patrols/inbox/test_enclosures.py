"""The desk looks at the photos of a record that waits, before it decides; nobody else does, and no other file."""

from tests.conftest import Person
from tests.patrols.inbox.conftest import Land
from tests.patrols.inbox.phone import Phone


def test_a_photo_of_a_record_that_waits_can_be_seen(
    ground: Land, inspector: Person, officer: Person, phone: Phone
) -> None:
    phone.write("patrol.start", {})
    sent = phone.observation(photos=1)  # its walk never came
    (sha256,) = phone.files
    phone.send_files(inspector, sha256)
    (receipt,) = phone.send(inspector, sent)
    assert receipt["verdict"] == "held"
    path = f"/api/v1/patrols/inbox/{sent['uuid']}/files/{sha256}"
    answer = officer.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert answer.content == phone.files[sha256]
    assert inspector.get(path).status_code == 403
    assert officer.get(path.replace(sha256, "0" * 64)).status_code == 404
    assert ground.one("select count(*) from audit_entry where action = 'file.read'") == 1
