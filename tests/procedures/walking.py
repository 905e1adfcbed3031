"""Walking through any procedure: facts of every kind, papers and signatures as a table asks for them, people enough."""

import hashlib
import itertools
from typing import Any

from sqlalchemy.orm import Session

from gis_service.access import operations as access
from gis_service.access.actor import SERVICE, Actor, Grant
from gis_service.access.rules import Role
from gis_service.core import clock
from gis_service.files.models import StoredFile
from gis_service.procedures import operations, queries, rules
from gis_service.procedures.conduct import Conduct
from gis_service.procedures.models import Proceeding, ProceedingPaper, ProceedingSignature, ProceedingStep
from gis_service.procedures.operations import Opening, Told
from gis_service.procedures.rules import Fact, FactKind, Procedure, Step
from tests.conftest import PASSWORD
from tests.factories import a_unit

_numbers = itertools.count(1)


class Walker:
    """Somebody's way through one proceeding of a procedure, without the noun's own blockers and effects."""

    def __init__(self, session: Session, procedure: Procedure):
        self.session, self.procedure = session, procedure
        self.conduct = Conduct(procedure)
        self.people = [self._somebody() for _ in range(4)]
        self.unit = a_unit(session).id
        opening = Opening("示例事项", self._facts(procedure.opening), unit_id=self.unit, counterpart_unit_id=self.unit)
        self.proceeding = operations.open_proceeding(session, self.conduct, self.people[0], "440402", opening)

    def _somebody(self) -> Actor:
        name = f"w{next(_numbers)}"
        user = access.create_user(
            self.session, SERVICE, username=name, display_name=name, password=PASSWORD, own_choice=True
        )
        business = [role for role in Role if role not in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR)]
        return Actor(user.id, name, name, tuple(Grant(role) for role in business))

    def _facts(self, wanted: tuple[Fact, ...]) -> dict[str, Any]:
        return {fact.name: self._value(fact) for fact in wanted}

    def _value(self, fact: Fact) -> Any:
        today = clock.today().isoformat()
        plain = {
            FactKind.DATE: today, FactKind.MOMENT: f"{today}T09:41", FactKind.YES_NO: True, FactKind.UNIT: self.unit,
            FactKind.PERSON: self.people[0].id, FactKind.PEOPLE: ["张三", "李四", "王五"],
        }  # fmt: skip
        if fact.kind in plain:
            return plain[fact.kind]
        if fact.kind in (FactKind.CHOICE, FactKind.CHOICES):
            return fact.choices[0][0]
        if fact.kind in (FactKind.NUMBER, FactKind.MONEY, FactKind.WHOLE):
            return max(int(fact.least or 0), 3)
        return "示例"

    @property
    def log(self) -> list[ProceedingStep]:
        return queries.log_of(self.session, self.proceeding.id)

    def prepare(self, step: Step) -> None:
        """Put the papers and signatures into the file that the step needs."""
        for kind in step.papers:
            sha256 = hashlib.sha256(f"{next(_numbers)}".encode()).hexdigest()
            self.session.add(StoredFile(sha256=sha256, name=f"{kind}.pdf", size_bytes=1))
            self.session.flush()
            self.session.add(
                ProceedingPaper(
                    proceeding_id=self.proceeding.id, kind=kind, title=kind, file_sha256=sha256, as_of=clock.now()
                )
            )
        self.session.flush()
        under = queries.to_be_signed(self.session, self.proceeding)
        for side in step.signatures:
            self.session.add(
                ProceedingSignature(
                    proceeding_id=self.proceeding.id,
                    side=side,
                    person=side,
                    user_id=self.people[0].id,
                    what_sha256=under,
                )
            )
        self.session.flush()

    def doer(self, step: Step) -> Actor:
        """Somebody who did none of what the step's doer must not have done."""
        return next(each for each in self.people if rules.may_not_be(step, self.log, each.id) is None)

    def take(self, step: Step, *, by: Actor | None = None) -> ProceedingStep:
        self.prepare(step)
        told = Told(self._facts(step.facts), "示例理由")
        doer = by or self.doer(step)
        seen = self.proceeding.row_version
        return operations.advance(
            self.session, self.conduct, doer, self.proceeding.id, step.action, seen=seen, told=told
        )

    def walk_to(self, state: str) -> Proceeding:
        """Take the shortest way to a state."""
        for step in way_to(self.procedure, state):
            self.take(step)
        return self.proceeding


def way_to(procedure: Procedure, state: str) -> list[Step]:
    """The shortest way from the start to a state."""
    ways: dict[str, list[Step]] = {procedure.start.code: []}
    waiting = [procedure.start.code]
    while waiting:
        here = waiting.pop(0)
        for step in procedure.offered(here):
            there = procedure.target(here, step)
            if there not in ways:
                ways[there] = [*ways[here], step]
                waiting.append(there)
    return ways[state]
