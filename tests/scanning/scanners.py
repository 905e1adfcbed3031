"""The scanners: each run over the source or over the lock files, its findings as one kind of row."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from packaging.version import Version

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
SCANNED = ("gis_service", "migrations")
OUT = ROOT / "build" / "scan"
LOCKS = ("requirements.lock", "requirements-dev.lock")
QUIET_FILES = r".*\.lock$|package-lock\.json$|(^|/)(dist|node_modules|build|var|\.venv[^/]*)/"
"""Not looked at for secrets: sums of packages, and what is built."""


@dataclass(frozen=True)
class Finding:
    """One place that a scanner points at."""

    scanner: str
    rule: str
    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.scanner} {self.rule} {self.file}:{self.line}: {self.text}"


class Broken(Exception):
    """A scanner did not run to its end: it has proved nothing."""


# --- their environment ------------------------------------------------------------------------------------------------


def environment() -> Path:
    """The folder of the scanners' programs."""
    return made(".venv-scan", HERE / "tools.txt")


def made(name: str, listed: Path) -> Path:
    """The programs of an environment of that name at the root of the source, made or renewed when its list of pins changes."""
    place, pins = ROOT / name, listed.read_text(encoding="utf-8")
    mark = place / "pins"
    if not mark.exists() or mark.read_text(encoding="utf-8") != pins:
        subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
        subprocess.run([str(place / "bin" / "pip"), "install", "-q", "-r", str(listed)], check=True)
        mark.write_text(pins, encoding="utf-8")
    return place / "bin"


def _told(command: list[str], *, good: Iterable[int] = (0,), cwd: Path = ROOT) -> str:
    """What a program printed; raises `Broken` for an exit code that means trouble with the program itself."""
    path = f"{Path(command[0]).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, check=False, env={**os.environ, "PATH": path}
    )
    if done.returncode not in good:
        raise Broken(f"{Path(command[0]).name}: exit {done.returncode}: {(done.stderr or done.stdout).strip()[-300:]}")
    return done.stdout


# --- source -----------------------------------------------------------------------------------------------------------


def bandit(tools: Path, where: Iterable[Path]) -> list[Finding]:
    """High findings of bandit. Those below are what ruff's `S` rules look at on every change, each with its reason there."""
    command = [str(tools / "bandit"), "-r", *map(str, where), "-x", "*/node_modules/*,*/dist/*", "-f", "json", "-q"]
    found = json.loads(_told(command, good=(0, 1)))
    if found["errors"]:
        raise Broken(f"bandit could not read {found['errors'][0]}")
    return [
        Finding("bandit", one["test_id"], _named(one["filename"]), one["line_number"], one["issue_text"])
        for one in found["results"]
        if one["issue_severity"] == "HIGH"
    ]


def semgrep(tools: Path, where: Iterable[Path]) -> list[Finding]:
    """Findings of our own rules; nothing is fetched and nothing is told to anybody."""
    offline = ["--metrics=off", "--disable-version-check", "--no-git-ignore", "-j", "1", "--json", "--quiet"]
    leave = ["--exclude", "node_modules", "--exclude", "dist"]
    command = [str(tools / "semgrep"), "scan", "--config", str(HERE / "rules"), *offline, *leave, *map(str, where)]
    found = json.loads(_told(command))
    if found["errors"]:
        raise Broken(f"semgrep: {found['errors'][0].get('message', found['errors'][0])}")
    return [
        Finding("semgrep", one["check_id"].split(".")[-1], _named(one["path"]), one["start"]["line"], one["extra"]["message"])
        for one in found["results"]
    ]  # fmt: skip


def secrets(tools: Path, where: Path, files: Iterable[str] = ()) -> list[Finding]:
    """What looks like a password or a key in the files of the repository (or in those named)."""
    command = [str(tools / "detect-secrets"), "scan", "--exclude-files", QUIET_FILES, *(files or ["--all-files"])]
    found = json.loads(_told(command, cwd=where))["results"]
    return [
        Finding("detect-secrets", one["type"], file, one["line_number"], "looks like a secret")
        for file, several in found.items()
        for one in several
    ]


