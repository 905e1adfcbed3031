"""What a paper of a proceeding is told: the groups of `papers/facts.py`, from the record as it stands at one moment."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import segno
from sqlalchemy.orm import Session

from gis_service.core.clock import BEIJING
from gis_service.files.store import FileStore
from gis_service.papers import operations as papers
from gis_service.papers.catalogue import KINDS, NAMED
from gis_service.procedures import operations, page, queries
from gis_service.procedures.conduct import Conduct
from gis_service.procedures.filing import Office
from gis_service.procedures.models import Proceeding, ProceedingStep
from gis_service.procedures.rules import FactKind
from gis_service.procedures.schemas import PaperIn
from gis_service.procedures.telling import link_to

M2_PER_MU = Decimal(2000) / 3


def form_of(session: Session, store: FileStore, conduct: Conduct, proceeding: Proceeding, kind: str) -> dict[str, Any]:
    """What the officer may or must write into a paper of this kind: what its template asks for by name, with what is known of
    it, and whether it takes a list and pictures."""
    log = queries.log_of(session, proceeding.id)
    known = {
        each["name"]: each
        for each in page.told(conduct.procedure, proceeding.facts, *_names(session, conduct, proceeding, log))
    }
    own = conduct.paper_facts(session, proceeding).get("facts", {})
    asked = []
    for name in papers.named_in(session, store, kind):
        fact = conduct.procedure.fact_of.get(name)
        zh, en = NAMED.get(name, (fact.zh, fact.en) if fact else (name, name))
        text = own[name]["text"] if name in own else known[name]["text"] if name in known else ""
        asked.append({"name": name, "zh": zh, "en": en, "text": text})
    groups = KINDS[kind].groups
    return {"kind": kind, "asks": asked, "takes_items": "items" in groups, "takes_pictures": "pictures" in groups}


def facts_for(
    session: Session, conduct: Conduct, proceeding: Proceeding, asked: PaperIn, *, at: datetime, office: Office, store: FileStore
) -> dict[str, Any]:  # fmt: skip
    """Everything the paper may show. The noun's own part comes after the common one; what the officer wrote comes last."""
    procedure = conduct.procedure
    log = queries.log_of(session, proceeding.id)
    units = queries.names_of_units(session, [proceeding.unit_id, proceeding.counterpart_unit_id])
    known = page.told(procedure, proceeding.facts, *_names(session, conduct, proceeding, log))
    own_unit, other_unit = (units.get(id_ or 0) for id_ in (proceeding.unit_id, proceeding.counterpart_unit_id))
    issuer, addressee = office.name, other_unit
    if asked.kind in conduct.from_counterpart:
        issuer, addressee = other_unit or office.name, own_unit or office.name
    address = office.base_url.rstrip("/") + link_to(procedure.plural, proceeding.id)
    facts = {
        "paper": {
            "kind": KINDS[asked.kind].zh, "title": KINDS[asked.kind].zh, "issuer": issuer,
            "issued_on": at.astimezone(BEIJING).date(), "as_of": at, "address": address, "qr": qr_png(address),
        },
        "proceeding": {
            "no": proceeding.proceeding_no, "title": proceeding.title, "state": procedure.by_code[proceeding.state].zh,
            "opened_on": proceeding.opened_at.astimezone(BEIJING).date(), "procedure": procedure.zh,
            "closed_on": proceeding.closed_at.astimezone(BEIJING).date() if proceeding.closed_at else None,
        },
        "facts": {each["name"]: {"label": each["zh"], "text": each["text"]} for each in known},
        "rows": [{"label": each["zh"], "text": each["text"]} for each in known],
        "parcels": [_parcel(row) for row in queries.parcels_of(session, proceeding.id)],
        "steps": [_step(conduct, entry) for entry in log],
        "units": {
            "giving": units.get(proceeding.unit_id or 0), "receiving": units.get(proceeding.counterpart_unit_id or 0),
            "issuer": issuer, "addressee": asked.addressee or addressee,
        },
        "signatures": _signatures(session, proceeding),
        "text": asked.text,
    }  # fmt: skip
    own = conduct.paper_facts(session, proceeding)
    whole = {**facts, **{group: _joined(facts.get(group), part) for group, part in own.items()}}
    return {**whole, **_written(session, store, proceeding, asked, whole["facts"])}


def _written(
    session: Session, store: FileStore, proceeding: Proceeding, asked: PaperIn, known: Mapping[str, Any]
) -> dict[str, Any]:  # fmt: skip
    """What the officer wrote and chose for this paper."""
    said = {
        name: {"label": NAMED.get(name, (name, name))[0], "text": text} for name, text in asked.said.items() if text
    }
    found: dict[str, Any] = {"facts": {**known, **said}}
    if asked.items:
        found |= {"columns": asked.columns, "items": asked.items}
    if asked.pictures:
        files = {file.id: file for file in queries.files_of(session, proceeding.id)}
        found["pictures"] = [
            {"caption": files[id_].label or files[id_].name, "image": store.path(files[id_].sha256).read_bytes()}
            for id_ in asked.pictures
            if id_ in files
        ]
    return found


def _joined(common: Any, own: Any) -> Any:
    """A group of fields is completed field by field; a list is the noun's own."""
    return {**common, **own} if isinstance(common, Mapping) and isinstance(own, Mapping) else own


def _names(
    session: Session, conduct: Conduct, proceeding: Proceeding, log: list[ProceedingStep]
) -> tuple[dict[int, str], dict[int, str]]:
    units = page.ids_in(conduct.procedure, log, FactKind.UNIT)
    return queries.names_of_units(session, units), page.people_in(session, conduct.procedure, proceeding, log)


def _parcel(row: Mapping[str, Any]) -> dict[str, Any]:
    area_m2 = row["area_registered_m2"] or row["area_computed_m2"]
    return {
        "parcel_no": row["parcel_no"], "parcel_name": row["parcel_name"], "area_name": row["area_name"],
        "location_text": row["location_text"], "area_m2": area_m2, "area_mu": round(area_m2 / M2_PER_MU, 2),
    }  # fmt: skip


def _step(conduct: Conduct, entry: ProceedingStep) -> dict[str, Any]:
    return {
        "seq": entry.seq, "happened_on": entry.happened_on, "actor": entry.actor_name, "reason": entry.reason,
        "action": operations.action_words(conduct.procedure, entry.before, entry.action)[0],
        "state": conduct.procedure.by_code[entry.after].zh,
    }  # fmt: skip


def _signatures(session: Session, proceeding: Proceeding) -> list[dict[str, Any]]:
    found = queries.signatures_of(session, proceeding.id)
    units = queries.names_of_units(session, [each.unit_id for each in found])
    return [
        {
            "side": operations.SIDES[each.side][0], "unit": units.get(each.unit_id or 0), "person": each.person,
            "on": each.signed_at.astimezone(BEIJING).date(),
        }
        for each in found
    ]  # fmt: skip


def qr_png(address: str) -> bytes:
    """The address as a QR code, error correction M: a stamp or a fold may cover a part of it."""
    out = BytesIO()
    segno.make(address, error="m").save(out, kind="png", scale=6, border=2)
    return out.getvalue()
