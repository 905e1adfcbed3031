"""What a procedure is, and what its table decides. Pure: no rows, no session, no clock."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, Protocol

Facts = Mapping[str, Any]


class FactKind(StrEnum):
    """What a fact's value is; `facts.py` reads each from what was sent."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    DATE = "date"
    MOMENT = "moment"
    WHOLE = "whole"
    NUMBER = "number"
    MONEY = "money"
    YES_NO = "yes_no"
    CHOICE = "choice"
    CHOICES = "choices"
    UNIT = "unit"
    PERSON = "person"
    PEOPLE = "people"


@dataclass(frozen=True)
class Fact:
    """Something a step must or may be told. `unit` is the unit of measure of a number (㎡, m³, t, 元)."""

    name: str
    zh: str
    en: str
    kind: FactKind = FactKind.TEXT
    required: bool = True
    choices: tuple[tuple[str, str, str], ...] = ()
    """Code, Chinese, English of each value of a CHOICE or CHOICES."""
    unit: str = ""
    least: float | None = None
    """Smallest number, or fewest names of PEOPLE, that will do."""


@dataclass(frozen=True)
class State:
    code: str
    zh: str
    en: str
    final: bool = False


@dataclass(frozen=True)
class Step:
    """A step from `at` to `to`; `to=None` stays where it is and only adds to the log (an interview, a waiver)."""

    at: str | tuple[str, ...]
    action: str
    to: str | None
    zh: str
    en: str
    permission: str
    facts: tuple[Fact, ...] = ()
    papers: tuple[str, ...] = ()
    """Kinds of paper that must lie in the file before the step; it takes them, so that the next needs new ones."""
    signatures: tuple[str, ...] = ()
    """Sides that must have signed the file as it stands (移交方, 接收方, 见证方)."""
    is_return: bool = False
    """退回: goes back, and says why."""
    needs_reason: bool = False
    other_than: tuple[str, ...] = ()
    """Actions whose last doer may not take this step (销号 by somebody else, 法制审核 by reviewers not of the case)."""
    basis: str = ""
    """Where the step comes from, as the handbook of the field gives it; empty for a product default."""

    @property
    def starts(self) -> tuple[str, ...]:
        return (self.at,) if isinstance(self.at, str) else self.at

    @property
    def says_why(self) -> bool:
        return self.is_return or self.needs_reason


class Measure(StrEnum):
    HOURS = "hours"
    WORKING_DAYS = "working_days"
    DAYS = "days"
    MONTHS = "months"
    YEARS = "years"
    SET_DATE = "set_date"
    """The date that a fact of the starting step gives (责令限期)."""


@dataclass(frozen=True)
class Clock:
    """期限: runs while the proceeding is in one of `during`, or from one of the actions `starts` to one of `ends`.

    `length_fact` names a fact of the starting step that gives the length, or the date for SET_DATE. Days in `pauses` states do
    not count. `rolls`: a last day that is no working day moves to the next one — only for what a party must do, since an
    authority should not count on it. `basis` is the rule it comes from, `""` a product default.
    """

    code: str
    zh: str
    en: str
    length: int
    measure: Measure
    during: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    pauses: tuple[str, ...] = ()
    length_fact: str = ""
    rolls: bool = False
    warn: int = 1
    """How long before the end it is shown as near: in the clock's own measure, days for months and set dates."""
    basis: str = ""
    whose: str = "own"
    """`own`: a duty of the office. `other`: what somebody else must do; its end lets the office go on."""
    waits: bool = False
    """A period that must pass before the next step (what a party may still ask for): past its end it is over, not late."""


@dataclass(frozen=True)
class Procedure:
    """A table of states, steps and clocks. `noun` is its word in addresses and permissions; `letters` begin its numbers."""

    noun: str
    plural: str
    zh: str
    en: str
    letters: str
    states: tuple[State, ...]
    steps: tuple[Step, ...]
    clocks: tuple[Clock, ...] = ()
    opening: tuple[Fact, ...] = ()
    """What must be told to open one."""
    opening_papers: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()
    """Further kinds of paper that may lie in the file, beside those that steps need."""
    heads: tuple[tuple[str, str, str], ...] = ()
    """Items by which its money is kept: code, Chinese, English. Empty: any item may be named."""

    @property
    def start(self) -> State:
        return self.states[0]

    @cached_property
    def by_code(self) -> dict[str, State]:
        return {state.code: state for state in self.states}

    @cached_property
    def table(self) -> dict[tuple[str, str], Step]:
        return {(at, step.action): step for step in self.steps for at in step.starts}

    def offered(self, state: str) -> Iterator[Step]:
        """Steps from a state, in the order of the table."""
        return (step for step in self.steps if state in step.starts)

    def target(self, state: str, step: Step) -> str:
        return step.to or state

    @cached_property
    def fact_of(self) -> dict[str, Fact]:
        """Every fact that may be known, by its name."""
        found = {fact.name: fact for step in self.steps for fact in step.facts}
        return found | {fact.name: fact for fact in self.opening}

    @cached_property
    def paper_kinds(self) -> tuple[str, ...]:
        """Every kind of paper that may lie in the file, in the order of the table."""
        named = [*self.opening_papers, *(kind for step in self.steps for kind in step.papers), *self.papers]
        return tuple(dict.fromkeys(named))

    @cached_property
    def permissions(self) -> frozenset[str]:
        return frozenset(step.permission for step in self.steps)


