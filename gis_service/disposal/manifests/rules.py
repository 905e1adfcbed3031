"""What is doubtful about a load. Pure: a load, what it is compared with, and the flags that follow.

A flag accuses nobody: each is a reason to look, decided by a named person with a reason. An `error` keeps the load from counting
until it is decided; a `warning` is shown beside it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from math import asin, cos, radians, sin, sqrt
from typing import Any

from gis_service.core.clock import BEIJING
from gis_service.disposal.partners.rules import GROSS_LIMIT_T


class ManifestStatus(StrEnum):
    ISSUED = "issued"
    LOADED = "loaded"
    IN_TRANSIT = "in_transit"
    RECEIVED = "received"
    MISMATCH = "mismatch"
    VOID = "void"


STATUS_WORDS: dict[ManifestStatus, tuple[str, str]] = {
    ManifestStatus.ISSUED: ("已签发", "issued"),
    ManifestStatus.LOADED: ("已装车", "loaded"),
    ManifestStatus.IN_TRANSIT: ("在途", "in transit"),
    ManifestStatus.RECEIVED: ("已签收", "received"),
    ManifestStatus.MISMATCH: ("存疑", "doubtful"),
    ManifestStatus.VOID: ("作废", "void"),
}
UNDER_WAY = (ManifestStatus.ISSUED, ManifestStatus.LOADED, ManifestStatus.IN_TRANSIT)


class TableState(StrEnum):
    QUEUED = "queued"
    DONE = "done"
    REFUSED = "refused"


class Verdict(StrEnum):
    STANDS = "stands"
    DOES_NOT_COUNT = "does_not_count"


VERDICT_WORDS: dict[Verdict, tuple[str, str]] = {
    Verdict.STANDS: ("情况属实,计入", "stands as recorded and counts"),
    Verdict.DOES_NOT_COUNT: ("不计入,联单作废", "does not count; the manifest is void"),
}


@dataclass(frozen=True)
class Limits:
    """What is still plausible (product defaults)."""

    net_share: Decimal = Decimal("0.03")
    """Net weights of loading and unloading may differ by this share."""
    arithmetic_t: Decimal = Decimal("0.02")
    """Gross − tare and net may differ by the step of a weighbridge."""
    speed_km_h: float = 80.0
    """As the crow flies; roads are longer, so this is generous."""
    receive_within: timedelta = timedelta(hours=12)
    gross_t: Decimal = GROSS_LIMIT_T
    clock_skew: timedelta = timedelta(minutes=15)
    """A phone may run ahead by so much."""


DEFAULTS = Limits()


@dataclass(frozen=True)
class Truckload:
    """A manifest as far as it is judged. Weights in tonnes; places are longitude and latitude."""

    key: str
    manifest_no: str
    waste_class: str
    plate: str
    loaded_at: datetime | None = None
    unloaded_at: datetime | None = None
    loaded_net_t: Decimal | None = None
    gross_t: Decimal | None = None
    tare_t: Decimal | None = None
    net_t: Decimal | None = None
    """As weighed on arrival."""
    site_id: int | None = None
    unload_place: tuple[float, float] | None = None
    ticket_no: str | None = None
    national_no: str | None = None


@dataclass(frozen=True)
class Trip:
    """Another load of the same truck."""

    manifest_no: str
    loaded_at: datetime
    unloaded_at: datetime


@dataclass(frozen=True)
class Known:
    """What a load is compared with."""

    now: datetime
    waste_class: str
    """The main class of the project."""
    classes: frozenset[str] = frozenset()
    """Further classes the project's land holds; its main one is always of it."""
    removal_from: date | None = None
    removal_until: date | None = None
    consented: frozenset[int] = frozenset()
    origin: tuple[float, float] | None = None
    site_place: tuple[float, float] | None = None
    inside_a_site: bool | None = None
    """Whether the place of unloading lies in any licensed site; None where no place was told."""
    site_is_licensed: bool = True
    site_accepts: frozenset[str] = frozenset()
    gross_limit_t: Decimal | None = None
    truck_is_known: bool = True
    same_ticket: Sequence[str] = field(default_factory=tuple)
    """Other manifests, of any project, with this ticket of this site."""
    same_no: Sequence[str] = field(default_factory=tuple)
    trips: Sequence[Trip] = field(default_factory=tuple)
    limits: Limits = DEFAULTS


