"""Forms: the language, what answers come to, and what a form's file may say. The phone is held to the same `cases.json`."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_service.patrols.forms import BadForm, Form, begin, catalogue, check, forms, read
from gis_service.patrols.forms.expression import BadExpression, evaluate, parse
from gis_service.patrols.items import ITEMS

CASES = json.loads(Path(__file__).with_name("cases.json").read_text(encoding="utf-8"))
HEAD = 'code = "T"\nversion = 1\nzh = "试"\nen = "try"\n'


@pytest.mark.parametrize("case", CASES["expressions"], ids=lambda case: case["told"])
def test_expressions_come_to_what_the_table_says(case: dict[str, Any]) -> None:
    assert evaluate(parse(case["told"]), case.get("with", {}).get) == case["comes_to"]


@pytest.mark.parametrize("told", CASES["refused"])
def test_what_is_not_in_the_language_is_refused(told: str) -> None:
    with pytest.raises(BadExpression):
        parse(told)


@pytest.mark.parametrize("case", CASES["forms"], ids=lambda case: case["about"])
def test_answers_come_to_what_the_table_says(case: dict[str, Any]) -> None:
    form = Form.model_validate({"code": "T", "version": 1, "zh": "试", "en": "try", "questions": case["questions"]})
    found = check(form, case["answers"])
    assert found.values == case["values"]
    assert found.asked == case["asked"]
    assert [[one.path, one.code] for one in found.problems] == case["problems"]


TOKENS = st.sampled_from(
    ["1", "2.5", "'x'", "${a}", "${b}", ".", "+", "-", "*", "div", "mod", "=", "!=", "<", ">=", "and", "or", "not(", "if(",
     "count(", "sum(", "selected(", "round(", "coalesce(", "(", ")", ",", "true"]
)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(TOKENS, max_size=12).map(" ".join), VALUES, VALUES)
def test_no_expression_raises_anything_but_that_it_is_bad(told: str, a: Any, b: Any) -> None:
    try:
        node = parse(told)
    except BadExpression:
        return
    result = evaluate(node, {"a": a, "b": b, ".": a}.get)
    assert not isinstance(result, float) or math.isfinite(result)


@given(st.sampled_from(sorted(forms())), st.data())
def test_no_answers_make_the_check_raise(code: str, data: st.DataObject) -> None:
    form = forms()[code]
    names = [question.name for question in form.questions]
    answers = data.draw(st.dictionaries(st.sampled_from(names), VALUES))
    found = check(form, answers)
    assert {one.path for one in found.problems} <= set(found.asked)
    json.dumps(found.values)


def test_there_is_a_form_for_every_check_item_and_the_check_list_asks_every_item() -> None:
    assert forms().keys() == {"visit", *ITEMS}
    assert [one.name for one in forms()["visit"].questions if one.type == "select_one"] == list(ITEMS)


def test_every_finding_needs_a_photo() -> None:
    for code in ITEMS:
        assert [one.required for one in forms()[code].questions if one.type == "photo"] == [True], code


def test_a_parcel_without_findings_needs_a_photo_and_one_with_findings_does_not() -> None:
    fine = dict.fromkeys(ITEMS, "ok")
    assert [(one.path, one.code) for one in check(forms()["visit"], fine).problems] == [("photos", "required")]
    found = check(forms()["visit"], {**fine, "FENCE": "found", "SIGN": "found"})
    assert (found.problems, found.values["found"]) == ([], 2)


def test_a_heap_is_estimated_from_area_and_height_unless_told_by_eye() -> None:
    told = {"material": "soil", "photos": ["a" * 64], "heaps": [{"area_m2": 40, "height_m": 1.5}, {"told_m3": 8.04}]}
    found = check(forms()["NEW_SOIL"], told)
    assert (found.problems, found.values["est_m3"]) == ([], 38.0)


def test_the_catalogue_is_what_the_phone_reads() -> None:
    told = json.loads(json.dumps(catalogue()))
    assert [Form.model_validate(one) for one in told] == list(forms().values())


def test_defaults_are_the_first_answers() -> None:
    form = read(HEAD + '[[questions]]\ntype = "integer"\nname = "n"\nzh = "数"\nen = "n"\ndefault = 2\n')
    assert begin(form.questions) == {"n": 2}


@pytest.mark.parametrize(
    ("questions", "said"),
    [
        ('type = "text"\nname = "a"\nzh = "甲"\nrelevant = "${b} = 1"', "does not stand before it"),
        ('type = "text"\nname = "a"\nzh = "甲"\nrelevant = "${"', "not understood"),
        ('type = "select_one"\nname = "a"\nzh = "甲"\nchoices = "nowhere"', "no list"),
        ('type = "select_one"\nname = "a"\nzh = "甲"', "choices belong"),
        ('type = "calculate"\nname = "a"', "calculation"),
        ('type = "text"\nname = "a"\nzh = "甲"\nconstraint = ". > 1"', "what is wrong"),
        ('type = "text"\nname = "a"', "has its words"),
        ('type = "colour"\nname = "a"\nzh = "甲"', "type"),
        ('type = "text"\nname = "a"\nzh = "甲"\n[[questions]]\ntype = "text"\nname = "a"\nzh = "乙"', "asked twice"),
    ],
)
def test_a_form_that_cannot_be_asked_is_refused_with_the_reason(questions: str, said: str) -> None:
    with pytest.raises(BadForm, match=said):
        read(f"{HEAD}[[questions]]\n{questions}\n")
