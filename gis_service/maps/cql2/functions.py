"""The functions of this service beside those of the standard, as `/functions` lists them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from gis_service.core.srid import METRIC_SRID
from gis_service.maps.cql2.terms import Kind


@dataclass(frozen=True)
class Function:
    """Its name, what it takes, what it gives, and the SQL with one blank per argument."""

    name: str
    zh: str
    en: str
    takes: tuple[tuple[str, Kind], ...]
    gives: Kind
    write: Callable[[Sequence[sql.Composable]], sql.Composable]


def _flat(shape: sql.Composable) -> sql.Composable:
    """In the metric plane, where lengths and areas are measured."""
    return sql.SQL("st_transform({}, {})").format(shape, sql.Literal(METRIC_SRID))


FUNCTIONS = {
    one.name: one
    for one in (
        Function(
            "area_m2", "面积(平方米)", "Area in m²", (("geometry", Kind.SHAPE),), Kind.NUMBER,
            lambda a: sql.SQL("st_area({})").format(_flat(a[0])),
        ),
        Function(
            "length_m", "线的长度或面的周长(米)", "Length of a line or perimeter of an area in m", (("geometry", Kind.SHAPE),),
            Kind.NUMBER,
            lambda a: sql.SQL("(st_length({0}) + st_perimeter({0}))").format(_flat(a[0])),
        ),
        Function(
            "distance_m", "两个图形之间的距离(米)", "Distance between two geometries in m",
            (("one", Kind.SHAPE), ("other", Kind.SHAPE)), Kind.NUMBER,
            lambda a: sql.SQL("st_distance({}, {})").format(_flat(a[0]), _flat(a[1])),
        ),
        Function(
            "char_length", "字数", "Number of characters", (("text", Kind.TEXT),), Kind.NUMBER,
            lambda a: sql.SQL("char_length({})").format(a[0]),
        ),
    )
}  # fmt: skip


def listed() -> list[dict[str, Any]]:
    """As the standard has `/functions`."""
    return [
        {
            "name": one.name,
            "description": f"{one.zh} · {one.en}",
            "arguments": [{"title": title, "type": [kind.value]} for title, kind in one.takes],
            "returns": [one.gives.value],
        }
        for one in FUNCTIONS.values()
    ]
