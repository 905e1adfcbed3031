"""Files of parcels: kept as they came, shared out by number, refused when they are not what they say."""

import hashlib
import io
import struct
import zipfile
import zlib
from collections.abc import Callable

import pytest
from fastapi import FastAPI
from PIL import Image

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import Role
from gis_service.core import db
from tests.conftest import Person
from tests.factories import a_parcel, an_area, land

SignIn = Callable[..., Person]
PDF = b"%PDF-1.7\n%made up\n"


def picture(side: int = 900, kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "SECRET-CAMERA"
    Image.new("RGB", (side, side // 2), "green").save(out, kind, exif=exif)
    return out.getvalue()


@pytest.fixture
def officer(sign_in: SignIn) -> Person:
    return sign_in(Role.LAND_OFFICER)


@pytest.fixture
def parcels(app: FastAPI) -> dict[str, int]:
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        numbers = ("BW-0001", "BW-0001-1", "后环-7")
        return {no: a_parcel(session, shape=land(n), parcel_no=no).id for n, no in enumerate(numbers)}


def send(person: Person, parcel_id: int, name: str, content: bytes, **form: str):
    return person.post(f"/api/v1/parcels/{parcel_id}/files", files={"file": (name, content)}, data=form)


def test_a_file_is_kept_byte_for_byte_and_saved_under_its_own_name(officer: Person, parcels: dict[str, int]) -> None:
    made = send(officer, parcels["BW-0001"], "红线图 (终稿).pdf", PDF, caption="2026 年实测")
    assert made.status_code == 201, made.text
    assert (made.json()["kind"], made.json()["sha256"]) == ("drawing", hashlib.sha256(PDF).hexdigest())
    back = officer.get(f"/api/v1/files/{made.json()['id']}/content")
    assert back.content == PDF
    assert back.headers["content-disposition"].startswith("attachment;")
    assert "filename*=UTF-8''%E7%BA%A2%E7%BA%BF%E5%9B%BE" in back.headers["content-disposition"]
    assert back.headers["content-security-policy"].startswith("sandbox")
    assert back.headers["x-content-type-options"] == "nosniff"


def test_a_picture_has_a_small_copy_without_what_the_camera_wrote(officer: Person, parcels: dict[str, int]) -> None:
    made = send(officer, parcels["BW-0001"], "现场.jpg", picture()).json()
    assert (made["kind"], made["has_thumbnail"]) == ("photo", True)
    small = officer.get(f"/api/v1/files/{made['id']}/thumbnail")
    assert small.headers["content-type"] == "image/jpeg"
    assert Image.open(io.BytesIO(small.content)).size == (400, 200)
    assert b"SECRET-CAMERA" not in small.content
    assert b"SECRET-CAMERA" in officer.get(f"/api/v1/files/{made['id']}/content").content


HOSTILE = {
    "script.jpg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "page.pdf": b"<html><script>alert(1)</script>",
    "program.png": b"MZ\x90\x00",
    "half.jpg": picture()[:300],
    "nothing.pdf": b"",
    "tool.exe": b"MZ\x90\x00",
    "text.txt": b"<script>alert(1)</script>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_is_not_what_it_says_is_refused(officer: Person, parcels: dict[str, int], name: str) -> None:
    refused = send(officer, parcels["BW-0001"], name, HOSTILE[name])
    assert refused.status_code in (400, 415, 422)
    assert name in refused.json()["title"]
    assert officer.get(f"/api/v1/parcels/{parcels['BW-0001']}/files").json()["items"] == []


def test_a_picture_bomb_is_refused_within_bounds(officer: Person, parcels: dict[str, int]) -> None:
    small = io.BytesIO()
    Image.new("1", (8, 8)).save(small, "PNG")
    header = b"IHDR" + struct.pack(">II", 50_000, 50_000) + small.getvalue()[24:29]
    bomb = small.getvalue()[:12] + header + struct.pack(">I", zlib.crc32(header)) + small.getvalue()[33:]
    refused = send(officer, parcels["BW-0001"], "bomb.png", bomb)
    assert (refused.status_code, refused.json()["code"]) == (422, "file.bad_picture")
    assert "像素" in refused.json()["title"]


def test_the_same_file_again_is_one_attachment(officer: Person, parcels: dict[str, int]) -> None:
    first, again = (send(officer, parcels["BW-0001"], "a.pdf", PDF) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]


def test_a_file_taken_off_stays_in_the_past_and_can_come_back(officer: Person, parcels: dict[str, int]) -> None:
    made = send(officer, parcels["BW-0001"], "a.pdf", PDF).json()
    files = f"/api/v1/parcels/{parcels['BW-0001']}/files"
    assert officer.post(f"/api/v1/files/{made['id']}/remove", json={"reason": " "}).status_code == 400
    assert (
        officer.post(f"/api/v1/files/{made['id']}/remove", json={"reason": "传错"}).json()["removed_reason"] == "传错"
    )
    assert officer.get(files).json()["items"] == []
    assert len(officer.get(files, params={"as_of": made["added_at"]}).json()["items"]) == 1
    officer.post(f"/api/v1/files/{made['id']}/restore")
    assert len(officer.get(files).json()["items"]) == 1


def bundle(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zipped:
        for name, content in members.items():
            zipped.writestr(name, content)
    return out.getvalue()


def test_a_zip_is_shared_out_by_the_numbers_in_its_names(officer: Person, parcels: dict[str, int]) -> None:
    files = {
        "BW-0001_红线图.pdf": PDF,
        "资料/ｂｗ-0001-1 现场.jpg": picture(),
        "后环-7/产权证.pdf": PDF + b"2",
        "BW-00012.pdf": PDF,
        "BW-0001 坏图.png": b"\x89PNG\r\n\x1a\nbroken",
    }
    content = bundle(**files)
    before = officer.post("/api/v1/files/bundle", files={"file": ("资料.zip", content)}).json()["items"]
    assert {each["path"]: each["parcel_no"] for each in before} == {
        "BW-0001_红线图.pdf": "BW-0001",
        "资料/ｂｗ-0001-1 现场.jpg": "BW-0001-1",
        "后环-7/产权证.pdf": "后环-7",
        "BW-00012.pdf": None,
        "BW-0001 坏图.png": "BW-0001",
    }
    assert all(not officer.get(f"/api/v1/parcels/{each}/files").json()["items"] for each in parcels.values())
    done = officer.post("/api/v1/files/bundle", files={"file": ("资料.zip", content)}, data={"apply": "true"}).json()[
        "items"
    ]
    assert [each["state"] for each in done] == ["attached", "attached", "attached", "no_match", "refused"]
    assert "坏图.png" in done[4]["reason"]
    names = [each["name"] for each in officer.get(f"/api/v1/parcels/{parcels['BW-0001']}/files").json()["items"]]
    assert names == ["BW-0001_红线图.pdf"]


@pytest.mark.parametrize("name", ["../../etc/passwd", "/abs.pdf", "C:\\x.pdf", "inner.zip"])
def test_an_unsafe_zip_is_refused_whole(officer: Person, parcels: dict[str, int], name: str) -> None:
    content = bundle(**{"BW-0001.pdf": PDF, name: PDF})
    refused = officer.post("/api/v1/files/bundle", files={"file": ("a.zip", content)}, data={"apply": "true"})
    assert (refused.status_code, refused.json()["code"]) == (422, "file.not_a_bundle")
    assert officer.get(f"/api/v1/parcels/{parcels['BW-0001']}/files").json()["items"] == []


def test_who_may_not_see_the_parcel_gets_none_of_its_files(app: FastAPI, officer: Person, sign_in: SignIn) -> None:
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        mine, theirs = an_area(session), an_area(session)
        parcel_id, area_id = a_parcel(session, shape=land(), area_id=theirs.id, parcel_no="X-1").id, mine.id
    made = send(officer, parcel_id, "a.pdf", PDF).json()
    stranger = sign_in(Role.LAND_OFFICER, area_id=area_id)
    assert stranger.get(f"/api/v1/parcels/{parcel_id}/files").status_code == 404
    assert stranger.get(f"/api/v1/files/{made['id']}/content").status_code == 404
    assert send(stranger, parcel_id, "b.pdf", PDF).status_code == 404
    shared = stranger.post(
        "/api/v1/files/bundle", files={"file": ("a.zip", bundle(**{"X-1.pdf": PDF}))}, data={"apply": "true"}
    )
    assert shared.json()["items"][0]["state"] == "no_match"
