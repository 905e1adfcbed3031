"""The way of a parcel through the stages of a survey or a disposal, as the register tells it; what came before it began as it usually goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

SURVEY_DAYS = {
    "pending": 24,
    "desk_done": 28,
    "geophysics_done": 20,
    "drilling": 26,
    "lab": 34,
    "reported": 19,
    "approved": 0,
}
DISPOSAL_DAYS = {
    "proposed": 30, "planned": 55, "scheme_review": 24, "approved": 20, "procurement": 45, "preparing": 30, "excavating": 14, "removing": 75,
    "base_inspection": 16, "backfilling": 28, "acceptance": 40, "audited": 90, "closed_out": 0,
}  # fmt: skip
"""The usual order of states, and for how many days land usually stands in each."""
BEFORE = timedelta(days=9)
"""The register was begun some days after the last thing that had happened."""


@dataclass(frozen=True)
class Way:
    """The states a parcel came into, each with its moment."""

    parcel_id: int
    parcel_no: str
    came: tuple[tuple[str, datetime], ...]

    @property
    def state(self) -> str:
        return self.came[-1][0]

    def since(self, state: str) -> datetime:
        """When it came into a state the last time."""
        return [moment for each, moment in self.came if each == state][-1]


HISTORY = """
    select p.id, p.parcel_no, array_agg(v.is_now order by v.version_no), array_agg(v.valid_from order by v.version_no)
      from parcel p
      join (select id, version_no, valid_from, {axis} as is_now, lag({axis}) over (partition by id order by version_no) as was
              from parcel_version) v on v.id = p.id and v.is_now is distinct from v.was
     where p.retired_on is null and p.parcel_no = any (:numbers)
     group by p.id, p.parcel_no"""


def surveys(session: Session, numbers: Sequence[str], until: Mapping[str, datetime]) -> dict[str, Way]:
    """Ways of surveys by parcel number; what was approved before the register began was approved by `until`."""
    found = {}
    for parcel_id, no, states, moments in session.execute(
        text(HISTORY.format(axis="survey_status")), {"numbers": list(numbers)}
    ):
        first = min(moments[0] - BEFORE, until.get(no, moments[0])) if states[0] == "approved" else moments[0] - BEFORE
        found[no] = Way(parcel_id, no, _whole(states, [first, *moments[1:]], SURVEY_DAYS))
    return found


def disposals(session: Session, numbers: Sequence[str]) -> dict[str, Way]:
    """Ways of disposals by parcel number, from where land was proposed."""
    found = {}
    for parcel_id, no, states, moments in session.execute(
        text(HISTORY.format(axis="disposal_status")), {"numbers": list(numbers)}
    ):
        told = [(state, moment) for state, moment in zip(states, moments, strict=True) if state != "not_listed"]
        if told and states[0] != "not_listed":
            told[0] = (told[0][0], told[0][1] - BEFORE)
        if told:
            found[no] = Way(
                parcel_id, no, _whole([each for each, _ in told], [moment for _, moment in told], DISPOSAL_DAYS)
            )
    return found


def _whole(
    states: Sequence[str], moments: Sequence[datetime], usual: Mapping[str, int]
) -> tuple[tuple[str, datetime], ...]:
    """With the usual way to the first of the states."""
    order = list(usual)
    came, at = list(zip(states, moments, strict=True)), moments[0]
    for state in reversed(order[: order.index(states[0])]):
        at = _on_a_weekday(at - timedelta(days=usual[state]))
        came.insert(0, (state, at))
    return tuple(came)


def _on_a_weekday(at: datetime) -> datetime:
    return at - timedelta(days=max(at.weekday() - 4, 0))
