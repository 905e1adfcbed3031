"""Loads of the sample before any database: no truck is in two places, none is overladen or too fast but where it is said."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import islice, pairwise

from gis_service.sample import hauls
from gis_service.sample.hauls import Haul

PLATES = ("粤CS1101", "粤CS1102", "粤CS1103")
KM = 7.5


def some(count: int = 200) -> Sequence[Haul]:
    return list(islice(hauls.hauls(5, date(2024, 7, 1), date(2024, 12, 1), PLATES, KM, 0.96), count))


def test_no_truck_is_in_two_places_at_once() -> None:
    for plate in PLATES:
        trips = [each for each in some() if each.plate == plate]
        assert all(a.unloaded_at < b.loaded_at for a, b in pairwise(trips))


def test_loads_are_plausible() -> None:
    for haul in some():
        hours = (haul.unloaded_at - haul.loaded_at) / timedelta(hours=1)
        assert KM / hours < 40
        assert haul.gross_t <= 31
        assert abs(haul.net_t / haul.loaded_net_t - 1) < 0.03
        assert haul.loaded_at.weekday() < 5


def test_tickets_are_written_once_and_the_same_is_made_twice() -> None:
    assert len({each.ticket_no for each in some()}) == 200
    assert some() == some()


def test_each_doubt_makes_its_load_odd() -> None:
    first, second = some(2)
    assert hauls.doubtful(second, "ticket_twice", first).ticket_no == first.ticket_no
    assert hauls.doubtful(first, "overweight", None).gross_t > 31
    assert hauls.doubtful(first, "too_fast", None).unloaded_at - first.loaded_at < timedelta(minutes=5)
    assert abs(hauls.doubtful(first, "net_differs", None).loaded_net_t / first.net_t - 1) > 0.03
    assert hauls.doubtful(first, "", None) == first
