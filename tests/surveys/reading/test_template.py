"""The template: what is written into it is read again as it was, and what it helps with."""

import io
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from gis_service.surveys import words
from gis_service.surveys.logs import Layer, Log, Result, Sample, faults
from gis_service.surveys.reading import reader, template
from gis_service.surveys.reading.columns import SHEETS, TABLES
from gis_service.surveys.rules import Medium, Odour, PointKind, PositionMethod, WasteClass
from tests.surveys.reading import made

# --- logs of any kind ------------------------------------------------------------------------------------------------

TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp", "Cf", "Cn", "Co")), max_size=20
) | st.sampled_from(["=1+1", '=HYPERLINK("http://x","y")', "+86", "@SUM(A1)", "-3", "_x0041_", "a b", "它说“好”"])
LONG = TEXTS | st.sampled_from(["第一行\n第二行", "灰黑色,含塑料袋\n有臭味"])
DAYS = st.dates(date(1990, 1, 1), date(2100, 1, 1))


def numbers(low: str, high: str, places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(Decimal(low), Decimal(high), places=places, allow_nan=False, allow_infinity=False)


def maybe(of: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | of


@st.composite
def shares(draw: st.DrawFn) -> dict[str, Decimal]:
    """Nothing, or whole shares that sum to 100."""
    codes = draw(st.lists(st.sampled_from(list(words.components())), unique=True, max_size=4))
    if not codes:
        return {}
    cuts = sorted(draw(st.lists(st.integers(0, 100), min_size=len(codes) - 1, max_size=len(codes) - 1)))
    return {code: Decimal(b - a) for code, a, b in zip(codes, [0, *cuts], [*cuts, 100], strict=True)}


@st.composite
def layers(draw: st.DrawFn) -> list[Layer]:
    thick = draw(st.lists(numbers("0.01", "9.99", 2), min_size=1, max_size=5))
    found, top = [], Decimal(0)
    for each in thick:
        soil = draw(st.sampled_from(list(words.soils().values())))
        waste = draw(st.booleans())
        found.append(
            Layer(
                top, top + each, draw(st.sampled_from([soil.zh, *soil.aka])), waste,
                draw(maybe(st.sampled_from(WasteClass))) if waste else None, draw(shares()), draw(TEXTS), draw(TEXTS),
                draw(maybe(st.sampled_from(Odour))), draw(TEXTS), draw(LONG),
            )
        )  # fmt: skip
        top += each
    return found


@st.composite
def samples(draw: st.DrawFn, numbered: Iterable[str], depth: Decimal) -> list[Sample]:
    found = []
    for sample_no in numbered:
        a, b = sorted(draw(st.tuples(*[numbers("0", "1", 3)] * 2)))
        results = draw(
            st.lists(
                st.builds(
                    Result, TEXTS.filter(bool), numbers("0", "99999", 4), TEXTS, TEXTS, maybe(numbers("0", "9", 6)),
                    st.sampled_from(["", "<"]),
                ),
                max_size=2,
            )
        )  # fmt: skip
        found.append(
            Sample(
                sample_no, a * depth, b * depth, draw(st.sampled_from(Medium)), draw(TEXTS), draw(TEXTS), draw(TEXTS),
                draw(maybe(DAYS)), draw(maybe(DAYS)), results,
            )
        )  # fmt: skip
    return found


@st.composite
def logs(draw: st.DrawFn) -> list[Log]:
    """Holes that lie near each other, in one system."""
    count = draw(st.integers(1, 4))
    found = []
    for at in range(count):
        strata = draw(layers())
        depth = strata[-1].to_m
        named = [f"S{at}-{each}" for each in range(draw(st.integers(0, 2)))]
        found.append(
            Log(
                point_no=f"ZK{at:02d}", kind=draw(st.sampled_from(PointKind)), crs=4547, total_depth_m=depth,
                easting=Decimal("453000") + draw(numbers("0", "900", 3)), northing=Decimal("2473000") + draw(numbers("0", "900", 3)),
                bottom_reached=draw(st.booleans()), ground_elev_m=draw(maybe(numbers("-9", "99", 3))),
                position_method=draw(maybe(st.sampled_from(PositionMethod))), made_on=draw(maybe(DAYS)), contractor=draw(TEXTS),
                driller=draw(TEXTS), logger=draw(TEXTS), diameter_mm=draw(maybe(numbers("20", "2000", 1))),
                water_first_m=draw(maybe(numbers("0", "1", 2).map(lambda share, depth=depth: share * depth))),
                water_stable_m=draw(maybe(numbers("0", "1", 2).map(lambda share, depth=depth: share * depth))),
                odour=draw(maybe(st.sampled_from(Odour))),
                gas=draw(st.dictionaries(st.sampled_from(["CH4_pct", "H2S_ppm", "LEL_pct", "O2_pct"]), numbers("0", "500", 2))),
                pid_ppm=draw(maybe(numbers("0", "500", 1))), backfilled_on=draw(maybe(DAYS)), remark=draw(LONG),
                layers=strata, samples=draw(samples(named, depth)),
            )
        )  # fmt: skip
    return found


def bare(log: Log) -> Log:
    """A log without the rows of the file it came from."""
    return replace(
        log,
        row=None,
        layers=[replace(layer, row=None) for layer in log.layers],
        samples=[replace(sample, row=None, results=list(sample.results)) for sample in log.samples],
    )


# --- written and read ------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(logs())
def test_logs_written_into_the_template_are_read_again_as_they_were(written: list[Log]) -> None:
    assert not any(faults(log) for log in written)

    found = reader.read(template.write(written), "导出.xlsx", box=made.BOX)

    assert found.errors == []
    assert found.crs == 4547
    assert [bare(log) for log in found.logs] == written


def test_a_text_that_begins_as_a_formula_stays_a_text() -> None:
    log = made.read(made.holes()).logs[0]
    content = template.write([replace(log, remark='=HYPERLINK("http://evil","x")')])

    cells = [cell for row in load_workbook(io.BytesIO(content))["钻孔"].iter_rows() for cell in row]

    risky = [cell for cell in cells if str(cell.value).startswith("=")]
    assert [(cell.data_type, cell.quotePrefix) for cell in risky] == [("s", True)]


def test_logs_of_two_systems_are_not_written_into_one_workbook() -> None:
    log = made.read(made.holes()).logs[0]

    with pytest.raises(ValueError, match="several coordinate systems"):
        template.write([log, replace(log, point_no="ZK02", crs=4526)])


# --- the empty template ----------------------------------------------------------------------------------------------


def test_the_template_has_its_five_sheets_with_frozen_heads_lists_and_notes() -> None:
    book = load_workbook(io.BytesIO(template.template()))

    assert [sheet.title for sheet in book if sheet.sheet_state == "visible"] == [*SHEETS.values(), "说明"]
    points, strata = book["钻孔"], book["地层"]
    assert [cell.value for cell in points[1]] == [column.head for column in TABLES["points"] if column.offered]
    assert points.freeze_panes == "B2"
    assert points["A1"].comment.text.startswith("必填")
    choices = {rule.formula1 for sheet in book for rule in sheet.data_validations.dataValidation}
    assert len(choices) == 7, "types, methods, odours, classes, media, soils, yes and no"
    rule = next(rule for rule in strata.data_validations.dataValidation if "$F" in rule.formula1)
    assert [cell.value for (cell,) in book["列表"]["F2:F100"] if cell.value] == list(words.soils())
    assert not rule.showErrorMessage, "other names of soil are let in"


def test_an_untouched_template_holds_no_hole_since_examples_are_not_read() -> None:
    found = reader.read(template.template(), "模板.xlsx")

    assert [issue.code for issue in found.issues] == ["no_points"]
    assert "第 2 行" in found.errors[0].zh


def test_the_example_of_the_template_would_be_a_good_hole() -> None:
    """Without the mark in front of its numbers it is read whole."""
    book = load_workbook(io.BytesIO(template.template()))
    for sheet in book:
        for row in sheet.iter_rows(min_row=2):
            for cell in row:
                if str(cell.value).startswith("示例"):
                    cell.value = str(cell.value).removeprefix("示例")
    out = io.BytesIO()
    book.save(out)

    found = reader.read(out.getvalue(), "填好.xlsx", box=made.BOX)

    assert (found.errors, found.warnings) == ([], [])
    assert [(len(log.layers), len(log.samples), log.crs) for log in found.logs] == [(3, 1, 4547)]
    assert found.logs[0].samples[0].results[0].qualifier == "<"
    assert found.logs[0].made_on == date(2026, 3, 4) + timedelta(days=1)
