"""A volume told honestly: several methods side by side, and an interval that the truth is in nine times out of ten.

Everything an estimate was computed from is in it (`Estimate.inputs`), and `recompute` gives the same digits again.
"""

import importlib.metadata
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, NamedTuple

import numpy as np
from shapely.geometry import MultiPolygon, mapping, shape

from gis_service.geo.volumes import cells as grids
from gis_service.geo.volumes import holes as readings_of
from gis_service.geo.volumes import idw, kriging, outline, sections, simulate, surface, thiessen, tin
from gis_service.geo.volumes.errors import CannotEstimate
from gis_service.geo.volumes.holes import Hole, Land, Readings
from gis_service.geo.volumes.kriging import Variogram
from gis_service.geo.volumes.latent import Prior
from gis_service.geo.volumes.sections import Section

METHODS = ("thiessen", "tin", "idw", "kriging", "sections")
METHOD_WORDS: dict[str, tuple[str, str]] = {
    "thiessen": ("泰森多边形", "Thiessen polygons"),
    "tin": ("三角网", "triangulation (TIN)"),
    "idw": ("反距离加权", "inverse distance weighting"),
    "kriging": ("普通克里金", "ordinary kriging"),
    "sections": ("断面法", "sections"),
}
LIBRARIES = ("numpy", "scipy", "shapely", "gstools")

METHOD_CELLS, SIMULATION_CELLS = 2500, 400
"""Cells a parcel is cut into, for surfaces and for bodies (product defaults; 400 and 900 gave the same intervals)."""

FEWEST_SIMULATIONS, MOST_SIMULATIONS = 50, 10_000

LOW, HIGH = 0.05, 0.95

DIGITS = 3
"""Volumes are told to the litre, so that the last bits of a sum are not shown as a difference."""


@dataclass(frozen=True)
class Options:
    """How to estimate. `None` takes the default that the docstring of the field's module states."""

    methods: tuple[str, ...] = METHODS
    simulations: int = 500
    seed: int = 1
    step_m: float | None = None
    """Grid of IDW and kriging; default: 2500 cells over the parcel, not finer than 1 m."""
    simulation_step_m: float | None = None
    """Grid of the simulated bodies; default: 400 cells over the parcel."""
    reach_m: float | None = None
    """How far the outline reaches from a positive hole where no negative one stops it; default: to the parcel."""
    azimuth_deg: float | None = None
    section_step_m: float | None = None
    """Distance of sections; default: the median distance of a hole to the next."""
    typical_thickness_m: float = 2.5
    """Thickness to expect before any hole; weighs as much as three holes."""
    merge_m: float = readings_of.MERGE_M
    outside_m: float = readings_of.OUTSIDE_M


@dataclass(frozen=True)
class Inputs:
    """All that an estimate depends on."""

    holes: tuple[Hole, ...]
    parcel: Land
    edge: Land | None = None
    options: Options = field(default_factory=Options)


class Note(NamedTuple):
    """Something to know when the number is read."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True)
class Estimate:
    """Volumes in place (自然方), in m³."""

    low_m3: float
    best_m3: float
    high_m3: float
    """5 %, 50 % and 95 % of the simulated bodies."""
    mean_m3: float
    volumes_m3: dict[str, float]
    """Per method, within the outline."""
    holes: int
    positive: int
    open_ended: int
    merged: int
    outline: MultiPolygon
    outline_m2: float
    variogram: Variogram | None
    kriging_sigma_m3: float | None
    azimuth_deg: float | None
    sections: tuple[Section, ...]
    step_m: float
    simulation_step_m: float
    length_m: float
    """Median correlation length of the simulated bodies."""
    simulations: int
    seed: int
    versions: dict[str, str]
    notes: tuple[Note, ...]
    inputs: Inputs

    @property
    def is_lower_bound(self) -> bool:
        """Some holes stopped inside waste: the methods' volumes count only what was seen."""
        return self.open_ended > 0

    @property
    def sign(self) -> str:
        """In front of a method's volume."""
        return "≥" if self.is_lower_bound else ""

    @property
    def spread_m3(self) -> tuple[float, float]:
        """Least and greatest of the methods."""
        return min(self.volumes_m3.values(), default=0.0), max(self.volumes_m3.values(), default=0.0)

    def as_json(self) -> str:
        """The whole estimate as text; `from_json` gives an equal one."""
        plain = {f.name: getattr(self, f.name) for f in fields(self)}
        plain["outline"] = mapping(self.outline)
        plain["variogram"] = asdict(self.variogram) if self.variogram else None
        plain["inputs"] = inputs_as_plain(self.inputs)
        return json.dumps(plain, ensure_ascii=False, allow_nan=False)


def from_json(text: str) -> Estimate:
    plain = json.loads(text)
    plain["outline"] = shape(plain["outline"])
    plain["variogram"] = Variogram(**plain["variogram"]) if plain["variogram"] else None
    plain["sections"] = tuple(Section(*each) for each in plain["sections"])
    plain["notes"] = tuple(Note(*each) for each in plain["notes"])
    plain["inputs"] = inputs_from_plain(plain["inputs"])
    return Estimate(**plain)


