"""救援包: what a phone could not send, in one signed ZIP that any hand may carry (`web/src/field/queue/rescue.ts` writes it).

    manifest.json   {format: "gis-field-rescue-1", device, person, made_at (ms), app, records: [{uuid, sha256}],
                     files: [{sha256, size, media_type}], signature}
    records.jsonl   one {uuid, text, sha256} a line, in the order they were made
    files/<sha256>  the bytes of each file

`signature` is base64 of r‖s (64 bytes): ECDSA P-256 with SHA-256, by the phone's key, over the lines `statement` makes, so that nobody has
to agree on how JSON is written. The key is the one the phone said on its first visit (`field_device.public_key`).

The ZIP itself is kept first, as it came. Then its files go into the store, each under the hash it really has, and its records into the
inbox. What the signature vouches for is judged as if its recorder had sent it. Anything else (a phone or person that never was here, a
wrong signature, a line the manifest does not name) is kept just the same, and held until a land officer lets it through.
"""

import base64
import binascii
import json
import tempfile
import zipfile
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.files.store import sha256_of
from gis_service.parcels.reading import archive
from gis_service.parcels.reading.result import MEGABYTE, Limits, Unreadable
from gis_service.patrols.inbox import keeping, taking, uploads
from gis_service.patrols.inbox.errors import NotARescue
from gis_service.patrols.inbox.keeping import Came, Kept
from gis_service.patrols.inbox.models import FieldDevice, InboxRecord
from gis_service.patrols.inbox.taking import House
from gis_service.patrols.inbox.uploads import Uploads
from gis_service.patrols.inbox.wire import Receipt, Sent

FORMAT = "gis-field-rescue-1"
LIMITS = Limits(unpacked_bytes=4 << 30, zip_members=20_000)
MOST_TEXT = 64 * MEGABYTE
"""Most that the manifest, or the records, may weigh unpacked."""
AT_ONCE = 200
UNKNOWN, WRONG = "field.rescue_unknown_device", "field.rescue_bad_signature"


class Named(BaseModel):
    uuid: UUID
    sha256: str


class NamedFile(BaseModel):
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    size: int
    media_type: str = ""


class Manifest(BaseModel):
    model_config = ConfigDict(extra="ignore")
    format: str
    device: UUID
    person: int
    made_at: int
    app: str = ""
    records: list[Named]
    files: list[NamedFile] = []
    signature: str = ""


@dataclass
class Bundle:
    """What was in a rescue file, read and not yet believed."""

    manifest: Manifest
    came: list[Came] = field(default_factory=list)
    broken_lines: int = 0
    files: list[tuple[str, int]] = field(default_factory=list)
    """Hash and size of what is in the store now."""


def statement(manifest: Manifest) -> bytes:
    """What is signed: format, device, person and time, then each record and each file, one a line."""
    said = [manifest.format, str(manifest.device), str(manifest.person), str(manifest.made_at)]
    said += [f"{one.uuid} {one.sha256}" for one in manifest.records]
    said += [f"{one.sha256} {one.size}" for one in manifest.files]
    return "\n".join(said).encode()


def is_signed(manifest: Manifest, public_key: dict[str, Any]) -> bool:
    """Whether the signature is that of this key (JWK, P-256). Never raises: what is odd is not signed."""
    try:
        x, y = (int.from_bytes(_base64url(public_key[name])) for name in ("x", "y"))
        key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
        raw = base64.b64decode(manifest.signature, validate=True)
        if len(raw) != 64:
            return False
        signature = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
        key.verify(signature, statement(manifest), ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError, KeyError, TypeError, AttributeError, binascii.Error):
        return False
    return True


def _base64url(word: str) -> bytes:
    return base64.urlsafe_b64decode(word + "=" * (-len(word) % 4))


def bring(
    house: House, place: Uploads, actor: Actor, path: Path, *, name: str, lang: str, request_id: str = ""
) -> list[Receipt]:  # fmt: skip
    """Take a rescue file in; one verdict for each record. `actor` carries it. Raises `NotARescue` where it is none."""
    assert actor.id is not None  # noqa: S101
    bundle = read(path, place)
    with house.transaction(actor, request_id) as session:
        _keep_files(session, place, actor.id, path, name, bundle)
        doubt = _doubt(session, bundle.manifest)
    receipts: list[Receipt] = []
    for first in range(0, len(bundle.came), AT_ONCE):
        receipts += _take(house, actor, bundle, bundle.came[first : first + AT_ONCE], doubt, lang, request_id)
    return receipts


