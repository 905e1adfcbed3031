"""The rescue file: signed by the phone, carried by anybody, and nothing of it is lost when it is doubted."""

import base64
import contextlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from typer.testing import CliRunner

from gis_service.access.rules import Role
from gis_service.patrols.inbox import cli
from gis_service.patrols.inbox.rescue import Manifest, statement
from tests.conftest import Person
from tests.patrols.inbox.conftest import Land
from tests.patrols.inbox.phone import Phone, ms, sha256


def jwk(key: ec.EllipticCurvePrivateKey) -> dict[str, Any]:
    numbers = key.public_key().public_numbers()
    x, y = (base64.urlsafe_b64encode(n.to_bytes(32)).decode().rstrip("=") for n in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


def bundle(
    phone: Phone, key: ec.EllipticCurvePrivateKey, *, spoil: Callable[[dict[str, Any]], None] = lambda _m: None
) -> bytes:
    """What the phone writes (`web/src/field/queue/rescue.ts`)."""
    manifest: dict[str, Any] = {
        "format": "gis-field-rescue-1", "device": str(phone.device), "person": phone.by, "made_at": ms(), "app": phone.app,
        "records": [{"uuid": each["uuid"], "sha256": each["sha256"]} for each in phone.records],
        "files": [{"sha256": each, "size": len(content), "media_type": "image/jpeg"} for each, content in phone.files.items()],
    }  # fmt: skip
    r, s = decode_dss_signature(key.sign(statement(Manifest(**manifest)), ec.ECDSA(hashes.SHA256())))
    manifest["signature"] = base64.b64encode(r.to_bytes(32) + s.to_bytes(32)).decode()
    spoil(manifest)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zipped:
        zipped.writestr("manifest.json", json.dumps(manifest))
        zipped.writestr("records.jsonl", "".join(json.dumps(each) + "\n" for each in phone.records))
        for name, content in phone.files.items():
            zipped.writestr(f"files/{name}", content)
    return out.getvalue()


def carry(person: Person, content: bytes) -> Any:
    return person.post("/api/v1/field/rescue", files={"file": ("xuncha.zip", content)})


@pytest.fixture
def key(inspector: Person, phone: Phone) -> ec.EllipticCurvePrivateKey:
    """The phone's key, which the server knows from an earlier visit."""
    made = ec.generate_private_key(ec.SECP256R1())
    assert inspector.post("/api/v1/field/inbox", json=phone.batch(public_key=jwk(made))).status_code == 200
    return made


def a_day(ground: Land, phone: Phone) -> None:
    phone.start()
    phone.visit(ground.parcels[0], photos=1)
    phone.end()


def test_a_signed_rescue_file_is_taken_from_anybody_s_hand(
    ground: Land, phone: Phone, key: ec.EllipticCurvePrivateKey, sign_in: Callable[..., Person], inspector: Person
) -> None:
    a_day(ground, phone)
    courier = sign_in(Role.INSPECTOR, area_id=ground.other_area)
    answer = carry(courier, bundle(phone, key))
    assert [each["verdict"] for each in answer.json()["verdicts"]] == ["stored"] * 3, answer.text
    assert ground.one("select inspector_id, state from patrol") == (inspector.user_id, "recorded")
    assert ground.one("select count(*) from field_photo") == 1
    assert [each["verdict"] for each in phone.send(inspector, *phone.records)] == ["duplicate"] * 3
    assert ground.one("select count(*) from stored_file") == 2  # the photo, and the rescue file itself


@pytest.mark.parametrize(
    ("doubt", "code"), [("signature", "field.rescue_bad_signature"), ("device", "field.rescue_unknown_device")]
)
def test_what_is_doubted_is_kept_and_held_until_a_land_officer_lets_it_through(
    ground: Land, phone: Phone, key: ec.EllipticCurvePrivateKey, officer: Person, doubt: str, code: str
) -> None:
    if doubt == "device":
        phone.device = phone.device.__class__(int=7)
    a_day(ground, phone)
    content = bundle(phone, ec.generate_private_key(ec.SECP256R1()) if doubt == "signature" else key)
    verdicts = carry(officer, content).json()["verdicts"]
    assert {(each["verdict"], each["reason"]["code"]) for each in verdicts} == {("held", code)}
    listed = officer.get("/api/v1/patrols/inbox").json()
    assert listed["counts"]["held"] == 3
    assert {each["reason"]["code"] for each in listed["items"]} == {code}
    for each in phone.records:
        assert officer.post(f"/api/v1/patrols/inbox/{each['uuid']}/release").json()["verdict"] == "stored"
    assert ground.one("select state from patrol") == "recorded"


def test_what_was_doubted_is_proved_when_its_recorder_sends_it_after_all(
    ground: Land, phone: Phone, key: ec.EllipticCurvePrivateKey, inspector: Person, officer: Person
) -> None:
    a_day(ground, phone)
    carry(officer, bundle(phone, ec.generate_private_key(ec.SECP256R1())))
    assert [each["verdict"] for each in phone.send(inspector, *phone.records)] == ["duplicate"] * 3
    assert key


def test_a_key_does_not_vouch_for_somebody_who_never_held_the_phone(
    ground: Land, phone: Phone, key: ec.EllipticCurvePrivateKey, officer: Person, inspector: Person
) -> None:
    phone.by = officer.user_id
    a_day(ground, phone)
    verdicts = carry(inspector, bundle(phone, key)).json()["verdicts"]
    assert {each["reason"]["code"] for each in verdicts} == {"field.rescue_unknown_device"}
    assert ground.one("select count(*) from patrol") == 0


def test_a_key_once_known_is_not_replaced(
    ground: Land, phone: Phone, key: ec.EllipticCurvePrivateKey, officer: Person
) -> None:
    officer.post("/api/v1/field/inbox", json=phone.batch(public_key=jwk(ec.generate_private_key(ec.SECP256R1()))))
    assert ground.one("select public_key from field_device") == jwk(key)


def test_a_record_that_the_manifest_does_not_name_is_not_vouched_for(
    ground: Land, phone: Phone, key: ec.EllipticCurvePrivateKey, officer: Person
) -> None:
    phone.start()
    named = list(phone.records)
    phone.track()
    content = bundle(phone, key, spoil=lambda manifest: manifest["records"].pop())
    assert named
    verdicts = carry(officer, content).json()["verdicts"]
    assert {each["verdict"] for each in verdicts} == {"held"}  # the signature is of the longer list
    assert ground.one("select count(*) from inbox_record") == 2


def a_zip(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in members.items():
            zipped.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"no zip at all",
        a_zip(**{"manifest.json": b"{}", "records.jsonl": b""}),
        a_zip(**{"../manifest.json": b"{}"}),
        a_zip(bomb=bytes(60 << 20)),
        a_zip(**{"inner.zip": a_zip(a=b"1")}),
        b"",
    ],
)
def test_what_is_no_rescue_file_is_refused_with_a_sentence(ground: Land, inspector: Person, content: bytes) -> None:
    answer = carry(inspector, content)
    assert (answer.status_code, answer.json()["code"]) == (422, "field.not_a_rescue")
    assert ground.one("select count(*) from inbox_record") == 0


