"""What a pack holds, and what it refuses to hold."""

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from gis_service import cli
from gis_service.core import chain
from gis_service.core.errors import Refusal
from gis_service.evidence import pack as packing
from gis_service.evidence import verifier
from gis_service.evidence.errors import BadPackPath, BrokenStepChain, PackTooLarge
from gis_service.evidence.pack import Item, write_pack
from tests.evidence.conftest import ABOUT, ITEMS, SEALED_AT, STEPS, Pack, a_pack


def codes(data: bytes, seal: str | None = None) -> set[str]:
    return {fault.code for fault in verifier.examine(io.BytesIO(data), seal)}


def test_a_pack_that_nobody_touched_has_no_fault(pack: Pack) -> None:
    assert verifier.examine(io.BytesIO(pack.data), pack.seal.pack_sha256) == []


def test_any_zip_program_opens_it_and_finds_what_was_put_in(pack: Pack) -> None:
    with zipfile.ZipFile(io.BytesIO(pack.data)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert names == [*(item.path for item in ITEMS), "步骤.json", "清单.html", "说明.txt", "核验.py", "清单.json"]
        assert [archive.read(item.path) for item in ITEMS] == [item.content for item in ITEMS]
        assert json.loads(archive.read("步骤.json"))["steps"] == STEPS
        assert archive.read("核验.py") == Path(verifier.__file__).read_bytes()
        assert {info.date_time for info in archive.infolist()} == {(2026, 11, 28, 17, 30, 0)}
        manifest = json.loads(archive.read("清单.json"))
    assert manifest["about"] == ABOUT
    assert [file["path"] for file in manifest["files"]] == names[:-1]
    assert manifest["files"][0]["facts"] == {"taken_on": "2026-11-01"}


def test_the_seal_is_what_any_tool_computes(pack: Pack) -> None:
    assert pack.seal.pack_sha256 == hashlib.sha256(pack.data).hexdigest()
    assert pack.seal.bytes == len(pack.data)
    assert pack.seal.steps_head == STEPS[-1]["hash"]
    with zipfile.ZipFile(io.BytesIO(pack.data)) as archive:
        assert pack.seal.manifest_sha256 == hashlib.sha256(archive.read("清单.json")).hexdigest()
        assert archive.comment == hashlib.sha256(pack.data[:-64]).hexdigest().encode()


def test_the_same_input_gives_the_same_bytes_and_a_file_the_same_as_its_bytes(pack: Pack, tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(ITEMS[0].content)  # type: ignore[arg-type]
    again = a_pack([Item(ITEMS[0].path, photo, "photo", ITEMS[0].title, ITEMS[0].facts), *ITEMS[1:]])
    assert again == pack


def test_the_readable_list_escapes_what_it_is_given() -> None:
    pack = a_pack([Item("文书/a.pdf", b"1", "paper", "<script>alert(1)</script>")], title="<b>案</b>")
    with zipfile.ZipFile(io.BytesIO(pack.data)) as archive:
        page = archive.read("清单.html").decode()
    assert "<script>" not in page
    assert "<b>案" not in page
    assert "http" not in page  # opens without a network


def test_a_case_without_steps_or_files_can_be_sealed_too() -> None:
    out = io.BytesIO()
    seal = write_pack(out, [], steps=[], about=ABOUT, sealed_at=SEALED_AT)
    assert seal.steps_head == chain.START
    assert verifier.examine(out, seal.pack_sha256) == []


@pytest.mark.parametrize(
    "path",
    ["a.pdf", "别处/a.pdf", "原件", "原件/", "/原件/a", "原件/../a", "原件//a", "原件/a\\b", "原件/a:b", "原件/a\n", "原件/a.",
     "原件/ a", "原件/a?", "原件/\u202efdp.exe", "原件/e\u0301", "清单.json", "原件/" + "长" * 70, "原件/\ud800"],
)  # fmt: skip
def test_a_path_that_would_not_unpack_to_itself_is_refused(path: str) -> None:
    out = io.BytesIO()
    with pytest.raises(BadPackPath):
        write_pack(out, [Item(path, b"", "photo", "")], steps=STEPS, about=ABOUT, sealed_at=SEALED_AT)
    assert out.getvalue() == b""


def test_two_files_of_one_name_are_refused_even_in_another_case() -> None:
    with pytest.raises(BadPackPath):
        a_pack([Item("原件/A.jpg", b"1", "photo", ""), Item("原件/a.JPG", b"2", "photo", "")])


@pytest.mark.parametrize(
    ("steps", "seq"),
    [
        ([STEPS[1]], 1),
        ([STEPS[0], STEPS[2]], 2),
        ([STEPS[0], {**STEPS[1], "actor": "张三"}], 2),
        ([{**STEPS[0], "seq": 2}], 1),
        ([{"seq": 1}], 1),
    ],
)
def test_a_broken_step_log_is_not_sealed(steps: list[dict[str, Any]], seq: int) -> None:
    with pytest.raises(BrokenStepChain) as refused:
        a_pack(steps=steps)
    assert refused.value.facts == {"seq": seq}


def test_more_than_a_plain_zip_holds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "MOST_BYTES", 1000)
    with pytest.raises(PackTooLarge):
        a_pack()


entry = st.dictionaries(
    st.text("abc面", max_size=3),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=2), part, max_size=2),
        max_leaves=6,
    ),
    max_size=4,
)