def inputs_as_plain(inputs: Inputs) -> dict[str, Any]:
    """As dictionaries, lists and numbers, for JSON; shapes as GeoJSON geometries in the parcel's metres."""
    return {
        "holes": [asdict(hole) for hole in inputs.holes],
        "parcel": mapping(inputs.parcel),
        "edge": mapping(inputs.edge) if inputs.edge is not None else None,
        "options": asdict(inputs.options),
    }


def inputs_from_plain(plain: Mapping[str, Any]) -> Inputs:
    options = dict(plain["options"])
    options["methods"] = tuple(options["methods"])
    return Inputs(
        tuple(Hole(**hole) for hole in plain["holes"]),
        shape(plain["parcel"]),
        shape(plain["edge"]) if plain["edge"] else None,
        Options(**options),
    )


def recompute(inputs: Inputs) -> Estimate:
    """The estimate again from its own inputs: the same digits on the same library versions."""
    return estimate(inputs.holes, inputs.parcel, edge=inputs.edge, options=inputs.options)


def estimate(
    holes: Sequence[Hole], parcel: Land, *, edge: Land | None = None, options: Options | None = None
) -> Estimate:
    """The volume of waste under a parcel from its holes. Raises `CannotEstimate`."""
    return with_ensemble(holes, parcel, edge=edge, options=options)[0]


def with_ensemble(
    holes: Sequence[Hole], parcel: Land, *, edge: Land | None = None, options: Options | None = None
) -> tuple[Estimate, simulate.Ensemble]:
    """The estimate, and the simulated bodies it was read from (for advice on further holes)."""
    chosen = options or Options()
    _check_options(chosen)
    inputs = Inputs(tuple(holes), parcel, edge, chosen)
    readings = readings_of.read(holes, parcel, merge_m=chosen.merge_m, outside_m=chosen.outside_m)
    if edge is not None:
        readings_of.check_parcel(edge)
    bodies = _bodies(readings, parcel, chosen)
    low, best, high = (float(q) for q in np.quantile(bodies.volume_m3, (LOW, 0.5, HIGH)))
    surfaces = _by_methods(readings, inputs, bodies)
    told = Estimate(
        low_m3=round(low, DIGITS),
        best_m3=round(best, DIGITS),
        high_m3=round(high, DIGITS),
        mean_m3=round(float(bodies.volume_m3.mean()), DIGITS),
        holes=len(readings),
        positive=int(readings.positive.sum()),
        open_ended=int(readings.open_ended.sum()),
        merged=readings.merged,
        simulation_step_m=bodies.cells.step_m,
        length_m=float(np.median(bodies.length_m)),
        simulations=chosen.simulations,
        seed=chosen.seed,
        versions={name: importlib.metadata.version(name) for name in LIBRARIES},
        notes=_notes(readings, inputs, surfaces["variogram"]),
        inputs=inputs,
        **surfaces,
    )
    return told, bodies


def _check_options(options: Options) -> None:
    if not FEWEST_SIMULATIONS <= options.simulations <= MOST_SIMULATIONS:
        raise CannotEstimate(
            "simulations",
            f"模拟次数须在 {FEWEST_SIMULATIONS} 到 {MOST_SIMULATIONS} 之间;填的是 {options.simulations}。",
            f"Between {FEWEST_SIMULATIONS} and {MOST_SIMULATIONS} simulations, not {options.simulations}.",
        )
    odd = [name for name in options.methods if name not in METHODS]
    if odd:
        raise CannotEstimate(
            "unknown_method",
            f"没有这种方法:{'、'.join(odd)};可选 {'、'.join(METHODS)}。",
            f"No such method: {', '.join(odd)}; choose of {', '.join(METHODS)}.",
        )
    for name in ("step_m", "simulation_step_m", "reach_m", "section_step_m", "typical_thickness_m"):
        value = getattr(options, name)
        if value is not None and not (math.isfinite(value) and value > 0):
            raise CannotEstimate(
                "option", f"{name} 须大于 0;填的是 {value}。", f"{name} must be above 0, not {value}.", field=name
            )


def _bodies(readings: Readings, parcel: Land, options: Options) -> simulate.Ensemble:
    step = options.simulation_step_m or grids.default_step_m(parcel, SIMULATION_CELLS)
    return simulate.ensemble(
        readings,
        _grid(parcel, step, "simulation_step_m"),
        unit_m=typical_m(readings, options.typical_thickness_m),
        size_m=math.sqrt(parcel.area),
        prior=Prior(),
        seed=options.seed,
        count=options.simulations,
    )


def typical_m(readings: Readings, expected_m: float) -> float:
    """The thickness that sets the scale: quadratic mean of the positive holes and of three as thick as expected."""
    squares = readings.thickness_m[readings.positive] ** 2
    return float(np.sqrt((3 * expected_m**2 + squares.sum()) / (3 + len(squares))))


