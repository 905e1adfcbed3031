"""Words and pure decisions of patrols: states, kinds of records, verdicts, thresholds (product defaults of the handbook)."""

from datetime import timedelta
from enum import StrEnum


class TaskState(StrEnum):
    """派发 → 巡查中 → 已提交; `missed` when its last day went by, `cancelled` by a dispatcher."""

    OPEN = "open"
    STARTED = "started"
    DONE = "done"
    MISSED = "missed"
    CANCELLED = "cancelled"


class PatrolState(StrEnum):
    """巡查中 → 已提交 → 归档 (nothing found, or all that was found is dealt with elsewhere)."""

    RUNNING = "running"
    RECORDED = "recorded"
    ARCHIVED = "archived"


class PlanKind(StrEnum):
    REGULAR = "regular"
    EXTRA = "extra"


class ExtraReason(StrEnum):
    TYPHOON = "typhoon"
    RAIN = "rain"
    HOLIDAY = "holiday"
    EVENT = "event"


class Walker(StrEnum):
    """Who walks: the unit in whose care the land is, or the district itself."""

    CUSTODIAN = "custodian"
    DISTRICT = "district"


class RecordKind(StrEnum):
    """What a phone sends; the shape of each body is in `inbox/wire.py`."""

    START = "patrol.start"
    TRACK = "track"
    VISIT = "visit"
    OBSERVATION = "observation"
    CORRECTION = "correction"
    FACILITY = "facility.edit"
    END = "patrol.end"


class Verdict(StrEnum):
    """stored: rows were made. duplicate: it was here before, unchanged. held: kept as it came, waits for something (what, the reason
    says). refused: kept as it came, will never become rows by itself; a person must look."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    HELD = "held"
    REFUSED = "refused"


class PhotoKind(StrEnum):
    ORIGINAL = "original"
    STAMPED = "stamped"
    VOICE = "voice"


class GapReason(StrEnum):
    """Why a track has a hole: the screen was locked or another app in front, the page was killed, no position was to be had, or the
    person paused."""

    HIDDEN = "hidden"
    KILLED = "killed"
    NO_FIX = "no_fix"
    PAUSED = "paused"
    UNKNOWN = "unknown"


class FlagCode(StrEnum):
    """What looks implausible. A flag is shown to people; it never rejects a record."""

    TELEPORT = "teleport"
    CAR_SPEED = "car_speed"
    REPLAY = "replay"
    MOCK = "mock"
    CLOCK = "clock"
    ACCURACY = "accuracy"
    SYNTHETIC = "synthetic"


class ConflictState(StrEnum):
    OPEN = "open"
    SETTLED = "settled"


CLOCK_OFF = timedelta(minutes=5)
"""A phone's clock that is further off is flagged (handbook §7.2)."""

ACCURACY_M = 50.0
"""A position less accurate than this is flagged (handbook §7.2)."""

NEAR_M = 30.0
"""A position proves presence within the parcel enlarged by max(this, its accuracy) (handbook §7.2)."""

VIEW_M = 30.0
"""How far an inspector sees from the track (product default; a setting of the deployment)."""

GAP_S, GAP_M = 60.0, 200.0
"""A track is never joined over more than this: the gap is shown as a gap (notes on field tests)."""

TRACK_KEPT_DAYS = 180
"""After this a track is thinned to its proof of coverage (handbook §10.3; a setting of the deployment)."""

TRACK_BATCH = 250
"""Most points in one record of a track."""
