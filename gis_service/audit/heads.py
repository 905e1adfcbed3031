"""The head of the chain, signed, in files outside the database: whoever can rewrite the whole chain cannot rewrite these.

A head is a JSON object. Its `signature` is Ed25519 (RFC 8032) over the other fields as `core.chain.canonical` writes them. The
signing key lies beside the vault's keys and never in the database; a copy of the folder of heads on another machine also
withstands whoever has this whole machine.
"""

import base64
import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization as shapes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from gis_service.audit.errors import HeadKeyBroken, HeadThere, NoHeads
from gis_service.core import private
from gis_service.core.chain import canonical

FORM = "gis_service audit head 1"
PUBLIC = "heads.pub"
"""The public key, kept beside the heads so that others can check them."""
HEX_DIGITS = 64


@dataclass(frozen=True)
class Head:
    """Where the chain stood: its last seal, the last entry under it, and how many entries there were. A head that was only
    noted on paper has no more than its hash."""

    head: str
    seal: int | None = None
    to_id: int | None = None
    entries: int | None = None
    sealed_at: str = ""


class HeadKey:
    """The key that signs heads."""

    def __init__(self, key: Ed25519PrivateKey):
        self._key = key

    @classmethod
    def at(cls, path: Path) -> "HeadKey":
        """The key of a file, which is made (mode 0600) where there is none; raises `HeadKeyBroken`."""
        if not path.exists():
            pem = Ed25519PrivateKey.generate().private_bytes(
                shapes.Encoding.PEM, shapes.PrivateFormat.PKCS8, shapes.NoEncryption()
            )
            with suppress(FileExistsError):  # two processes began together
                private.write(path, pem, fresh=True)
        try:
            key = shapes.load_pem_private_key(path.read_bytes(), None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise HeadKeyBroken(path=str(path)) from None
        if not isinstance(key, Ed25519PrivateKey):
            raise HeadKeyBroken(path=str(path))
        return cls(key)

    @property
    def public(self) -> str:
        return public_text(self._key.public_key())

    def public_pem(self) -> bytes:
        return self._key.public_key().public_bytes(shapes.Encoding.PEM, shapes.PublicFormat.SubjectPublicKeyInfo)

    def signed(self, head: Head, at: datetime) -> dict[str, Any]:
        """The head as it is written into a file."""
        told = {"form": FORM, **asdict(head), "signed_at": at.astimezone(UTC).isoformat(), "key": self.public}
        return {**told, "signature": base64.b64encode(self._key.sign(canonical(told))).decode()}


def public_text(key: Ed25519PublicKey) -> str:
    return base64.b64encode(key.public_bytes_raw()).decode()


def public_key(path: Path) -> str:
    """The public key of a PEM file, as heads name it; raises `HeadKeyBroken`."""
    try:
        key = shapes.load_pem_public_key(path.read_bytes())
    except (OSError, ValueError, UnsupportedAlgorithm):
        raise HeadKeyBroken(path=str(path)) from None
    if not isinstance(key, Ed25519PublicKey):
        raise HeadKeyBroken(path=str(path))
    return public_text(key)


def write(document: dict[str, Any], to: Path) -> Path:
    """Put a signed head into a file, or under its own name into a folder; raises `HeadThere`, for heads are never replaced."""
    path = to / name_of(document) if to.is_dir() else to
    try:
        private.write(path, json.dumps(document, indent=1).encode() + b"\n", mode=0o400, fresh=True)
    except FileExistsError:
        raise HeadThere(path=str(path)) from None
    return path


def keep(document: dict[str, Any], folder: Path, public_pem: bytes) -> Path | None:
    """Add a signed head to a folder that only grows, with the public key beside it; None where this seal's head is there."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not (folder / PUBLIC).exists():
        private.write(folder / PUBLIC, public_pem, mode=0o444)
    if any(folder.glob(f"head-{document['seal']:010d}-*.json")):
        return None
    return write(document, folder)


def name_of(document: dict[str, Any]) -> str:
    """By seal and time, so that a folder lists them in order."""
    at = datetime.fromisoformat(document["signed_at"])
    return f"head-{document['seal']:010d}-{at:%Y%m%dT%H%M%SZ}.json"


@dataclass(frozen=True)
class Shelf:
    """Heads that were read, and the files that are not what was signed."""

    heads: tuple[Head, ...]
    broken: tuple[str, ...]


def read(named: Iterable[str], trusted: Sequence[str]) -> Shelf:
    """The heads of files, folders, or written out in hexadecimal; signatures must be by one of the `trusted` public keys.

    Raises `NoHeads` for what is neither.
    """
    heads, broken = [], []
    for word in named:
        if _is_hash(word):
            heads.append(Head(word.lower()))
            continue
        for path in _files(word):
            head = _head(path, trusted)
            if head:
                heads.append(head)
            else:
                broken.append(str(path))
    return Shelf(tuple(heads), tuple(broken))


def _is_hash(word: str) -> bool:
    return len(word) == HEX_DIGITS and all(digit in "0123456789abcdefABCDEF" for digit in word)


def _files(word: str) -> list[Path]:
    path = Path(word)
    if path.is_dir():
        return sorted(path.glob("head-*.json"))
    if path.is_file():
        return [path]
    raise NoHeads(named=word)


def _head(path: Path, trusted: Sequence[str]) -> Head | None:
    """The head of a file; None where it is not as one of the trusted keys signed it."""
    try:
        document = json.loads(path.read_bytes())
        signature = base64.b64decode(document.pop("signature"), validate=True)
        if document["form"] != FORM or document["key"] not in trusted:
            return None
        Ed25519PublicKey.from_public_bytes(base64.b64decode(document["key"])).verify(signature, canonical(document))
        return Head(*(document[field] for field in Head.__dataclass_fields__))
    except (ValueError, KeyError, TypeError, AttributeError, InvalidSignature):
        return None
