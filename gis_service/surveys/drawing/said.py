"""The words and figures of the drawings, Chinese and English."""

import re
from dataclasses import dataclass
from decimal import Decimal

from gis_service.geo.crs import BELTS
from gis_service.surveys.drawing.pen import clean
from gis_service.surveys.logs import (
    Layer,
    Log,
    is_open_ended,
    soil_between_m,
    waste_bottom_m,
    waste_thickness_m,
    waste_top_m,
)
from gis_service.surveys.rules import ODOUR_WORDS, POINT_WORDS, POSITION_WORDS, WASTE_WORDS
from gis_service.surveys.words import components, soil

NONE = "—"


@dataclass(frozen=True)
class Tongue:
    """One of the two languages: `t("深度", "depth")` says the word in it."""

    lang: str

    def __call__(self, zh: str, en: str) -> str:
        return _full_width(zh) if self.lang == "zh" else en

    def of(self, pair: tuple[str, ...]) -> str:
        return pair[0 if self.lang == "zh" else 1]

    @property
    def stop(self) -> str:
        return "\uff1b" if self.lang == "zh" else "; "


_STOP = re.compile(r"(?<=[\u4e00-\u9fff])[,:;]")
_BRACKETS = re.compile(r"\(([^()]*[\u4e00-\u9fff][^()]*)\)")
_STOPS = {",": "\uff0c", ":": "\uff1a", ";": "\uff1b"}


def _full_width(zh: str) -> str:
    """Stops behind Chinese characters and brackets around them as Chinese print has them."""
    return _BRACKETS.sub("\uff08\\1\uff09", _STOP.sub(lambda found: _STOPS[found[0]], zh))


def metres(value: Decimal | float | None, *, unit: bool = True) -> str:
    """Two decimals, or a dash for what is not known."""
    if value is None:
        return NONE
    return f"{value:.2f}{' m' if unit else ''}"


def system(epsg: int, t: Tongue) -> str:
    """The coordinate system in words and as a code."""
    belt = BELTS.get(epsg)
    if belt is None:
        return f"EPSG:{epsg}"
    return t(
        f"CGCS2000 {belt.width}度带 中央经线{belt.central_meridian}°E(EPSG:{epsg})",
        f"CGCS2000 {belt.width}° zone, {belt.central_meridian}°E (EPSG:{epsg})",
    )


def kind(log: Log, t: Tongue) -> str:
    return t.of(POINT_WORDS[log.kind])


def soil_word(name: str, t: Tongue) -> str:
    """The name as written; in English with its translation where it is known."""
    known = soil(name)
    return clean(name) if t.lang == "zh" or known is None else f"{known.en} ({clean(name)})"


def described(layer: Layer, t: Tongue) -> str:
    """What a layer is like, in the order of the record; nothing said twice."""
    odour = t("气味", "odour ") + t.of(ODOUR_WORDS[layer.odour]) if layer.odour else ""
    traits = [clean(each) for each in (layer.colour, layer.moisture, odour, layer.degradation) if each]
    said = clean(layer.description)
    return t.stop.join([*(each for each in traits if each not in said), *([said] if said else [])])


def classed(layer: Layer, t: Tongue) -> str:
    """The class of waste of a layer, empty for soil."""
    if not layer.is_waste:
        return ""
    return t.of(WASTE_WORDS[layer.waste_class]) if layer.waste_class else t("固废,类别未定", "waste, not classed")


def shares(layer: Layer, t: Tongue) -> list[tuple[str, str, float]]:
    """Code, words and share in percent of what a layer is made of, the largest first."""
    known = components()
    ranked = sorted(layer.composition_pct.items(), key=lambda each: (-each[1], each[0]))
    return [
        (code, f"{t(known[code].zh, known[code].en) if code in known else clean(code)} {share:g}%".replace(".0%", "%"), float(share))
        for code, share in ranked
        if share > 0
    ]  # fmt: skip


def at_elevation(log: Log, depth_m: Decimal | None, t: Tongue) -> str:
    """A depth with its elevation: 「1.20 m(高程 2.31)」."""
    if depth_m is None:
        return NONE
    if log.ground_elev_m is None:
        return metres(depth_m)
    return metres(depth_m) + t(
        f"(高程 {log.ground_elev_m - depth_m:.2f})", f" (elev. {log.ground_elev_m - depth_m:.2f})"
    )


def readings(log: Log, t: Tongue) -> str:
    """Odour, gas and PID of the hole."""
    found = [t("气味", "odour ") + t.of(ODOUR_WORDS[log.odour])] if log.odour else []
    found += [_reading(name, value) for name, value in sorted(log.gas.items())]
    found += [f"PID {log.pid_ppm} ppm"] if log.pid_ppm is not None else []
    return t.stop.join(found) or NONE


def _reading(name: str, value: Decimal) -> str:
    """`CH4_pct` is told as 「CH4 0.3 %」."""
    gas, _, unit = clean(name).partition("_")
    return f"{gas} {value} {'%' if unit == 'pct' else unit}".rstrip()


def position(log: Log, t: Tongue) -> str:
    return t.of(POSITION_WORDS[log.position_method]) if log.position_method else NONE


def figures(log: Log, t: Tongue) -> list[tuple[str, str]]:
    """What follows from the layers: top, bottom and thickness of the waste, cover, soil between; lower bounds are marked."""
    bound = "≥ " if is_open_ended(log) else ""
    none = not log.waste
    top, bottom = waste_top_m(log), waste_bottom_m(log)
    return [
        (t("固废顶深", "Waste top"), t("未见固废", "no waste seen") if none else metres(top)),
        (t("固废底深", "Waste bottom"), NONE if none else bound + metres(bottom)),
        (t("固废厚度", "Waste thickness"), NONE if none else bound + metres(waste_thickness_m(log))),
        (t("覆盖层厚", "Cover"), NONE if none else metres(top)),
        (t("夹土厚度", "Soil between"), NONE if none else metres(soil_between_m(log))),
    ]


def ending(log: Log, t: Tongue) -> str:
    """What the foot of the column says."""
    if is_open_ended(log):
        return t(
            f"未见底:终孔 {log.total_depth_m:.2f} m 仍在固废中,固废厚度 ≥ {waste_thickness_m(log):.2f} m",
            f"Bottom not reached: ends in waste at {log.total_depth_m:.2f} m, waste thickness ≥ {waste_thickness_m(log):.2f} m",
        )
    if not log.bottom_reached:
        return t(
            f"终孔 {log.total_depth_m:.2f} m,未达原状土",
            f"Ends at {log.total_depth_m:.2f} m, natural ground not reached",
        )
    return t(f"终孔 {log.total_depth_m:.2f} m,已达原状土", f"Ends at {log.total_depth_m:.2f} m in natural ground")
