"""What an act would do: children with outlines, numbers, areas and inherited facts, the balance, and what to look at.

From rows and a drawing to plain values; nothing is written here. A preview shows a plan, `operations` carries one out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
from geoalchemy2.shape import to_shape
from shapely.geometry import LineString, MultiPolygon, Point

from gis_service.core.srid import METRIC_SRID, STORAGE_SRID
from gis_service.geo import crs, divide, measure
from gis_service.geo.divide import CannotDivide, Division, Floats, Ledger
from gis_service.parcels import boundary
from gis_service.parcels.boundary import Written
from gis_service.parcels.errors import GeometryRefused
from gis_service.parcels.lineage import rules
from gis_service.parcels.lineage.errors import ChildrenMiscounted, NothingDrawn, NotSo, RegisteredUnbalanced, Unbalanced
from gis_service.parcels.lineage.rules import Kind, Said
from gis_service.parcels.models import BoundaryPoint, Parcel


class Wish(NamedTuple):
    """What somebody wants a child to be called, and its figure in the papers; None leaves it to the plan."""

    parcel_no: str | None = None
    parcel_name: str | None = None
    area_registered_m2: Decimal | None = None


@dataclass(frozen=True)
class Drawing:
    """Lines to cut along, or the outlines of the parts: one of the two; degrees of the storage system."""

    lines: tuple[LineString, ...] = ()
    outlines: tuple[MultiPolygon, ...] = ()

    def require(self) -> None:
        if bool(self.lines) == bool(self.outlines):
            raise NothingDrawn()


@dataclass(frozen=True)
class Child:
    """A parcel after the act; `parcel_id` is set where it is one that was there before."""

    parcel_no: str
    outline: MultiPolygon
    area_m2: float
    registered_m2: Decimal | None
    facts: dict[str, Any]
    points: list[Written]
    parcel_id: int | None = None


class Share(NamedTuple):
    """Land of a parent that a child has from it."""

    parent_id: int
    child: int
    area_m2: float


@dataclass(frozen=True)
class Plan:
    kind: Kind
    plane: int
    parents: tuple[Parcel, ...]
    children: tuple[Child, ...]
    shares: tuple[Share, ...]
    balance_m2: float
    warnings: tuple[Said, ...] = ()
    differing: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class Ground:
    """The parcels of an act, largest first where they are to become one, in the plane; and the way back."""

    parcels: tuple[Parcel, ...]
    points: Sequence[BoundaryPoint]
    plane: int
    ledger: Ledger
    shapes: tuple[MultiPolygon, ...]

    @classmethod
    def of(cls, parcels: Sequence[Parcel], points: Sequence[BoundaryPoint]) -> "Ground":
        outlines = [to_shape(parcel.geom) for parcel in parcels]
        plane = measure.metric_crs_for(outlines[0], METRIC_SRID)
        ledger = Ledger(_turn(STORAGE_SRID, plane), _turn(plane, STORAGE_SRID))
        return cls(tuple(parcels), points, plane, ledger, tuple(map(ledger.take, outlines)))

    @property
    def area_m2(self) -> float:
        return float(sum(shape.area for shape in self.shapes))

    def back(self, shape: MultiPolygon) -> MultiPolygon:
        """An outline of the plane as it will be stored."""
        outline = self.ledger.give(shape)
        if not outline.is_valid:
            raise GeometryRefused(reason="划分后的图形过窄 · too narrow after the division")
        return outline

    def points_for(self, outline: MultiPolygon) -> list[Written]:
        return boundary.points_for(outline, self.plane, self.points)


def _turn(source: int, target: int) -> Callable[[Floats], Floats]:
    def turned(points: Floats) -> Floats:
        return np.column_stack(crs.transform_xy(points[:, 0], points[:, 1], source, target))

    return turned


def split(ground: Ground, drawing: Drawing, wishes: Sequence[Wish], taken: set[str]) -> Plan:
    """One parcel becomes several; each has the parent's facts, and its figures are shared out."""
    (parent,), (shape,) = ground.parcels, ground.shapes
    division = _divided(ground, drawing, lambda lines: divide.divide(shape, lines), shape)
    wanted = _wishes(wishes, len(division.parts))
    free = iter(rules.suggested_numbers(parent.parcel_no, len(wanted), {*taken, *(w.parcel_no or "" for w in wanted)}))
    areas = [part.area for part in division.parts]
    registered = _registered(parent.area_registered_m2, areas, wanted)
    facts, _ = rules.inherited([_row(parent)])
    volumes = _shared(parent.waste_volume_m3, areas, Decimal("0.1"))
    children = []
    for part, wish, figure, volume in zip(division.parts, wanted, registered, volumes, strict=True):
        outline = ground.back(part)
        name = {"parcel_name": wish.parcel_name} if wish.parcel_name is not None else {}
        children.append(
            Child(wish.parcel_no or next(free), outline, part.area, figure, {**facts, **name, "waste_volume_m3": volume}, ground.points_for(outline))
        )  # fmt: skip
    shares = tuple(Share(parent.id, n, child.area_m2) for n, child in enumerate(children))
    said = [*_said(ground), *_idle(division), *_closed(division), *_waste(parent)]
    return _balanced(Plan(Kind.SPLIT, ground.plane, ground.parcels, tuple(children), shares, 0.0, tuple(said)), ground)


