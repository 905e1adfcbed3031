"""The hatches of the web map as one square that repeats: for formats that know no hatch, only pictures."""

import base64

from gis_service.maps.styles.drawing import DOT_RADIUS, HATCH_WIDTH, Paint

LINES = {
    "diagonal": "M-2 10L10-2M-2 2L2-2M6 10L10 6", "back-diagonal": "M-2-2L10 10M6-2L10 2M-2 6L2 10",
    "cross": "M-2 10L10-2M-2 2L2-2M6 10L10 6M-2-2L10 10M6-2L10 2M-2 6L2 10",
    "horizontal": "M0 4L8 4", "vertical": "M4 0L4 8",
}  # fmt: skip
"""Strokes run past the edge, so that neighbouring squares join."""
DOTS = ((2, 2), (6, 6))


def svg(paint: Paint) -> str:
    """The square of a hatched look, 8 × 8 pixels."""
    if paint.hatch == "dots":
        drawn = "".join(f'<circle cx="{x}" cy="{y}" r="{DOT_RADIUS}" fill="{paint.fill}"/>' for x, y in DOTS)
    else:
        lines = LINES[paint.hatch or ""]
        drawn = f'<path d="{lines}" stroke="{paint.fill}" stroke-width="{HATCH_WIDTH}" fill="none"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8" viewBox="0 0 8 8">{drawn}</svg>'


def encoded(paint: Paint) -> str:
    """The square in base 64."""
    return base64.b64encode(svg(paint).encode()).decode()
