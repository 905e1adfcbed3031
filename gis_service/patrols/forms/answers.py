"""What answers to a form come to: what is asked at all, what is calculated, what is wrong. Pure.

`web/src/field/forms/answers.ts` says the same; both are held to `tests/patrols/forms/cases.json`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from gis_service.patrols.forms.expression import Node, empty, evaluate, parse, truth
from gis_service.patrols.forms.models import Form, Question

LONGEST = 4000
MOST_REPEATS = 50
HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
SHAPES = {"geopoint": "Point", "geotrace": "LineString", "geoshape": "Polygon"}

parsed = lru_cache(1000)(parse)


@dataclass(frozen=True)
class Problem:
    """`code`: required, type, choice, constraint. `path`: `name` or `repeat[0].name`."""

    path: str
    code: str


@dataclass
class Checked:
    """`values`: what counts — answers that were asked, and calculations. `asked`: the paths shown to the person."""

    values: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def begin(questions: list[Question]) -> dict[str, Any]:
    """Fresh answers: the defaults."""
    return {one.name: one.default for one in questions if one.default is not None}


def check(form: Form, answers: Mapping[str, Any]) -> Checked:
    """One pass from top to bottom; never raises, whatever the answers are."""
    found = Checked()
    _walk(form.questions, answers, "", {}, found.values, found)
    return found


def _walk(
    questions: list[Question],
    answers: Mapping[str, Any],
    prefix: str,
    outer: Mapping[str, Any],
    values: dict[str, Any],
    found: Checked,
) -> None:
    known: dict[str, Any] = dict(outer)
    for question in questions:
        known.setdefault(question.name, None)
        if question.relevant is not None and not _true(question.relevant, known):
            for inner in question.questions:
                known[inner.name] = []
            continue
        path = prefix + question.name
        if question.type == "repeat":
            _repeat(question, answers.get(question.name), path, known, values, found)
            continue
        if question.type == "calculate":
            value = _evaluate(question.calculation or "", known)
        else:
            found.asked.append(path)
            value = _answer(question, answers.get(question.name), path, known, found)
        if not empty(value):
            values[question.name] = known[question.name] = value


def _repeat(
    question: Question, told: Any, path: str, known: dict[str, Any], values: dict[str, Any], found: Checked
) -> None:
    found.asked.append(path)
    rows = [row for row in told if isinstance(row, Mapping)][:MOST_REPEATS] if isinstance(told, list) else []
    done: list[dict[str, Any]] = []
    for at, row in enumerate(rows):
        kept: dict[str, Any] = {}
        _walk(question.questions, row, f"{path}[{at}].", known, kept, found)
        done.append(kept)
    known[question.name] = done
    for inner in question.questions:
        known[inner.name] = [row.get(inner.name) for row in done]
    if done:
        values[question.name] = done
    elif _required(question, known):
        found.problems.append(Problem(path, "required"))


def _answer(question: Question, value: Any, path: str, known: Mapping[str, Any], found: Checked) -> Any:
    """The answer, if it is one; what is wrong with it is noted, and a wrong one counts as it is (it was said)."""
    if question.type == "note":
        return None
    if isinstance(value, str) and question.type == "text":
        value = value.strip()
    if empty(value):
        if _required(question, known):
            found.problems.append(Problem(path, "required"))
        return None
    if code := _misfit(question, value):
        found.problems.append(Problem(path, code))
        return None
    if question.constraint and not truth(_evaluate(question.constraint, {**known, ".": value})):
        found.problems.append(Problem(path, "constraint"))
    return value


def _misfit(question: Question, value: Any) -> str | None:
    """`type` or `choice`: in which way a value is no answer to the question; None where it is one."""
    if question.type not in ("select_one", "select_multiple"):
        return None if _is_of(question.type, value) else "type"
    many = question.type == "select_multiple"
    chosen = value if many else [value]
    if not isinstance(chosen, list) or not all(isinstance(one, str) for one in chosen):
        return "type"
    words = {choice.value for choice in question.choices if not isinstance(choice, str)}
    return None if set(chosen) <= words and len(set(chosen)) == len(chosen) else "choice"


def _is_of(kind: str, value: Any) -> bool:
    if kind in ("integer", "decimal"):
        number = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= 2**53
        return number and (kind == "decimal" or value == int(value))
    if kind == "text":
        return isinstance(value, str) and len(value) <= LONGEST
    if kind == "photo":
        return isinstance(value, list) and all(isinstance(one, str) and HASH.fullmatch(one) for one in value)
    return isinstance(value, Mapping) and value.get("type") == SHAPES[kind]


def _required(question: Question, known: Mapping[str, Any]) -> bool:
    return _true(question.required, known) if isinstance(question.required, str) else question.required


def _true(source: str, known: Mapping[str, Any]) -> bool:
    return truth(_evaluate(source, known))


def _evaluate(source: str, known: Mapping[str, Any]) -> Any:
    node: Node = parsed(source)
    return evaluate(node, known.get)