def merge(ground: Ground, wish: Wish, taken: set[str]) -> Plan:
    """Several become one; the largest leads where they differ."""
    joined = _try(ground, lambda: divide.join(ground.shapes))
    outline = ground.back(joined.shape)
    facts, differing = rules.inherited([_row(parcel) for parcel in ground.parcels])
    known = _total([parcel.area_registered_m2 for parcel in ground.parcels])
    base = min(parcel.parcel_no for parcel in ground.parcels)
    number = wish.parcel_no or rules.suggested_numbers(base, 1, taken)[0]
    if wish.parcel_name is not None:
        facts["parcel_name"] = wish.parcel_name
    (registered,) = _registered(known, [joined.shape.area], [wish])
    child = Child(number, outline, joined.shape.area, registered, facts, ground.points_for(outline))
    shares = tuple(Share(parcel.id, 0, shape.area) for parcel, shape in zip(ground.parcels, ground.shapes, strict=True))
    said = [*_said(ground), *_joined(joined)]
    if known is None and wish.area_registered_m2 is None:
        said.append(Said("registered_unknown", "有地块没有登记面积,合并后的登记面积留空。", "Not every parcel has a registered area; that of the whole stays empty."))  # fmt: skip
    plan = Plan(Kind.MERGE, ground.plane, ground.parcels, (child,), shares, 0.0, tuple(said), tuple(differing))
    return _balanced(plan, ground, closed_m2=joined.gap_m2 + joined.overlap_m2)


def adjust(ground: Ground, drawing: Drawing, wishes: Sequence[Wish]) -> Plan:
    """The boundary between two neighbours is drawn anew; both stay, with their numbers."""
    one, other = ground.shapes
    joined = _try(ground, lambda: divide.join(ground.shapes))
    division = _divided(ground, drawing, lambda lines: divide.move_line(one, other, lines)[1], joined.shape)
    if len(division.parts) != 2:
        raise ChildrenMiscounted(found=len(division.parts), given=2)
    wanted = _wishes(wishes, 2)
    areas = [part.area for part in division.parts]
    registered = _adjusted(ground, areas, wanted)
    children = []
    for parcel, part, figure in zip(ground.parcels, division.parts, registered, strict=True):
        outline = ground.back(part)
        children.append(Child(parcel.parcel_no, outline, part.area, figure, {}, ground.points_for(outline), parcel.id))
    moved = [
        Share(ground.parcels[a].id, b, ground.shapes[a].intersection(division.parts[b]).area)
        for a, b in ((0, 1), (1, 0))
    ]
    shares = tuple(share for share in moved if share.area_m2 >= divide.SLIVER_M2)
    if not shares:
        raise NotSo(reason_zh="新界线与原界线相同。", reason_en="the new boundary is the old one.")
    said = [*_said(ground), *_joined(joined), *_idle(division), *_closed(division)]
    plan = Plan(Kind.ADJUST, ground.plane, ground.parcels, tuple(children), shares, 0.0, tuple(said))
    return _balanced(plan, ground, closed_m2=joined.gap_m2 + joined.overlap_m2)


# --- geometry ------------------------------------------------------------------------------------------------------


def _try(ground: Ground, act: Callable[[], Any]) -> Any:
    """A refusal of the plane as one a person reads, with its place in degrees."""
    try:
        return act()
    except CannotDivide as refused:
        place = None
        if refused.place is not None:
            spot: Point = ground.ledger.give(refused.place)
            place = [round(spot.x, 9), round(spot.y, 9)]
        raise NotSo(reason_zh=refused.zh, reason_en=refused.en, why=refused.code, place=place) from None


def _divided(
    ground: Ground, drawing: Drawing, by_lines: Callable[[Sequence[LineString]], Division], whole: MultiPolygon
) -> Division:
    drawing.require()
    if drawing.lines:
        lines = [ground.ledger.into(line) for line in drawing.lines]
        return _try(ground, lambda: by_lines(lines))  # type: ignore[no-any-return]
    outlines = [ground.ledger.into(outline) for outline in drawing.outlines]
    return _try(ground, lambda: divide.part(whole, outlines))  # type: ignore[no-any-return]


def _balanced(plan: Plan, ground: Ground, closed_m2: float = 0.0) -> Plan:
    """The plan with its balance; refused when the areas differ by more than what was closed between neighbours."""
    after = sum(child.area_m2 for child in plan.children)
    balance = after - ground.area_m2
    if not rules.balanced(ground.area_m2, after) and abs(balance) > closed_m2 + rules.TOLERANCE_M2:
        raise Unbalanced(difference_m2=f"{balance:+.2f}")
    return Plan(plan.kind, plan.plane, plan.parents, plan.children, plan.shares, balance, plan.warnings, plan.differing)


# --- figures -------------------------------------------------------------------------------------------------------


