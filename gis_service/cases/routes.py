"""HTTP doors of cases beside those that every procedure has: law, parties and what they are linked to."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, File, Query, Response, UploadFile
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse

from gis_service.access.edge import Work, doing
from gis_service.cases import conduct, secrets
from gis_service.cases.clues.rules import WasteKind
from gis_service.cases.errors import ActDaysWrong
from gis_service.cases.law import operations as law
from gis_service.cases.law import queries as texts
from gis_service.cases.parties import operations as parties
from gis_service.cases.parties import queries as known
from gis_service.cases.parties.operations import PartyTold
from gis_service.cases.rules import DUMPING_CASE
from gis_service.cases.schemas import (
    BasisIn,
    HaulierIn,
    PartyIn,
    SecretIn,
    SiteIn,
    VehicleIn,
    WhyIn,
    legal_basis_out,
)
from gis_service.core import clock
from gis_service.core.errors import NotFound
from gis_service.parcels.imports.routes import UploadRoute
from gis_service.procedures import filing, operations, queries
from gis_service.procedures.models import Proceeding

router = APIRouter(prefix="/api/v1", route_class=UploadRoute, tags=["case"])
revealing = APIRouter(prefix="/api/v1", tags=["case"])
"""Apart, without Idempotency-Key: an answer that is kept would be one more place where a secret lies."""

Law = Annotated[Work, doing("law.read")]
ImportLaw = Annotated[Work, doing("law.change")]
Read = Annotated[Work, doing("case.read")]
Keep = Annotated[Work, doing("case.file")]
Reveal = Annotated[Work, doing("secret.reveal")]


# --- law ------------------------------------------------------------------------------------------------------------


@router.get("/legal-basis")
def in_force(
    work: Law,
    on: date | None = None,
    to: date | None = None,
    subject: Annotated[str | None, Query(max_length=40)] = None,
    kind: WasteKind | None = None,
    *,
    unconfirmed: bool = False,
) -> JSONResponse:
    """Texts in force on a day, or during an act from `on` to `to`; with the rule for an act that straddles a change of law."""
    first = on or clock.today()
    last = to or first
    if last < first:
        raise ActDaysWrong(first=first.isoformat(), last=last.isoformat())
    found = texts.in_force(work.session, first, last, subject=subject, kind=kind, unconfirmed=unconfirmed)
    subjects = {code: {"zh": zh, "en": en} for code, (zh, en) in law.subjects().items()}
    straddles = conduct.law_straddles(work.session, first, last)
    return _answer(
        {
            "on": first,
            "to": last,
            "items": list(map(legal_basis_out, found)),
            "straddles": straddles,
            "subjects": subjects,
        }
    )


@router.post("/legal-basis/import")
def import_law(work: ImportLaw, file: Annotated[UploadFile, File()]) -> JSONResponse:
    """New laws, and days on which old ones end, from a CSV."""
    new, changed = law.import_table(work.session, file.file.read(law.MOST_BYTES + 1))
    work.note("law.change", file.filename or "", new=new, changed=changed)
    return _answer({"new": new, "changed": changed})


@router.post("/cases/{case_id}/basis", status_code=201)
def choose_basis(work: Keep, case_id: int, body: BasisIn) -> JSONResponse:
    """Rest a case on texts that were in force during its act."""
    if body.act_to < body.act_from:
        raise ActDaysWrong(first=body.act_from.isoformat(), last=body.act_to.isoformat())
    case = _held(work, case_id)
    found = law.choose(work.session, work.actor, case.id, body.basis_ids, act_from=body.act_from, act_to=body.act_to)
    _note(work, "case.file", case, act="choose_basis", basis=body.basis_ids)
    return _answer({"items": list(map(conduct.basis_out, found))}, 201)


@router.post("/cases/{case_id}/basis/{basis_id}/remove", status_code=204)
def drop_basis(work: Keep, case_id: int, basis_id: int, body: WhyIn) -> Response:
    case = _held(work, case_id)
    law.drop(work.session, work.actor, case.id, basis_id, body.reason)
    _note(work, "case.file", case, act="drop_basis", basis=basis_id, reason=body.reason)
    return Response(status_code=204)


# --- parties --------------------------------------------------------------------------------------------------------


@router.get("/cases/{case_id}/links")
def graph(work: Read, case_id: int) -> JSONResponse:
    """Nodes and edges, two hops: what the case is linked to, and the other cases where the same turns up."""
    case = _seen(work, case_id)
    return _answer(known.graph(work.session, case.id))


@router.get("/case-links/known")
def find_known(work: Keep, q: Annotated[str, Query(min_length=1, max_length=60)]) -> JSONResponse:
    """Parties, vehicles, hauliers and sites known from cases in sight."""
    return _answer({"items": known.known(work.session, q)})


@router.post("/cases/{case_id}/links/party", status_code=201)
def link_party(work: Keep, case_id: int, body: PartyIn) -> JSONResponse:
    case = _held(work, case_id)
    told = PartyTold(**body.model_dump(include={"kind", "name", "credit_code", "id_number", "phone", "address"}))
    parties.link_party(work.session, work.actor, case.id, told, body.role, known_id=body.known_id, note=body.note)
    return _linked(work, case, "party")


@router.post("/cases/{case_id}/links/vehicle", status_code=201)
def link_vehicle(work: Keep, case_id: int, body: VehicleIn) -> JSONResponse:
    case = _held(work, case_id)
    parties.link_vehicle(work.session, work.actor, case.id, **body.model_dump())
    return _linked(work, case, "vehicle")


@router.post("/cases/{case_id}/links/haulier", status_code=201)
def link_haulier(work: Keep, case_id: int, body: HaulierIn) -> JSONResponse:
    case = _held(work, case_id)
    parties.link_haulier(work.session, work.actor, case.id, **body.model_dump())
    return _linked(work, case, "haulier")


@router.post("/cases/{case_id}/links/site", status_code=201)
def link_site(work: Keep, case_id: int, body: SiteIn) -> JSONResponse:
    case = _held(work, case_id)
    parties.link_site(work.session, work.actor, case.id, **body.model_dump())
    return _linked(work, case, "site")


@router.post("/cases/{case_id}/links/{link_id}/remove", status_code=204)
def unlink(work: Keep, case_id: int, link_id: int, body: WhyIn) -> Response:
    case = _held(work, case_id)
    link = parties.unlink(work.session, work.actor, case.id, link_id, body.reason)
    _note(work, "case.file", case, act="unlink", link=link.id, reason=body.reason)
    return Response(status_code=204)


@router.post("/cases/{case_id}/parties/{party_id}/secret", status_code=204)
def correct_secret(work: Keep, case_id: int, party_id: int, body: SecretIn) -> Response:
    """Put right what is kept apart of a party; the answer shows nothing of it."""
    case = _held(work, case_id)
    _require_party(work, case, party_id)
    given = body.model_dump(exclude_unset=True)
    parties.correct_secret(work.session, party_id, id_number=body.id_number, phone=body.phone, address=body.address)
    _note(work, "case.file", case, act="correct_secret", party=party_id, fields=sorted(given))
    return Response(status_code=204)


@revealing.post("/cases/{case_id}/parties/{party_id}/reveal")
def reveal(work: Reveal, case_id: int, party_id: int, body: WhyIn) -> JSONResponse:
    """ID number, phone and address of a party: for a reason, which is kept with who asked."""
    reason = secrets.require_reason(body.reason)
    case = _seen(work, case_id)
    _require_party(work, case, party_id)
    _note(work, "secret.reveal", case, what=f"party/{party_id}", reason=reason)
    return _answer(secrets.of_party(work.session, party_id), headers={"Cache-Control": "no-store"})


def _seen(work: Work, case_id: int) -> Proceeding:
    return queries.one(work.session, DUMPING_CASE, case_id)


def _held(work: Work, case_id: int) -> Proceeding:
    """Locked and open: what a case rests on does not change under a step."""
    case = operations.held(work.session, DUMPING_CASE, case_id)
    filing.require_open(DUMPING_CASE, case)
    return case


def _require_party(work: Work, case: Proceeding, party_id: int) -> None:
    if not known.is_party_of(work.session, case.id, party_id):
        raise NotFound(what="当事人", key=party_id)


def _linked(work: Work, case: Proceeding, kind: str) -> JSONResponse:
    _note(work, "case.file", case, act="link", kind=kind)
    return _answer({"items": known.of_case(work.session, case.id)}, 201)


def _note(work: Work, action: str, case: Proceeding, **detail: Any) -> None:
    work.note(action, f"case/{case.proceeding_no}", **detail)


def _answer(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse(jsonable_encoder(body), status, headers=headers)
