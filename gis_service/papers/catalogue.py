"""The kinds of paper, read from `catalogue.toml`."""

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from gis_service.core.errors import NotFound
from gis_service.papers.facts import groups


@dataclass(frozen=True)
class PaperKind:
    """One kind of paper. `template` empty: it is made by others and only uploaded; `series` empty: it has no number."""

    code: str
    zh: str
    en: str
    procedure: str
    template: str
    series: str
    groups: frozenset[str]


def _read() -> dict[str, Any]:
    return tomllib.loads((files("gis_service.papers") / "catalogue.toml").read_text("utf-8"))


def _kinds(said: dict[str, Any]) -> dict[str, PaperKind]:
    found = {}
    for procedure in said["procedures"]:
        for code, about in said[procedure].items():
            names = frozenset(said["every"]) | frozenset(about["also"])
            if code in found or not names <= set(groups()):
                raise ValueError(f"catalogue.toml: {code}")
            found[code] = PaperKind(
                code, about["zh"], about["en"], procedure, about["template"], about["series"], names
            )
    return found


_said = _read()
PROCEDURES: dict[str, tuple[str, str]] = {code: (zh, en) for code, (zh, en) in _said["procedures"].items()}
KINDS: dict[str, PaperKind] = _kinds(_said)
NAMED: dict[str, tuple[str, str]] = {name: (zh, en) for name, (zh, en) in _said["named"].items()}
"""Facts the shipped templates ask for by name: what each is called in both languages."""


def kind(code: str) -> PaperKind:
    """The kind of this code; raises `NotFound`."""
    if code not in KINDS:
        raise NotFound(what="文书种类", key=code)
    return KINDS[code]


def shipped(found: PaperKind) -> bytes:
    """The template that comes with the product."""
    return (files("gis_service.papers") / "templates" / found.template).read_bytes()
