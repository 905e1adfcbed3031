"""Loads of the sample as trucks make them: out in the morning, weighed, back, again, until it is evening. Pure; the same every time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import numpy as np

from gis_service.core.clock import BEIJING
from gis_service.sample.parcel_file import is_working_day

KM_H, DETOUR = 27.0, 1.35
"""A loaded truck in town; how much longer roads are than the crow's way."""
DRIVERS = ("陈志强", "李建国", "黄文彬", "梁伟雄", "何永康", "罗海生", "郑小军", "谢国华")


@dataclass(frozen=True)
class Haul:
    """One load: when, which truck, what it weighed (tonnes), how much it held (m³ loose)."""

    plate: str
    driver: str
    loaded_at: datetime
    unloaded_at: datetime
    gross_t: Decimal
    tare_t: Decimal
    loose_m3: Decimal
    ticket_no: str
    loaded_net_t: Decimal

    @property
    def net_t(self) -> Decimal:
        return self.gross_t - self.tare_t


def hauls(
    seed: int, first: date, last: date, plates: Sequence[str], km: float, t_per_m3_loose: float
) -> Iterator[Haul]:
    """Loads in the order of time, on every other working day or so, for as long as there are days."""
    rng = np.random.default_rng([seed, 17])
    tares = {plate: Decimal(f"{rng.uniform(15.3, 15.9):.2f}") for plate in plates}
    number = 0
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        if not is_working_day(day) or rng.random() < 0.12:
            continue
        for haul in sorted(_of_day(rng, day, tares, km, t_per_m3_loose), key=lambda each: each.loaded_at):
            number += 1
            yield replace(haul, ticket_no=f"示例磅{day:%y%m%d}-{number:04}")


def _of_day(
    rng: np.random.Generator, day: date, tares: dict[str, Decimal], km: float, t_per_m3_loose: float
) -> Iterator[Haul]:
    for n, (plate, tare) in enumerate(tares.items()):
        at = datetime.combine(day, time(8, 5), BEIJING) + timedelta(minutes=7 * n + int(rng.integers(0, 25)))
        for _ in range(int(rng.integers(1, 3))):
            way = timedelta(minutes=round(km * DETOUR / KM_H * 60 * float(rng.uniform(0.9, 1.3))) + 8)
            net = Decimal(f"{min(rng.normal(14.4, 0.5), 15.05):.2f}")
            weighed = (net * Decimal(f"{1 + rng.normal(0, 0.006):.4f}")).quantize(Decimal("0.01"))
            yield Haul(
                plate, f"{DRIVERS[int(plate[-2:]) % len(DRIVERS)]}(示例)", at, at + way, tare + net, tare,
                Decimal(f"{float(net) / t_per_m3_loose * rng.uniform(0.97, 1.03):.1f}"), "", weighed,
            )  # fmt: skip
            at += way * 2 + timedelta(minutes=int(rng.integers(15, 40)))


def doubtful(haul: Haul, what: str, before: Haul | None) -> Haul:
    """The load with something odd about it."""
    if what == "overweight":
        return replace(haul, gross_t=haul.tare_t + Decimal("18.62"), loaded_net_t=Decimal("18.60"))
    if what == "net_differs":
        return replace(haul, loaded_net_t=haul.net_t + Decimal("1.35"))
    if what == "too_fast":
        return replace(haul, unloaded_at=haul.loaded_at + timedelta(minutes=4))
    if what == "ticket_twice" and before is not None:
        return replace(haul, ticket_no=before.ticket_no)
    return haul
