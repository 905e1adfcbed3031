"""What a request asks for: the format, the page, the rows; anything else is refused with 400."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fastapi import Request

from gis_service.core.errors import BadRequest, UnknownParameter
from gis_service.core.paging import place
from gis_service.maps import asked, crs
from gis_service.maps.asked import Asked
from gis_service.maps.catalogue import Layer
from gis_service.maps.cql2.compiling import Filter, compiled
from gis_service.maps.cql2.reading import LANGUAGES, TEXT
from gis_service.maps.crs import Crs
from gis_service.maps.queryables import queryables

DEFAULT_LIMIT, MAX_LIMIT = 100, 5000


@dataclass(frozen=True)
class Page:
    """A part of a collection: where it begins, how long it is, and how many match if that was counted before."""

    limit: int = DEFAULT_LIMIT
    after: int | None = None
    matched: int | None = None


def only(request: Request, allowed: Iterable[str] = ()) -> None:
    """Refuse parameters that the API document does not list (requirement /req/core/query-param-unknown)."""
    for name in request.query_params:
        if name != "f" and name not in allowed:
            raise UnknownParameter(parameter=name)


def wants_html(request: Request) -> bool:
    """`f` decides, else the Accept header: browsers ask for text/html, programs do not."""
    asked_for = request.query_params.get("f")
    if asked_for not in (None, "json", "html"):
        raise BadRequest(parameter="f", value=asked_for)
    return asked_for == "html" or (asked_for is None and "text/html" in request.headers.get("accept", ""))


def is_known(request: Request, etag: str) -> bool:
    """Whether the client has this very content (RFC 9110: a weak match will do)."""
    seen = request.headers.get("if-none-match", "")
    return etag in [word.strip().removeprefix("W/") for word in seen.split(",")]


FILTER = ("filter", "filter-lang", "filter-crs")


def item_parameters(layer: Layer) -> list[str]:
    """Of a page of features: every queryable with one value is a parameter, too."""
    return ["limit", "bbox", "bbox-crs", "datetime", "crs", "as_of", "after", *FILTER, *asked.parameters(layer)]


def rows(request: Request, layer: Layer) -> Asked:
    """The question about the layer that the parameters put."""
    given = request.query_params
    if not given:
        return Asked()
    since, until = asked.instants(given.get("datetime"))
    return Asked(
        equal=asked.filters(layer, given),
        window=crs.window(given.get("bbox"), crs.named(given.get("bbox-crs"), "bbox-crs")),
        since=since,
        until=until,
        as_of=asked.day(given.get("as_of")),
        filter=_filter(given, layer),
    )


def _filter(given: Mapping[str, str], layer: Layer) -> Filter | None:
    """The CQL2 filter as SQL. Its language and CRS are checked where there is none, too."""
    language = given.get("filter-lang", TEXT)
    if language not in LANGUAGES:
        raise BadRequest(parameter="filter-lang", value=language)
    system = crs.named(given.get("filter-crs"), "filter-crs")
    text = given.get("filter")
    return None if text is None else compiled(text, language, queryables(layer), system)


def output_crs(request: Request) -> Crs:
    return crs.named(request.query_params.get("crs"), "crs")


def page(request: Request) -> Page:
    """`limit` above the maximum is the maximum (requirement /req/core/fc-limit-response-1)."""
    limit = request.query_params.get("limit", str(DEFAULT_LIMIT))
    if not (limit.isascii() and limit.isdigit() and int(limit) > 0):
        raise BadRequest(parameter="limit", value=limit)
    word = request.query_params.get("after")
    if word is None:
        return Page(min(int(limit), MAX_LIMIT))
    after, matched = place(word, 2)
    if not isinstance(after, int) or not isinstance(matched, int | None):
        raise BadRequest(parameter="after", value=word)
    return Page(min(int(limit), MAX_LIMIT), after, matched)
