"""Reads: what a case is linked to, where the same turns up, who has the same name."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from gis_service.cases.parties import rules
from gis_service.cases.parties.models import CaseLink, Haulier, Party, SourceSite, Vehicle
from gis_service.cases.parties.rules import LinkKind, LinkRole, PartyKind
from gis_service.cases.rules import DUMPING_CASE
from gis_service.procedures.models import Proceeding
from gis_service.procedures.queries import lonlat

COLUMN = {
    LinkKind.PARTY: "party_id",
    LinkKind.VEHICLE: "vehicle_id",
    LinkKind.HAULIER: "haulier_id",
    LinkKind.SITE: "site_id",
}
TABLE: dict[LinkKind, type[Any]] = {
    LinkKind.PARTY: Party, LinkKind.VEHICLE: Vehicle, LinkKind.HAULIER: Haulier, LinkKind.SITE: SourceSite,
}  # fmt: skip
Key = tuple[LinkKind, int]


def key_of(link: CaseLink) -> Key:
    kind = LinkKind(link.kind)
    return kind, int(getattr(link, COLUMN[kind]))


def links_of(session: Session, case_ids: Iterable[int]) -> list[CaseLink]:
    """Present links of cases."""
    asked = select(CaseLink).where(CaseLink.proceeding_id.in_(list(case_ids)), CaseLink.removed_at.is_(None))
    return list(session.scalars(asked.order_by(CaseLink.id)))


def links_to(session: Session, keys: Iterable[Key]) -> list[CaseLink]:
    """Present links of cases in sight to any of these."""
    found = [getattr(CaseLink, COLUMN[kind]) == key_id for kind, key_id in keys]
    if not found:
        return []
    return list(
        session.scalars(select(CaseLink).where(or_(*found), CaseLink.removed_at.is_(None)).order_by(CaseLink.id))
    )


def things(session: Session, keys: Iterable[Key]) -> dict[Key, Any]:
    """The rows behind keys, as far as one may see them."""
    found: dict[Key, Any] = {}
    wanted = list(keys)
    for kind, table in TABLE.items():
        ids = [key_id for each, key_id in wanted if each is kind]
        if ids:
            found |= {(kind, row.id): row for row in session.scalars(select(table).where(table.id.in_(ids)))}
    return found


def thing_out(kind: LinkKind, row: Any) -> dict[str, Any]:
    """What everybody who sees the case sees of it: masks, never what they hide."""
    zh, en = rules.KIND_WORDS[kind]
    label = row.plate if kind is LinkKind.VEHICLE else row.name
    found = {"kind": kind, "kind_zh": zh, "kind_en": en, "thing_id": row.id, "label": label}
    if kind is LinkKind.PARTY:
        word = rules.PARTY_WORDS[PartyKind(row.kind)]
        found |= {
            "party_kind": row.kind, "party_kind_zh": word[0], "party_kind_en": word[1], "credit_code": row.credit_code,
            "id_masked": row.id_masked, "phone_masked": row.phone_masked,
        }  # fmt: skip
    if kind is LinkKind.VEHICLE:
        found |= {"vehicle_type": row.vehicle_type, "haulier_id": row.haulier_id}
    if kind is LinkKind.HAULIER:
        found |= {"licence_no": row.licence_no}
    if kind is LinkKind.SITE:
        found |= {"builder": row.builder, "place_text": row.place_text, "place": lonlat(row)}
    return found


def of_case(session: Session, case_id: int) -> list[dict[str, Any]]:
    """What a case is linked to, each with the other cases it turns up in."""
    links = links_of(session, [case_id])
    rows = things(session, map(key_of, links))
    elsewhere = links_to(session, rows.keys())
    cases = _cases(session, {link.proceeding_id for link in elsewhere} - {case_id})
    found = []
    for link in links:
        key = key_of(link)
        others = {other.proceeding_id for other in elsewhere if key_of(other) == key} & cases.keys()
        role = rules.ROLE_WORDS[LinkRole(link.role)]
        found.append(
            {
                **thing_out(key[0], rows[key]), "link_id": link.id, "role": link.role, "role_zh": role[0], "role_en": role[1], "note": link.note,
                "also_in": [{"id": each, "proceeding_no": cases[each].proceeding_no, "title": cases[each].title} for each in sorted(others)],
            }
        )  # fmt: skip
    return found


def _cases(session: Session, ids: Iterable[int]) -> dict[int, Proceeding]:
    asked = select(Proceeding).where(Proceeding.id.in_(list(ids)), Proceeding.noun == DUMPING_CASE.noun)
    return {case.id: case for case in session.scalars(asked)}


def graph(session: Session, case_id: int) -> dict[str, list[dict[str, Any]]]:
    """Two hops from a case: what it is linked to, and the other cases that the same plate, name, haulier or site turns up in."""
    near = links_of(session, [case_id])
    keys = {key_of(link) for link in near}
    keys |= _hauliers_of(session, keys)
    namesakes = _namesakes(session, keys)
    far = links_to(session, keys | {key for pair in namesakes for key in pair[1:]})
    cases = _cases(session, {case_id, *(link.proceeding_id for link in far)})
    links = {link.id: link for link in (*near, *far) if link.proceeding_id in cases}
    shown = {key_of(link) for link in links.values()} | keys
    rows = things(session, shown)
    nodes = [_case_node(case, center=case.id == case_id) for case in cases.values()]
    nodes += [{"id": f"{kind}:{id_}", **thing_out(kind, row)} for (kind, id_), row in sorted(rows.items(), key=_order)]
    edges = [_edge(link) for link in links.values()]
    edges += [
        {
            "source": f"vehicle:{row.id}",
            "target": f"haulier:{row.haulier_id}",
            "role": "owner",
            "zh": "所属企业",
            "en": "belongs to",
        }
        for (kind, _), row in rows.items()
        if kind is LinkKind.VEHICLE and (LinkKind.HAULIER, row.haulier_id) in rows
    ]
    edges += [
        {
            "source": f"party:{one[1]}",
            "target": f"party:{other[1]}",
            "role": "same_name",
            "zh": "同名",
            "en": "the same name",
        }
        for _, one, other in namesakes
        if one in rows and other in rows
    ]
    return {"nodes": nodes, "edges": edges}


def _order(item: tuple[Key, Any]) -> Key:
    return item[0]


def _hauliers_of(session: Session, keys: set[Key]) -> set[Key]:
    vehicles = [id_ for kind, id_ in keys if kind is LinkKind.VEHICLE]
    asked = select(Vehicle.haulier_id).where(Vehicle.id.in_(vehicles), Vehicle.haulier_id.is_not(None))
    return {(LinkKind.HAULIER, int(id_)) for id_ in session.scalars(asked) if id_ is not None}


def _namesakes(session: Session, keys: set[Key]) -> list[tuple[str, Key, Key]]:
    """Other parties with the name of one of these: perhaps the same, perhaps not; a person says."""
    ids = [id_ for kind, id_ in keys if kind is LinkKind.PARTY]
    names: dict[int, str] = dict(session.execute(select(Party.id, Party.name).where(Party.id.in_(ids))).all())
    others = session.execute(
        select(Party.id, Party.name).where(Party.name.in_(names.values()), Party.id.not_in(ids)).order_by(Party.id)
    )
    return [
        (name, (LinkKind.PARTY, mine), (LinkKind.PARTY, other))
        for other, name in others
        for mine, own in sorted(names.items())
        if own == name
    ]


def _case_node(case: Proceeding, *, center: bool) -> dict[str, Any]:
    state = DUMPING_CASE.by_code[case.state]
    return {
        "id": f"case:{case.id}", "kind": "case", "kind_zh": "案件", "kind_en": "case", "thing_id": case.id, "label": case.proceeding_no,
        "title": case.title, "state_zh": state.zh, "state_en": state.en, "place": lonlat(case), "center": center,
    }  # fmt: skip


def _edge(link: CaseLink) -> dict[str, Any]:
    kind, id_ = key_of(link)
    zh, en = rules.ROLE_WORDS[LinkRole(link.role)]
    return {"source": f"case:{link.proceeding_id}", "target": f"{kind}:{id_}", "role": link.role, "zh": zh, "en": en}


def known(session: Session, words: str, size: int = 20) -> list[dict[str, Any]]:
    """Parties, vehicles, hauliers and sites in sight whose name or plate has these words, for whoever links one."""
    plain = rules.name(words).replace("%", "").replace("_", "")
    if not plain:
        return []
    found: list[dict[str, Any]] = []
    for kind, table in TABLE.items():
        column = table.plate if kind is LinkKind.VEHICLE else table.name
        text = (rules.plate(words) or plain.upper()) if kind is LinkKind.VEHICLE else plain
        rows = session.scalars(
            select(table).where(column.ilike(f"%{text}%")).order_by(func.length(column), table.id).limit(size)
        )
        found += [thing_out(kind, row) for row in rows]
    return found


def is_party_of(session: Session, case_id: int, party_id: int) -> bool:
    asked = select(CaseLink.id).where(CaseLink.proceeding_id == case_id, CaseLink.party_id == party_id)
    return session.scalar(asked.limit(1)) is not None
