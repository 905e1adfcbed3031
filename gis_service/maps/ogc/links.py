"""Addresses of the OGC API and the links between its documents."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import Request

JSON, GEOJSON, HTML = "application/json", "application/geo+json", "text/html"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
MVT = "application/vnd.mapbox-vector-tile"
SCHEMA = "application/schema+json"
SCHEMA_REL = "http://www.opengis.net/def/rel/ogc/1.0/schema"
QUERYABLES_REL = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
FUNCTIONS_REL = "http://www.opengis.net/def/rel/ogc/1.0/functions"
TILESETS = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"


def link(href: str, rel: str, kind: str, title: str, **more: Any) -> dict[str, Any]:
    return {"href": href, "rel": rel, "type": kind, "title": title, **more}


@dataclass(frozen=True)
class Site:
    """Where the API lies as the asker sees it, for example http://host:8000/ogc."""

    base: str

    @classmethod
    def of(cls, request: Request) -> "Site":
        outside = getattr(request.app.state, "settings", None)
        public = outside.public_url if outside else None
        return cls(f"{(public or str(request.base_url)).rstrip('/')}/ogc")

    def to(self, path: str = "/", **query: Any) -> str:
        words = urlencode({key: value for key, value in query.items() if value is not None})
        return f"{self.base}{path}{'?' + words if words else ''}"

    def here(self, request: Request, path: str | None = None, **changed: Any) -> str:
        """This very address, or another that is asked in the same way, with some parameters changed."""
        return self.to(path or request.url.path.removeprefix("/ogc"), **{**request.query_params, **changed})

    def both(self, request: Request, *, html: bool, kind: str = JSON, path: str | None = None) -> list[dict[str, Any]]:
        """Self and alternate: the same document in the format given and in the other."""
        json, page = self.here(request, path, f="json"), self.here(request, path, f="html")
        return [
            link(json, "alternate" if html else "self", kind, "JSON"),
            link(page, "self" if html else "alternate", HTML, "网页 · HTML"),
        ]
