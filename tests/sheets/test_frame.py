"""Land on the page: true scale, known scales, whole shapes."""

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis_service.sheets.composing.template import Template, template
from gis_service.sheets.errors import BrokenTemplate, TooLarge
from gis_service.sheets.mapping.frame import SCALES, Frame, fitted
from gis_service.sheets.mapping.furniture import bar_m, grid_step_m

BOX = (20.0, 30.0, 250.0, 160.0)


@given(st.floats(1, 9_000), st.floats(1, 5_000))
def test_the_land_fits_the_frame_at_the_largest_scale_that_does(wide: float, high: float) -> None:
    bounds = (450_000, 2_470_000, 450_000 + wide, 2_470_000 + high)
    frame = fitted(bounds, BOX)
    land = frame.paper(shapely.box(*bounds))
    assert frame.box.contains(land)
    larger = [scale for scale in SCALES if scale < frame.scale]
    if larger:
        k = 1000 / larger[-1] / 0.88
        assert wide * k > BOX[2] or high * k > BOX[3]


def test_land_beyond_the_smallest_scale_is_refused() -> None:
    with pytest.raises(TooLarge):
        fitted((0, 0, 40_000, 40_000), BOX, what="全市")


@pytest.mark.parametrize("scale", SCALES)
def test_lengths_are_true_and_north_is_up(scale: int) -> None:
    frame = Frame(*BOX, 450_000, 2_470_000, scale)
    (x0, y0), (x1, y1) = frame.place(450_000, 2_470_000), frame.place(450_000 + scale, 2_470_000 + scale)
    assert x1 - x0 == pytest.approx(1000, rel=1e-9)
    assert y0 - y1 == pytest.approx(1000, rel=1e-9)
    assert 10 <= bar_m(scale) * 1000 / scale <= 42
    assert grid_step_m(scale) * 1000 / scale >= 45


def test_templates_can_be_used_and_broken_ones_say_where(tmp_path) -> None:
    for name in ("scene-a4", "scene-a3", "area-a3", "area-a4", "parcel-a4", "parcel-a3", "record-a3", "record-a4"):
        assert isinstance(template(name), Template)
    (tmp_path / "x.toml").write_text('name = "x"\nwidth_mm = 210\nheight_mm = 297\nmap = [200, 0, 50, 50]', "utf-8")
    with pytest.raises(BrokenTemplate) as refused:
        template("x", tmp_path)
    assert "x.toml" in refused.value.sentence("zh")