def _take(
    house: House, actor: Actor, bundle: Bundle, came: list[Came], doubt: str | None, lang: str, request_id: str
) -> list[Receipt]:  # fmt: skip
    assert actor.id is not None  # noqa: S101
    vouched = {(one.uuid, one.sha256) for one in bundle.manifest.records} if doubt is None else set()
    with house.transaction(actor, request_id) as session:
        kept: list[Kept] = keeping.keep(session, actor.id, came, by_rescue=True, doubt=doubt or WRONG)
        keeping.prove(
            session, [each.uuid for each in kept if (each.uuid, each.sha256) in vouched], by_id=bundle.manifest.person
        )
    return taking.judged(house, actor, kept, lang=lang, request_id=request_id)


def read(path: Path, place: Uploads) -> Bundle:
    """Open a rescue file and put its files into the store. Its directory is judged before a byte is unpacked."""
    try:
        with archive.opened(path) as zipped:
            members = {str(member.path): member for member in archive.members(zipped, LIMITS)}
            bundle = Bundle(_manifest(_text(zipped, members, "manifest.json")))
            for line in _text(zipped, members, "records.jsonl").splitlines():
                _line(bundle, line)
            for named in bundle.manifest.files:
                if member := members.get(f"files/{named.sha256}"):
                    _file(place, zipped, member, named.sha256, bundle)
            return bundle
    except Unreadable as fault:
        raise NotARescue(reason_zh=fault.zh, reason=fault.en) from None


def _text(zipped: zipfile.ZipFile, members: dict[str, archive.Member], name: str) -> str:
    member = members.get(name)
    if member is None or member.info.file_size > MOST_TEXT:
        raise NotARescue(reason_zh=f"没有 {name}", reason=f"no {name}")
    with zipped.open(member.info) as source:
        return source.read(MOST_TEXT).decode("utf-8", "replace")


def _manifest(words: str) -> Manifest:
    try:
        found = Manifest.model_validate_json(words)
        datetime.fromtimestamp(found.made_at / 1000)  # noqa: DTZ006  (only whether it is a time)
    except (ValidationError, ValueError, OverflowError, OSError):
        raise NotARescue(reason_zh="manifest.json 无法读取", reason="manifest.json cannot be read") from None
    if found.format != FORMAT:
        raise NotARescue(reason_zh=f"格式是 {found.format[:40]}", reason=f"its format is {found.format[:40]}")
    return found


def _line(bundle: Bundle, line: str) -> None:
    """One record. A line that cannot be read stays in the ZIP, which is kept."""
    try:
        sent = Sent.model_validate(json.loads(line))
        bundle.came.append(Came(sent.uuid, sent.text, sent.sha256))
    except (ValueError, RecursionError):
        bundle.broken_lines += bool(line.strip())


def _file(place: Uploads, zipped: zipfile.ZipFile, member: archive.Member, sha256: str, bundle: Bundle) -> None:
    """Into the store, if it is what its name says; a damaged one is left out, and what names it waits."""
    if member.info.file_size > place.most_bytes:
        return
    with tempfile.NamedTemporaryFile() as unpacked:
        archive.unpack(zipped, member, Path(unpacked.name))
        if sha256_of(Path(unpacked.name)) == sha256:
            with Path(unpacked.name).open("rb") as source:
                bundle.files.append(uploads.into_store(place, source))


def _keep_files(session: Session, place: Uploads, user_id: int, path: Path, name: str, bundle: Bundle) -> None:
    with path.open("rb") as source:
        whole = uploads.into_store(place, source, most_bytes=LIMITS.unpacked_bytes)
    for sha256, size in [whole, *bundle.files]:
        uploads.keep_stored(session, user_id, sha256, name if sha256 == whole[0] else "", size)


def _doubt(session: Session, manifest: Manifest) -> str | None:
    """Why the manifest is not believed: the phone or its person never was here, or the signature is not the phone's."""
    device = session.get(FieldDevice, manifest.device)
    if device is None or device.public_key is None or not _used_by(session, device, manifest.person):
        return UNKNOWN
    return None if is_signed(manifest, device.public_key) else WRONG


def _used_by(session: Session, device: FieldDevice, person: int) -> bool:
    """Whether the person signed in on this phone before: a key must not vouch for somebody who never held the phone."""
    sent = select(InboxRecord.uuid).where(
        InboxRecord.device_id == device.id, InboxRecord.sent_by_id == person, InboxRecord.by_rescue.is_(False)
    )
    return device.last_user_id == person or session.scalar(sent.limit(1)) is not None
