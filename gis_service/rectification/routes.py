"""HTTP doors of rectifications beside those of every procedure: the check items, and the three lists."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from gis_service.access.edge import Route, Work, doing
from gis_service.core import clock
from gis_service.core.described import sends
from gis_service.core.http import to_be_saved
from gis_service.core.media import by_ending
from gis_service.papers import operations as papers
from gis_service.patrols.items import ITEMS
from gis_service.procedures import queries as engine
from gis_service.procedures.doors import office_of
from gis_service.rectification import lists, queries
from gis_service.rectification.errors import UnknownList
from gis_service.rectification.queries import Wanted

Reading = Annotated[Work, doing("rectification.read")]
TYPES = by_ending("xlsx", "docx", "pdf")

router = APIRouter(prefix="/api/v1/rectifications", route_class=Route, tags=["rectification"])


@router.get("/items")
def items(work: Reading) -> dict[str, Any]:
    """The check items with their usual severity and days, and the campaigns in sight."""
    return {"items": [vars(item) for item in ITEMS.values()], "campaigns": queries.campaigns(work.session)}


@router.get("/lists/{name}", **sends(*TYPES.values()))
def list_file(
    work: Reading,
    name: str,
    area_id: int | None = None,
    unit_id: int | None = None,
    campaign: Annotated[str, Query(max_length=200)] = "",
    closed: bool = False,
) -> Response:
    """One of the three lists, `problem_list.xlsx` and the like, of what is open; with `closed` of all."""
    code, _, form = name.partition(".")
    if code not in lists.KINDS or form not in TYPES:
        raise UnknownList(name=name)
    wanted = Wanted(area_id, unit_id, campaign, only_open=not closed)
    content = _content(work, lists.KINDS[code], form, wanted)
    work.note("rectification.read", name, act="list", area_id=area_id, unit_id=unit_id, campaign=campaign)
    file_name = f"{lists.KINDS[code].zh} {clock.today():%Y-%m-%d}.{form}"
    return Response(content, media_type=TYPES[form], headers=to_be_saved(file_name))


def _content(work: Work, kind: lists.Kind, form: str, wanted: Wanted) -> bytes:
    at = clock.now()
    lines, scope = queries.listed(work.session, wanted, at), _scope(work, wanted)
    if form == "xlsx":
        return lists.workbook(kind, lines, scope=scope, at=at)
    facts = lists.paper_facts(kind, lines, scope=scope, at=at, issuer=office_of(work).name)
    made = papers.make(work.session, work.request.app.state.store, kind.code, facts, doc_no=None)
    return made.docx if form == "docx" else made.pdf


def _scope(work: Work, wanted: Wanted) -> str:
    """In words: which area, unit and campaign."""
    areas = engine.names_of_areas(work.session, [wanted.area_id])
    units = engine.names_of_units(work.session, [wanted.unit_id])
    return "、".join([*areas.values(), *units.values(), *filter(None, [wanted.campaign])]) or "全部"
