"""Whatever order, grouping and repetition a day's records and files come in: the same rows, and as many."""

import os
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from gis_service.access.actor import EVERYTHING, Actor, Grant
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.patrols.inbox import taking, uploads
from gis_service.patrols.inbox.jobs import judge_held
from gis_service.patrols.inbox.uploads import Piece, Uploads
from tests.conftest import Person
from tests.patrols.inbox.conftest import Land
from tests.patrols.inbox.phone import Phone, sha256
from tests.patrols.inbox.test_verdicts import house_of

EXAMPLES = int(os.environ.get("FIELD_ORDERS", "6"))
"""`FIELD_ORDERS=500 pytest tests/patrols/inbox/test_any_order.py` for a long run."""


class Day:
    """One day of one inspector on one phone: eleven records and three photos, on land of its own."""

    def __init__(self, ground: Land, person: Person):
        self.ground, self.person = ground, person
        self.actor = Actor(person.user_id, "巡查员", grants=(Grant(Role.INSPECTOR, ground.area),))
        with ground.services.sessions.begin() as session:
            db.enter(session, EVERYTHING)
            self.fence = session.execute(text(
                """insert into fence_segment (parcel_id, fence_type, geom)
                   select id, 'mesh', st_exteriorring(st_geometryn(geom, 1)) from parcel where id = :id returning id"""
            ), {"id": ground.parcels[0]}).scalar_one()  # fmt: skip
            self.task = session.execute(text(
                """insert into patrol_task (district_code, title, area_id, assignee_id, due_from, due_on, part_no)
                   values ('440402', '巡', :area, :who, current_date - 1, current_date + 1, :fence) returning id"""
            ), {"area": ground.area, "who": person.user_id, "fence": self.fence}).scalar_one()  # fmt: skip
            for seq, parcel in enumerate(ground.parcels[:2]):
                session.execute(text("insert into patrol_task_parcel values (:task, :parcel, :seq)"),
                                {"task": self.task, "parcel": parcel, "seq": seq})  # fmt: skip
        self.phone = phone = Phone(person.user_id)
        phone.start(task_id=self.task)
        phone.track(4)
        visit = phone.visit(ground.parcels[0], photos=1)
        seen = phone.observation(parcel_id=ground.parcels[0], visit=visit["uuid"], photos=1)
        phone.correction(seen["uuid"], quantity=(3.5, 5.0), description=(None, "混有竹筐"))
        phone.edit("fences", self.fence, 1, condition=("good", "damaged"))
        phone.track(3)
        phone.visit(ground.parcels[1], photos=1)
        phone.correction(seen["uuid"], quantity=(5.0, 8.0))
        phone.edit("fences", self.fence, 1, condition=("damaged", "removed"), remark=(None, "倒了"))
        phone.end()

    def record(self, *numbers: int) -> None:
        batch = taking.taken(self.phone.batch([self.phone.records[n] for n in numbers]))
        taking.take(house_of(self.ground), self.actor, batch, lang="zh")

    def file(self, number: int) -> None:
        content = list(self.phone.files.values())[number]
        house = house_of(self.ground)
        place = Uploads(self.ground.services.settings.var_dir / "uploads", house.store, 1 << 20)
        with house.transaction(self.actor) as session:
            uploads.put(session, place, self.person.user_id, Piece(sha256(content), 0, len(content), "", content))
        taking.file_arrived(house, self.actor, sha256(content))

    def rows(self) -> dict[str, list[Any]]:
        """Everything that came of the day, without what differs by nature: ids, uuids and hours."""
        judge_held(house_of(self.ground))
        mine = {"p": self.phone.patrol, "fence": self.fence, "task": self.task}
        order = {each["uuid"]: n for n, each in enumerate(self.phone.records)}
        found = {
            name: self.ground.rows(sql, **{k: v for k, v in mine.items() if f":{k}" in sql})
            for name, sql in ROWS.items()
        }
        return {name: sorted(([order.get(str(cell), cell) for cell in row] for row in rows), key=repr)
                for name, rows in found.items()}  # fmt: skip


OF_DAY = "where patrol_id = (select id from patrol where client_uuid = cast(:p as uuid))"
ROWS = {
    "patrol": "select state, ended_at is not null, area_id, row_version from patrol where client_uuid = cast(:p as uuid)",
    "track": f"select client_uuid, st_npoints(geom) from track_part {OF_DAY}",
    "visit": f"select client_uuid, parcel_id, distance_m, all_fine from visit {OF_DAY}",
    "observation": f"""select client_uuid, visit_uuid, parcel_id, item_code, severity, quantity, description, row_version
                         from observation {OF_DAY}""",
    "change": f"""select c.client_uuid, field, was::text, now::text from observation_change c
                    join observation o on o.id = c.observation_id {OF_DAY}""",
    "photo": f"select record_uuid, kind, media_type from field_photo {OF_DAY}",
    "fence": "select condition, remark from fence_segment where id = :fence",
    "conflict": "select field from field_conflict where noun = 'fences' and subject_id = :fence",
    "task": "select state, row_version from patrol_task where id = :task",
    "task_parcel": "select seq, visited_at is not null from patrol_task_parcel where task_id = :task",
    "inbox": "select uuid, verdict from inbox_record where patrol_uuid = cast(:p as uuid)",
}


FILES: list[tuple[str, list[int]]] = [("file", [n]) for n in range(3)]


@st.composite
def deliveries(draw: st.DrawFn) -> list[tuple[str, list[int]]]:
    """Every record and file at least once, some several times, in any order and any grouping."""
    records = draw(st.permutations(list(range(11)) + draw(st.lists(st.integers(0, 10), max_size=6))))
    steps = list(FILES)
    while records:
        size = draw(st.integers(1, 6))
        steps.append(("record", list(records[:size])))
        records = records[size:]
    return draw(st.permutations(steps))


def test_any_delivery_of_a_day_makes_the_same_rows(ground: Land, inspector: Person) -> None:
    plain = Day(ground, inspector)
    for n in range(3):
        plain.file(n)
    for n in range(11):
        plain.record(n)
    wanted = plain.rows()
    assert {verdict for _, verdict in wanted["inbox"]} == {"stored"}
    assert wanted["fence"] == [["removed", "倒了"]]
    assert wanted["task"] == [["done", 3]]
    assert not wanted["conflict"]

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(deliveries())
    @example([*FILES, ("record", [0, 1]), ("record", [3, 2, 5, 6, 7, 8]), ("record", [9, 0, 10, 0]), ("record", [4])])
    def deliver(steps: list[tuple[str, list[int]]]) -> None:
        day = Day(ground, inspector)
        for what, numbers in steps:
            day.record(*numbers) if what == "record" else day.file(numbers[0])
        assert day.rows() == wanted

    deliver()
