"""Zoom levels as scales, and screen pixels as millimetres.

A tile of zoom 0 shows the equator (2π · 6 378 137 m) in 256 pixels; a pixel of the standards is 0.28 mm wide (OGC 17-083r4,
annex D.1 and clause 6.1.1.1; OGC 05-077r4, clause 10.2). Hence 559 082 264.0287 at zoom 0, and half with each zoom more.
"""

import math

EQUATOR_M = 2 * math.pi * 6_378_137
TILE_PX = 256
STANDARD_PIXEL_M = 0.000_28
ZOOM_0 = EQUATOR_M / TILE_PX / STANDARD_PIXEL_M

MM_PER_PX = 25.4 / 96
"""A pixel of `style.json`: of a screen of 96 dots per inch, as browsers count."""


def denominator(zoom: float) -> float:
    """The scale 1 : n of a zoom level of WebMercatorQuad.

    >>> round(denominator(0), 2), round(denominator(15), 3)
    (559082264.03, 17061.837)
    """
    return ZOOM_0 / 2**zoom


def mm(px: float) -> str:
    """Pixels as millimetres, written with four decimals at most.

    >>> mm(1.5), mm(8)
    ('0.3969', '2.1167')
    """
    return f"{px * MM_PER_PX:.4f}".rstrip("0").rstrip(".")