def _wishes(wishes: Sequence[Wish], count: int) -> Sequence[Wish]:
    if not wishes:
        return [Wish()] * count
    if len(wishes) != count:
        raise ChildrenMiscounted(found=count, given=len(wishes))
    return wishes


def _total(figures: Sequence[Decimal | None]) -> Decimal | None:
    """The sum, where every figure is known."""
    known = [figure for figure in figures if figure is not None]
    return sum(known, Decimal(0)) if len(known) == len(figures) else None


def _registered(total: Decimal | None, areas: list[float], wishes: Sequence[Wish]) -> list[Decimal | None]:
    """Registered areas: as given, where all are given and add up; else shared in proportion to the computed ones."""
    given = [wish.area_registered_m2 for wish in wishes]
    if all(figure is not None for figure in given):
        added = sum((figure for figure in given if figure is not None), Decimal(0))
        if total is not None and abs(added - total) > Decimal("0.01"):
            raise RegisteredUnbalanced(given_m2=f"{added:.2f}", total_m2=f"{total:.2f}")
        return given
    rest = [number for number, figure in enumerate(given) if figure is None]
    fixed = sum((figure for figure in given if figure is not None), Decimal(0))
    if total is None:
        return given
    if total - fixed <= 0:
        raise RegisteredUnbalanced(given_m2=f"{fixed:.2f}", total_m2=f"{total:.2f}")
    shared = iter(rules.distributed(total - fixed, [areas[number] for number in rest]))
    return [figure if figure is not None else next(shared) for figure in given]


def _adjusted(ground: Ground, areas: list[float], wishes: Sequence[Wish]) -> list[Decimal | None]:
    """The pair's registered total is kept; where one has none, the other's is scaled with its land."""
    figures = [parcel.area_registered_m2 for parcel in ground.parcels]
    if (total := _total(figures)) is not None:
        return _registered(total, areas, wishes)
    scaled = []
    for figure, wish, shape, area in zip(figures, wishes, ground.shapes, areas, strict=True):
        own = None if figure is None else (figure * Decimal(str(area / shape.area))).quantize(rules.CENT)
        scaled.append(wish.area_registered_m2 if wish.area_registered_m2 is not None else own)
    return scaled


def _shared(total: Decimal | None, areas: list[float], step: Decimal) -> list[Decimal | None]:
    """A quantity that must not be counted twice, shared by area."""
    if total is None:
        return [None] * len(areas)
    shares = [(share / step).quantize(Decimal(1)) * step for share in rules.distributed(total, areas)]
    shares[max(range(len(shares)), key=lambda n: areas[n])] += total - sum(shares, Decimal(0))
    return list(shares)


def _row(parcel: Parcel) -> dict[str, Any]:
    return {name: getattr(parcel, name) for name in (*rules.TAKEN_OVER, "waste_volume_m3")}


# --- what to look at -----------------------------------------------------------------------------------------------


def _said(ground: Ground) -> list[Said]:
    return list(rules.warnings(state_of(parcel) for parcel in ground.parcels))


def state_of(parcel: Parcel) -> rules.State:
    guarded = parcel.fence_ratio is not None or bool(parcel.sign_count or parcel.camera_count)
    return rules.State(parcel.parcel_no, parcel.retired_on is not None, parcel.handover_status, guarded)


def _idle(division: Division) -> list[Said]:
    if not division.idle:
        return []
    length = sum(line.length for line in division.idle)
    return [Said("idle_line", f"有 {length:.1f} m 的线没有起分割作用。", f"{length:.1f} m of the lines part nothing.")]


def _closed(division: Division) -> list[Said]:
    if division.closed_m2 < 0.005:
        return []
    area = f"{division.closed_m2:.2f}"
    return [
        Said(
            "closed",
            f"各块之间共 {area} ㎡ 的缝隙或重叠已闭合。",
            f"{area} m² of gaps or overlaps between the parts were closed.",
        )
    ]


def _joined(joined: divide.Joined) -> list[Said]:
    said = []
    if joined.gap_m2 >= 0.005:
        said.append(Said("gap_closed", f"两宗地之间 {joined.gap_m2:.2f} ㎡ 的缝隙已闭合。", f"A gap of {joined.gap_m2:.2f} m² between the parcels was closed."))  # fmt: skip
    if joined.overlap_m2 >= 0.005:
        said.append(Said("overlap_closed", f"两宗地之间 {joined.overlap_m2:.2f} ㎡ 的重叠已去除。", f"An overlap of {joined.overlap_m2:.2f} m² between the parcels was removed."))  # fmt: skip
    if joined.holes:
        said.append(Said("encloses", f"合起来之后,中间围住 {joined.holes} 处不属于它们的土地。", f"Together they enclose {joined.holes} piece(s) of other land."))  # fmt: skip
    return said


def _waste(parent: Parcel) -> list[Said]:
    if parent.waste_volume_m3 is None:
        return []
    return [
        Said(
            "waste_shared",
            f"固废方量 {parent.waste_volume_m3} m³ 暂按面积分摊到各块,以摸排资料核实为准。",
            f"{parent.waste_volume_m3} m³ of waste are shared by area for now; the survey decides.",
        )
    ]
