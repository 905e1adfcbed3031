"""Pages made on the server: their templates, and the policy under which a browser shows them."""

import base64
import hashlib
import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

from gis_service.core.http import policy

STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


class Pages:
    """The templates of one folder.

    Each page holds its own style, so that it can be shown where nothing else is served. A browser takes such a style by its hash,
    which is that of the template: what somebody got into a page has none, and is not taken. So a style holds nothing to fill in.
    """

    def __init__(self, folder: Path, **options: Any):
        self.templates = Environment(loader=FileSystemLoader(folder), autoescape=True, **options)
        sources = (path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.html")))
        self.headers = {
            "Content-Security-Policy": policy(*(_hash(css) for text in sources for css in STYLE.findall(text)))
        }

    def render(self, name: str, **facts: Any) -> str:
        return self.templates.get_template(name).render(**facts)


def _hash(css: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()}'"