def tracked() -> list[str]:
    """The text files that are in the repository."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return [name for name in listed.split("\0") if name and not re.search(QUIET_FILES, name)]


def _named(path: str) -> str:
    return os.path.relpath(ROOT / path, ROOT)


# --- dependencies -----------------------------------------------------------------------------------------------------


def locked() -> dict[str, set[str]]:
    """Versions by package name in the lock files."""
    found: dict[str, set[str]] = {}
    for name in LOCKS:
        for package, version in re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", (ROOT / name).read_text("utf-8"), re.M):
            found.setdefault(package.lower().replace("_", "-"), set()).add(version)
    return found


def denied(packages: dict[str, set[str]], table: dict[str, Any] | None = None) -> list[Finding]:
    """Packages that must not be there, or are too old."""
    rules = table or tomllib.loads((HERE / "denied.toml").read_text("utf-8"))
    found = [Finding("denied", name, name, 0, why) for name, why in rules["never"].items() if name in packages]
    for name, (least, why) in rules["at-least"].items():
        old = [version for version in packages.get(name, ()) if Version(version) < Version(least)]
        found += [Finding("denied", name, f"{name}=={version}", 0, f"{why}: at least {least}") for version in old]
    return found


def bill(tools: Path) -> int:
    """The bill of materials (CycloneDX) of each lock file in `build/scan`; how many components they name."""
    OUT.mkdir(parents=True, exist_ok=True)
    total = 0
    for name in LOCKS:
        to = OUT / f"{name}.cdx.json"
        _told([str(tools / "cyclonedx-py"), "requirements", name, "--of", "JSON", "-o", str(to)])
        total += len(json.loads(to.read_text("utf-8")).get("components", []))
    return total


@dataclass(frozen=True)
class Audit:
    """What the source of known holes said. One that cannot be reached skips every package and still ends well."""

    packages: int
    skipped: int
    vulnerable: tuple[str, ...]

    @property
    def reached(self) -> bool:
        return self.skipped < self.packages


def audit(tools: Path) -> Audit:
    """pip-audit over both lock files, by the sums in them: nothing is installed. Raises `Broken`."""
    packages, skipped, holes = 0, 0, []
    for name in LOCKS:
        command = [str(tools / "pip-audit"), "-r", name, "--require-hashes", "--disable-pip", "-f", "json"]
        for one in json.loads(_told(command, good=(0, 1)))["dependencies"]:
            packages += 1
            skipped += "skip_reason" in one
            holes += [f"{one['name']} {one['version']} {hole['id']}" for hole in one.get("vulns", [])]
    return Audit(packages, skipped, tuple(dict.fromkeys(holes)))


# --- what stays -------------------------------------------------------------------------------------------------------


def unjustified(
    findings: Iterable[Finding], table: list[dict[str, str]] | None = None
) -> tuple[list[Finding], list[str]]:
    """Findings without a reason, and reasons without a finding."""
    reasons = table if table is not None else tomllib.loads((HERE / "justified.toml").read_text("utf-8"))["justified"]
    used: set[int] = set()
    left = []
    for finding in findings:
        fits = [number for number, reason in enumerate(reasons) if _fits(finding, reason)]
        used.update(fits)
        left += [] if fits else [finding]
    idle = [f"{one['scanner']} {one['rule']} {one['file']}" for n, one in enumerate(reasons) if n not in used]
    return left, idle


def _fits(finding: Finding, reason: dict[str, str]) -> bool:
    same = finding.scanner == reason["scanner"] and finding.rule == reason["rule"]
    return same and fnmatch(finding.file, reason["file"]) and reason["line"] in _source(finding)


def _source(finding: Finding) -> str:
    lines = (ROOT / finding.file).read_text("utf-8").splitlines()
    return lines[finding.line - 1] if 0 < finding.line <= len(lines) else ""


# --- what was planted -------------------------------------------------------------------------------------------------

ENDINGS = {"python": "{}.py", "operations": "{}/operations.py", "vue": "{}.vue", "ts": "{}.ts", "html": "{}.html"}


def plant(folder: Path) -> dict[str, str]:
    """Write what each of our rules must find; the rules by file."""
    planted = {}
    for kind, examples in tomllib.loads((HERE / "planted.toml").read_text("utf-8")).items():
        for rule, content in examples.items():
            path = folder / "planted" / ENDINGS[kind].format(rule)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
            planted[str(path)] = rule
    return planted


def missed(tools: Path, folder: Path) -> list[str]:
    """What the scanners did not find of what was planted: then they are blind, and what they say of the source means nothing."""
    planted = plant(folder)
    seen = {(one.rule, str((ROOT / one.file).resolve())) for one in semgrep(tools, [folder])}
    lost = [rule for path, rule in planted.items() if (rule, str(Path(path).resolve())) not in seen]
    if not bandit(tools, [folder / "planted" / "shell.py"]):
        lost.append("bandit: a shell")
    key = "AKIA" + "QWERTYUIOPASDFGH"  # made up, and put together here so that it is not found in this file
    (folder / "keys.py").write_text(f'aws = "{key}"\n', encoding="utf-8")
    if not secrets(tools, folder, ["keys.py"]):
        lost.append("detect-secrets: a key")
    shutil.rmtree(folder / "planted")
    return lost


def rules() -> Iterator[str]:
    """The ids of our own rules."""
    for path in sorted((HERE / "rules").glob("*.yaml")):
        yield from re.findall(r"^  - id: (\S+)$", path.read_text("utf-8"), re.M)
