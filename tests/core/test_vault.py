"""What is sealed opens with its key, in its place, unchanged, and not otherwise."""

import threading
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from gis_service.core import vault
from gis_service.core.vault import (
    KeyFileBroken,
    KeyFileMissing,
    KeyFileOpen,
    KeyMissing,
    NoVault,
    Row,
    SealBroken,
    Vault,
)
from gis_service.services import Services
from gis_service.settings import Settings

TODAY = date(2026, 11, 30)
ABOUT = "party_secret.phone"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "data.keys"


@pytest.fixture
def ours(path: Path) -> Vault:
    return vault.ensure(path, TODAY)


@pytest.fixture(scope="module", params=list(vault.FORMS))
def kept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Vault:
    return vault.ensure(tmp_path_factory.mktemp("keys") / "data.keys", TODAY, request.param)


@given(st.binary(max_size=300), st.text(max_size=40))
def test_what_was_sealed_is_unsealed(kept: Vault, data: bytes, about: str) -> None:
    assert kept.unseal(kept.seal(data, about), about) == data


def test_the_same_is_never_sealed_the_same_way_and_shows_nothing(ours: Vault) -> None:
    once, again = ours.seal(b"13800000000", ABOUT), ours.seal(b"13800000000", ABOUT)
    assert once != again
    assert b"138" not in once


@given(st.data())
def test_any_changed_bit_is_found(kept: Vault, data: st.DataObject) -> None:
    sealed = bytearray(kept.seal("张三".encode(), ABOUT))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises((SealBroken, KeyMissing)):
        kept.unseal(bytes(sealed), ABOUT)


def test_sm4_seals_as_the_standard_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """The vector of RFC 8998, A.1."""
    cipher = vault.Sm4Gcm(b"")
    monkeypatch.setattr(cipher, "_key", bytes.fromhex("0123456789abcdeffedcba9876543210"))
    nonce, bound = bytes.fromhex("00001234567800000000abcd"), bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    data = bytes.fromhex("".join(digit * 16 for digit in "abcdefea"))
    sealed = bytes.fromhex(
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
        "83de3541e4c2b58177e065a9bf7b62ec"
    )
    assert cipher.encrypt(nonce, data, bound) == sealed
    assert cipher.decrypt(nonce, sealed, bound) == data


def test_both_ciphers_are_read_whichever_is_chosen(ours: Vault, path: Path) -> None:
    aes, sm4 = Vault.at(path), Vault.at(path, "sm4-gcm")
    by_aes, by_sm4 = (each.seal("张三".encode(), ABOUT) for each in (aes, sm4))
    assert (by_aes[0], by_sm4[0]) == (1, 2)
    assert {each.unseal(sealed, ABOUT).decode() for each in (aes, sm4) for sealed in (by_aes, by_sm4)} == {"张三"}
    for swapped in (b"\x02" + by_aes[1:], b"\x01" + by_sm4[1:], b"\x03" + by_sm4[1:]):
        with pytest.raises(SealBroken):
            aes.unseal(swapped, ABOUT)


def test_the_setting_chooses_the_cipher(tmp_path: Path) -> None:
    chosen = Services(Settings(environment="test", var_dir=tmp_path, sealing_cipher="sm4-gcm"))
    assert chosen.vault.seal(b"x", ABOUT)[0] == 2
    assert Services(Settings(environment="test", var_dir=tmp_path)).vault.seal(b"x", ABOUT)[0] == 1


def test_a_seal_cut_short_is_found(ours: Vault) -> None:
    sealed = ours.seal(b"440402", ABOUT)
    for length in range(len(sealed)):
        with pytest.raises(SealBroken):
            ours.unseal(sealed[:length], ABOUT)


def test_a_seal_moved_to_another_column_does_not_open(ours: Vault) -> None:
    with pytest.raises(SealBroken, match=r"clue_reporter\.phone"):
        ours.unseal(ours.seal(b"13800000000", ABOUT), "clue_reporter.phone")


def test_the_newest_key_seals_and_all_unseal(ours: Vault, path: Path) -> None:
    before = ours.seal(b"old", ABOUT)
    added = vault.add_key(path, TODAY)
    after = Vault.at(path)
    assert [key.id for key in after.keys] == [ours.keys[0].id, added.id]
    assert after.unseal(before, ABOUT) == b"old"
    fresh = after.seal(b"new", ABOUT)
    with pytest.raises(KeyMissing, match=added.id):
        ours.unseal(fresh, ABOUT)


def test_a_row_opens_only_what_was_sealed_in_it_and_empty_stays_empty(ours: Vault) -> None:
    row = Row(ours, "party_secret", 7)
    sealed = row.seal("phone", "13800000000")
    assert row.unseal("phone", sealed) == "13800000000"
    assert (row.seal("phone", ""), row.unseal("phone", b"")) == (b"", "")
    for other, column in ((Row(ours, "party_secret", 8), "phone"), (row, "address")):
        with pytest.raises(SealBroken):
            other.unseal(column, sealed)


def test_a_session_without_keys_says_so() -> None:
    with pytest.raises(NoVault):
        vault.row(Session(), "party_secret", 7)


def test_the_key_file_is_for_its_owner_only(ours: Vault, path: Path) -> None:
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o077 == 0
    path.chmod(0o644)
    with pytest.raises(KeyFileOpen, match="chmod 600"):
        Vault.at(path)


def test_a_key_shows_nothing_of_itself(ours: Vault, path: Path) -> None:
    secret = path.read_text().splitlines()[-1].split()[2]
    assert secret not in repr(ours.keys)
    assert repr(ours.keys[0].secret) not in repr(ours.keys)


@pytest.mark.parametrize(
    "line", ["", "abc 2026-11-30 AAAA", "0a0b0c0d 2026-11-30 !!!!", "0a0b0c0d heute " + "A" * 43 + "=", "0a0b0c0d"]
)
def test_a_key_file_that_is_no_key_file_is_refused_by_line(path: Path, line: str) -> None:
    path.parent.mkdir()
    path.touch(0o600)
    path.write_text(f"# keys\n{line}\n")
    with pytest.raises(KeyFileBroken, match="Line"):
        Vault.at(path)


def test_a_key_that_is_there_twice_is_refused(ours: Vault, path: Path) -> None:
    path.write_text(path.read_text() + ours.keys[0].line())
    with pytest.raises(KeyFileBroken, match="Line 4"):
        Vault.at(path)


def test_two_that_begin_together_have_one_key(path: Path) -> None:
    together, made = threading.Barrier(4), []

    def begin() -> None:
        together.wait()
        made.append(vault.ensure(path, TODAY).keys)

    threads = [threading.Thread(target=begin) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [[key.id for key in keys] for keys in made] == [[key.id for key in Vault.at(path).keys]] * 4
    assert list(path.parent.iterdir()) == [path]


def test_services_make_their_own_key_file_and_never_one_that_was_named(tmp_path: Path) -> None:
    own = Services(Settings(environment="test", var_dir=tmp_path))
    again = Services(Settings(environment="test", var_dir=tmp_path))
    assert again.vault.unseal(own.vault.seal(b"x", ABOUT), ABOUT) == b"x"
    assert (tmp_path / "keys" / "data.keys").exists()
    away = tmp_path / "away" / "data.keys"
    with pytest.raises(KeyFileMissing, match="keys new"):
        _ = Services(Settings(environment="test", var_dir=tmp_path, key_file=away)).vault
    assert not away.exists()
