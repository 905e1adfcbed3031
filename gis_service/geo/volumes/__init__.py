"""方量: how much waste lies under a parcel, from boreholes, with an interval that says how well that is known.

`estimate(holes, parcel)` gives five methods of practice side by side (`thiessen`, `tin`, `idw`, `kriging`, `sections`, all
within the `outline` of practice) and low, best and high of bodies simulated true to every hole (`latent`, `simulate`).
`quantities` makes loose m³, tonnes and truckloads of it, `infill` tells where the next hole would help most.

Pure: numpy, scipy, shapely and GSTools. Places are metres in one projected plane, thickness metres, volumes m³ in place (自然方).
"""

from gis_service.geo.volumes.errors import CannotEstimate
from gis_service.geo.volumes.estimate import (
    METHOD_WORDS,
    METHODS,
    Estimate,
    Inputs,
    Note,
    Options,
    estimate,
    from_json,
    inputs_as_plain,
    inputs_from_plain,
    recompute,
    with_ensemble,
)
from gis_service.geo.volumes.holes import Hole
from gis_service.geo.volumes.simulate import Ensemble

__all__ = [
    "METHODS", "METHOD_WORDS", "CannotEstimate", "Ensemble", "Estimate", "Hole", "Inputs", "Note", "Options",
    "estimate", "from_json", "inputs_as_plain", "inputs_from_plain", "recompute", "with_ensemble",
]  # fmt: skip
