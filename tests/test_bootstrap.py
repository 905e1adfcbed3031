"""Set-up: what it finds, what it asks for, and the one sentence in which it ends."""

import ast
import io
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gis_service import bootstrap
from gis_service.bootstrap import Failed, Stop

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "gis_service" / "bootstrap.py"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder of the test's own, and no settings of ours."""
    for name in [name for name in os.environ if name.startswith("GIS_")]:
        monkeypatch.delenv(name)
    (tmp_path / "var").mkdir()
    for name, value in (("ROOT", tmp_path), ("VENV", tmp_path / ".venv"), ("LOG", tmp_path / "var" / "setup.log")):
        monkeypatch.setattr(bootstrap, name, value)
    monkeypatch.setattr(bootstrap.Stamp, "file", tmp_path / ".venv" / "stamp.json")
    monkeypatch.setattr(bootstrap.Stamp, "unfinished", tmp_path / ".venv" / "unfinished")
    return tmp_path


def program(folder: Path, name: str, script: str) -> None:
    """A stand-in for a program of the system."""
    path = folder / name
    path.write_text("#!/bin/sh\n" + script)
    path.chmod(0o755)


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A search path that has the shell's own programs and what the test puts there."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name in ("sh", "env", "grep", "mkdir", "echo", "cat"):
        program(folder, name, f'exec /bin/{name} "$@"\n')
    monkeypatch.setenv("PATH", str(folder))
    return folder


# ---- it is what runs before anything is installed


def test_it_needs_nothing_but_the_standard_library() -> None:
    told = subprocess.run([sys.executable, "-I", "-S", str(SCRIPT)], capture_output=True, text=True, check=False)
    assert told.returncode == 2
    assert "setup|run|test" in told.stdout


def test_no_module_beside_it_hides_one_of_the_standard_library() -> None:
    names = {path.stem for path in SCRIPT.parent.iterdir()} - {"__init__", "__pycache__"}
    assert not names & sys.stdlib_module_names


def test_its_words_come_out_where_the_terminal_knows_no_chinese() -> None:
    env = {**os.environ, "LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    told = subprocess.run([sys.executable, str(SCRIPT)], capture_output=True, env=env, check=False)
    assert told.returncode == 2


def test_an_old_python_can_read_it() -> None:
    ast.parse(SCRIPT.read_text("utf-8"), feature_version=(3, 7))


def test_an_old_python_is_told_which_one_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "newer_python", lambda: None)
    with pytest.raises(Stop, match=r"Python 3\.9\.2 is too old: install Python 3\.11"):
        bootstrap.check_python((3, 9, 2))


def test_an_old_python_hands_over_to_a_newer_one(monkeypatch: pytest.MonkeyPatch, programs: Path) -> None:
    program(programs, "python3.12", "")
    became: list[str] = []
    monkeypatch.setattr(os, "execv", lambda path, _words: became.append(path) or sys.exit())
    with pytest.raises(SystemExit):
        bootstrap.check_python((3, 10, 0))
    assert became == [str(programs / "python3.12")]


# ---- the machine


@pytest.mark.parametrize(("tests", "needed"), [(False, 3), (True, 4)])
def test_too_little_disk_is_said_before_the_first_set_up(
    tests: bool, needed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "free_gb", lambda _folder: 1.0)
    with pytest.raises(Stop, match=rf"1\.0 GB free at .* needs about {needed} GB"):
        bootstrap.check_disk(tests)


def test_disk_is_not_asked_for_again_once_all_is_installed(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "free_gb", lambda _folder: 0.0)
    (elsewhere / ".venv").mkdir()
    bootstrap.Stamp.write(project="x")
    bootstrap.check_disk(tests=True)


def test_a_taken_port_is_said_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        monkeypatch.setenv("GIS_PORT", str(other.getsockname()[1]))
        with pytest.raises(Stop, match=r"taken: .* GIS_PORT=8001 make run"):
            bootstrap.check_port()


