"""Figures at a moment, and the rows behind them: one statement for each family and unit column, whatever the number of figures."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import RowMapping, select, text
from sqlalchemy.orm import Session

from gis_service.access.models import Area, Unit
from gis_service.core.clock import BEIJING
from gis_service.core.srid import METRIC_SRID
from gis_service.disposal import quantities
from gis_service.disposal import queries as disposals
from gis_service.kpi.catalogue import CATALOGUE, DECIMALS, Indicator
from gis_service.kpi.errors import IndicatorUnknown
from gis_service.rectification.rules import RECURS_WITHIN

SQL = Path(__file__).parent / "sql"
NO_AREA, NO_UNIT = "未定片区", "未定单位"
"""What belongs to no area or unit is told under these names, so that the parts make the whole."""
NOUNS = {"disposals": "disposal", "rectifications": "rectification", "cases": "case", "claims": "claim"}
By = Literal["district", "area", "unit"]


@dataclass(frozen=True)
class Figure:
    """A figure of the whole district (`area` and `unit` None), of an area, or of a unit."""

    code: str
    area: str | None
    unit: str | None
    numerator: Decimal | None
    denominator: Decimal | None
    """None where the indicator is no ratio."""
    value: Decimal | None
    """A ratio in percent with one decimal, or the numerator; None: 0 in the denominator, printed —."""
    low: Decimal | None = None
    high: Decimal | None = None


def figures(
    session: Session, as_of: datetime, *, codes: Sequence[str] | None = None, by: By = "district"
) -> list[Figure]:
    """Figures at a moment in the sight of the session's scope; raises `IndicatorUnknown`.

    By area every area has its line, by unit those that have any row; in the order of the catalogue.
    """
    wanted = [indicator(code) for code in (CATALOGUE if codes is None else codes)]
    names = _names(session, by)
    found: dict[tuple[str, int | None], Figure] = {}
    for (family, column), group in _grouped(wanted, by).items():
        for row in session.execute(text(_summing(family, column, group)), _params(session, family, as_of)).mappings():
            for n, each in enumerate(group):
                found[each.code, row["key"]] = _figure(each, by, names.get(row["key"]), row, n)
    lines: list[tuple[Indicator, int | None]] = [(each, None) for each in wanted]
    if by == "area":
        lines = [
            (each, key) for each in wanted for key in (*names, None) if key is not None or (each.code, None) in found
        ]
    elif by == "unit":
        keys = sorted({key for _, key in found}, key=lambda key: names.get(key) or "")
        lines = [(each, key) for each in wanted for key in keys if (each.code, key) in found]
    return [found.get((each.code, key)) or _nothing(each, by, names.get(key)) for each, key in lines]


def rows(
    session: Session, code: str, as_of: datetime, *, area: str | None = None, unit: str | None = None
) -> list[dict[str, Any]]:
    """The rows behind a figure: those of its denominator, or of its numerator where it is no ratio.

    `counted`: whether the row is in the numerator, `amount` how much of it, `weight` how much of the denominator.
    """
    each = indicator(code)
    limits = [
        f"{_sure(each.den or each.num)} <> 0",
        *(["f.area_id is null" if area == NO_AREA else "a.name = :area"] if area else []),
        *([f"f.{each.unit_role} is null" if unit == NO_UNIT else "u.name = :unit"] if unit else []),
    ]
    order = f"{_sure(each.num)} <> 0 desc, a.name nulls last, f.no, f.id"
    bound = {**_params(session, each.family, as_of), "area": area, "unit": unit}
    return [_row(row) for row in session.execute(text(_listing(each, limits, order)), bound).mappings()]


def late_rows(session: Session, code: str, as_of: datetime, most: int) -> tuple[int, list[dict[str, Any]]]:
    """How many rows of a figure are not done though their day lies before the moment's, and the longest overdue of them.

    Of a ratio the rows not counted are not done; of a count all that are counted.
    """
    each = indicator(code)
    not_done = f"{_sure(each.num)} = 0 and {_sure(each.den)} <> 0" if each.den else f"{_sure(each.num)} <> 0"
    statement = _listing(each, [not_done, "f.due_on < cast(:today as date)"], "f.due_on, f.no, f.id limit :most")
    bound = {**_params(session, each.family, as_of), "most": most}
    found = session.execute(text(statement), bound).mappings().all()
    return (found[0]["total"] if found else 0), [_row(row) for row in found]


def indicator(code: str) -> Indicator:
    """Raises `IndicatorUnknown`."""
    if code not in CATALOGUE:
        raise IndicatorUnknown(indicator=code)
    return CATALOGUE[code]


def value_of(each: Indicator, numerator: Decimal, denominator: Decimal | None) -> Decimal | None:
    """The ratio in percent, or the numerator, rounded to the digits of its unit."""
    if denominator is None:
        return rounded(numerator, DECIMALS.get(each.unit, 0))
    return rounded(100 * numerator / denominator, 1) if denominator else None


def rounded(value: Decimal, digits: int) -> Decimal:
    """Half up, as people round.

    >>> rounded(Decimal("12.25"), 1), rounded(Decimal("3"), 0)
    (Decimal('12.3'), Decimal('3'))
    """
    return value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


# --- statements -------------------------------------------------------------------------------------------------------


@cache
def _family(name: str) -> str:
    part = (SQL / f"{name}.sql").read_text("utf-8")
    shared = (SQL / "proceedings.sql").read_text("utf-8")
    return part.replace("{proceedings}", shared).replace("{metric}", str(METRIC_SRID))


def _listing(each: Indicator, limits: Sequence[str], order: str) -> str:
    """The statement that lists rows of a figure; `total` counts them before any limit."""
    return f"""
        with fact as ({_family(each.family)})
        select f.id, f.kind, f.no, f.name, f.parcels, a.name as area, u.name as unit, p.display_name as person, f.due_on,
               {_sure(each.num)} as amount, {_sure(each.den) if each.den else "null::numeric"} as weight,
               {each.low or "null"} as low, {each.high or "null"} as high, count(*) over () as total
          from fact f left join area a on a.id = f.area_id left join unit u on u.id = f.{each.unit_role}
          left join app_user p on p.id = f.officer_id
         where {" and ".join(limits)}
         order by {order}"""  # noqa: S608  (the catalogue's own text)


def _sure(expression: str) -> str:
    return f"coalesce(({expression})::numeric, 0)"


def _grouped(wanted: Iterable[Indicator], by: By) -> dict[tuple[str, str | None], list[Indicator]]:
    """Figures that one statement can make: of one family, by one column."""
    found: dict[tuple[str, str | None], list[Indicator]] = {}
    for each in wanted:
        column = {"district": None, "area": "area_id", "unit": each.unit_role}[by]
        found.setdefault((each.family, column), []).append(each)
    return found


def _summing(family: str, column: str | None, group: Sequence[Indicator]) -> str:
    sums = [
        f"{f'sum({part}::numeric)' if part else 'null::numeric'} as {name}{n}"
        for n, each in enumerate(group)
        for name, part in (
            ("n", f"({each.num})"),
            ("d", each.den and f"({each.den})"),
            ("l", each.low),
            ("h", each.high),
        )
    ]
    key = f"f.{column}" if column else "null::bigint"
    grouped = f" group by f.{column}" if column else ""
    return f"with fact as ({_family(family)}) select {key} as key, {', '.join(sums)} from fact f{grouped}"  # noqa: S608


def _params(session: Session, family: str, as_of: datetime) -> dict[str, Any]:
    local = as_of.astimezone(BEIJING)
    month = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    year = month.replace(month=1)
    bound: dict[str, Any] = {
        "as_of": as_of, "today": local.date(), "month_start": month, "month_from": month.date(), "year_start": year, "year_from": year.date(),
        "noun": NOUNS.get(family), "recurs_within": RECURS_WITHIN.days,
    }  # fmt: skip
    if family == "disposals":
        densities = {code: str(each) for code, each in disposals.factors(session, on=local.date()).items()}
        bound |= {"t_per_m3": json.dumps(densities), "bulking": quantities.bulking()}
    return bound


# --- out of rows ------------------------------------------------------------------------------------------------------


def _names(session: Session, by: By) -> dict[int | None, str]:
    if by == "district":
        return {}
    entity: Any = Area if by == "area" else Unit
    return dict(session.execute(select(entity.id, entity.name).order_by(entity.name)).all())


def _row(row: RowMapping) -> dict[str, Any]:
    told = {name: value for name, value in row.items() if name != "total"}
    return told | {"counted": row["amount"] != 0}


def _figure(each: Indicator, by: By, name: str | None, row: RowMapping | Mapping[str, Any], n: int) -> Figure:
    digits = DECIMALS.get(each.counted_in, 0)
    numerator = rounded(row[f"n{n}"] or Decimal(0), digits)
    denominator = None if each.den is None else rounded(row[f"d{n}"] or Decimal(0), digits)
    low, high = (None if row[f"{side}{n}"] is None else rounded(row[f"{side}{n}"], digits) for side in "lh")
    area = (name or NO_AREA) if by == "area" else None
    unit = (name or NO_UNIT) if by == "unit" else None
    return Figure(each.code, area, unit, numerator, denominator, value_of(each, numerator, denominator), low, high)


def _nothing(each: Indicator, by: By, name: str | None) -> Figure:
    return _figure(each, by, name, {"n0": None, "d0": None, "l0": None, "h0": None}, 0)
