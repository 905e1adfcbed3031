"""Files come in pieces; what is whole is checked and kept, and nothing half is ever there."""

import errno
import io
import json
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NoReturn

import pillow_heif
import pytest
from fastapi import FastAPI
from PIL import Image

from gis_service.access.rules import Role
from gis_service.patrols.inbox import jobs, uploads
from gis_service.patrols.inbox.uploads import Uploads
from tests.conftest import Person
from tests.patrols.inbox.conftest import Land
from tests.patrols.inbox.phone import Phone, piece, sha256, upload
from tests.patrols.inbox.test_verdicts import house_of

CONTENT = os.urandom(200_000)
URL = f"/api/v1/field/files/{sha256(CONTENT)}"


def test_a_file_is_taken_up_where_it_was_cut(ground: Land, inspector: Person) -> None:
    assert piece(inspector, CONTENT, 0).json()["offset"] == 65_536
    assert inspector.head(URL).headers["upload-offset"] == "65536"
    wrong = piece(inspector, CONTENT, 131_072)
    assert (wrong.status_code, wrong.json()["offset"]) == (409, 65_536)
    assert upload(inspector, CONTENT, offset=65_536).json()["stored"]
    assert inspector.get(URL, params={"size": len(CONTENT)}).json() == {
        "sha256": sha256(CONTENT), "size_bytes": len(CONTENT), "offset": len(CONTENT), "stored": True,
    }  # fmt: skip
    assert ground.services.store.path(sha256(CONTENT)).read_bytes() == CONTENT
    assert ground.one("select name, size_bytes from stored_file") == ("照片.jpg", len(CONTENT))
    assert not list((ground.services.settings.var_dir / "uploads").iterdir())
    assert piece(inspector, CONTENT, 0).json()["stored"]  # once more does no harm


def test_bytes_that_were_changed_on_the_way_are_not_kept_and_the_upload_begins_anew(
    ground: Land, inspector: Person
) -> None:
    piece(inspector, CONTENT, 0)
    spoiled = piece(inspector, CONTENT[:65_536] + bytes(len(CONTENT) - 65_536), 65_536, 200_000, sha256(CONTENT))
    assert (spoiled.status_code, spoiled.json()["code"]) == (400, "field.hash_differs")
    assert inspector.get(URL, params={"size": len(CONTENT)}).json()["offset"] == 0
    assert upload(inspector, CONTENT).json()["stored"]
    assert ground.one("select count(*) from stored_file") == 1


def test_several_people_send_the_same_file_at_once(ground: Land, sign_in: Callable[..., Person]) -> None:
    people = [sign_in(Role.INSPECTOR, area_id=ground.area) for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda person: upload(person, CONTENT, chunk=20_000), people * 2))
    # two tabs of one person meet: the second is told where the first is
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert all(upload(person, CONTENT).json()["stored"] for person in people)
    assert ground.services.store.path(sha256(CONTENT)).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"Upload-Length": str(33 << 20)}, 413), ({"Upload-Length": "5"}, 400), ({"Upload-Offset": "-1"}, 400)],
)
def test_an_upload_beyond_its_bounds_is_refused(inspector: Person, headers: dict[str, str], status: int) -> None:
    sent = {"Upload-Offset": "0", "Upload-Length": "200000", **headers}
    assert inspector.put(URL, content=CONTENT[:100], headers=sent).status_code == status
    assert inspector.put("/api/v1/field/files/..%2Fetc", content=b"x", headers=sent).status_code in (400, 404)
    assert inspector.put("/api/v1/field/files/xyz", content=b"x", headers=sent).status_code == 400


class FullStore:
    """A store on a full disk."""

    def put(self, *_: Any, **__: Any) -> NoReturn:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_store_takes_nothing_half_and_says_so(ground: Land, app: FastAPI, inspector: Person) -> None:
    app.state.store, good = FullStore(), app.state.store
    answer = upload(inspector, CONTENT)
    app.state.store = good
    assert (answer.status_code, answer.json()["code"]) == (507, "field.disk_full")
    assert ground.one("select count(*) from stored_file") == 0
    assert upload(inspector, CONTENT, offset=196_608).json()["stored"]  # recovers without a restart


