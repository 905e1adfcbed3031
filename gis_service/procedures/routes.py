"""HTTP doors over all procedures: the tables, the working-day calendar, what waits for a person."""

from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse

from gis_service.access.edge import Route, Work, doing
from gis_service.core import clock
from gis_service.procedures import calendar, queries, work
from gis_service.procedures.conduct import Conduct
from gis_service.procedures.schemas import CalendarIn

Mine = Annotated[Work, doing("me.read")]


@cache
def router_over(conducts: tuple[Conduct, ...]) -> APIRouter:
    """The doors that know every procedure of the service."""
    router = APIRouter(prefix="/api/v1", route_class=Route)

    @router.get("/me/work")
    def mine(work_: Mine) -> JSONResponse:
        """What waits for me, what is late there, what I wait for."""
        found = work.of(work_.session, conducts, work_.actor, clock.now(), work_.scope.request_id)
        return JSONResponse(jsonable_encoder({**found, "as_of": clock.now()}))

    @router.get("/parcels/{parcel_id}/proceedings")
    def of_parcel(work_: Annotated[Work, doing("parcel.read")], parcel_id: int) -> JSONResponse:
        """Every proceeding about a parcel that the reader may see, open ones first."""
        found = work.of_parcel(work_.session, conducts, work_.actor, parcel_id, clock.now(), work_.scope.request_id)
        return JSONResponse(jsonable_encoder({"items": found}))

    @router.get("/late")
    def late(work_: Annotated[Work, doing("late.read")]) -> JSONResponse:
        """督办清单: everything in sight whose clock ran out, the longest ago first."""
        found = work.late(work_.session, conducts, work_.actor, clock.now(), work_.scope.request_id)
        return JSONResponse(jsonable_encoder({"items": found, "as_of": clock.now()}))

    @router.get("/workdays")
    def days(work_: Mine, year: Annotated[int, Query(ge=2000, le=2100)]) -> dict[str, Any]:
        """The exceptions of a year: holidays, and weekend days worked."""
        found = queries.calendar(work_.session, year)
        rows = [{"day": d.day, "is_working": d.is_working, "name": d.name, "source": d.source} for d in found]
        return {"year": year, "known": bool(rows), "items": rows}

    @router.post("/workdays", status_code=201)
    def import_days(work_: Annotated[Work, doing("workday.change")], body: CalendarIn) -> dict[str, Any]:
        """The exceptions of whole years, instead of what was known of them."""
        days = calendar.read_csv(body.csv) if body.csv else [(d.day, d.is_working, d.name) for d in body.days]
        years = calendar.replace(work_.session, days, body.source)
        work_.note("workday.change", ",".join(map(str, years)), days=len(days), source=body.source)
        return {"years": years, "days": len(days)}

    return router
