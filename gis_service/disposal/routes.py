"""HTTP doors of disposal beside those of every procedure: the plan, the gate, sites, carriers, consents, waivers, densities."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from sqlalchemy import select

from gis_service.access.edge import Route, Work, doing
from gis_service.core import clock
from gis_service.core.described import sends
from gis_service.core.errors import NotFound
from gis_service.core.http import to_be_saved
from gis_service.core.media import XLSX
from gis_service.disposal import plan, queries, waivers
from gis_service.disposal.manifests.operations import TAKES_LOADS
from gis_service.disposal.partners import operations as partners
from gis_service.disposal.partners import queries as partners_known
from gis_service.disposal.partners.models import CarrierPermit, DisposalCarrier, DisposalSite, DisposalSiteConsent
from gis_service.disposal.partners.rules import SITE_WORDS
from gis_service.disposal.plan import Wanted
from gis_service.disposal.rules import CLASSES, PROCEDURE
from gis_service.disposal.schemas import (
    CarrierChange,
    CarrierIn,
    ConsentIn,
    ProjectCarrierIn,
    SiteChange,
    SiteIn,
    WaiverIn,
    Why,
    waiver_out,
)
from gis_service.parcels.models import Parcel
from gis_service.procedures import filing
from gis_service.procedures import operations as engine_acts
from gis_service.procedures import queries as engine
from gis_service.procedures.models import Proceeding

router = APIRouter(prefix="/api/v1/disposals", route_class=Route, tags=["disposal"])
partner_router = APIRouter(prefix="/api/v1", route_class=Route, tags=["disposal"])

Reads = Annotated[Work, doing("disposal.read")]
Arranges = Annotated[Work, doing("disposal.arrange")]
Waives = Annotated[Work, doing("disposal.waive")]
Gate = Annotated[Work, doing("manifest.record")]


# --- the plan ---------------------------------------------------------------------------------------------------------


@router.get("/plan")
def plan_list(
    work: Reads,
    year: int | None = None,
    batch: Annotated[str, Query(max_length=60)] = "",
    area_id: int | None = None,
    closed: bool = True,
) -> JSONResponse:
    """The plan of a year and batch, line by line, with its sums; without a year all projects."""
    lines = plan.items(work.session, Wanted(year, batch.strip(), area_id, closed))
    return JSONResponse(jsonable_encoder({"items": lines, "totals": plan.totals(lines), "as_of": clock.now()}))


@router.get("/plan.xlsx", **sends(XLSX))
def plan_file(
    work: Reads,
    year: int | None = None,
    batch: Annotated[str, Query(max_length=60)] = "",
    area_id: int | None = None,
    closed: bool = True,
) -> Response:
    """The same as a workbook."""
    lines = plan.items(work.session, Wanted(year, batch.strip(), area_id, closed))
    title = f"{year or ''}{'年' if year else ''}{batch.strip()}固废处置计划"
    content = plan.workbook(lines, title=title, at=clock.now())
    work.note("disposal.read", title, act="plan", year=year, batch=batch, rows=len(lines))
    return Response(content, media_type=XLSX, headers=to_be_saved(f"{title} {clock.today():%Y-%m-%d}.xlsx"))


@router.get("/densities")
def densities(work: Reads) -> dict[str, Any]:
    """t for each m³ of each class of waste: default, what the weighbridge measured in finished projects, and what is used."""
    found = queries.densities(work.session)
    words = {code: (zh, en) for code, zh, en in CLASSES}
    items = [
        {**vars(each), "in_place": each.in_place, "zh": words[code][0], "en": words[code][1]}
        for code, each in found.items()
    ]
    return {"items": jsonable_encoder(items)}


# --- the gate ---------------------------------------------------------------------------------------------------------


@router.get("/gate")
def gate(work: Gate) -> JSONResponse:
    """What a form at the gate offers: projects that take loads, with land, classes, sites, carriers and their trucks."""
    asked = select(Proceeding).where(Proceeding.noun == PROCEDURE.noun, Proceeding.state.in_(TAKES_LOADS))
    body = {
        "projects": [_at_gate(work, each) for each in work.session.scalars(asked.order_by(Proceeding.id).limit(200))],
        "words": {code: {"zh": zh, "en": en} for code, zh, en in CLASSES},
    }
    return JSONResponse(jsonable_encoder(body))


def _at_gate(work: Work, project: Proceeding) -> dict[str, Any]:
    own = queries.one(work.session, project.id)
    trucks = partners_known.trucks_of(work.session, [each.id for each in queries.carriers_of(work.session, project.id)])
    return {
        "id": project.id, "no": project.proceeding_no, "title": project.title, "state": project.state,
        "classes": [own.waste_class, *(each for each in own.other_classes if each != own.waste_class)],
        "parcels": [{"id": p["id"], "parcel_no": p["parcel_no"], "parcel_name": p["parcel_name"]} for p in engine.parcels_of(work.session, project.id)],
        "sites": [{"id": s.id, "name": s.name, "accepts": s.accepts} for s in queries.sites_of(work.session, project.id)],
        "carriers": [
            {"id": c.id, "carrier": c.carrier, "trucks": [truck.plate for truck in trucks[c.id]]}
            for c in queries.carriers_of(work.session, project.id)
        ],
    }  # fmt: skip


# --- waivers ----------------------------------------------------------------------------------------------------------


@router.get("/waivers")
def waivers_of(work: Reads, parcel_id: int) -> JSONResponse:
    """Waivers of a parcel, newest first, those that were revoked too."""
    found = queries.waivers(work.session, [parcel_id], all_of_them=True)
    return JSONResponse(jsonable_encoder({"items": [waiver_out(each) for each in found]}))


@router.post("/waivers", status_code=201)
def waive(work: Waives, body: WaiverIn) -> JSONResponse:
    """Let a parcel go on with its waste, by name; for land that is in no project."""
    parcel = work.session.get(Parcel, body.parcel_id, with_for_update=True, populate_existing=True)
    if parcel is None:
        raise NotFound(what="地块", key=body.parcel_id)
    made = waivers.give(work.session, work.actor, parcel, body.covers, body.reason, body.measures)
    work.note("disposal.waive", f"parcel/{parcel.parcel_no}", act="give", covers=body.covers, reason=body.reason)
    return JSONResponse(jsonable_encoder(waiver_out(made)), 201)


@router.post("/waivers/{waiver_id}/revoke")
def revoke(work: Waives, waiver_id: int, body: Why) -> JSONResponse:
    found = waivers.revoke(work.session, work.actor, waiver_id, body.reason)
    work.note("disposal.waive", f"waiver/{found.id}", act="revoke", reason=body.reason)
    return JSONResponse(jsonable_encoder(waiver_out(found)))


# --- who carries and receives for a project ---------------------------------------------------------------------------


def _project(work: Work, proceeding_id: int) -> Proceeding:
    found = engine_acts.held(work.session, PROCEDURE, proceeding_id)
    filing.require_open(PROCEDURE, found)
    return found


def _note(work: Work, project: Proceeding, act: str, **detail: Any) -> None:
    work.note("disposal.arrange", f"disposal/{project.proceeding_no}", act=act, **detail)


@router.post("/{proceeding_id}/sites", status_code=201)
def consent(work: Arranges, proceeding_id: int, body: ConsentIn) -> JSONResponse:
    """A site consents to receive the waste of the project."""
    project = _project(work, proceeding_id)
    partners.consent(work.session, work.actor, project.id, body.site_id, body.consented_on, body.doc_no)
    _note(work, project, "consent", site_id=body.site_id)
    return JSONResponse(jsonable_encoder({"items": partners_known.consents_out(work.session, project.id)}), 201)


@router.post("/{proceeding_id}/sites/{site_id}/end")
def end_consent(work: Arranges, proceeding_id: int, site_id: int) -> JSONResponse:
    project = _project(work, proceeding_id)
    partners.leave(work.session, DisposalSiteConsent, project.id, site_id)
    _note(work, project, "end_consent", site_id=site_id)
    return JSONResponse(jsonable_encoder({"items": partners_known.consents_out(work.session, project.id)}))


@router.post("/{proceeding_id}/carriers", status_code=201)
def carry(work: Arranges, proceeding_id: int, body: ProjectCarrierIn) -> JSONResponse:
    """A carrier carries for the project."""
    project = _project(work, proceeding_id)
    partners.carry(work.session, work.actor, project.id, body.carrier_id)
    _note(work, project, "carry", carrier_id=body.carrier_id)
    return JSONResponse(jsonable_encoder({"items": partners_known.carriers_out(work.session, project.id)}), 201)


@router.post("/{proceeding_id}/carriers/{carrier_id}/end")
def end_carriage(work: Arranges, proceeding_id: int, carrier_id: int) -> JSONResponse:
    project = _project(work, proceeding_id)
    partners.leave(work.session, DisposalCarrier, project.id, carrier_id)
    _note(work, project, "end_carriage", carrier_id=carrier_id)
    return JSONResponse(jsonable_encoder({"items": partners_known.carriers_out(work.session, project.id)}))


# --- sites and carriers -----------------------------------------------------------------------------------------------


@partner_router.get("/disposal-sites")
def list_sites(work: Reads) -> JSONResponse:
    words = {code: {"zh": zh, "en": en} for code, (zh, en) in SITE_WORDS.items()}
    return JSONResponse(jsonable_encoder({"items": partners_known.sites_out(work.session), "words": words}))


@partner_router.post("/disposal-sites", status_code=201)
def enter_site(work: Arranges, body: SiteIn) -> JSONResponse:
    made = partners.enter_site(work.session, work.actor, work.request.app.state.settings.district_code, body)
    work.note("disposal.arrange", f"site/{made.name}", act="enter")
    return _site(work, made, 201)


@partner_router.patch("/disposal-sites/{site_id}")
def change_site(work: Arranges, site_id: int, body: SiteChange) -> JSONResponse:
    found = partners.change_site(work.session, site_id, body)
    work.note(
        "disposal.arrange", f"site/{found.name}", act="change", **body.model_dump(exclude_unset=True, mode="json")
    )
    return _site(work, found)


def _site(work: Work, site: DisposalSite, status: int = 200) -> JSONResponse:
    return JSONResponse(
        jsonable_encoder(partners_known.site_out(site, partners_known.place_of(work.session, site.id))), status
    )


@partner_router.get("/carriers")
def list_carriers(work: Reads) -> JSONResponse:
    return JSONResponse(jsonable_encoder({"items": partners_known.carriers(work.session)}))


@partner_router.post("/carriers", status_code=201)
def enter_carrier(work: Arranges, body: CarrierIn) -> JSONResponse:
    made = partners.enter_carrier(work.session, work.actor, work.request.app.state.settings.district_code, body)
    work.note("disposal.arrange", f"carrier/{made.permit_no}", act="enter", carrier=made.carrier)
    return _carrier(work, made, 201)


@partner_router.patch("/carriers/{carrier_id}")
def change_carrier(work: Arranges, carrier_id: int, body: CarrierChange) -> JSONResponse:
    found = partners.change_carrier(work.session, carrier_id, body)
    work.note(
        "disposal.arrange",
        f"carrier/{found.permit_no}",
        act="change",
        **body.model_dump(exclude_unset=True, mode="json"),
    )
    return _carrier(work, found)


def _carrier(work: Work, carrier: CarrierPermit, status: int = 200) -> JSONResponse:
    trucks = partners_known.trucks_of(work.session, [carrier.id])[carrier.id]
    return JSONResponse(jsonable_encoder(partners_known.carrier_out(carrier, trucks)), status)
