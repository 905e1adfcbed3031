"""Drawn stand-ins for what a survey's crew photographs and measures: sections of resistivity, core boxes, pits. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy.ndimage import gaussian_filter

from gis_service.surveys.logs import Log

Floats = NDArray[np.float64]
WIDE, HIGH, DEPTH_M = 880, 280, 18.0
COARSE = 4
"""Pixels to a cell of the picture as it is worked out."""
MARGIN = (60, 18, 24, 44)
"""Left, top, right, bottom of a section, for its scales."""
COLOURS = (
    (0.0, 0.22, 0.45, 0.62, 0.8, 1.0),
    ((38, 48, 130), (44, 132, 196), (98, 184, 128), (235, 216, 92), (226, 130, 52), (158, 30, 38)),
)
"""From low to high resistivity."""
SOILS = {
    "素填土": "#a9825a",
    "冲填土": "#cbb78d",
    "淤泥": "#56565a",
    "粉质黏土": "#b98d4f",
    "中砂": "#ddd2ae",
    "砂质黏性土": "#a5613d",
}
WASTE = ("#8a7f78", "#6d6660", "#9b7f6b", "#5b5a5f")


def resistivity(waste_m: Sequence[float], length_m: float, *, low: bool, seed: int) -> Image.Image:
    """An inverted section along a line: a conductive sea bed, and where waste lies a body that is odd."""
    rng = np.random.default_rng([seed, 7])
    wide, high = WIDE - MARGIN[0] - MARGIN[2], HIGH - MARGIN[1] - MARGIN[3]
    columns, rows = wide // COARSE, high // COARSE
    depth = np.linspace(0, DEPTH_M, rows)[:, None]
    thick = np.interp(np.linspace(0, 1, columns), np.linspace(0, 1, len(waste_m)), waste_m)[None, :]
    value = 0.55 - 0.38 * np.exp(-(((depth - 7) / 4.5) ** 2)) + 0.35 * np.clip((depth - 12) / 6, 0, 1)
    body = np.clip(1 - np.abs(depth - 0.8 - thick / 2) / (thick / 2 + 0.8), 0, 1) * np.clip(thick / 1.5, 0, 1)
    noise = gaussian_filter(rng.normal(size=(rows, columns)), (1.8, 5)) * 5
    value = gaussian_filter(value + (-0.5 if low else 0.5) * body + 0.09 * noise, (1, 2.8))
    smooth = Image.fromarray(value.astype(np.float32)).resize((wide, high), Image.Resampling.BICUBIC)
    made = Image.new("RGB", (WIDE, HIGH), "#ffffff")
    made.paste(Image.fromarray(_coloured(np.asarray(smooth, dtype=np.float64))), (MARGIN[0], MARGIN[1]))
    _scales(ImageDraw.Draw(made), length_m, wide, high)
    return made


def _coloured(value: Floats) -> NDArray[np.uint8]:
    stops, colours = COLOURS
    steps = np.round(np.clip(value, 0, 1) * 14) / 14  # as contours are filled
    channels = [np.interp(steps, stops, [colour[k] for colour in colours]) for k in range(3)]
    return np.stack(channels, axis=-1).astype(np.uint8)


def _scales(draw: ImageDraw.ImageDraw, length_m: float, columns: int, rows: int) -> None:
    left, top = MARGIN[0], MARGIN[1]
    draw.rectangle((left, top, left + columns, top + rows), outline="#1d2126")
    for metres in range(0, int(length_m) + 1, 20):
        x = left + columns * metres / length_m
        draw.line((x, top + rows, x, top + rows + 6), fill="#1d2126")
        draw.text((x - 8, top + rows + 10), f"{metres}", fill="#1d2126")
    for metres in range(0, int(DEPTH_M) + 1, 3):
        y = top + rows * metres / DEPTH_M
        draw.line((left - 6, y, left, y), fill="#1d2126")
        draw.text((left - 30, y - 6), f"{metres}", fill="#1d2126")
    draw.text((left + columns - 120, HIGH - 18), "m   (sample)", fill="#1d2126")


def core_box(log: Log, seed: int) -> Image.Image:
    """The cores of a hole in their box, a metre a row."""
    rng = np.random.default_rng([seed, 11])
    rows = min(int(np.ceil(float(log.total_depth_m))), 8)
    made = Image.new("RGB", (900, 70 * rows + 40), "#7a5a3a")
    draw = ImageDraw.Draw(made)
    for row in range(rows):
        for part in range(40):
            depth = row + part / 40
            layer = next((each for each in log.layers if float(each.from_m) <= depth < float(each.to_m)), None)
            if layer is None:
                continue
            colour = WASTE[int(rng.integers(len(WASTE)))] if layer.is_waste else SOILS.get(layer.soil_name, "#9c8b74")
            x, y = 20 + part * 21.5, 22 + row * 70
            draw.rounded_rectangle((x, y, x + 22, y + 52), 7 if layer.is_waste else 2, fill=colour)
    return made


def pit(log: Log, seed: int) -> Image.Image:
    """A pit's wall with its layers, and stones and bags in the waste."""
    rng = np.random.default_rng([seed, 13])
    made = Image.new("RGB", (900, 640), "#b9c7cf")
    draw, scale = ImageDraw.Draw(made), 560 / float(log.total_depth_m)
    for layer in log.layers:
        top, bottom = 60 + float(layer.from_m) * scale, 60 + float(layer.to_m) * scale
        draw.rectangle(
            (0, top, 900, bottom), fill="#7d746d" if layer.is_waste else SOILS.get(layer.soil_name, "#9c8b74")
        )
        for _ in range(int((bottom - top) * 1.2) if layer.is_waste else 0):
            x, y, size = rng.uniform(0, 900), rng.uniform(top, bottom), rng.uniform(5, 24)
            draw.rectangle((x, y, x + size, min(y + size * 0.7, bottom)), fill=WASTE[int(rng.integers(len(WASTE)))])
    draw.rectangle((850, 60, 862, 620), fill="#f4f4f0", outline="#222222")
    for half in range(int(float(log.total_depth_m) * 2) + 1):
        draw.rectangle((850, 60 + half * scale / 2, 862, 64 + half * scale / 2), fill="#c0392b")
    return made
