"""Values of the sample's laboratory: mostly far below the limits, one sample of a survey above where its story says so. Pure."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from gis_service.surveys.logs import Result
from gis_service.surveys.rules import Medium

LABORATORY = "示例检测技术有限公司(示例)"

USUAL: dict[Medium, tuple[str, dict[str, tuple[float, float]]]] = {
    Medium.LEACHATE_TEST: ("mg/L", {
        "铜": (0.35, 0.01), "锌": (0.8, 0.01), "镉": (0.012, 0.005), "铅": (0.09, 0.02), "总铬": (0.06, 0.02), "六价铬": (0.008, 0.004),
        "汞": (0.0012, 0.0004), "镍": (0.05, 0.02), "砷": (0.03, 0.005),
    }),
    Medium.SOIL: ("mg/kg", {
        "砷": (9.5, 0.1), "镉": (0.14, 0.03), "六价铬": (0.4, 0.5), "铜": (26, 1), "铅": (38, 2), "汞": (0.09, 0.002), "镍": (21, 3),
    }),
    Medium.GROUNDWATER: ("mg/L", {"砷": (0.004, 0.0003), "铅": (0.002, 0.001), "镉": (0.0004, 0.0001), "氨氮": (1.6, 0.025)}),
}  # fmt: skip
"""Per medium: unit, and for each analyte the usual value and the limit of detection."""
METHODS = {Medium.LEACHATE_TEST: "HJ/T 299-2007", Medium.SOIL: "HJ 803-2016", Medium.GROUNDWATER: "HJ 700-2014"}
LEACHING_LIMITS = {"铅": 5.0, "镉": 1.0, "砷": 5.0, "铜": 100.0}
SPREAD = 0.45


def results(medium: Medium, rng: np.random.Generator, over: str = "") -> list[Result]:
    """What the laboratory reported for one sample; `over` names an analyte above its limit of leaching."""
    unit, usual = USUAL[medium]
    found = []
    for analyte, (value, least) in usual.items():
        measured = float(value * np.exp(rng.normal(0, SPREAD)))
        if analyte == over and medium is Medium.LEACHATE_TEST:
            measured = LEACHING_LIMITS[over] * float(rng.uniform(1.15, 1.6))
        found.append(_result(analyte, measured, least, unit, METHODS[medium]))
    return found


def _result(analyte: str, measured: float, least: float, unit: str, method: str) -> Result:
    limit = Decimal(str(least))
    if measured < least:
        return Result(analyte, limit, unit, method, limit, "<")
    return Result(analyte, Decimal(f"{measured:.3g}").normalize() + 0, unit, method, limit)
