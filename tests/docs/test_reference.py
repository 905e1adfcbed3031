"""The generated pages say what the code says, and the written ones lead nowhere that is not there."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import typer

from gis_service import cli, reference
from gis_service.access.rules import PERMISSIONS, Role
from gis_service.maps.catalogue import Catalogue
from gis_service.settings import ROOT, Settings

DOCS = ROOT / "docs"
TEXTS = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
PAGES = reference.pages()

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
ADDRESS = re.compile(r"https?://[^\s)`'\"<>,。、;]+")
EXAMPLES = re.compile(
    r"127\.0\.0\.1|192\.168\.1\.10|localhost|([a-z0-9-]+\.)*example(\.(com|org|net))?|t0\.tianditu\.gov\.cn|…"
)
"""Loopback, an address of an intranet, example hosts; and the one map of the world that a deployment may ask to be shown (the default
of a setting, never asked without a key)."""


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("name", PAGES)
def test_a_committed_page_is_what_the_code_says_today(name: str) -> None:
    committed = (reference.FOLDER / name).read_text("utf-8")
    assert committed == PAGES[name], f"docs/reference/{name} is stale; run: {reference.COMMAND}"


def test_the_committed_diagrams_of_procedures_are_those_of_their_tables() -> None:
    drawn = reference.pictures()
    assert {path.name for path in reference.PICTURES.glob("*.svg")} == set(drawn)
    assert [name for name, svg in drawn.items() if (reference.PICTURES / name).read_text("utf-8") != svg] == []


def test_no_page_is_left_over_from_something_that_is_gone() -> None:
    assert {path.name for path in reference.FOLDER.glob("*.md")} == set(PAGES)


def test_every_setting_is_in_the_docs() -> None:
    missing = [name for name in Settings.model_fields if f"`GIS_{name.upper()}`" not in PAGES["settings.md"]]
    assert missing == []


def test_every_layer_is_in_the_docs() -> None:
    assert [name for name in Catalogue.load() if f"## {name}\n" not in PAGES["layers.md"]] == []


def test_every_refusal_is_in_the_docs() -> None:
    codes = {kind.code for kind in reference._kinds()}
    assert len(codes) > 30
    assert [code for code in sorted(codes) if f"`{code}`" not in PAGES["refusals.md"]] == []


def test_every_command_is_in_the_docs() -> None:
    leaves = dict(reference._leaves("gis-service", typer.main.get_command(cli.app)))
    assert "gis-service audit verify" in leaves
    assert [name for name in leaves if f"## {name}\n" not in PAGES["commands.md"]] == []


def test_every_permission_and_role_is_in_the_docs() -> None:
    missing = [word for word in (*PERMISSIONS, *Role) if f"`{word}`" not in PAGES["permissions.md"]]
    assert missing == []


def test_words_are_only_of_things_that_exist() -> None:
    words = reference.words()
    assert set(words["permissions"]) == set(PERMISSIONS)
    assert set(words["roles"]) == set(Role)
    assert set(words["settings"]) == {*Settings.model_fields, "STORAGE_SRID", "METRIC_SRID"}


def slugs(path: Path) -> set[str]:
    """The anchors of a page's headings, as the usual renderers make them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def dead_links(path: Path) -> Iterator[str]:
    for target in LINK.findall(path.read_text("utf-8")):
        file, _, anchor = target.partition("#")
        if urlsplit(target).scheme:
            continue
        place = path.parent / file if file else path
        if not place.exists() or (anchor and anchor not in slugs(place)):
            yield target


@pytest.mark.parametrize("path", TEXTS, ids=named)
def test_links_lead_somewhere(path: Path) -> None:
    assert list(dead_links(path)) == []


@pytest.mark.parametrize("path", TEXTS, ids=named)
def test_no_text_names_a_machine_of_the_world(path: Path) -> None:
    """Loopback and example hosts only: the product works without the internet, and so do its docs."""
    found = [urlsplit(address).hostname or "" for address in ADDRESS.findall(path.read_text("utf-8"))]
    assert [host for host in found if not EXAMPLES.fullmatch(host)] == []


def test_every_text_can_be_reached_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        path = waiting.pop()
        if path in reached or path.suffix != ".md":
            continue
        reached.add(path)
        waiting += [(path.parent / link.partition("#")[0]).resolve() for link in LINK.findall(path.read_text("utf-8"))]
    assert {named(path) for path in TEXTS} - {named(path) for path in reached} == set()


def test_pictures_are_small_and_used() -> None:
    pictures = sorted((DOCS / "pictures").glob("*.png"))
    shown = "".join(path.read_text("utf-8") for path in TEXTS)
    assert pictures
    assert [path.name for path in pictures if path.name not in shown] == []
    assert [path.name for path in pictures if path.stat().st_size > 250_000] == []
