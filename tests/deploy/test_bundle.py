"""The bundle: made of exactly what the lock file names, unpacked and installed where there is no network."""

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from gis_service import bootstrap, bundle
from gis_service.bootstrap import Stop

WHEEL = "gis_bundled-1.0-py3-none-any.whl"

MANIFEST = "gis_service/web/dist/.vite/manifest.json"


def wheel(folder: Path) -> str:
    """A package of one module in a wheel; its hash."""
    info = "gis_bundled-1.0.dist-info"
    parts = {
        "gis_bundled.py": "came = 'from the bundle'\n",
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: gis-bundled\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    listed = [
        f"{name},sha256={base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b'=').decode()},{len(text)}"
        for name, text in parts.items()
    ]
    parts[f"{info}/RECORD"] = "\n".join([*listed, f"{info}/RECORD,,"]) + "\n"
    folder.mkdir()
    with zipfile.ZipFile(folder / WHEEL, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return hashlib.sha256((folder / WHEEL).read_bytes()).hexdigest()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small project whose lock file names one wheel, which lies in a folder; pip knows no other place."""
    root = tmp_path / "project"
    for name in ("assets", ".vite"):  # by its manifest the pages are known to be built
        (root / "gis_service" / "web" / "dist" / name).mkdir(parents=True)
    (root / "gis_service" / "web" / "node_modules").mkdir()
    for name in (
        "gis_service/web/node_modules/big.js",
        "gis_service/web/dist/assets/page.js",
        MANIFEST,
        "pyproject.toml",
    ):
        (root / name).write_text(name)
    (root / "var").mkdir()
    (root / "requirements.lock").write_text(f"gis-bundled==1.0 --hash=sha256:{wheel(tmp_path / 'index')}\n")
    for module in (bootstrap, bundle):
        monkeypatch.setattr(module, "ROOT", root)
    monkeypatch.setattr(bootstrap, "LOG", root / "var" / "setup.log")
    monkeypatch.setattr(bootstrap, "python", lambda: [sys.executable])
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index"))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.delenv("APT_CONFIG", raising=False)
    monkeypatch.setattr(bootstrap, "no_source", False)
    monkeypatch.setattr(bootstrap, "lists", bootstrap.lists)
    return root


def unpacked(project: Path, to: Path) -> Path:
    """The bundle of the project, made and unpacked."""
    aside = project / "var" / "bundle"
    bundle.collect(aside, system=False)
    bundle.pack(project / "bundle.tar.gz", aside)
    with tarfile.open(project / "bundle.tar.gz") as archive:
        archive.extractall(to, filter="data")
    return to / bundle.NAME


def test_it_holds_the_wheels_the_pages_and_no_more(project: Path, tmp_path: Path) -> None:
    there = unpacked(project, tmp_path / "there")
    files = {str(path.relative_to(there)) for path in there.rglob("*") if path.is_file()}
    assert files == {
        *("gis_service/web/dist/assets/page.js", MANIFEST, "pyproject.toml", "requirements.lock"),
        *("offline/bundle.json", f"offline/wheels/{WHEEL}"),
    }
    page = "gis_service/web/dist/assets/page.js"
    assert (there / page).stat().st_mtime == pytest.approx((project / page).stat().st_mtime, abs=1e-6)
    facts = json.loads((there / "offline" / "bundle.json").read_text())
    assert (facts["python"], facts["wheels"]) == (bundle.machine()["python"], 1)


def test_a_wheel_that_is_not_the_one_of_the_lock_file_is_not_packed(project: Path, tmp_path: Path) -> None:
    with (tmp_path / "index" / WHEEL).open("ab") as file:
        file.write(b"?")
    with pytest.raises(Stop, match="does not have the checksum"):
        bundle.collect(project / "var" / "bundle", system=False)


def test_wheels_of_an_earlier_lock_file_are_not_packed(project: Path) -> None:
    aside = project / "var" / "bundle"
    (aside / "wheels").mkdir(parents=True)
    (aside / "wheels" / "gis_old-1.0-py3-none-any.whl").touch()
    bundle.collect(aside, system=False)
    assert [path.name for path in (aside / "wheels").iterdir()] == [WHEEL]


def test_pip_takes_the_wheels_and_asks_no_network(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = unpacked(project, tmp_path / "there")
    shutil.rmtree(tmp_path / "index")
    for module in (bootstrap, bundle):
        monkeypatch.setattr(module, "ROOT", there)
    bundle.prepare()
    assert bootstrap.no_source
    target = tmp_path / "target"
    order = [sys.executable, "-m", "pip", "install", "-q", "--require-hashes", "--no-deps", "--target", str(target)]
    order += ["--disable-pip-version-check", "--root-user-action", "ignore", "-r", str(there / "requirements.lock")]
    subprocess.run(order, check=True)
    assert (target / "gis_bundled.py").exists()


def test_a_bundle_for_another_python_says_so(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = unpacked(project, tmp_path / "there")
    monkeypatch.setattr(bundle, "ROOT", there)
    monkeypatch.setattr(bundle, "machine", lambda: {"python": "3.99", "machine": "x86_64", "libc": ""})
    with pytest.raises(Stop, match=r"made for python .* and this is 3\.99"):
        bundle.prepare()


def test_outside_of_a_bundle_it_says_where_to_run(project: Path) -> None:
    with pytest.raises(Stop, match="unpack the archive"):
        bundle.prepare()


def test_what_the_system_lacks_is_named_where_no_package_is_in_the_bundle(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "needs", lambda _tests: [bootstrap.Need("PostGIS", lambda: False, list)])
    monkeypatch.setattr(bootstrap, "no_source", True)
    with pytest.raises(Stop, match="no package of the system in the bundle: install PostGIS"):
        bootstrap.system_packages(tests=False)


@pytest.mark.skipif(not shutil.which("dpkg-deb"), reason="dpkg-deb is not here")
@pytest.mark.skipif(not shutil.which("apt-get"), reason="apt-get is not here")
def test_apt_finds_the_packages_of_the_bundle_and_no_others(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A package of the test's own, in the folder of a bundle: apt offers it, and nothing of the machine's sources."""
    packages = project / "offline" / "packages"
    control = tmp_path / "deb" / "DEBIAN" / "control"
    control.parent.mkdir(parents=True)
    words = {
        "Package": "gis-bundled-test",
        "Version": "1.0",
        "Architecture": "all",
        "Maintainer": "t <t@localhost>",
        "Description": "t",
    }
    control.write_text("".join(f"{name}: {word}\n" for name, word in words.items()))
    control.parent.chmod(0o755)
    packages.mkdir(parents=True)
    subprocess.run(
        ["dpkg-deb", "--build", "-Znone", str(tmp_path / "deb"), str(packages / "one.deb")],
        check=True,
        capture_output=True,
    )
    bundle.index(packages)
    (project / "offline" / "bundle.json").write_text(json.dumps(bundle.machine()))
    monkeypatch.setenv("APT_CONFIG", "")  # put back after the test
    bundle.prepare()
    monkeypatch.setattr(bootstrap, "as_root", list)
    bootstrap.apt_lists()
    assert bootstrap.has_lists()
    assert bootstrap._search("^gis-bundled-test$") == ["gis-bundled-test"]
    sources = subprocess.run(["apt-cache", "policy"], capture_output=True, text=True, check=True).stdout
    assert f"file:{packages}" in sources
    assert "http" not in sources
    assert f"APT_CONFIG={os.environ['APT_CONFIG']}" in bootstrap.apt_get("install")


@pytest.mark.parametrize("words", [[], ["a", "b"], ["a", "--unknown"]])
def test_a_wrong_call_shows_the_right_one(words: list[str]) -> None:
    with pytest.raises(Stop, match=r"bundle FILE\.tar\.gz"):
        bundle.make(words)
