"""Secrets at rest: sealed with a key that lies outside the database, so that a copy of the database alone tells nothing.

The key file has one key a line, the oldest first: an id, the day it was made, 256 bits in Base64. The newest key seals, every
key unseals; so a key is changed by adding a line. Sealed data is AES-256-GCM, or SM4-GCM where a deployment must use the ciphers of
the State Cryptography Administration (GB/T 32907, GB/T 36624); the form says which, so both are read whichever is chosen:

    1 byte   the form, 1 (AES-256-GCM) or 2 (SM4-GCM)
    4 bytes  the id of the key
    12 bytes the nonce, random: one key is good for 2³² values (NIST SP 800-38D, 8.3)
    …        the data encrypted, and its tag of 16 bytes

What the data is `about` (table and column, and where it matters the row) is bound in: moved elsewhere, it does not open.
"""

import base64
import binascii
import os
import secrets
import stat
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import GCM
from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy.orm import Session

from gis_service.core import private
from gis_service.core.errors import Refusal

FORMS = {"aes-256-gcm": b"\x01", "sm4-gcm": b"\x02"}
"""How each cipher is marked in front of what it sealed."""
DEFAULT = "aes-256-gcm"
KEY_BYTES, ID_BYTES, NONCE_BYTES, TAG_BYTES = 32, 4, 12, 16
HEAD_BYTES = 1 + ID_BYTES + NONCE_BYTES

IN_SESSION = "vault"
"""Under this name a session's `info` has what gives the vault, so that keys are read when they are first needed."""

HEADING = """\
# 数据库中敏感信息的密钥。丢失后无法恢复;与数据库备份分开保管。
# Keys of what is sealed in the database. Lost, it is lost; keep a copy, apart from the backups.
"""


class KeyFileMissing(Refusal):
    """The key file is not where it should be. Nothing is made in its place: what it sealed would stay shut."""

    code, status = "vault.no_key_file", 500
    zh = "找不到密钥文件 {path}。请从离线保管处取回;确属首次使用,请运行 gis-service keys new。"
    en = "There is no key file {path}. Bring it back from where its copy is kept; if there never was one, run `gis-service keys new`."


class KeyFileOpen(Refusal):
    """Everybody on the machine can read the keys."""

    code, status = "vault.key_file_open", 500
    zh = "密钥文件 {path} 可被本机所有用户读取。请执行 chmod 600 {path}。"
    en = "Everybody on this machine can read the key file {path}. Run: chmod 600 {path}"


class KeyFileBroken(Refusal):
    code, status = "vault.key_file_broken", 500
    zh = "密钥文件 {path} 第 {line} 行有误:应为“编号 日期 密钥”,编号不得重复。请用保管的副本恢复。"
    en = "Line {line} of the key file {path} is wrong: it must be `ID DAY KEY`, each id once. Restore it from the copy that is kept."


class KeyMissing(Refusal):
    """Something was sealed with a key that the file does not have."""

    code, status = "vault.key_missing", 500
    zh = "{about} 是用密钥 {key} 加密的,密钥文件 {path} 中没有它。请把该密钥从保管的副本补回。"
    en = "{about} was sealed with key {key}, which is not in the key file {path}. Put that key back from the copy that is kept."


class SealBroken(Refusal):
    """The sealed data is not as it was sealed, or not where it was sealed."""

    code, status = "vault.seal_broken", 500
    zh = "{about} 的加密内容被改动、截断或从别处移来,不能打开。请从备份恢复该条,并核查谁改过数据库。"
    en = "The sealed data of {about} was changed, cut short or moved here from elsewhere; it cannot be opened. Restore it from a backup, and find out who changed the database."


class NoVault(Refusal):
    """Something secret is to be written or read where no keys were given."""

    code, status = "vault.none", 500
    zh = "此处没有密钥,不能读写加密的内容({about})。请经 gis-service 命令运行。"
    en = "No keys are at hand here to read or write what is sealed ({about}). Run it by the gis-service command."


@dataclass(frozen=True)
class Key:
    """One key; its bytes are never shown."""

    id: str
    made_on: date
    secret: bytes

    def __repr__(self) -> str:
        return f"Key({self.id}, {self.made_on})"

    def line(self) -> str:
        return f"{self.id} {self.made_on} {base64.b64encode(self.secret).decode()}\n"


class Sm4Gcm:
    """SM4 in Galois/Counter mode (RFC 8998), with the signatures of `AESGCM`. Its 128 bits are derived from a key's 256 by HKDF with
    SM3: no key serves two ciphers."""

    def __init__(self, secret: bytes):
        self._key = HKDF(SM3(), length=16, salt=None, info=b"gis_service sm4-gcm").derive(secret)

    def encrypt(self, nonce: bytes, data: bytes, bound: bytes) -> bytes:
        working = Cipher(SM4(self._key), GCM(nonce)).encryptor()
        working.authenticate_additional_data(bound)
        return working.update(data) + working.finalize() + working.tag

    def decrypt(self, nonce: bytes, sealed: bytes, bound: bytes) -> bytes:
        """Raises `InvalidTag`."""
        working = Cipher(SM4(self._key), GCM(nonce, sealed[-TAG_BYTES:])).decryptor()
        working.authenticate_additional_data(bound)
        return working.update(sealed[:-TAG_BYTES]) + working.finalize()


