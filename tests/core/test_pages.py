"""Each page that is made on the server carries a style that its own policy knows, and no other one."""

import base64
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import gis_service
from gis_service.access import login
from gis_service.cases.clues import public
from gis_service.core.http import SECURITY_HEADERS
from gis_service.core.pages import STYLE, Pages
from gis_service.maps.ogc import pages as ogc
from gis_service.tls import page as ca

HOUSE = Path(gis_service.__file__).parent
KNOWN = {"access/pages": login.PAGES, "cases/clues/pages": public.PAGES, "maps/ogc/templates": ogc.PAGES, "tls/pages": ca.PAGES}  # fmt: skip


def styled() -> Iterator[tuple[str, str]]:
    """Folders of templates with styles of their own, which a browser gets from us; mail and files are shown elsewhere."""
    for path in sorted(HOUSE.rglob("*.html")):
        folder = str(path.parent.relative_to(HOUSE))
        if not folder.startswith(("web", "notifications", "evidence")):
            for css in STYLE.findall(path.read_text("utf-8")):
                yield folder, css


def test_every_style_in_a_page_of_ours_is_known_to_its_policy() -> None:
    assert {folder for folder, _ in styled()} == set(KNOWN)
    for folder, css in styled():
        digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in KNOWN[folder].headers["Content-Security-Policy"], folder
        assert not re.search(r"\{\{|\{%", css), "what is filled in would change the hash"


def test_no_page_of_ours_has_styles_or_scripts_in_its_elements() -> None:
    for path in HOUSE.rglob("*.html"):
        folder = str(path.parent.relative_to(HOUSE))
        if folder in KNOWN:
            found = re.findall(r"<script(?![^>]* src=)[^>]*>|\s(?:style|on[a-z]+)=", path.read_text("utf-8"))
            assert found == [], path


def test_a_style_that_somebody_got_in_is_not_known(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<style>p { margin: 0 }</style><p>{{ text }}</p>", "utf-8")
    pages = Pages(tmp_path)
    policy = pages.headers["Content-Security-Policy"]
    assert policy.count("sha256-") == 1
    assert "&lt;style&gt;" in pages.render("page.html", text="<style>p { display: none }</style>")


@pytest.mark.parametrize("word", ["unsafe-inline", "unsafe-eval", "http:", "https:", "*"])
def test_the_policy_makes_no_exception(word: str) -> None:
    assert word not in SECURITY_HEADERS["Content-Security-Policy"]
