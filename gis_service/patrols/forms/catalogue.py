"""The forms that are there: each `*.toml` beside this file, read and checked once."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from gis_service.patrols.forms.expression import BadExpression, parse
from gis_service.patrols.forms.models import Form, Question
from gis_service.patrols.items import ITEMS

HERE = Path(__file__).parent
EXPRESSIONS = ("required", "relevant", "constraint", "calculation")


class BadForm(ValueError):
    """A form that cannot be asked: which, which question, what is wrong."""


def read(text: str) -> Form:
    """A form from its TOML, with the lists of choices put in; raises `BadForm`."""
    try:
        form = Form.model_validate(tomllib.loads(text))
    except ValueError as fault:
        raise BadForm(str(fault)) from fault
    for question in _all(form.questions):
        if isinstance(question.choices, str):
            if question.choices not in form.lists:
                raise BadForm(f"{form.code}.{question.name}: there is no list {question.choices!r}")
            question.choices = form.lists[question.choices]
    form.lists = {}
    _check(form, form.questions, set())
    _check_facts(form)
    return form


def _all(questions: list[Question]) -> list[Question]:
    return [one for question in questions for one in (question, *_all(question.questions))]


def _check(form: Form, questions: list[Question], known: set[str]) -> None:
    """Names are unique in the form, and an expression names only what stands before it."""
    for question in questions:
        if question.name in known:
            raise BadForm(f"{form.code}: {question.name!r} is asked twice")
        for field in EXPRESSIONS:
            source = getattr(question, field)
            if not isinstance(source, str):
                continue
            try:
                names = parse(source).names()
            except BadExpression as fault:
                raise BadForm(f"{form.code}.{question.name}.{field}: {fault}") from fault
            allowed = known | ({"."} if field == "constraint" else set())
            if unknown := names - allowed:
                raise BadForm(f"{form.code}.{question.name}.{field}: {sorted(unknown)} does not stand before it")
        if question.questions:
            if any(inner.questions for inner in question.questions):
                raise BadForm(f"{form.code}.{question.name}: a repeat holds no repeat")
            _check(form, question.questions, known)
        known.add(question.name)


def _check_facts(form: Form) -> None:
    kinds = {question.name: question for question in form.questions}
    if form.quantity and (form.quantity not in kinds or not form.quantity_unit):
        raise BadForm(f"{form.code}: the quantity is the answer to a question, with its unit")
    if form.item and form.item not in ITEMS:
        raise BadForm(f"{form.code}: {form.item!r} is no check item")
    if form.facility:
        asked = kinds.get(form.facility.asked)
        values = {choice.value for choice in asked.choices if not isinstance(choice, str)} if asked else set()
        if not form.facility.conditions.keys() <= values:
            raise BadForm(f"{form.code}: conditions stand for choices of {form.facility.asked!r}")


@cache
def forms() -> dict[str, Form]:
    """Every form by its code: the check list, and one for each check item."""
    found = [read(path.read_text(encoding="utf-8")) for path in sorted(HERE.glob("*.toml"))]
    return {form.code: form for form in found}


def catalogue() -> list[dict[str, Any]]:
    """The forms as the phone gets them in its pack."""
    return [form.model_dump(exclude_none=True, exclude_defaults=True) for form in forms().values()]
