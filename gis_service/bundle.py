"""Set-up without a network: `bootstrap.py bundle FILE` packs the project with all it installs; where the archive is unpacked,
`bootstrap.py setup --offline` installs from it.

In the archive: the project, its built web pages, and `offline/` with the wheels of the lock file, `bundle.json` (for which
Python and machine they are) and, if asked for with `--packages`, PostgreSQL, PostGIS and a font as packages of the system this
was made on. Standard library only, like its caller.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import time
from pathlib import Path
from typing import Iterator  # noqa: UP035  as in bootstrap.py

from gis_service import bootstrap
from gis_service.bootstrap import ROOT, Failed, Stop, follow

TOP = (
    *("Makefile", "README.md", "pyproject.toml", "requirements.lock", "requirements-dev.lock"),
    *("docs", "gis_service", "layers", "migrations", "notebooks", "tests"),
)
LEFT_OUT = {"__pycache__", "node_modules", ".ipynb_checkpoints"}
NAME = "gis_service"
"""The folder that the archive unpacks to."""


def machine() -> dict[str, str]:
    """What the wheels are bound to."""
    libc = " ".join(platform.libc_ver())
    return {"python": f"{sys.version_info[0]}.{sys.version_info[1]}", "machine": platform.machine(), "libc": libc}


# ---- making one


def make(words: list[str]) -> int:
    """`bundle FILE [--packages]`: set up this folder, then pack it."""
    names = [word for word in words if not word.startswith("-")]
    if len(names) != 1 or set(words) - {*names, "--packages"}:
        raise Stop(
            "用法:python3 gis_service/bootstrap.py bundle 文件.tar.gz [--packages]",
            "Usage: python3 gis_service/bootstrap.py bundle FILE.tar.gz [--packages]",
        )
    bootstrap.teller.steps = 6
    bootstrap.setup(tests=False)
    file, aside = Path(names[0]).absolute(), ROOT / "var" / "bundle"
    with bootstrap.one_at_a_time():
        bootstrap.teller.step("收集软件包", "collecting packages")
        collect(aside, system="--packages" in words)
        bootstrap.teller.step("打包", "packing")
        pack(file, aside)
    bootstrap.teller.detail(f"{file} {file.stat().st_size / 1e6:.0f} MB")
    bootstrap.teller.detail(f"SHA-256 {_sha256(file)}")
    return 0


def collect(aside: Path, *, system: bool) -> None:
    """Have `offline/` of the archive in a folder: what lies there from an earlier time is not fetched again."""
    aside.mkdir(parents=True, exist_ok=True)
    wheels = aside / "wheels"
    _fetch_wheels(wheels)
    shutil.rmtree(aside / "packages", ignore_errors=True)
    if system:
        _fetch_packages(aside / "packages")
    facts = {**machine(), "wheels": len(list(wheels.iterdir())), "made_at": time.strftime("%Y-%m-%dT%H:%M:%S%z")}
    (aside / "bundle.json").write_text(json.dumps(facts, indent=1), "utf-8")


def _fetch_wheels(wheels: Path) -> None:
    """Exactly the files of the lock file; pip refuses any whose hash is another, also of those that are there."""
    lock = ROOT / "requirements.lock"
    stamp = wheels.with_name("lock")
    if not stamp.exists() or stamp.read_text() != bootstrap.digest(lock):
        shutil.rmtree(wheels, ignore_errors=True)  # older versions would be packed as well
    order = ["download", "--require-hashes", "--no-deps", "--only-binary", ":all:", "-d", str(wheels), "-r", str(lock)]
    try:
        follow([*bootstrap.python(), "-m", "pip", *order, "--disable-pip-version-check", "-q"])
    except Failed as failed:
        raise failed.sentence("pip download", "pip download") from None
    stamp.write_text(bootstrap.digest(lock))


def _fetch_packages(folder: Path) -> None:
    """The packages that set-up may want, with all that these need, as for a machine on which nothing is installed."""
    if not shutil.which("apt-get"):
        raise Stop("--packages 只在有 apt-get 的系统上可用。", "--packages works only where there is apt-get.")
    (folder / "partial").mkdir(parents=True)
    nothing = folder / "status"
    nothing.touch()
    names = [*bootstrap.venv_packages(), *bootstrap.cjk_font(), *bootstrap.postgis_packages(), "make"]
    options = [f"Dir::State::status={nothing}", f"Dir::Cache::archives={folder}/", "APT::Sandbox::User=root"]
    flags = [word for option in options for word in ("-o", option)]
    try:
        follow(bootstrap.apt_get("install", *flags, "--download-only", "-y", "-q", "--no-install-recommends", *names))
    except Failed as failed:
        raise failed.sentence("apt-get download", "apt-get download") from None
    shutil.rmtree(folder / "partial")
    nothing.unlink()
    for lock in folder.glob("lock*"):
        lock.unlink()
    index(folder)


def index(folder: Path) -> None:
    """The catalogue that apt reads of a folder of packages: each one's own words, its place, size and hash."""
    entries = []
    for deb in sorted(folder.glob("*.deb")):
        said = subprocess.run(["dpkg-deb", "-f", str(deb)], capture_output=True, text=True, check=True).stdout
        entries.append(f"{said.rstrip()}\nFilename: ./{deb.name}\nSize: {deb.stat().st_size}\nSHA256: {_sha256(deb)}\n")
    (folder / "Packages").write_text("\n".join(entries), "utf-8")


