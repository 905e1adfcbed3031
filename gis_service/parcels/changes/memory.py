"""Days with changes, remembered until midnight: what is past does not change, only today is counted again.

Counting a million versions takes half a second, and every opening of the map asks. Kept by scope, in each web process.
"""

from collections.abc import Hashable
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from gis_service.core import clock
from gis_service.core.db import Scope
from gis_service.parcels.changes import queries

MOST = 500
"""Scopes remembered; there are as many as there are different grants."""


class Memory:
    def __init__(self) -> None:
        self._past: dict[Hashable, tuple[date, queries.Days]] = {}

    def days(self, session: Session, scope: Scope) -> queries.Days:
        """Every day with changes that the scope sees, today's included."""
        today = clock.now().astimezone(clock.BEIJING).replace(hour=0, minute=0, second=0, microsecond=0)
        sight = (scope.see_all, scope.area_ids, scope.unit_ids, scope.see_published)
        on, past = self._past.get(sight, (None, []))
        if on != today.date():
            past = queries.days(session, before=today)
            if len(self._past) >= MOST:
                self._past.clear()
            self._past[sight] = today.date(), past
        return past + queries.days(session, since=today)


def memory_of(state: Any) -> Memory:
    """The memory of this web process, made at the first question."""
    if not hasattr(state, "day_memory"):
        state.day_memory = Memory()
    return state.day_memory  # type: ignore[no-any-return]