@pytest.fixture
def small_disk(ground: Land) -> Iterator[Path]:
    """A disk of one megabyte under `uploads/`."""
    folder = ground.services.settings.var_dir / "uploads"
    folder.mkdir(parents=True)
    if os.geteuid() != 0 or os.system(f"mount -t tmpfs -o size=1m tmpfs {folder} 2>/dev/null") != 0:  # noqa: S605
        pytest.skip("no right to mount a small disk here; the full store above shows the same")
    yield folder
    os.system(f"umount -l {folder}")  # noqa: S605


def test_a_disk_that_is_full_refuses_and_recovers(
    inspector: Person, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads.Uploads, "__init__", _without_reserve(uploads.Uploads.__init__))
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(900_000))
    answer = upload(inspector, CONTENT)
    assert (answer.status_code, answer.json()["code"]) == (507, "field.disk_full")
    ballast.unlink()
    offset = inspector.get(URL, params={"size": len(CONTENT)}).json()["offset"]
    assert upload(inspector, CONTENT, offset=offset).json()["stored"]


def _without_reserve(original: Any) -> Any:
    return lambda self, *args, **more: original(self, *args, **{**more, "reserve_bytes": 0})


def test_a_disk_that_is_nearly_full_is_left_to_the_database(inspector: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage("/")._replace(free=10 << 20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    assert upload(inspector, CONTENT).status_code == 507


def test_pictures_get_a_small_copy_and_the_type_is_what_the_bytes_say(
    ground: Land, inspector: Person, phone: Phone
) -> None:
    heic, page = io.BytesIO(), b"<html><script>alert(1)</script>" + os.urandom(20)
    pillow_heif.from_pillow(Image.new("RGB", (900, 600), (10, 90, 30))).save(heic)
    phone.send(inspector, phone.start())
    photos = []
    for content in (heic.getvalue(), page):
        phone.files[sha256(content)] = content
        photos.append(
            {"sha256": sha256(content), "kind": "original", "media_type": "image/jpeg", "size_bytes": len(content)}
        )
    visit = phone.visit(ground.parcels[0], photos=1)
    seen = phone.observation()
    text = seen["text"].replace('"photos":[]', '"photos":' + json.dumps(photos))
    seen = {"uuid": seen["uuid"], "text": text, "sha256": sha256(text.encode())}
    phone.send_files(inspector)
    assert [each["verdict"] for each in phone.send(inspector, visit, seen)] == ["stored", "stored"]
    for record in (visit, seen):
        jobs.make_small(ground.services.sessions, ground.services.store, record["uuid"])
    found = dict(ground.rows("select media_type, thumbnail_sha256 is not null from field_photo"))
    assert found == {"image/jpeg": True, "image/heic": True, "application/octet-stream": False}
    assert ground.services.store.path(sha256(heic.getvalue())).read_bytes() == heic.getvalue()


def test_partial_files_that_nobody_finished_are_swept_and_whole_ones_stay(ground: Land, inspector: Person) -> None:
    piece(inspector, CONTENT, 0)
    whole = os.urandom(500)
    upload(inspector, whole)
    place = Uploads(ground.services.settings.var_dir / "uploads", ground.services.store, 1 << 20)
    assert jobs.sweep_uploads(house_of(ground), place, keep_days=1) == 0
    with house_of(ground).transaction(None) as session:
        session.connection().exec_driver_sql("update field_upload set updated_at = now() - interval '2 days'")
    assert jobs.sweep_uploads(house_of(ground), place, keep_days=1) == 1
    assert not list(place.folder.iterdir())
    assert ground.services.store.path(sha256(whole)).exists()
