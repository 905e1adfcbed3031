"""Units of systemd, as far as a test must read them."""

import re
import shlex
from pathlib import Path

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "deploy"
UNITS = sorted((EXAMPLES / "systemd").glob("*.service"))
INSTALLED = "/srv/gis_service"
"""Where the examples say that the project lies."""
STATE = "/var/lib/gis-service"
"""Where the examples say that the data lie."""


def directives(unit: Path) -> list[tuple[str, str]]:
    """Its lines `Name=value` in their order."""
    return re.findall(r"^(\w+)=(.*)$", unit.read_text("utf-8"), re.M)


def value(unit: Path, name: str) -> str:
    """What a directive that is there once says."""
    (found,) = [said for key, said in directives(unit) if key == name]
    return found


def moved(text: str, state: Path) -> str:
    """The text for a project that lies here, with its data there."""
    return text.replace(INSTALLED, str(ROOT)).replace(STATE, str(state))


def command(unit: Path, state: Path) -> list[str]:
    """What the unit starts."""
    return shlex.split(moved(value(unit, "ExecStart"), state))


def environment(unit: Path, state: Path) -> dict[str, str]:
    """The variables that it sets itself."""
    pairs = [said for key, said in directives(unit) if key == "Environment"]
    return dict(moved(pair, state).split("=", 1) for pair in pairs)


def hardening(unit: Path) -> str:
    """The block that says what it may not do."""
    return unit.read_text("utf-8").split("# what it may not do", 1)[1]