def pack(file: Path, aside: Path) -> None:
    """Write the archive aside, then move it into place. Times are kept: by them the web pages are known to be up to date."""
    half = file.with_name(file.name + ".half")
    with tarfile.open(half, "w:gz", compresslevel=1) as archive:  # wheels and pages are packed already
        for path in _project():
            archive.add(path, f"{NAME}/{path.relative_to(ROOT)}", recursive=False, filter=_nobodys)
        for path in sorted(path for path in aside.rglob("*") if path.is_file() and path.name != "lock"):
            archive.add(path, f"{NAME}/offline/{path.relative_to(aside)}", recursive=False, filter=_nobodys)
    half.replace(file)


def _project() -> Iterator[Path]:
    for top in (ROOT / name for name in TOP):
        if top.is_file():
            yield top
        for folder, names, files in os.walk(top):
            names[:] = sorted(set(names) - LEFT_OUT)
            yield from (Path(folder) / name for name in sorted(files) if not name.endswith(".pyc"))


def _nobodys(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """Without the names of who packed it; readable by all."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    entry.mode |= 0o444
    return entry


def _sha256(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as source:
        while chunk := source.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


# ---- installing from one


def prepare() -> None:
    """Let pip, and apt where packages of the system are in the bundle, take everything from `offline/` and ask no network."""
    there = ROOT / "offline"
    try:
        facts = json.loads((there / "bundle.json").read_text("utf-8"))
    except (OSError, ValueError):
        raise Stop(
            f"{there} 不是离线安装包的内容:请解开 bundle 命令生成的压缩包,在其中运行。",
            f"{there} is not what a bundle holds: unpack the archive that `bundle` made, and run this inside it.",
        ) from None
    _check_machine(facts)
    os.environ.update({"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(there / "wheels"), "PIP_CONFIG_FILE": os.devnull})
    if (there / "packages" / "Packages").exists():
        _use_packages(there / "packages")
    else:
        bootstrap.no_source = True


def _check_machine(facts: dict[str, str]) -> None:
    here = machine()
    for part in ("python", "machine"):
        if facts.get(part) != here[part]:
            raise Stop(
                f"安装包为 {part} {facts.get(part)} 制作,本机是 {here[part]}:请在同样的系统上制作安装包。",
                f"The bundle was made for {part} {facts.get(part)} and this is {here[part]}: make it on a system like this one.",
            )


def _use_packages(packages: Path) -> None:
    """A configuration of apt that knows this folder alone; what it remembers lies apart from the machine's own."""
    kept = ROOT / "var" / "apt"
    (kept / "lists" / "partial").mkdir(parents=True, exist_ok=True)
    (kept / "sources.list").write_text(f"deb [trusted=yes] file:{packages} ./\n")
    lines = {
        "Dir::Etc::SourceList": str(kept / "sources.list"),
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::State::Lists": str(kept / "lists"),
        "Dir::Cache::pkgcache": "",
        "Dir::Cache::srcpkgcache": "",
        "APT::Sandbox::User": "root",  # `_apt` may not enter here
    }
    (kept / "apt.conf").write_text("".join(f'{name} "{value}";\n' for name, value in lines.items()))
    os.environ["APT_CONFIG"] = str(kept / "apt.conf")
    bootstrap.lists = kept / "lists"
