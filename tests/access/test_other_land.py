"""Every route that names something, asked for what lies on land of others: not found, and nothing of it changed.

The route table is walked; each of its parameters is in `LAND` with the statement that tells which land it lies on, or in `ELSEWHERE`
with the reason why land does not decide. A new route with a new parameter fails until it is in one of them.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from httpx2 import Response
from sqlalchemy import text
from sqlalchemy.orm import Session

from gis_service.access.actor import EVERYTHING
from gis_service.access.edge import doing
from gis_service.access.rules import BUSINESS, PERMISSIONS, Role
from gis_service.core import db
from gis_service.main import create_app
from tests.access.test_doors import permissions, routes
from tests.conftest import CloneServices, Person

HERE = "北围"
Key = int | UUID
NOUN = "select p.id, pp.parcel_id, p.area_id from proceeding p left join proceeding_parcel pp on pp.proceeding_id = p.id where p.noun = '{}'"
OF_PARCEL = "select id, parcel_id, null::bigint from {}"

LAND = {
    "parcels/{parcel_id}": "select id, id, area_id from parcel",
    "fences/{facility_id}": OF_PARCEL.format("fence_segment"),
    "signs/{facility_id}": OF_PARCEL.format("sign"),
    "cameras/{facility_id}": OF_PARCEL.format("camera"),
    "files/{file_id}": OF_PARCEL.format("parcel_file"),
    "handover-batches/{batch_id}": "select batch_id, parcel_id, area_id from handover",
    "faults/{fault_id}": "select id, unnest(array[parcel_id, other_parcel_id]), null::bigint from topology_fault",
    "waste-bodies/{body_id}": "select waste_body_id, parcel_id, null::bigint from waste_body_parcel",
    "heaps/{heap_id}": "select id, parcel_id, area_id from heap",
    "manifests/{manifest_id}": OF_PARCEL.format("manifest"),
    "patrols/{patrol_id}": "select p.id, c.parcel_id, p.area_id from patrol p left join patrol_coverage c on c.patrol_id = p.id",
    "tasks/{task_id}": "select t.id, p.parcel_id, t.area_id from patrol_task t left join patrol_task_parcel p on p.task_id = t.id",
    "plans/{plan_id}": "select id, null::bigint, area_id from patrol_plan",
    "clues/{clue_id}": "select id, null::bigint, area_id from clue",
    "waivers/{waiver_id}": OF_PARCEL.format("parcel_waiver"),
    "items/{key}": "",  # of the layer in the path: `of_layer`
} | {f"{noun}s/{{{name}}}": NOUN.format(noun)
     for noun in ("survey", "handover", "case", "claim", "rectification", "disposal")
     for name in ("proceeding_id", f"{noun}_id")}  # fmt: skip
"""How a path ends at its first parameter → (id, parcel, area) of everything there is, one line for each parcel it touches."""

ELSEWHERE = {
    "meetings/{proceeding_id}": "of the units that meet",
    "action_items/{proceeding_id}": "of the unit that must act",
    "users/{user_id}": "accounts: of the security administrator",
    "tokens/{token_id}": "one's own",
    "notifications/{notification_id}": "one's own",
    "webhooks/{webhook_id}": "of the system administrator",
    "exports/{export_id}": "of who asked",
    "atlases/{atlas_id}": "of who asked",
    "map-packages/{package_id}": "of who asked",
    "bulk/{bulk_id}": "of who made the change",
    "imports/{batch_id}": "of who brought the file",
    "tables/{table_id}": "of who brought the file",
    "jobs/{job_id}": "of who asked",
    "events/{event_id}": "to undo asks for all land of the event: tests/parcels",
    "conflicts/{conflict_id}": "looked at in tests/patrols/inbox",
    "inbox/{uuid}": "looked at in tests/patrols/inbox",
    "files/{sha256}": "looked at in tests/field",
    "photos/{sha256}": "looked at in tests/patrols",
    "basemaps/{sha256}": "base maps show no record",
    "packages/{sha256}": "base maps show no record",
    "runs/{run_id}": "a run of the risk model; its parcels are filtered by rows",
    "survey-programmes/{programme_id}": "of the district; its parcels are filtered by rows",
    "elevation-comparisons/{comparison_id}": "of the district's whole extent",
    "orthophotos/{orthophoto_id}": "pictures of the whole district",
    "disposal-sites/{site_id}": "sites of the district",
    "carriers/{carrier_id}": "carriers of the district",
    "monthly-packs/{pack_id}": "of who sees all land: tests/reports",
    "targets/{target_id}": "targets of the district",
    "sheet-layouts/{layout_id}": "of a unit: tests/sheets/layouts",
    "topics/{topic_id}": "of a meeting",
}
"""Ends of paths whose subject does not lie on one piece of land, and why."""

CARED_FOR = "select id, custodian_unit_id as unit_id from parcel_version"
"""Also once: the past of that time is theirs to see (policies of the version tables), the present is not."""

OF_UNITS = {
    "parcels/{parcel_id}": f"{CARED_FOR} union all select r.parcel_id, unnest(array[unit_id, counterpart_unit_id])"
    " from proceeding_parcel r join proceeding c on c.id = r.proceeding_id",
    **{
        f"{kind}s/{{facility_id}}": f"select f.id, v.unit_id from {table} f join ({CARED_FOR}) v on v.id = f.parcel_id"
        for kind, table in (("fence", "fence_segment"), ("sign", "sign"), ("camera", "camera"))
    },
    "handover-batches/{batch_id}": "select id, unnest(array[giving_unit_id, receiving_unit_id, witness_unit_id]) from handover_batch",
    "handovers": "select proceeding_id, unnest(array[giving_unit_id, receiving_unit_id, witness_unit_id]) from handover",
    "patrols/{patrol_id}": "select id, unit_id from patrol",
    "tasks/{task_id}": "select id, unit_id from patrol_task",
    "proceedings": "select id, unnest(array[unit_id, counterpart_unit_id]) from proceeding",
}
"""What is of a unit itself, whoever cares for the land below: it conducts it, answers it, signs it, walks it."""

NO_SUBJECT = re.compile(r"\{(parcel_no|code|layer|z|form|name|grid|file|month)(:path)?\}")
"""First parameters that choose a kind, a picture square or a month, and no record."""

WITHIN = {
    "paper_id": "select id from proceeding_paper where proceeding_id = :id",
    "file_id": "select id from proceeding_file where proceeding_id = :id",
    "point_id": "select id from survey_point where survey_id = :id",
    "line_id": "select id from geophysics_line where survey_id = :id",
    "estimate_id": "select id from volume_estimate where survey_id = :id",
    "act_id": "select id from handover_act where batch_id = :id",
    "photo_id": "select p.id from survey_point_photo p join survey_point s on s.id = p.point_id where s.survey_id = :id",
}
"""What a second parameter names, of the record that the first one names."""
WORDS = {"version_no": "1", "form": "pdf", "size": "thumbnail", "sha256": "0" * 64}
WRITES_LAND = (
    "parcel",
    "proceeding",
    "proceeding_step",
    "fence_segment",
    "sign",
    "camera",
    "patrol_task",
    "clue",
    "waste_body",
    "manifest",
)


@dataclass(frozen=True)
class Ask:
    method: str
    path: str
    permission: str
    subject: str


def subject_of(path: str) -> str | None:
    """`/api/v1/parcels/{parcel_id}/versions` → `parcels/{parcel_id}`; None for a path that names no record."""
    if found := re.search(r"collections/([^/]+)/items/\{key\}", path):
        return None if found[1].startswith("{") else "items/{key}"
    found = re.search(r"([^/]+)/(\{[^}]+\})", path)
    if not found or NO_SUBJECT.fullmatch(found[2]):
        return None
    return f"{found[1]}/{found[2]}"


def asks(app: FastAPI) -> list[Ask]:
    made = []
    for method, route in routes(app):
        subject = subject_of(route.path)
        if subject and method != "OPTIONS":
            made.append(Ask(method, route.path, next(permissions(route.dependant)), subject))
    return made


@pytest.fixture
def town(sample_services: CloneServices) -> FastAPI:
    """The sample district behind its doors."""
    return create_app(sample_services.settings, sample_services)


def unlisted(app: FastAPI) -> set[str]:
    """What routes name and neither list knows."""
    return {ask.subject for ask in asks(app)} - set(LAND) - set(ELSEWHERE)


def test_every_route_that_names_something_is_in_one_of_the_two_lists(app: FastAPI) -> None:
    assert unlisted(app) == set()
    assert len({ask.subject for ask in asks(app)} & set(LAND)) >= 20


def test_a_route_that_names_something_new_is_seen(app: FastAPI) -> None:
    app.add_api_route("/api/v1/boxes/{box_id}", lambda: None, dependencies=[doing("parcel.read")])
    assert unlisted(app) == {"boxes/{box_id}"}


@dataclass(frozen=True)
class Side:
    """One's own land: `grant` is what the role is given for; `mine` tells of a row (parcel p, record t) whether it is one's own, `touches`
    whether it has to do with it."""

    grant: dict[str, int]
    mine: str
    touches: str
    least: int
    """Kinds of one's own things that are found: so that not finding says something."""


