"""Words and pure decisions about fences, signs and cameras."""

from enum import StrEnum

from gis_service.parcels.rules import FenceStatus


class FenceType(StrEnum):
    WALL = "wall"
    HOARDING = "hoarding"
    MESH = "mesh"
    DITCH = "ditch"


class FenceCondition(StrEnum):
    GOOD = "good"
    DAMAGED = "damaged"
    REMOVED = "removed"


class SignType(StrEnum):
    NO_DUMPING = "no_dumping"
    WARNING = "warning"
    NOTICE = "notice"


class SignCondition(StrEnum):
    GOOD = "good"
    DAMAGED = "damaged"
    MISSING = "missing"


class CameraCondition(StrEnum):
    ONLINE = "online"
    OFFLINE = "offline"
    REMOVED = "removed"


VOCABULARIES: dict[str, type[StrEnum]] = {
    "fence_type": FenceType,
    "fence_condition": FenceCondition,
    "sign_type": SignType,
    "sign_condition": SignCondition,
    "camera_condition": CameraCondition,
}

ALONG_M = 3.0
"""A fence stands along the boundary where it is no farther from it than this (product default: hand-held GNSS)."""

FULL_RATIO = 0.98
"""From this share of the perimeter on a ring counts as closed; the rest is what a gate and drawing leave (product default)."""


def fence_status(*, standing: int, damaged: int, ratio: float) -> FenceStatus:
    """What the fence lines of a parcel make of its `fence_status`; `ratio` is fenced boundary / perimeter.

    The trigger `fence_follows` says the same in SQL; a test compares the two.

    >>> fence_status(standing=2, damaged=0, ratio=0.99), fence_status(standing=1, damaged=1, ratio=0.5)
    (<FenceStatus.FULL: 'full'>, <FenceStatus.DAMAGED: 'damaged'>)
    >>> fence_status(standing=0, damaged=0, ratio=0.0)
    <FenceStatus.NONE: 'none'>
    """
    if damaged:
        return FenceStatus.DAMAGED
    if ratio >= FULL_RATIO:
        return FenceStatus.FULL
    return FenceStatus.PARTIAL if standing and ratio > 0 else FenceStatus.NONE