def _grid(parcel: Land, step_m: float, name: str) -> grids.Cells:
    expected = parcel.area / step_m**2
    most = grids.MOST if name == "simulation_step_m" else 40 * grids.MOST
    if expected > most:
        least = grids.default_step_m(parcel, most)
        raise CannotEstimate(
            "grid_too_fine",
            f"网格 {step_m:g} m 太细(约 {expected:.0f} 格,至多 {most});请把 {name} 设为 {least:.1f} m 以上。",
            f"A grid of {step_m:g} m is too fine (about {expected:.0f} cells, at most {most}); "
            f"set {name} to {least:.1f} m or more.",
        )
    return grids.over(parcel, step_m)


def _by_methods(readings: Readings, inputs: Inputs, bodies: simulate.Ensemble) -> dict[str, Any]:
    """The volumes of the chosen methods, and what belongs to them."""
    options, parcel = inputs.options, inputs.parcel
    step = options.step_m or max(1.0, grids.default_step_m(parcel, METHOD_CELLS))
    told: dict[str, Any] = {
        "volumes_m3": {}, "outline": MultiPolygon(), "outline_m2": 0.0, "variogram": None, "kriging_sigma_m3": None,
        "azimuth_deg": None, "sections": (), "step_m": step,
    }  # fmt: skip
    positive = readings.positive
    parts = outline.outline_cells(readings.xy, positive, parcel, edge=inputs.edge, reach_m=options.reach_m)
    body = outline.joined(parts)
    volumes = told["volumes_m3"]
    if body.is_empty:  # nothing found, or only outside the parcel
        volumes.update(dict.fromkeys(options.methods, 0.0))
        return told
    told["outline"], told["outline_m2"] = body, round(body.area, DIGITS)
    xy, seen = readings.xy, readings.thickness_m
    met, thick = xy[positive], seen[positive]
    within = _grid(parcel, step, "step_m").within(body)
    if "thiessen" in options.methods:
        volumes["thiessen"] = thiessen.volume_m3(parts, seen)
    if "tin" in options.methods:
        rim = surface.rim(body, parcel, met, thick, max(step, math.sqrt(body.area) / 50))
        volumes["tin"] = tin.volume_m3(body, met, thick, rim)
    if "idw" in options.methods:
        volumes["idw"] = idw.volume_m3(within, xy, seen)
    if "kriging" in options.methods:
        kriged = kriging.krige(within, bodies.cells.within(body), xy, seen, size_m=math.sqrt(parcel.area))
        volumes["kriging"], told["variogram"] = kriged.volume_m3, kriged.variogram
        told["kriging_sigma_m3"] = round(kriged.sigma_m3, DIGITS)
    if "sections" in options.methods:
        apart = options.section_step_m or spacing_m(readings)
        by = sections.by_sections(body, parcel, met, thick, step_m=apart, azimuth_deg=options.azimuth_deg)
        volumes["sections"], told["azimuth_deg"], told["sections"] = by.volume_m3, by.azimuth_deg, by.sections
    told["volumes_m3"] = {name: round(volumes[name], DIGITS) for name in options.methods}
    return told


def spacing_m(readings: Readings) -> float:
    """The median distance of a hole to the next."""
    xy = readings.xy
    gap = np.hypot(xy[:, None, 0] - xy[None, :, 0], xy[:, None, 1] - xy[None, :, 1])
    np.fill_diagonal(gap, np.inf)
    return float(np.median(gap.min(axis=1)))


def _notes(readings: Readings, inputs: Inputs, variogram: Variogram | None) -> tuple[Note, ...]:
    notes = []
    open_ended = int(readings.open_ended.sum())
    if open_ended:
        notes.append(Note(
            "open_ended",
            f"{open_ended} 个孔未钻穿固废,各方法的方量只是下限(≥);区间已计入孔底以下可能的厚度。",
            f"{open_ended} holes stopped inside waste: the methods give lower bounds (≥); the interval allows for what may lie below.",
        ))  # fmt: skip
    if not readings.positive.any():
        notes.append(Note(
            "nothing_found",
            "所有孔都没有见到固废:方量为 0,区间上限是仍可能漏过的方量。",
            "No hole met waste: the volume is 0, and the upper end is what may still have been missed.",
        ))  # fmt: skip
    if variogram is not None and not variogram.trusted:
        notes.append(Note(
            "variogram",
            f"只有 {len(readings)} 个孔(少于 {kriging.TRUSTED} 个)或拟合不收敛,变差函数不可信,克里金结果仅供参考。",
            f"{len(readings)} holes (fewer than {kriging.TRUSTED}), or no fit: the variogram is not trusted, kriging is for comparison only.",
        ))  # fmt: skip
    if inputs.edge is not None:
        notes.append(Note(
            "edge",
            "物探边界只用于勾画范围,不作为没有固废的证据:区间不受它限制。",
            "The geophysical edge draws the outline only; it proves no absence, and the interval is not cut to it.",
        ))  # fmt: skip
    if readings.merged:
        notes.append(Note(
            "merged",
            f"{readings.merged} 个孔与另一孔相距不到 {inputs.options.merge_m:g} m,已并为一处(取钻穿孔厚度的中位数)。",
            f"{readings.merged} holes within {inputs.options.merge_m:g} m of another were taken as one place (median of those that reached the bottom).",
        ))  # fmt: skip
    return tuple(notes)