def of_area(session: Session) -> Side:
    area = session.scalar(text("select id from area where name = :name"), {"name": HERE})
    return Side(
        {"area_id": area}, "coalesce(p.area_id, t.area_id) = :here", "p.area_id = :here or t.area_id = :here", 2
    )


def of_unit(session: Session) -> Side:
    """The custodian with the most land that it shares no other record with."""
    most = "select custodian_unit_id from parcel where custodian_unit_id is not null group by 1 order by count(*) desc, 1 limit 1"
    mine = "p.custodian_unit_id = :here or u.unit_id = :here"
    return Side({"unit_id": session.scalar(text(most))}, mine, mine, 2)


def of_the_published(_session: Session) -> Side:
    return Side({}, "p.is_published", "p.is_published", 1)


PEOPLE: list[tuple[Role, Callable[[Session], Side]]] = [
    *((role, of_area) for role in sorted(BUSINESS - {Role.GUEST, Role.UNIT_USER})),
    (Role.UNIT_USER, of_unit),
    (Role.GUEST, of_the_published),
]


@pytest.mark.parametrize(("role", "side"), PEOPLE, ids=lambda part: getattr(part, "__name__", part))
def test_what_lies_on_land_of_others_is_not_found_and_stays_as_it_was(
    role: Role,
    side: Callable[[Session], Side],
    town: FastAPI,
    sample_services: CloneServices,
    sign_in: Callable[..., Person],
    record_property: Callable[[str, object], None],
) -> None:
    with sample_services.owner_session() as session:
        db.enter(session, EVERYTHING)
        own = side(session)
        lands = {subject: sides(session, subject, own) for subject in LAND if LAND[subject]}
        before = counted(session)
        person = sign_in(role, **own.grant, on=town)
        may = [ask for ask in asks(town) if ask.subject in lands and role in PERMISSIONS[ask.permission]]
        wrong = [fault for ask in may for fault in strangers(person, session, ask, lands[ask.subject][1])]
        seen = [ask.subject for ask in may if ask.method == "GET" and finds(person, ask, lands[ask.subject][0])]
        assert wrong == []
        assert counted(session) == before
        assert len(set(seen)) >= own.least, "one's own is found, so that not finding says something"
    record_property("asked for what lies on others' land", sum(len(lands[ask.subject][1]) for ask in may))


