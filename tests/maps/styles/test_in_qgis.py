"""QGIS itself takes the styles: the same categories, and the colours of `style.json` where it draws them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gis_service.access.actor import EVERYTHING
from gis_service.core import db
from gis_service.exports.asked import Said
from gis_service.exports.local import export_file
from gis_service.maps.catalogue import Catalogue
from gis_service.maps.styles.drawing import Drawn, Paint
from gis_service.maps.styles.qml import qml
from gis_service.maps.styles.scales import MM_PER_PX
from gis_service.maps.styles.sld import sld
from tests.conftest import CloneServices
from tests.factories import a_parcel, land
from tests.maps import qgis
from tests.maps.styles.made import CELL_PX, Cell, Made, made

CATALOGUE = Catalogue.load()
EVERY = [pytest.param(name, ending, id=f"{name}.{ending}") for name in CATALOGUE for ending in ("qml", "sld")]
INSIDE = slice(CELL_PX // 4, 3 * CELL_PX // 4)
"""The middle of a cell: fill and hatch, no edge."""
LEVELS = 4
"""So many of 256 levels a colour may be off: opacities are rounded to 8 bits twice."""

Pixels = np.ndarray[Any, np.dtype[np.float64]]


@pytest.fixture(scope="module")
def drawn_by_qgis(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What QGIS tells of each layer with each style, and its pictures; one run for all."""
    qgis.need()
    here = tmp_path_factory.mktemp("qgis")
    (here / "styles").mkdir()  # apart from the data: QGIS takes a QML beside a file for its style
    jobs, told = [], {}
    for name, layer in CATALOGUE.items():
        drawn = Drawn.served(layer)
        features = made(drawn, here / f"{name}.gpkg")
        for ending, text in (("qml", qml(drawn)), ("sld", sld(drawn))):
            style = here / "styles" / f"{name}.{ending}"
            style.write_text(text, "utf-8")
            picture = here / f"{name}.{ending}.png"
            jobs.append(
                {
                    "name": style.name,
                    "file": str(features.file),
                    "table": name,
                    "style": str(style),
                    "picture": str(picture),
                    "extent": features.extent,
                    "size": features.size,
                }
            )
            told[style.name] = {"drawn": drawn, "made": features, "picture": picture}
    for answer in qgis.run("draw.py", jobs, here / "home"):
        told[answer["name"]] |= answer
    return told


@pytest.mark.parametrize(("name", "ending"), EVERY)
def test_it_is_taken_without_a_warning(drawn_by_qgis: dict[str, Any], name: str, ending: str) -> None:
    told = drawn_by_qgis[f"{name}.{ending}"]
    assert (told["valid"], told["done"], told["said"]) == (True, True, "")
    assert (told["errors"], told["log"]) == ([], [])
    rules = told["drawn"].rules
    if ending == "qml" and told["drawn"].column:
        assert told["looks"] == [[rule.value or "", rule.label] for rule in rules]
    elif told["drawn"].column:
        column = told["drawn"].column
        assert [label for _, label in told["looks"]] == [rule.label for rule in rules]
        assert [said for said, _ in told["looks"][:-1]] == [f"{column} = '{rule.value}'" for rule in rules[:-1]]
    else:
        assert len(told["looks"]) == 1


@pytest.mark.parametrize(("name", "ending"), EVERY)
def test_labels_and_scales_arrive(drawn_by_qgis: dict[str, Any], name: str, ending: str) -> None:
    told, wanted = drawn_by_qgis[f"{name}.{ending}"], Drawn.served(CATALOGUE[name])
    lettering, labels = wanted.lettering, told["labels"]
    assert (labels is None) == (lettering is None)
    if lettering:
        unit = MM_PER_PX if ending == "qml" else 1
        assert (labels["field"], labels["halo"], labels["colour"]) == (lettering.column, True, lettering.colour)
        assert labels["size"] == pytest.approx(lettering.size * unit, rel=1e-3)
        assert labels["halo_size"] == pytest.approx(1.5 * unit, rel=1e-3)
        if ending == "qml":  # QGIS reads no scales of labels from an SLD
            assert labels["scale"] == pytest.approx(lettering.scale, abs=1)
    if ending == "qml":
        assert told["scale"] == (pytest.approx(wanted.scale, abs=1) if wanted.scale else None)
        zh = [a.zh + (f" ({a.unit})" if a.unit else "") for a in CATALOGUE[name].attributes if a.type == "text"]
        assert set(zh) <= set(told["aliases"])


def rgb(colour: str) -> Pixels:
    return np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)], float)


def over_white(paint: Paint) -> Pixels:
    """The tint as it looks on white paper."""
    return rgb(paint.fill) * paint.opacity + 255 * (1 - paint.opacity)


def cell_of(picture: Pixels, cell: Cell) -> Pixels:
    left, top, right, bottom = cell.box
    return picture[top:bottom, left:right]


def picture_of(told: dict[str, Any]) -> Pixels:
    return np.asarray(Image.open(told["picture"]).convert("RGB")).astype(float)


def grey(pixels: Pixels) -> Pixels:
    """As a black-and-white printer sees it (ITU-R BT.601)."""
    seen: Pixels = pixels @ np.array([0.299, 0.587, 0.114])
    return seen