CIPHERS: dict[bytes, type[AESGCM] | type[Sm4Gcm]] = {FORMS["aes-256-gcm"]: AESGCM, FORMS["sm4-gcm"]: Sm4Gcm}


class Vault:
    """Seals and unseals with the keys of one file; `cipher` (a name of `FORMS`) is what it seals with, it unseals both."""

    def __init__(self, keys: Sequence[Key], path: Path, cipher: str = DEFAULT):
        self.keys, self.path, self._form = tuple(keys), path, FORMS[cipher]
        self._ciphers = {
            form + bytes.fromhex(key.id): kind(key.secret) for form, kind in CIPHERS.items() for key in keys
        }

    @classmethod
    def at(cls, path: Path, cipher: str = DEFAULT) -> "Vault":
        """The vault of a key file; raises `KeyFileMissing`, `KeyFileOpen`, `KeyFileBroken`."""
        try:
            content = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise KeyFileMissing(path=str(path)) from None
        if path.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH):
            raise KeyFileOpen(path=str(path))
        return cls(_read(content, path), path, cipher)

    def seal(self, data: bytes, about: str) -> bytes:
        """`data` encrypted with the newest key, bound to what it is `about` (such as `party_secret.phone`)."""
        head = self._form + bytes.fromhex(self.keys[-1].id)
        nonce = os.urandom(NONCE_BYTES)
        return head + nonce + self._ciphers[head].encrypt(nonce, data, head + about.encode())

    def unseal(self, sealed: bytes, about: str) -> bytes:
        """The data again; raises `SealBroken` where it was changed or moved, `KeyMissing` where its key is not in the file."""
        sealed = bytes(sealed)
        if len(sealed) < HEAD_BYTES + TAG_BYTES or sealed[:1] not in CIPHERS:
            raise SealBroken(about=about)
        head, nonce, rest = sealed[: 1 + ID_BYTES], sealed[1 + ID_BYTES : HEAD_BYTES], sealed[HEAD_BYTES:]
        cipher = self._ciphers.get(head)
        if cipher is None:
            raise KeyMissing(about=about, key=head[1:].hex(), path=str(self.path))
        try:
            return cipher.decrypt(nonce, rest, head + about.encode())
        except InvalidTag:
            raise SealBroken(about=about) from None


@dataclass(frozen=True)
class Row:
    """The sealed values of one row, bound to it as well: those of another row do not open in their place."""

    vault: Vault
    table: str
    key: object

    def seal(self, column: str, text: str) -> bytes:
        """The text sealed; what is empty stays empty, for it tells nothing."""
        return self.vault.seal(text.encode(), self._about(column)) if text else b""

    def unseal(self, column: str, sealed: bytes) -> str:
        """Raises `SealBroken`, `KeyMissing`."""
        return self.vault.unseal(sealed, self._about(column)).decode() if sealed else ""

    def _about(self, column: str) -> str:
        return f"{self.table}.{column}/{self.key}"


def of(session: Session) -> Vault:
    """The vault of the services a session belongs to; raises `NoVault`."""
    give: Callable[[], Vault] | None = session.info.get(IN_SESSION)
    if give is None:
        raise NoVault(about="session")
    return give()


def row(session: Session, table: str, key: object) -> Row:
    """Where a row's sealed values are sealed and unsealed; `key` is the row's primary key."""
    return Row(of(session), table, key)


def add_key(path: Path, today: date) -> Key:
    """Add a key that seals from now on, and make the file where there is none (mode 0600, in a folder of mode 0700).

    Two processes that make the file at the same time make one. Raises `KeyFileBroken`, `KeyFileOpen`.
    """
    known = Vault.at(path).keys if path.exists() else ()
    key = Key(_fresh_id(known), today, secrets.token_bytes(KEY_BYTES))
    content = HEADING + "".join(each.line() for each in (*known, key))
    with suppress(FileExistsError):  # somebody made the first key meanwhile: it is as good
        private.write(path, content.encode(), fresh=not known)
    return Vault.at(path).keys[-1]


def ensure(path: Path, today: date, cipher: str = DEFAULT) -> Vault:
    """The vault of a key file that is made where there is none: for the place of this deployment's own."""
    if not path.exists():
        add_key(path, today)
    return Vault.at(path, cipher)


def _fresh_id(known: Sequence[Key]) -> str:
    taken = {key.id for key in known}
    while (drawn := secrets.token_hex(ID_BYTES)) in taken:
        pass
    return drawn


def _read(content: str, path: Path) -> list[Key]:
    found: list[Key] = []
    number = 0
    for number, line in enumerate(content.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        key = _key(line)
        if key is None or key.id in {each.id for each in found}:
            raise KeyFileBroken(path=str(path), line=number)
        found.append(key)
    if not found:
        raise KeyFileBroken(path=str(path), line=number + 1)
    return found


def _key(line: str) -> Key | None:
    """The key of a line; None where it is none."""
    try:
        name, day, text = line.split()
        known = bytes.fromhex(name).hex() == name and len(name) == 2 * ID_BYTES
        secret = base64.b64decode(text, validate=True)
        made_on = date.fromisoformat(day)
    except (ValueError, binascii.Error):
        return None
    return Key(name, made_on, secret) if known and len(secret) == KEY_BYTES else None
