"""From the kept inputs to the library of `geo/volumes` and back: the only place that knows both."""

import json
from collections.abc import Mapping
from typing import Any

import shapely

from gis_service.geo import volumes
from gis_service.geo.volumes import Hole, Options
from gis_service.geo.volumes.infill import Advice, advise
from gis_service.geo.volumes.quantities import Quantities, Range, Weighed, quantities, usual_densities

ADVISED = 5


def inputs_of(kept: Mapping[str, Any]) -> volumes.Inputs:
    """What was kept of an estimate, as the library takes it. Metres of the metric system."""
    options = {**kept["options"]}
    if "methods" in options:
        options["methods"] = tuple(options["methods"])
    return volumes.Inputs(
        tuple(Hole(**hole) for hole in kept["holes"]), shapely.from_wkt(kept["parcel"]), None, Options(**options)
    )


def worked_out(kept: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Result and versions of the libraries, as plain JSON. Raises `CannotEstimate`."""
    inputs = inputs_of(kept)
    told, bodies = volumes.with_ensemble(inputs.holes, inputs.parcel, options=inputs.options)
    advice = advise(bodies, ADVISED, taken=[(hole.x_m, hole.y_m) for hole in inputs.holes])
    return {**told_out(told), "advice": [_advice_out(each) for each in advice]}, told.versions


def told_out(told: volumes.Estimate) -> dict[str, Any]:
    plain = json.loads(told.as_json())
    names = (
        "low_m3", "best_m3", "high_m3", "mean_m3", "volumes_m3", "holes", "positive", "open_ended", "merged", "outline_m2", "variogram",
        "kriging_sigma_m3", "azimuth_deg", "step_m", "simulation_step_m", "length_m", "simulations", "seed",
    )  # fmt: skip
    notes = [{"code": note.code, "zh": note.zh, "en": note.en} for note in told.notes]
    outline = shapely.to_wkt(told.outline, rounding_precision=3)
    return {
        **{name: plain[name] for name in names},
        "is_lower_bound": told.is_lower_bound,
        "notes": notes,
        "outline": outline,
    }


def _advice_out(advice: Advice) -> dict[str, float]:
    return {"x_m": round(advice.x_m, 2), "y_m": round(advice.y_m, 2), "expected_cut": advice.expected_cut}


def four_quantities(
    low: float, best: float, high: float, waste_class: str, weighed: Mapping[str, Weighed] | None = None
) -> dict[str, Any]:  # fmt: skip
    """In place, loose, tonnes and truckloads, with the factors they came from; the density as it was weighed, where it was."""
    found = weighed or {}
    densities = usual_densities() | {code: each.t_per_m3 for code, each in found.items()}
    told: Quantities = quantities(Range(low, best, high), waste_class, densities=densities)
    ranges = {name: getattr(told, name)._asdict() for name in ("in_place_m3", "loose_m3", "tonnes", "truckloads")}
    factors = {
        "bulking": told.bulking._asdict(), "density_t_m3": round(told.density_t_m3, 4),
        "weighed_projects": found[waste_class].projects if waste_class in found else 0, "truck_loose_m3": told.truck.loose_m3,
        "truck_payload_t": told.truck.payload_t,
    }  # fmt: skip
    return {**ranges, "factors": factors, "waste_class": waste_class}