class Entry(Protocol):
    """One line of a step log, as far as rules look at it."""

    @property
    def action(self) -> str: ...
    @property
    def before(self) -> str: ...
    @property
    def after(self) -> str: ...
    @property
    def actor_id(self) -> int | None: ...
    @property
    def at(self) -> datetime: ...
    @property
    def happened_on(self) -> date | None: ...
    @property
    def facts(self) -> Mapping[str, Any]: ...


OPEN = "open"
"""The action of the first line of every log."""


def step_of(procedure: Procedure, state: str, action: str) -> Step | None:
    """The step an action is from a state; None where the table has none."""
    return procedure.table.get((state, action))


class LogBroken(Exception):
    """A log that the table cannot have made: the line and what is wrong with it."""


def replayed(procedure: Procedure, log: Sequence[Entry]) -> tuple[str, dict[str, Any]]:
    """State and facts that a log gives when it is played from its first line; raises `LogBroken` where the table says no.

    Later facts stand for earlier ones of the same name.
    """
    state = procedure.start.code
    facts: dict[str, Any] = {}
    for seq, entry in enumerate(log, 1):
        if seq == 1:
            if entry.action != OPEN or entry.after != state:
                raise LogBroken(f"{seq}: {entry.action}")
        else:
            step = step_of(procedure, state, entry.action)
            if step is None or entry.before != state or entry.after != procedure.target(state, step):
                raise LogBroken(f"{seq}: {entry.action} {entry.before} → {entry.after}, at {state}")
            state = entry.after
        facts.update(entry.facts)
    return state, facts


def last_doer(log: Iterable[Entry], action: str) -> int | None:
    """Who took an action last."""
    doers = [entry.actor_id for entry in log if entry.action == action]
    return doers[-1] if doers else None


def may_not_be(step: Step, log: Sequence[Entry], actor_id: int | None) -> str | None:
    """The earlier action for which this person may not take the step; None where they may."""
    for action in step.other_than:
        if actor_id is not None and last_doer(log, action) == actor_id:
            return action
    return None


@dataclass(frozen=True)
class Blocker:
    """Why a step cannot be taken, as a sentence; `link` leads to what must be dealt with. What may be waived, by name, says so."""

    code: str
    zh: str
    en: str
    waivable: bool = False
    link: str = ""
    facts: Facts = field(default_factory=dict)


WAIVE, WAIVED = "waive", "waived_blocker"
"""The action by which a blocker is waived, and the fact that names it."""


def unwaived(blockers: Iterable[Blocker], log: Iterable[Entry]) -> list[Blocker]:
    """Blockers that nobody waived by name. A waiver counts from when it was given; one that may not be waived stays."""
    waived = {entry.facts.get(WAIVED) for entry in log if entry.action == WAIVE}
    return [blocker for blocker in blockers if not (blocker.waivable and blocker.code in waived)]


def faults(procedure: Procedure) -> list[str]:
    """What is wrong with a table: unknown states, states nobody reaches, dead ends that are not final, doubled steps."""
    found = []
    codes = [state.code for state in procedure.states]
    if len(set(codes)) != len(codes):
        found.append("a state twice")
    seen: set[tuple[str, str]] = set()
    for step in procedure.steps:
        for at in step.starts:
            if (at, step.action) in seen:
                found.append(f"{at} × {step.action} twice")
            seen.add((at, step.action))
            if at not in codes:
                found.append(f"{step.action} begins at {at}")
        if step.to is not None and step.to not in codes:
            found.append(f"{step.action} leads to {step.to}")
    for state in procedure.states:
        moves = [step for step in procedure.offered(state.code) if procedure.target(state.code, step) != state.code]
        if state.final is bool(moves):
            found.append(f"{state.code}: {'final, but steps lead on' if state.final else 'a dead end'}")
    found += [f"{code} is never reached" for code in codes if code not in reached(procedure)]
    actions = {step.action for step in procedure.steps} | {OPEN}
    for clock in procedure.clocks:
        found += [f"clock {clock.code}: {a}" for a in (*clock.starts, *clock.ends) if a not in actions]
        found += [f"clock {clock.code}: {s}" for s in (*clock.during, *clock.pauses) if s not in codes]
        if bool(clock.during) is bool(clock.starts):
            found.append(f"clock {clock.code}: either during or starts")
        if clock.measure is Measure.SET_DATE and not all(_tells(step, clock) for step in _starting(procedure, clock)):
            found.append(f"clock {clock.code}: a step that starts it does not tell {clock.length_fact}")
    return found


def _starting(procedure: Procedure, clock: Clock) -> Iterator[Step]:
    """Steps that may start a clock."""
    for (at, action), step in procedure.table.items():
        enters = procedure.target(at, step) in clock.during and at not in clock.during
        if enters or action in clock.starts:
            yield step


def _tells(step: Step, clock: Clock) -> bool:
    return any(fact.name == clock.length_fact and fact.required for fact in step.facts)


def reached(procedure: Procedure) -> set[str]:
    """States that can be reached from the start."""
    found, waiting = {procedure.start.code}, [procedure.start.code]
    while waiting:
        state = waiting.pop()
        for step in procedure.offered(state):
            target = procedure.target(state, step)
            if target not in found:
                found.add(target)
                waiting.append(target)
    return found