def test_settings_come_from_the_environment_then_from_the_file(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (elsewhere / "gis_service.toml").write_text("port = 8123\n")
    assert bootstrap.setting("port") == "8123"
    assert bootstrap.setting("database_url") is None
    monkeypatch.setenv("GIS_PORT", "9000")
    assert bootstrap.setting("port") == "9000"


def test_a_broken_settings_file_is_named(elsewhere: Path) -> None:
    (elsewhere / "gis_service.toml").write_text("port 8123\n")
    with pytest.raises(Stop, match=r"gis_service\.toml cannot be read"):
        bootstrap.setting("port")


def test_a_folder_of_somebody_else_is_named(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, _mode: path != elsewhere / "var")
    with pytest.raises(Stop, match=f"{elsewhere / 'var'} is not writable"):
        bootstrap.check_writable()


# ---- packages of the system


def test_with_a_database_of_ones_own_no_postgresql_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "PostgreSQL + PostGIS" in [need.name for need in bootstrap.needs(tests=False)]
    monkeypatch.setenv("GIS_DATABASE_URL", "postgresql://gis@db/gis")
    assert "PostgreSQL + PostGIS" not in [need.name for need in bootstrap.needs(tests=False)]
    assert "PostgreSQL + PostGIS" in [need.name for need in bootstrap.needs(tests=True)]


def offer(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    monkeypatch.setattr(bootstrap, "apt_names", lambda _pattern: set(names))


def test_the_newest_postgis_on_offer_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "glob", lambda _path, _pattern: iter([]))
    offer(monkeypatch, "postgresql-14-postgis-3", "postgresql-15-postgis-3", "postgresql-17-postgis-3")
    assert bootstrap.postgis_packages() == ["postgresql-17", "postgresql-17-postgis-3"]


def test_postgis_comes_to_the_server_that_is_here_already(monkeypatch: pytest.MonkeyPatch) -> None:
    here = Path("/usr/lib/postgresql/15/bin/postgres")
    monkeypatch.setattr(Path, "glob", lambda _path, _pattern: iter([here]))
    offer(monkeypatch, "postgresql-15-postgis-3", "postgresql-17-postgis-3")
    assert bootstrap.postgis_packages()[0] == "postgresql-15"


def test_a_package_source_without_postgis_is_said_with_both_ways_out(monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, "postgresql-13-postgis-3")
    with pytest.raises(Stop, match=r"no PostGIS .* GIS_DATABASE_URL"):
        bootstrap.postgis_packages()


def test_without_rights_it_says_who_must_run_what(monkeypatch: pytest.MonkeyPatch, programs: Path) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(Stop, match="run `make setup` once as root"):
        bootstrap.as_root()
    program(programs, "sudo", "exit 1\n")
    monkeypatch.setattr(sys, "stdin", io.StringIO())  # nobody is there to type
    with pytest.raises(Stop, match="administrator rights"):
        bootstrap.as_root()
    program(programs, "sudo", "exit 0\n")
    assert bootstrap.as_root() == ["sudo", "-n"]


def test_everything_that_lacks_is_installed_in_one_order(
    monkeypatch: pytest.MonkeyPatch, programs: Path, elsewhere: Path
) -> None:
    there = elsewhere / "there"
    needs = [bootstrap.Need(name, there.exists, lambda name=name: [name]) for name in ("one", "two")]  # type: ignore[misc]
    monkeypatch.setattr(bootstrap, "needs", lambda _tests: needs)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    program(
        programs, "apt-get", f'echo "$@" >> {elsewhere}/orders; case "$*" in *-s) ;; *install*) echo > {there};; esac\n'
    )
    bootstrap.system_packages(tests=False)
    orders = [
        line
        for line in (elsewhere / "orders").read_text().splitlines()
        if " install " in line and "-s" not in line.split()
    ]
    assert len(orders) == 1
    assert orders[0].endswith("--no-install-recommends one two")


def test_where_no_chromium_is_on_offer_the_set_up_goes_on(monkeypatch: pytest.MonkeyPatch, programs: Path) -> None:
    monkeypatch.setattr(bootstrap, "needs", lambda _tests: [bootstrap.Need("Chromium", lambda: False, list)])
    monkeypatch.setattr(bootstrap, "apt_lists", lambda: None)
    program(programs, "apt-get", "exit 1\n")
    bootstrap.system_packages(tests=True)


def test_without_apt_it_names_what_to_install_by_hand(monkeypatch: pytest.MonkeyPatch, programs: Path) -> None:
    monkeypatch.setattr(bootstrap, "needs", lambda _tests: [bootstrap.Need("PostGIS", lambda: False, list)])
    with pytest.raises(Stop, match="no apt-get here: install PostGIS"):
        bootstrap.system_packages(tests=False)


def test_a_cut_off_installation_is_mended_and_tried_again(
    programs: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    mended = elsewhere / "mended"
    broken = 'echo "E: dpkg was interrupted, you must manually run dpkg --configure -a"; exit 100'
    program(programs, "apt-get", f"[ -e {mended} ] || {{ {broken}; }}\n")
    program(programs, "dpkg", f"echo > {mended}\n")
    bootstrap.install(["one"])
    assert not bootstrap.cut_off().exists()


def test_an_installation_that_was_killed_is_mended_before_anything_is_looked_for(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it unpacked looks installed, but may lack what its set-up makes: the user `postgres`, for one."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(bootstrap, "needs", lambda _tests: [])
    bootstrap.cut_off().touch()
    program(programs, "apt-get", 'echo "$@"\n')
    program(programs, "dpkg", 'echo "$@"\n')
    bootstrap.system_packages(tests=False)
    assert "--configure -a" in bootstrap.LOG.read_text()
    assert not bootstrap.cut_off().exists()


def test_a_cjk_font_is_known_by_its_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "walk", lambda _folder: [("", [], ["DejaVuSans.ttf"])])
    assert not bootstrap.has_cjk_font()
    monkeypatch.setattr(os, "walk", lambda _folder: [("", [], ["NotoSansCJK-Regular.ttc"])])
    assert bootstrap.has_cjk_font()


# ---- sentences about commands of others


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "disk is full"),
        ("E: You don't have enough free space in /var/cache/apt/archives/.", "disk is full"),
        ("npm error code ENOSPC", "disk is full"),
        ("Err:1 http://deb  Temporary failure resolving 'deb'", "cannot be reached"),
        (
            "NewConnectionError(...): Failed to establish a new connection\nERROR: No matching distribution",
            "be reached",
        ),
        ("npm error code EAI_AGAIN", "cannot be reached"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "checksum"),
        ("npm error code EACCES", "belongs to another user"),
        ("ERROR: No matching distribution found for numpy==2.4.6", "suits this Python"),
        ("E: Could not get lock /var/lib/dpkg/lock-frontend.", "Another apt"),
        ("words\nE: Sub-process failed\nmore", "Sub-process failed"),
        ("", "It failed"),
    ],
)
def test_what_others_print_becomes_one_sentence_in_two_languages(output: str, sentence: str) -> None:
    zh, en = str(Failed(output).sentence("操作", "It")).split("\n")
    assert sentence in en
    assert "。" in zh