def sides(session: Session, subject: str, own: Side) -> tuple[list[Key], list[Key]]:
    """Up to three of one's own and three that touch it nowhere."""
    rows = session.execute(
        text(f"""
        select t.id, bool_and(coalesce({own.mine}, false)),
               bool_or(coalesce({own.touches}, false))
        from ({LAND[subject]}) t(id, parcel_id, area_id) left join parcel p on p.id = t.parcel_id
        left join ({units(subject)}) u(id, unit_id) on u.id::text = t.id::text and u.unit_id = :here
        where p.id is not null or t.area_id is not null group by t.id order by t.id"""),
        {"here": next(iter(own.grant.values()), 0)},
    ).all()
    return [row[0] for row in rows if row[1]][:3], [row[0] for row in rows if not row[2]][:3]


def units(subject: str) -> str:
    """(id, unit) of the records that units have; none where a record is of nobody but its land."""
    if subject in OF_UNITS:
        return OF_UNITS[subject]
    if "proceeding" not in LAND[subject]:
        return "select null::bigint, null::bigint where false"
    handed = f" union all {OF_UNITS['handovers']}" if subject.startswith("handovers/") else ""
    return OF_UNITS["proceedings"] + handed


def strangers(person: Person, session: Session, ask: Ask, ids: list[Key]) -> Iterator[str]:
    """Where an answer tells more than that of a number which nobody has."""
    for number in ids:
        address = filled(session, ask.path, number)
        none = str(UUID(int=0)) if isinstance(number, UUID) else "987654321"
        nobody = address.replace(f"/{number}", f"/{none}", 1)
        answer, empty = (person.request(ask.method, where, **sent(ask.method)) for where in (address, nobody))
        same = told(answer) == told(empty).replace(none, str(number))
        if not same or empty.status_code != answer.status_code or (answer.is_success and ask.method != "GET"):
            yield f"{ask.method} {address}: {answer.status_code}, of nobody's number {empty.status_code}"


def told(answer: Response) -> str:
    """What an answer says, without the number of the request."""
    return re.sub(r'"request_id": ?"[^"]*"', "", answer.text)


def sent(method: str) -> dict[str, Any]:
    return {} if method == "GET" else {"json": {}, "headers": {"If-Match": '"1"'}}


def finds(person: Person, ask: Ask, own: list[Key]) -> bool:
    plain = ask.path.endswith("}") and ask.path.count("{") == 1
    return plain and any(person.get(re.sub(r"\{[^}]+\}", str(number), ask.path)).status_code == 200 for number in own)


def filled(session: Session, path: str, number: Key) -> str:
    """The path with the record, and with something that really is within it."""
    names = re.findall(r"\{([^}:]+)[^}]*\}", path)
    values = [str(number)] + [within(session, name, number) for name in names[1:]]
    parts = iter(values)
    return re.sub(r"\{[^}]+\}", lambda _: next(parts), path)


def within(session: Session, name: str, number: Key) -> str:
    if name in WITHIN:
        return str(session.scalar(text(WITHIN[name] + " limit 1"), {"id": number}) or 999999)
    return WORDS.get(name, "999999")


def counted(session: Session) -> dict[str, Any]:
    """Number of rows and of changes of what an act would change."""
    return {
        table: tuple(session.execute(text(f"select count(*), sum(hashtext(t::text)::bigint) from {table} t")).one())
        for table in WRITES_LAND
    }
