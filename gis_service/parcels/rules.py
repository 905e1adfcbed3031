"""The register's stored words and pure decisions: plain values in, plain values out."""

from enum import StrEnum


class SupplyStatus(StrEnum):
    NOT_PLANNED = "not_planned"
    PLANNED = "planned"
    ANNOUNCED = "announced"
    SUPPLIED = "supplied"
    WITHDRAWN = "withdrawn"


class UseStatus(StrEnum):
    IDLE = "idle"
    TEMPORARY_USE = "temporary_use"
    OCCUPIED = "occupied"
    PLANTED = "planted"
    STOCKPILE = "stockpile"
    PARKING = "parking"
    CONSTRUCTION = "construction"


class FenceStatus(StrEnum):
    FULL = "full"
    PARTIAL = "partial"
    NONE = "none"
    DAMAGED = "damaged"
    NOT_REQUIRED = "not_required"
    UNKNOWN = "unknown"


class SurveyStatus(StrEnum):
    NOT_REQUIRED = "not_required"
    PENDING = "pending"
    DESK_DONE = "desk_done"
    GEOPHYSICS_DONE = "geophysics_done"
    DRILLING = "drilling"
    LAB = "lab"
    REPORTED = "reported"
    APPROVED = "approved"
    RESURVEY = "resurvey"


class DisposalStatus(StrEnum):
    NOT_LISTED = "not_listed"
    PROPOSED = "proposed"
    PLANNED = "planned"
    SCHEME_REVIEW = "scheme_review"
    APPROVED = "approved"
    PROCUREMENT = "procurement"
    PREPARING = "preparing"
    EXCAVATING = "excavating"
    REMOVING = "removing"
    BASE_INSPECTION = "base_inspection"
    BACKFILLING = "backfilling"
    ACCEPTANCE = "acceptance"
    AUDITED = "audited"
    CLOSED_OUT = "closed_out"
    SUSPENDED = "suspended"
    HAZARD_FOUND = "hazard_found"


class HandoverStatus(StrEnum):
    NOT_PLANNED = "not_planned"
    LISTED = "listed"
    PREPARED = "prepared"
    CONSULTED = "consulted"
    INSPECTION = "inspection"
    ISSUES = "issues"
    SIGNING = "signing"
    HANDED_OVER = "handed_over"
    RETURNED = "returned"
    TRANSFERRED_AGAIN = "transferred_again"
    SUPPLIED = "supplied"


class Ownership(StrEnum):
    STATE = "state"
    COLLECTIVE = "collective"
    UNDETERMINED = "undetermined"


class RiskLevel(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class GeomSource(StrEnum):
    SURVEYED = "surveyed"
    DRAWN = "drawn"
    IMPORTED = "imported"
    GPS = "gps"
    GCJ02_CONVERTED = "gcj02_converted"


class SupplyMode(StrEnum):
    GRANT = "grant"
    ALLOCATION = "allocation"
    LEASE = "lease"
    CONTRIBUTION = "contribution"
    UNDECIDED = "undecided"


class SourceType(StrEnum):
    ACQUISITION = "acquisition"
    RESUMPTION = "resumption"
    PURCHASE = "purchase"
    RECLAMATION = "reclamation"
    EXCHANGE = "exchange"
    HISTORICAL = "historical"
    OTHER = "other"


class SoilSurveyStatus(StrEnum):
    NOT_REQUIRED = "not_required"
    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    PASSED = "passed"
    FAILED = "failed"


class SecrecyLevel(StrEnum):
    PUBLIC = "public"
    INTERNAL = "internal"


class GroundKind(StrEnum):
    ROAD = "road"
    SEA = "sea"
    RIVER = "river"
    POND = "pond"
    WETLAND = "wetland"
    HILL = "hill"
    VILLAGE = "village"
    CAMPUS = "campus"


AXES: dict[str, type[StrEnum]] = {
    "supply_status": SupplyStatus,
    "use_status": UseStatus,
    "fence_status": FenceStatus,
    "survey_status": SurveyStatus,
    "disposal_status": DisposalStatus,
    "handover_status": HandoverStatus,
}
"""The six status axes; independent of each other, never one 状态."""

VOCABULARIES: dict[str, type[StrEnum]] = {
    **AXES,
    "ownership": Ownership,
    "risk_level": RiskLevel,
    "geom_source": GeomSource,
    "planned_supply_mode": SupplyMode,
    "source_type": SourceType,
    "soil_survey_status": SoilSurveyStatus,
    "secrecy_level": SecrecyLevel,
}

PARCEL_CODE = r"^\d{6}\d{3}\d{3}[GJZ][A-HSWXY]\d{5}$"
"""宗地代码, 19 characters in five layers (《宗地代码编制规则(试行)》)."""

AREA_TOLERANCE_M2, AREA_TOLERANCE_SHARE = 1.0, 0.001
"""Registered and computed area may differ by 1 m² or 0.1 %, whichever is more (domain rule for exchange files)."""

OVERLAP_TOLERANCE_M2 = 0.5
"""Overlaps below this are rounding of neighbouring surveys: millimetre coordinates along a kilometre of edge."""


def areas_differ(registered_m2: float, computed_m2: float) -> bool:
    """
    >>> areas_differ(90_000.0, 90_050.0), areas_differ(90_000.0, 90_100.0)
    (False, True)
    """
    return abs(registered_m2 - computed_m2) > max(AREA_TOLERANCE_M2, AREA_TOLERANCE_SHARE * computed_m2)
