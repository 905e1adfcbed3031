"""Verbs: link a party, vehicle, haulier or source site to a case; take a link off. Nothing here commits.

The same plate, credit code, haulier or site is one row, whoever meets it first; so a lookup by such a name looks at all of them.
"""

from dataclasses import dataclass
from typing import Any

from geoalchemy2.shape import from_shape
from shapely.geometry import Point
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.cases.errors import PlateUnreadable
from gis_service.cases.parties import rules
from gis_service.cases.parties.models import CaseLink, Haulier, Party, PartySecret, SourceSite, Vehicle
from gis_service.cases.parties.rules import LinkKind, LinkRole, PartyKind
from gis_service.cases.secrets import PARTY, sealed, seeing_secrets
from gis_service.core import clock, db
from gis_service.core.errors import NotFound
from gis_service.core.srid import STORAGE_SRID
from gis_service.procedures.errors import ReasonWanting


@dataclass(frozen=True)
class PartyTold:
    kind: PartyKind
    name: str
    credit_code: str = ""
    id_number: str = ""
    phone: str = ""
    address: str = ""


def link_party(
    session: Session,
    actor: Actor,
    case_id: int,
    told: PartyTold,
    role: LinkRole,
    *,
    known_id: int | None = None,
    note: str = "",
) -> CaseLink:
    """A party of a case. A unit is known again by its credit code, a person only when `known_id` says who: two people may have
    one name."""
    with db.seeing_all(session):
        party = _known_party(session, told, known_id) or _new_party(session, actor, told)
        return _link(session, actor, case_id, LinkKind.PARTY, role, {"party_id": party.id}, note)


def _known_party(session: Session, told: PartyTold, known_id: int | None) -> Party | None:
    if known_id is not None:
        found = session.get(Party, known_id)
        if found is None:
            raise NotFound(what="当事人", key=known_id)
        return found
    code = told.credit_code.strip().upper()
    return session.scalar(select(Party).where(Party.credit_code == code)) if code else None


def _new_party(session: Session, actor: Actor, told: PartyTold) -> Party:
    party = Party(
        kind=told.kind, name=rules.name(told.name), credit_code=told.credit_code.strip().upper() or None,
        id_masked=rules.masked_id(told.id_number), phone_masked=rules.masked_phone(told.phone), created_by_name=actor.name,
    )  # fmt: skip
    session.add(party)
    session.flush()
    secret = {"id_number": told.id_number.strip(), "phone": told.phone.strip(), "address": told.address.strip()}
    if any(secret.values()):
        session.execute(insert(PartySecret).values(party_id=party.id, **sealed(session, PARTY, party.id, secret)))
    return party


def correct_secret(
    session: Session, party_id: int, *, id_number: str | None, phone: str | None, address: str | None
) -> Party:
    """Put right what is kept apart of a party, masks with it; None leaves as it is. Nothing of it is shown."""
    party = session.get(Party, party_id, with_for_update=True)
    if party is None:
        raise NotFound(what="当事人", key=party_id)
    said = {"id_number": id_number, "phone": phone, "address": address}
    given = {name: value.strip() for name, value in said.items() if value is not None}
    if "id_number" in given:
        party.id_masked = rules.masked_id(given["id_number"])
    if "phone" in given:
        party.phone_masked = rules.masked_phone(given["phone"])
    if given:
        kept = sealed(session, PARTY, party_id, given)
        with seeing_secrets(session):
            done: Any = session.execute(update(PartySecret).where(PartySecret.party_id == party_id).values(**kept))
            if not done.rowcount:
                session.execute(insert(PartySecret).values(party_id=party_id, **kept))
    session.flush()
    return party


def link_vehicle(
    session: Session, actor: Actor, case_id: int, plate: str, role: LinkRole, *, vehicle_type: str | None = None,
    haulier: str | None = None, note: str = "",
) -> CaseLink:  # fmt: skip
    """A vehicle of a case by its plate, however it was written; raises `PlateUnreadable`."""
    plain = rules.plate(plate)
    if plain is None:
        raise PlateUnreadable(plate=plate)
    with db.seeing_all(session):
        row = {"plate": plain, "vehicle_type": vehicle_type or None}
        vehicle_id = _one(session, Vehicle, "plate", row)
        if haulier and haulier.strip():
            haulier_id = _one(session, Haulier, "name", {"name": rules.name(haulier)})
            session.execute(update(Vehicle).where(Vehicle.id == vehicle_id).values(haulier_id=haulier_id))
        return _link(session, actor, case_id, LinkKind.VEHICLE, role, {"vehicle_id": vehicle_id}, note)


def link_haulier(
    session: Session,
    actor: Actor,
    case_id: int,
    name: str,
    role: LinkRole,
    *,
    licence_no: str | None = None,
    note: str = "",
) -> CaseLink:
    with db.seeing_all(session):
        haulier_id = _one(session, Haulier, "name", {"name": rules.name(name), "licence_no": licence_no or None})
        return _link(session, actor, case_id, LinkKind.HAULIER, role, {"haulier_id": haulier_id}, note)


def link_site(
    session: Session, actor: Actor, case_id: int, name: str, role: LinkRole, *, builder: str | None = None,
    place: tuple[float, float] | None = None, place_text: str = "", note: str = "",
) -> CaseLink:  # fmt: skip
    with db.seeing_all(session):
        row = {
            "name": rules.name(name), "builder": builder or None, "place_text": place_text.strip(),
            "place": None if place is None else from_shape(Point(place), srid=STORAGE_SRID),
        }  # fmt: skip
        site_id = _one(session, SourceSite, "name", row)
        return _link(session, actor, case_id, LinkKind.SITE, role, {"site_id": site_id}, note)


def _one(session: Session, table: type[Any], key: str, row: dict[str, Any]) -> int:
    """The id of the row of this name, made where there is none yet; two who make it at once get the same."""
    session.execute(insert(table).values(row).on_conflict_do_nothing(index_elements=[key]))
    return int(session.execute(select(table.id).where(getattr(table, key) == row[key])).scalar_one())


def _link(
    session: Session, actor: Actor, case_id: int, kind: LinkKind, role: LinkRole, to: dict[str, int], note: str
) -> CaseLink:
    made = CaseLink(proceeding_id=case_id, kind=kind, role=role, note=note.strip(), added_by_name=actor.name, **to)
    session.add(made)
    session.flush()
    return made


def unlink(session: Session, actor: Actor, case_id: int, link_id: int, reason: str) -> CaseLink:
    """It has nothing to do with the case after all; the link stays, with the reason."""
    found = session.get(CaseLink, link_id)
    if found is None or found.proceeding_id != case_id or found.removed_at:
        raise NotFound(what="关联", key=link_id)
    if not reason.strip():
        raise ReasonWanting(action_zh="移除关联", action_en="remove a link")
    found.removed_at, found.removed_by_name, found.removed_reason = clock.now(), actor.name, reason.strip()
    session.flush()
    return found