def test_a_disk_that_is_full_by_now_is_the_reason_whatever_was_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "free_gb", lambda _folder: 0.0)
    assert "disk is full" in str(Failed("Error: Invalid package config").sentence("操作", "It"))


def test_web_pages_that_fail_are_fetched_anew_next_time(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_words: object) -> str:
        raise Failed("Error: Invalid package config")

    stamp = elsewhere / "stamp"
    stamp.touch()
    monkeypatch.setattr(bootstrap, "NPM_STAMP", stamp)
    monkeypatch.setattr(bootstrap, "follow", fails)
    with pytest.raises(Stop, match="Building the web pages failed"):
        bootstrap.web_pages()
    assert not stamp.exists()


def test_a_failing_command_carries_its_output_and_leaves_it_in_the_log() -> None:
    with pytest.raises(Failed, match="so it is"):
        bootstrap.follow(["/bin/sh", "-c", "echo so it is; exit 3"])
    assert "so it is" in bootstrap.LOG.read_text()


def test_progress_is_told_at_each_quarter(capsys: pytest.CaptureFixture[str]) -> None:
    progress = bootstrap.Progress("^x", of=8)
    for line in ["x", "y", *"xxxxxxx"]:
        progress(line)
    assert [line.split()[-1] for line in capsys.readouterr().out.splitlines()] == ["2/8", "4/8", "6/8", "8/8"]