@dataclass(frozen=True)
class Flag:
    code: str
    zh: str
    en: str
    level: str = "error"


Check = Callable[[Truckload, Known], Iterator[Flag]]


def flags(load: Truckload, known: Known) -> list[Flag]:
    """Everything doubtful about a load, in the order of `CHECKS`."""
    return [flag for check in CHECKS for flag in check(load, known)]


def _same_ticket(load: Truckload, known: Known) -> Iterator[Flag]:
    if known.same_ticket:
        others = "、".join(known.same_ticket)
        yield Flag(
            "ticket_twice", f"磅单 {load.ticket_no} 已用于联单 {others}", f"ticket {load.ticket_no} belongs to {others} already"
        )  # fmt: skip


def _same_no(load: Truckload, known: Known) -> Iterator[Flag]:
    if known.same_no:
        others = "、".join(known.same_no)
        yield Flag(
            "no_twice",
            f"联单号 {load.manifest_no} 已登记({others})",
            f"manifest number {load.manifest_no} was recorded already ({others})",
        )


def _arithmetic(load: Truckload, known: Known) -> Iterator[Flag]:
    if load.gross_t is None or load.tare_t is None or load.net_t is None:
        return
    made = load.gross_t - load.tare_t
    if abs(made - load.net_t) > known.limits.arithmetic_t:
        yield Flag(
            "net_arithmetic", f"毛重 {load.gross_t} − 皮重 {load.tare_t} = {made} t,磅单净重为 {load.net_t} t",
            f"gross {load.gross_t} − tare {load.tare_t} = {made} t, but net is {load.net_t} t",
        )  # fmt: skip


def _net_differs(load: Truckload, known: Known) -> Iterator[Flag]:
    if not load.loaded_net_t or load.net_t is None:
        return
    share = abs(load.net_t - load.loaded_net_t) / load.loaded_net_t
    if share > known.limits.net_share:
        yield Flag(
            "net_differs", f"装车净重 {load.loaded_net_t} t,进场净重 {load.net_t} t,相差 {share:.1%}",
            f"{load.loaded_net_t} t when loaded, {load.net_t} t on arrival: {share:.1%} apart",
        )  # fmt: skip


def _overweight(load: Truckload, known: Known) -> Iterator[Flag]:
    limit = known.gross_limit_t or known.limits.gross_t
    if load.gross_t is not None and load.gross_t > limit:
        yield Flag(
            "overweight", f"毛重 {load.gross_t} t,超过 {load.plate} 的限重 {limit} t",
            f"gross {load.gross_t} t, above the limit of {limit} t of {load.plate}", "warning",
        )  # fmt: skip


def _trip(load: Truckload, known: Known) -> Iterator[Flag]:
    if load.loaded_at is None or load.unloaded_at is None:
        return
    if load.unloaded_at <= load.loaded_at:
        yield Flag("unloaded_before_loaded", "卸车时间不晚于装车时间", "unloaded no later than it was loaded")
        return
    there = load.unload_place or known.site_place
    if known.origin is None or there is None:
        return
    km, hours = km_between(known.origin, there), (load.unloaded_at - load.loaded_at).total_seconds() / 3600
    if km / hours > known.limits.speed_km_h:
        yield Flag(
            "too_fast", f"直线 {km:.1f} km 只用 {hours * 60:.0f} 分钟(时速 {km / hours:.0f} km)",
            f"{km:.1f} km as the crow flies in {hours * 60:.0f} minutes ({km / hours:.0f} km/h)",
        )  # fmt: skip


def _overlap(load: Truckload, known: Known) -> Iterator[Flag]:
    if load.loaded_at is None or load.unloaded_at is None:
        return
    crossing = [t.manifest_no for t in known.trips if t.loaded_at < load.unloaded_at and load.loaded_at < t.unloaded_at]
    if crossing:
        others = "、".join(crossing)
        yield Flag(
            "trips_overlap",
            f"{load.plate} 同一时间还在运联单 {others}",
            f"{load.plate} was carrying {others} at the same time",
        )


