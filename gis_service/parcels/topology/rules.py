"""Tolerances of the checks, the states of a fault and who moves it between them. Plain values in, plain values out."""

from enum import StrEnum

from gis_service.parcels.rules import OVERLAP_TOLERANCE_M2


class FaultState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    RESOLVED = "resolved"


STEPS: dict[tuple[FaultState, str], FaultState] = {
    (FaultState.OPEN, "accept"): FaultState.ACCEPTED,
    (FaultState.ACCEPTED, "reopen"): FaultState.OPEN,
}
"""What a person may do. The check itself resolves what is gone, and opens again what has come back or grown."""

UNSETTLED = (FaultState.OPEN, FaultState.ACCEPTED)
"""Faults that are there today."""


def step(state: FaultState, act: str) -> FaultState | None:
    """The state after an act; None where it is not allowed.

    >>> step(FaultState.OPEN, "accept"), step(FaultState.RESOLVED, "accept")
    (<FaultState.ACCEPTED: 'accepted'>, None)
    """
    return STEPS.get((state, act))


GREW_SHARE, GREW_LEAST = 1.1, 0.5
"""An accepted fault that grew by more than a tenth (and half a square metre) is another fault than the one accepted."""

SAME_POINT_M = 0.0005
"""Nearer than half a millimetre, two points are one point written twice."""

NOISE_M = 0.002
"""Up to here a corner lies on its neighbour's line: coordinates are written to the millimetre."""

SNAP_M = 0.05
"""Corners this near to a neighbour's line were meant to lie on it (surveyed boundary points are good to 5 cm)."""

POINT_TOLERANCE_M = 0.01
"""A boundary point and the corner of the outline it belongs to may differ by a centimetre."""

GAP_WIDTH_M = 1.0
"""Empty land narrower than this between two parcels is no lane or ditch, but land nobody registered (product default)."""

GAP_TOLERANCE_M2 = OVERLAP_TOLERANCE_M2
"""Gaps below this are rounding of neighbouring surveys, as small overlaps are."""

SAME_SHARE = 0.99
"""Two outlines that cover each other to this share are one parcel under two numbers."""

NEARLY_SAME_SHARE, SAME_OUTLINE_M = 0.9, 0.01
"""For small parcels: covered to 90 % already, and no corner further off than a centimetre."""

ROUNDNESS = 0.1
"""4πA/P²: 0.79 for a square, 0.1 for a strip thirty times as long as it is wide (product default)."""

TINY_HOLE_M2 = 10.0
"""Holes below this are left over from an overlay, not somebody else's land (product default)."""

SPIKE_DEG = 1.0
"""A corner sharper than this is a slip of drawing."""

BEYOND_SHARE, BEYOND_M2 = 0.01, 10.0
"""A parcel may reach over the line of its area by 1 % of its land or 10 m², whichever is more: areas are drawn by hand."""

MOST_NEIGHBOURS = 64
"""Neighbours looked at per parcel, by id. Land has a dozen; a pile of copies of one outline has thousands."""

GRID_CODE = r"^\d{15}$"
"""A 单元网格 code: 6 digits of the county, 3 of the town, 3 of the community, 3 in sequence (west to east, north to south)."""