@pytest.mark.parametrize(
    ("trouble", "code", "words"),
    [
        (Stop("中文。", "English."), 1, "English."),
        (KeyboardInterrupt(), 130, "Interrupted"),
        (OSError(28, "No space left on device"), 1, "disk is full"),
        (PermissionError(13, "Permission denied", "/x/y"), 1, "/x/y is not writable"),
    ],
)
def test_expected_ends_have_no_traceback(
    trouble: BaseException,
    code: int,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(_arguments: list[str]) -> int:
        raise trouble

    monkeypatch.setattr(bootstrap, "main", fail)
    assert bootstrap.guarded([]) == code
    assert words in capsys.readouterr().err


# ---- the virtual environment


def recorded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would be given to pip."""
    orders: list[str] = []
    monkeypatch.setattr(bootstrap, "pip", lambda *words, **_more: orders.append(words[-1]))
    return orders


@pytest.fixture
def project(elsewhere: Path) -> Path:
    for name in ("requirements.lock", "requirements-dev.lock", "pyproject.toml"):
        (elsewhere / name).write_text(f"{name}==1\n")
    (elsewhere / ".venv" / "bin").mkdir(parents=True)
    (elsewhere / ".venv" / "bin" / "gis-service").touch()
    return elsewhere


def test_what_is_installed_is_not_installed_again(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    orders = recorded(monkeypatch)
    monkeypatch.setattr(bootstrap, "have_venv", lambda: None)
    assert bootstrap.python_packages(tests=False)
    assert not bootstrap.python_packages(tests=False)
    assert orders == ["requirements.lock", "."]


def test_a_changed_lock_file_is_installed(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    orders = recorded(monkeypatch)
    bootstrap.install_locked("requirements.lock")
    (project / "requirements.lock").write_text("other==2\n")
    assert bootstrap.install_locked("requirements.lock")
    assert len(orders) == 2


def test_running_after_testing_installs_nothing(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    orders = recorded(monkeypatch)
    bootstrap.install_locked("requirements-dev.lock")
    assert not bootstrap.install_runtime()
    assert orders == ["requirements-dev.lock"]


def test_the_lock_for_tests_holds_everything_of_the_other() -> None:
    runtime, tests = (
        {line for line in (ROOT / name).read_text().splitlines() if "==" in line}
        for name in ("requirements.lock", "requirements-dev.lock")
    )
    assert runtime <= tests


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock", "gis_service/web/package-lock.json"])
def test_lock_files_name_no_hosts(name: str) -> None:
    words = (ROOT / name).read_text()
    assert "index-url" not in words
    assert '"resolved"' not in words
    assert name.endswith(".json") or "://" not in words


@pytest.mark.parametrize("damage", ["interrupted", "moved", "python gone", "pip gone"])
def test_a_half_made_or_moved_environment_is_made_anew(
    project: Path, damage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, orders = project / ".venv" / "old", list[list[str]]()
    old.touch()
    program(project / ".venv" / "bin", "python", "exit 1\n" if damage == "pip gone" else "exit 0\n")
    if damage == "interrupted":
        bootstrap.Stamp.unfinished.touch()
    if damage == "moved":
        bootstrap.Stamp.write(place="/somewhere/else")
    if damage == "python gone":
        (project / ".venv" / "bin" / "python").unlink()
    monkeypatch.setattr(bootstrap, "follow", orders.append)
    bootstrap.have_venv()
    assert orders == [[sys.executable, "-m", "venv", str(project / ".venv")]]
    assert not old.exists()


def test_a_sound_environment_is_kept(project: Path) -> None:
    program(project / ".venv" / "bin", "python", "exit 0\n")
    bootstrap.have_venv()
    assert (project / ".venv" / "bin" / "gis-service").exists()


def test_pip_that_dies_while_it_unpacks_leaves_a_mark(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(_command: list[str], notice: Callable[[str], None], _env: dict[str, str]) -> str:
        notice("Collecting one\n")
        assert not bootstrap.Stamp.unfinished.exists()
        notice("Installing collected packages: one\n")
        raise KeyboardInterrupt

    monkeypatch.setattr(bootstrap, "follow", dies)
    with pytest.raises(KeyboardInterrupt):
        bootstrap.pip("one")
    assert bootstrap.Stamp.unfinished.exists()


def test_a_download_that_fails_spoils_nothing(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_words: object) -> str:
        raise Failed("Temporary failure in name resolution")

    monkeypatch.setattr(bootstrap, "follow", fails)
    with pytest.raises(Stop):
        bootstrap.pip("one")
    assert not bootstrap.Stamp.unfinished.exists()


# ---- the Makefile


def test_make_alone_lists_every_target() -> None:
    told = subprocess.run(["make", "-C", str(ROOT), "--no-print-directory"], capture_output=True, text=True, check=True)
    for target in ("setup", "run", "stop", "test", "lint", "types", "format", "imports", "sure", "db", "clean"):
        assert f"\n{target} " in f"\n{told.stdout}"


def test_ci_runs_the_test_command_of_the_readme() -> None:
    assert "make test" in (ROOT / ".ci" / "run").read_text()
    assert "make test" in (ROOT / "README.md").read_text()
