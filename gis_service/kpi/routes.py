"""HTTP doors of the figures: the catalogue, figures against last month and plan, rows behind them, what is late, planned values."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse

from gis_service.access.edge import Route, Work, doing
from gis_service.core import clock, db
from gis_service.core.clock import BEIJING
from gis_service.core.described import sends
from gis_service.core.etags import version_seen
from gis_service.core.http import to_be_saved
from gis_service.core.media import XLSX
from gis_service.kpi import late as lateness
from gis_service.kpi import targets, telling
from gis_service.kpi.catalogue import CATALOGUE, NOT_KNOWN_EN, NOT_KNOWN_ZH
from gis_service.kpi.figures import By, rows
from gis_service.kpi.models import KpiTarget
from gis_service.kpi.schemas import TargetChange, TargetIn, indicator_out
from gis_service.kpi.telling import Sight
from gis_service.kpi.workbook import workbook

router = APIRouter(prefix="/api/v1/kpis", route_class=Route, tags=["kpi"])

Read = Annotated[Work, doing("kpi.read")]
Plan = Annotated[Work, doing("kpi.plan")]
IfMatch = Annotated[str | None, Header()]
AsOf = Annotated[str | None, Query(description="a date means its end in Beijing; now if left out")]
Codes = Annotated[str | None, Query(description="codes, by commas; all if left out")]


def _sights(work: Work, codes: str | None = None) -> list[Sight]:
    wanted = [code for code in codes.split(",") if code] if codes else None
    return telling.sights(work.actor, work.scope.request_id, wanted)


@router.get("")
def catalogue(work: Read) -> dict[str, Any]:
    """指标目录: every figure this reader may see, in words; and what the register cannot know."""
    seen = {code for _, codes in _sights(work) for code in codes}
    return {
        "items": [indicator_out(each) for code, each in CATALOGUE.items() if code in seen],
        "not_known_zh": NOT_KNOWN_ZH,
        "not_known_en": NOT_KNOWN_EN,
    }


@router.get("/figures")
def figures(work: Read, by: By = "district", as_of: AsOf = None, codes: Codes = None) -> dict[str, Any]:
    """Figures at a moment, against the end of the month before and the year's plan; of the district, by area or by unit."""
    moment = telling.asked_moment(as_of)
    lines = telling.told(work.session, _sights(work, codes), moment, by)
    return {
        "as_of": moment, "before": telling.end_of_month_before(moment), "year": moment.astimezone(BEIJING).year, "by": by,
        "items": [telling.out(line) for line in lines],
    }  # fmt: skip


@router.get("/figures.xlsx", **sends(XLSX))
def figures_xlsx(work: Read, by: Literal["area", "unit"] = "area", as_of: AsOf = None) -> Response:
    """The same figures as a workbook."""
    moment, seen = telling.asked_moment(as_of), _sights(work)
    whole, parts = (telling.told(work.session, seen, moment, each) for each in ("district", by))
    db.enter(work.session, work.scope)
    work.note("kpi.read", "kpi/figures.xlsx", by=by, as_of=moment.isoformat())
    name = f"指标表 {moment.astimezone(BEIJING):%Y-%m-%d}.xlsx"
    return Response(workbook(whole, parts, by, moment), media_type=XLSX, headers=to_be_saved(name))


@router.get("/trend")
def trend(work: Read, codes: Annotated[str, Query(description="codes, by commas")], as_of: AsOf = None) -> dict[str, Any]:  # fmt: skip
    """The figures of the district at the last twelve month ends and at the moment, oldest first."""
    found = telling.trend(work.session, _sights(work, codes), telling.asked_moment(as_of))
    return {
        "items": [
            {"as_of": at, "code": each.code, **{name: telling.as_number(getattr(each, name)) for name in ("value", "numerator", "denominator")}}
            for at, those in found for each in those
        ]
    }  # fmt: skip


@router.get("/late")
def late(work: Read, as_of: AsOf = None, most: Annotated[int, Query(ge=1, le=1000)] = 100) -> dict[str, Any]:
    """What is late, with its unit and person, the longest ago first; `total` tells how many there are in all."""
    moment = telling.asked_moment(as_of)
    total, found = lateness.late(work.session, _sights(work), moment, most)
    return {"as_of": moment, "total": total, "items": [telling.row_out(row) for row in found]}


@router.get("/targets")
def planned(work: Read, year: Annotated[int | None, Query(ge=2000, le=2100)] = None) -> dict[str, Any]:
    """The planned values of a year, those taken back without a value."""
    year = year or clock.today().year
    return {"year": year, "items": targets.listed(work.session, year)}


@router.post("/targets", status_code=201)
def plan(work: Plan, body: TargetIn) -> JSONResponse:
    """Plan a value for a year."""
    _sights(work, body.code)
    district = work.request.app.state.settings.district_code
    made = targets.make(work.session, work.actor, district, **body.model_dump())
    work.note("kpi.plan", f"kpi_target/{made.id}", code=made.code, year=made.year, value=str(made.value))
    return _target(made, 201)


@router.patch("/targets/{target_id}")
def change(work: Plan, target_id: int, body: TargetChange, if_match: IfMatch = None) -> JSONResponse:
    """Change a planned value, or take it back."""
    target = targets.one(work.session, target_id)
    seen = version_seen(if_match, f"kpi_target{target_id}")
    targets.change(work.session, work.actor, target, seen, body.value, body.note)
    work.note("kpi.plan", f"kpi_target/{target.id}", code=target.code, year=target.year, value=str(target.value))
    return _target(target)


@router.get("/{code}/rows")
def behind(
    work: Read, code: str, area: Annotated[str | None, Query(max_length=100)] = None,
    unit: Annotated[str | None, Query(max_length=200)] = None, as_of: AsOf = None,
) -> dict[str, Any]:  # fmt: skip
    """The rows behind a figure: what is counted, and of a ratio what is not."""
    moment = telling.asked_moment(as_of)
    for scope, codes in _sights(work, code):
        db.enter(work.session, scope)
        found = rows(work.session, codes[0], moment, area=area, unit=unit)
    return {
        "as_of": moment,
        "code": code,
        "counted": sum(row["counted"] for row in found),
        "items": [telling.row_out(row) for row in found],
    }


def _target(target: KpiTarget, status: int = 200) -> JSONResponse:
    etag = f'"kpi_target{target.id}.{target.row_version}"'
    return JSONResponse(jsonable_encoder(targets.told(target)), status, headers={"ETag": etag})