def test_a_damaged_photo_in_it_is_left_out_and_its_record_waits(
    ground: Land, phone: Phone, key: ec.EllipticCurvePrivateKey, inspector: Person
) -> None:
    a_day(ground, phone)
    good = dict(phone.files)
    phone.files = dict.fromkeys(good, b"damaged")
    verdicts = carry(inspector, bundle(phone, key)).json()["verdicts"]
    assert [each["verdict"] for each in verdicts] == ["stored", "held", "stored"]
    phone.files = good
    phone.send_files(inspector)
    assert ground.one("select count(*) from visit") == 1
    assert sha256(b"damaged") not in [row for (row,) in ground.rows("select sha256 from stored_file")]


def test_the_command_takes_a_rescue_file_in(
    ground: Land, phone: Phone, key: ec.EllipticCurvePrivateKey, tmp_path: Path
) -> None:
    a_day(ground, phone)
    file = tmp_path / "rescue.zip"
    file.write_bytes(bundle(phone, key))
    (username,) = ground.rows("select username from app_user order by id limit 1")
    commands = typer.Typer()
    commands.callback()(lambda: None)
    cli.install(commands, lambda: contextlib.nullcontext(ground.services))
    done = CliRunner().invoke(commands, ["rescue", str(file), "--as", username[0], "--json"])
    assert done.exit_code == 0, done.output
    assert [each["verdict"] for each in json.loads(done.output)["verdicts"]] == ["stored"] * 3