def share_of_hatch(pixels: Pixels, paint: Paint) -> Pixels:
    """How much of the full colour lies over the tint at each pixel, 0 to 1; fails on any other colour."""
    low, way = over_white(paint), rgb(paint.fill) - over_white(paint)
    share: Pixels = ((pixels - low) @ way) / (way @ way)
    assert np.abs(pixels - (low + share[..., None] * way)).max() <= 2 * LEVELS
    return share


def check_area(pixels: Pixels, paint: Paint) -> None:
    inside = pixels[INSIDE, INSIDE]
    if not paint.hatch:
        assert np.abs(inside - over_white(paint)).max() <= LEVELS
        return
    share = share_of_hatch(inside, paint)
    assert share.max() > 0.6, "no stroke of the hatch"
    assert 0.03 < (share > 0.3).mean() < 0.7, "too little or too much hatch"
    assert (share < 0.05).mean() > 0.1, "no ground between the strokes"


def check_line(pixels: Pixels, paint: Paint) -> None:
    along = np.abs(pixels - rgb(paint.stroke)).max(axis=2).min(axis=0)[CELL_PX // 6 : -CELL_PX // 6]
    assert along.min() <= LEVELS
    assert bool((along > 60).any()) == bool(paint.dash)


def check_point(pixels: Pixels, paint: Paint) -> None:
    middle = CELL_PX // 2
    assert np.abs(pixels[middle, middle] - rgb(paint.fill)).max() <= LEVELS


@pytest.mark.parametrize(("name", "ending"), EVERY)
def test_colours_are_those_of_the_style(drawn_by_qgis: dict[str, Any], name: str, ending: str) -> None:
    """Each value, one that is unknown and one that is missing."""
    told = drawn_by_qgis[f"{name}.{ending}"]
    check = {"polygon": check_area, "line": check_line, "point": check_point}[CATALOGUE[name].geometry]
    features: Made = told["made"]
    for cell in features.cells:
        check(cell_of(picture_of(told), cell), cell.paint)


@pytest.mark.parametrize(("name", "ending"), EVERY)
def test_edges_have_their_colour(drawn_by_qgis: dict[str, Any], name: str, ending: str) -> None:
    told = drawn_by_qgis[f"{name}.{ending}"]
    for cell in told["made"].cells:
        if CATALOGUE[name].geometry == "polygon" and cell.paint.width >= 1.25:
            pixels = cell_of(picture_of(told), cell)
            assert np.abs(pixels - rgb(cell.paint.stroke)).max(axis=2).min() <= 60


@pytest.mark.parametrize(("name", "ending"), EVERY)
def test_hatches_tell_looks_apart_in_a_grey_print(drawn_by_qgis: dict[str, Any], name: str, ending: str) -> None:
    told = drawn_by_qgis[f"{name}.{ending}"]
    if CATALOGUE[name].geometry != "polygon":
        return
    picture = picture_of(told)
    seen = [(cell.paint, grey(cell_of(picture, cell)[INSIDE, INSIDE])) for cell in told["made"].cells]
    for paint, pixels in seen:
        assert (pixels.std() > 5) == bool(paint.hatch)
    for number, (paint, pixels) in enumerate(seen):
        for other, others in seen[:number]:
            if paint.fill == other.fill and paint.hatch != other.hatch:
                assert np.abs(pixels - others).mean() > 3, (paint.hatch, other.hatch)


def test_an_exported_file_opens_in_its_own_style(
    services: CloneServices, tmp_path: Path, make_parcels: Callable[[CloneServices], None]
) -> None:
    """`layer_styles` of a GeoPackage: found by QGIS without being told, by the words of the file."""
    qgis.need()
    make_parcels(services)
    out = tmp_path / "land.gpkg"
    export_file(services, Said("gpkg", layers=("parcel-use",), axis="fence_status", crs="EPSG:4547"), {}, out)
    jobs = [
        {"name": table, "file": str(out), "table": table, "picture": str(tmp_path / f"{table}.png"),
         "extent": (450_000, 2_470_000, 451_000, 2_471_000), "size": (100, 100)}
        for table in ("parcels", "parcel-use")
    ]  # fmt: skip
    parcels, use = qgis.run("draw.py", jobs, tmp_path / "home")
    fences = Drawn.served(CATALOGUE["parcel-fence"], "zh").rules
    assert parcels["looks"] == [[rule.label if rule.value else "", rule.label] for rule in fences]
    assert [label for _, label in use["looks"]] == [r.label for r in Drawn.served(CATALOGUE["parcel-use"], "zh").rules]
    assert parcels["labels"]["field"] == "地块编号"
    assert parcels["log"] == use["log"] == []


@pytest.fixture
def make_parcels() -> Callable[[CloneServices], None]:
    """A parcel of each state of its fence."""

    def make(services: CloneServices) -> None:
        with services.sessions.begin() as session:
            db.enter(session, EVERYTHING)
            for place, state in enumerate(("full", "partial", "none", "damaged")):
                a_parcel(session, shape=land(place, 0), fence_status=state)

    return make
