"""The sample district's patrols: plans, people, and tasks of every kind."""

import time

from sqlalchemy import text

from gis_service.access.actor import EVERYTHING
from gis_service.core import clock, db
from gis_service.patrols.planning import generating, queries, rules
from tests.conftest import CloneServices


def test_the_sample_has_tasks_of_every_kind_and_making_them_again_is_quick(sample_services: CloneServices) -> None:
    with sample_services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        states = dict(session.execute(text("select state, count(*) from patrol_task group by state")).all())
        assert {"open", "done", "missed"} <= set(states)
        assert states["done"] > 5 * states["missed"]
        undone = "select count(*) from patrol_task_parcel p join patrol_task t on t.id = p.task_id where t.state = 'done' and p.visited_at is null"
        assert session.scalar(text(undone)) == 0
        # land of nobody's plan, or walked by nobody, would be a fault of the sample
        assert session.scalar(text("select count(*) from patrol_task where assignee_id is null")) == 0
        assert session.scalar(text("select count(*) from layer.patrol_overdue where patrol_stand = 'unplanned'")) == 0
        judged = [rules.judged(ground).level for _, ground in queries.grounds(session, clock.now())]
        assert len(set(judged)) == 3
        began = time.perf_counter()
        generating.generate(session, clock.today())
        assert generating.generate(session, clock.today()) == 0
        assert time.perf_counter() - began < 30