def _place(load: Truckload, known: Known) -> Iterator[Flag]:
    if known.inside_a_site is False:
        yield Flag("outside_sites", "卸车位置不在任何有许可的消纳场所内", "unloaded outside every licensed site")
    if load.site_id is None:
        return
    if load.site_id not in known.consented:
        yield Flag(
            "site_not_consented",
            "消纳场所不在本项目的接收同意名单内",
            "the site is not among those that consented to this project",
        )
    if not known.site_is_licensed:
        yield Flag("site_not_licensed", "消纳场所当日没有有效许可", "the site had no valid licence on that day")
    if known.site_accepts and load.waste_class not in known.site_accepts:
        yield Flag("site_does_not_accept", "消纳场所不接收这类固废", "the site does not accept this class of waste")


def _late(load: Truckload, known: Known) -> Iterator[Flag]:
    if load.loaded_at is None:
        return
    took = (load.unloaded_at or known.now) - load.loaded_at
    if took > known.limits.receive_within:
        limit, hours = known.limits.receive_within.total_seconds() / 3600, took.total_seconds() / 3600
        yield Flag(
            "received_late", f"装车后 {hours:.0f} 小时{'才签收' if load.unloaded_at else '仍未签收'},超过 {limit:.0f} 小时",
            f"{'received' if load.unloaded_at else 'not received'} {hours:.0f} hours after loading, more than {limit:.0f}", "warning",
        )  # fmt: skip


def _dates(load: Truckload, known: Known) -> Iterator[Flag]:
    for moment in (load.loaded_at, load.unloaded_at):
        if moment is not None and moment > known.now + known.limits.clock_skew:
            said = moment.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")
            yield Flag("in_future", f"时间 {said} 还没有到", f"{said} has not come yet")
            return
    if load.loaded_at is None:
        return
    day = load.loaded_at.astimezone(BEIJING).date()
    if known.removal_from is None or day < known.removal_from:
        yield Flag("before_removal", f"装车日期 {day} 早于开始清运", f"loaded on {day}, before removal began")
    elif known.removal_until is not None and day > known.removal_until:
        yield Flag(
            "after_removal",
            f"装车日期 {day} 晚于清运结束({known.removal_until})",
            f"loaded on {day}, after removal ended on {known.removal_until}",
        )


def _waste_class(load: Truckload, known: Known) -> Iterator[Flag]:
    mixed = {"mixed", "unknown"} & {
        known.waste_class,
        *known.classes,
    }  # what is sorted out of mixed waste may be anything
    if not mixed and load.waste_class not in {known.waste_class, *known.classes}:
        yield Flag("other_class", "固废类别与项目不符", "the class of waste is not of this project")


def _hazardous(load: Truckload, _known: Known) -> Iterator[Flag]:
    if load.waste_class == "hazardous":
        kept = f"(国家联单号 {load.national_no})" if load.national_no else ",本系统只登记国家联单号"
        yield Flag(
            "hazardous", f"危险废物须用国家危险废物转移联单{kept}",
            "hazardous waste moves on the national manifest only; here its national number is kept",
        )  # fmt: skip


def _truck(load: Truckload, known: Known) -> Iterator[Flag]:
    if not known.truck_is_known:
        yield Flag(
            "truck_unknown",
            f"{load.plate} 不在本项目运输企业的车辆名单内",
            f"{load.plate} is no truck of this project's carriers",
            "warning",
        )


CHECKS: tuple[Check, ...] = (
    _same_ticket, _same_no, _arithmetic, _net_differs, _overweight, _trip, _overlap, _place, _late, _dates, _waste_class,
    _hazardous, _truck,
)  # fmt: skip


EARTH_KM = 6371.0088


def km_between(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Great-circle distance of two places (longitude, latitude), by the haversine formula on the mean sphere.

    >>> round(km_between((113.5, 22.4), (113.5, 22.5)), 2)
    11.12
    """
    (lon1, lat1), (lon2, lat2) = (tuple(map(radians, place)) for place in (one, other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(min(1.0, half)))


def standing(*, loaded_at: Any, departed: bool, unloaded_at: Any, has_errors: bool) -> ManifestStatus:
    """Where a manifest that is not void stands.

    >>> standing(loaded_at=1, departed=True, unloaded_at=None, has_errors=True).value
    'in_transit'
    """
    if unloaded_at is not None:
        return ManifestStatus.MISMATCH if has_errors else ManifestStatus.RECEIVED
    if loaded_at is None:
        return ManifestStatus.ISSUED
    return ManifestStatus.IN_TRANSIT if departed else ManifestStatus.LOADED
