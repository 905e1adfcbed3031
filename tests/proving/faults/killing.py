"""SIGKILL at random moments for a web process, the worker, PostgreSQL; wires cut; under writers who note what was acknowledged."""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.field.proxy import wire
from tests.proving.faults.writers import Crew, writing
from tests.proving.ledger import Balance
from tests.proving.lines import Line
from tests.proving.premises import House, seconds_until

BACK_S = 10.0
"""Within how long the service takes writes again after its database was killed."""


@dataclass(frozen=True)
class Round:
    """What one kind of kill came to."""

    kills: int
    seconds: float
    crew: Crew
    balances: dict[str, Balance]
    back_s: list[float]
    untold: int
    """Rounds in which /readyz never said that the service was not ready."""
    restarted: bool

    @property
    def clean(self) -> bool:
        return all(each.clean for each in self.balances.values())

    @property
    def figure(self) -> str:
        lost = sum(len(each.lost) + len(each.strange) for each in self.balances.values())
        doubled = sum(len(each.doubled) for each in self.balances.values())
        told = sum(self.balances[name].acknowledged for name in ("field records", "parcels", "edits"))
        answers = self.crew.answers
        return (
            f"{self.kills} kills under {told / self.seconds:.0f} writes/s: {told} acknowledged, {lost} lost, {doubled} doubled; "
            f"{answers.counts['cut']} cut, {answers.counts['503+']} × 503 with Retry-After, other answers {answers.impolite or 'none'}"
        )


def lines(here: House, *, small: bool) -> Iterator[Line]:
    chance = random.Random(26)
    web = run(here, 6 if small else 200, lambda: kill_one(here.web_processes(), chance), chance)
    yield Line("R26", "kill -9 of a web process", web.figure, "0 lost, 0 doubled, no other answers", polite(web))
    worker = run(here, 2 if small else 20, lambda: kill_one(here.worker(), chance), chance)
    yield Line("R26", "kill -9 of the worker", worker.figure, "0 lost, 0 doubled, no other answers", polite(worker))
    base = run(here, 4 if small else 50, lambda: kill_database(here), chance, tells=True)
    yield Line("R27", "kill -9 of PostgreSQL", base.figure, "0 lost, 0 doubled, no other answers", polite(base))
    yield _back(base)
    yield _audited(web, worker, base)
    yield cut(here, 10 if small else 200, chance)
    yield sound(here)


def polite(round_: Round) -> bool:
    return round_.clean and not round_.crew.answers.impolite and not round_.restarted


def _back(base: Round) -> Line:
    worst, median = max(base.back_s), sorted(base.back_s)[len(base.back_s) // 2]
    figure = f"first acknowledged write {median:.1f} s after the kill (median), {worst:.1f} s at worst; same process: {not base.restarted}; "
    return Line(
        "R27", "back without a restart", figure + f"/readyz did not tell in {base.untold} of {base.kills}", f"≤ {BACK_S:.0f} s, told each time",
        worst <= BACK_S and not base.restarted and base.untold == 0,
    )  # fmt: skip


def _audited(*rounds: Round) -> Line:
    """Each parcel that was acknowledged, whatever was killed meanwhile, against the audit entries of its making."""
    found = [each.balances["audit of parcels"] for each in rounds]
    told = sum(each.acknowledged for each in found)
    lost, doubled = sum(len(each.lost) for each in found), sum(len(each.doubled) for each in found)
    figure = f"{told} parcels acknowledged under kills: {lost} without an audit entry, {doubled} with more than one"
    return Line("R40", "audit under kills", figure, "exactly 1 each", all(each.clean for each in found))


def run(
    here: House, kills: int, kill: Callable[[], None], chance: random.Random, *, tells: bool = False
) -> Round:  # fmt: skip
    """So many kills, each at a random moment after everything is whole again; `tells`: the service must say that it is not ready."""
    before, began, back, untold = here.pid, time.monotonic(), [], 0
    with writing(here) as crew:
        for _ in range(kills):
            time.sleep(chance.uniform(0.2, 1.5))
            moment = time.monotonic()
            kill()
            if tells:
                untold += seconds_until(lambda: here.ready().status_code != 200, 3) is None
            waited = seconds_until(lambda at=moment: crew.answers.back_after(at) is not None and here.whole())
            back.append(crew.answers.back_after(moment) or waited or float("inf"))
        seconds = time.monotonic() - began
    restarted = here.service.process is None or here.service.process.poll() is not None or here.pid != before
    return Round(kills, seconds, crew, crew.balances(), back, untold, restarted)


def kill_one(pids: list[int], chance: random.Random) -> None:
    os.kill(chance.choice(pids), signal.SIGKILL)


def kill_database(here: House) -> None:
    os.kill(here.service.postmaster(), signal.SIGKILL)


def cut(here: House, cuts: int, chance: random.Random) -> Line:
    """Every connection between people and service broken, again and again."""
    with wire() as between:
        between.to = here.service.port
        with writing(here, url=f"http://127.0.0.1:{between.port}") as crew:
            for _ in range(cuts):
                time.sleep(chance.uniform(0.1, 0.6))
                between.hang_up()
        balances = crew.balances()
    told = ", ".join(f"{name}: {each}" for name, each in balances.items())
    figure = f"{cuts} cuts, {crew.answers.counts['cut']} requests without an answer; {told}"
    return Line("F7", "wires cut", figure, "0 lost, 0 doubled", all(each.clean for each in balances.values()))


def sound(here: House) -> Line:
    """After all of it: indexes and the audit chain."""
    indexes, chain = here.faults_of_indexes(), here.faults_of_audit()
    figure = f"amcheck: {len(indexes)} faults, audit chain: {len(chain)} faults"
    return Line(
        "R27", "sound afterwards", figure, "0 and 0", not indexes and not chain, "; ".join([*indexes, *chain])[:300]
    )