def outcome(link: Any, given_entry: dict[str, Any]) -> str:
    try:
        return str(link(chain.START, given_entry))
    except ValueError:
        return "refused"


@settings(suppress_health_check=[HealthCheck.too_slow])  # the first text of all waits for its table of characters
@given(entry)
def test_the_verifier_hashes_a_step_as_the_service_does(given_entry: dict[str, Any]) -> None:
    assert outcome(verifier.link, given_entry) == outcome(chain.link, given_entry)


# --- the command ---------------------------------------------------------------------------------------------------


def alone(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The verifier out of the pack, run by a Python that has nothing else, in a folder with nothing else."""
    command = [sys.executable, "-I", "-S", "核验.py", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, encoding="utf-8",
                          env={"PATH": os.defpath, "PYTHONUTF8": "1"})  # fmt: skip


def test_the_packed_verifier_runs_alone(packed: Path, pack: Pack) -> None:
    folder = packed.parent
    with zipfile.ZipFile(packed) as archive:
        archive.extract("核验.py", folder)
    good = alone(folder, "案卷.zip", "--seal", pack.seal.pack_sha256)
    assert (good.returncode, good.stdout.strip()) == (0, "✓ 未发现改动 · nothing was changed")
    unsealed = alone(folder, "案卷.zip")
    assert unsealed.returncode == 0
    assert "--seal" in unsealed.stdout

    at = pack.data.index(b"%PDF")
    (folder / "坏.zip").write_bytes(pack.data[:at] + b"!" + pack.data[at + 1 :])
    bad = alone(folder, "坏.zip")
    assert bad.returncode == 1
    assert "文书/立案审批表.pdf:内容与清单不符,被改动" in bad.stdout
    assert "文书/立案审批表.pdf: differs from the manifest; it was changed" in bad.stdout

    (folder / "不是.zip").write_bytes(b"hello")
    assert alone(folder, "不是.zip").returncode == 2
    assert alone(folder, "没有.zip").returncode == 2
    assert alone(folder, ".").returncode == 2
    assert [fault["code"] for fault in json.loads(alone(folder, "坏.zip", "--json").stdout)["faults"]] == [
        "bytes", "crc", "changed",
    ]  # fmt: skip


def test_the_service_has_the_same_command(packed: Path, pack: Pack) -> None:
    run = CliRunner().invoke
    assert run(cli.app, ["evidence", "verify", str(packed), "--seal", pack.seal.pack_sha256]).exit_code == 0
    other = run(cli.app, ["evidence", "verify", str(packed), "--seal", "0" * 64, "--json"])
    assert other.exit_code == 1
    assert [fault["code"] for fault in json.loads(other.stdout)["faults"]] == ["seal"]
    assert run(cli.app, ["evidence", "verify", str(packed.with_name("none.zip"))]).exit_code == 2


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no such device here")
def test_what_never_ends_is_not_read() -> None:
    assert [fault.code for fault in verifier.faults_of("/dev/zero", None)] == ["unreadable"]


def test_a_refusal_is_said_in_both_languages() -> None:
    with pytest.raises(Refusal) as refused:
        a_pack([Item("别处/a", b"", "photo", "")])
    assert "别处/a" in refused.value.sentence("zh")
    assert "must stand in one of" in refused.value.sentence("en")


def test_a_verifier_of_another_time_still_tells_the_version(pack: Pack) -> None:
    assert codes(pack.data.replace(b"evidence pack 1", b"evidence pack 2")) >= {"bytes", "content"}


@pytest.mark.skipif(shutil.which("unzip") is None, reason="unzip is not installed")
def test_unzip_finds_nothing_wrong(packed: Path) -> None:
    assert subprocess.run(["unzip", "-tq", packed], check=False, capture_output=True).returncode == 0
