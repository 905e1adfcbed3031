"""What may be said of a layer, what is weak in it, what changed: no database."""

import math
import shutil
from pathlib import Path
from typing import Any

import pytest

from gis_service.maps.catalogue import LAYERS, Catalogue, Layer
from gis_service.maps.standing import fitting
from gis_service.maps.workshop import rules, vision
from gis_service.maps.workshop.folder import written
from gis_service.maps.workshop.schemas import content_out
from tests.maps.workshop.making import LAYER, SHIPPED, TEAL, content, recoloured

SHOWN = SHIPPED[LAYER]


def faults(wanted: dict[str, Any], layer: str = LAYER) -> dict[str, str]:
    """Field → sentence."""
    return {each.key: each.zh for each in rules.draft(SHIPPED[layer], wanted, SHIPPED).faults}


def made(wanted: dict[str, Any], layer: str = LAYER) -> Layer:
    drafted = rules.draft(SHIPPED[layer], wanted, SHIPPED)
    assert drafted.layer is not None, drafted.faults
    return drafted.layer


def looks(change: dict[str, Any], at: int = 0) -> dict[str, Any]:
    wanted = content()
    wanted["style"]["categories"][at] |= change
    return wanted


def kinds(layer: Layer) -> set[str]:
    return {each.kind for each in vision.weaknesses(layer)}


@pytest.mark.parametrize("layer", list(SHIPPED))
def test_what_is_shipped_may_be_said_again(layer: str) -> None:
    assert made(content(layer), layer) == SHIPPED[layer]


def test_a_new_colour_makes_a_layer_that_is_otherwise_the_same() -> None:
    layer = made(recoloured())
    assert layer.legend()[0]["fill"] == TEAL
    assert (layer.source, layer.attributes, layer.id_column) == (SHOWN.source, SHOWN.attributes, SHOWN.id_column)


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (content(title=""), "title"),
        (content(title="围蔽\n情况"), "title"),
        (content(title="x" * 61), "title"),
        (content(title="\ud800"), "title"),
        (content(title="a\x0bb"), "title"),
        (content(title=SHIPPED["area"].title), "title"),
        (content(title_en=SHIPPED["area"].title_en), "title_en"),
        (content(description="x" * 1_000_000), "description"),
        (content(description="一段\n\n# 标题"), "description"),
        (content(order=-1), "order"),
        (content(order=10**12), "order"),
        (content(minzoom=17), "minzoom"),
        (content(maxzoom=99), "maxzoom"),
        (content(label="phone"), "label"),
        (content(source="public.app_user"), "source"),
        (content(id="other"), "id"),
        (content(attributes=[]), "attributes"),
        (content(grid_below=20), "grid_below"),
        (looks({"fill": "green"}), "style.categories.0.fill"),
        (looks({"fill": "#12345"}), "style.categories.0.fill"),
        (looks({"fill": "url(javascript:alert(1))"}), "style.categories.0.fill"),
        (looks({"hatch": "stripes"}), "style.categories.0.hatch"),
        (looks({"opacity": math.nan}), "style.categories.0.opacity"),
        (looks({"stroke_width": math.inf}), "style.categories.0.stroke_width"),
        (looks({"radius": -1}), "style.categories.0.radius"),
        (looks({"dash": [1] * 9}), "style.categories.0.dash"),
        (looks({"dash": [0]}), "style.categories.0.dash.0"),
        (looks({"sign": "三个字"}), "style.categories.0.sign"),
        (looks({"sign": ""}), "style.categories"),
        (looks({"sign": "部"}), "style.categories"),
        (looks({"fill": "#9aa0a6", "hatch": "back-diagonal"}), "style.categories"),
        (looks({"value": "nonsense"}), "style.categories"),
        (looks({"onclick": "alert(1)"}), "style.categories.0.onclick"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_named_with_its_field(wanted: dict[str, Any], field: str) -> None:
    found = faults(wanted)
    assert field in found
    assert all(len(sentence) < 200 for sentence in found.values())


def test_by_what_a_layer_is_coloured_is_not_for_the_workshop() -> None:
    wanted = content()
    wanted["style"]["property"] = "supply_status"
    assert "style.property" in faults(wanted)
    assert "style.kind" in faults(content(style={"kind": "single", "default": {"fill": "#FF0000"}}))


def test_a_label_must_be_in_the_tiles_where_it_is_shown() -> None:
    wanted = content()
    wanted["style"]["label"] = {"property": "parcel_no", "minzoom": 9}
    assert "13" in faults(wanted)["style.label.minzoom"]
    without = next(each.name for each in SHOWN.attributes if each.tiles_from is None)
    wanted["style"]["label"] = {"property": without, "minzoom": 20}
    assert "style.label.property" in faults(wanted)


def test_a_million_categories_are_told_once() -> None:
    wanted = content()
    wanted["style"]["categories"] = [{"value": "full", "fill": "#FFFFFF"}] * 1_000_000
    assert len(faults(wanted)) == 1


def test_looks_alike_in_grey_are_warned_of_and_a_hatch_tells_them_apart() -> None:
    wanted = content("parcel-use")
    first, second = wanted["style"]["categories"][:2]
    first |= {"fill": "#2E9E5B", "hatch": None}
    second |= {"fill": "#9AA0A6", "hatch": None}
    alike = list(vision.weaknesses(made(wanted, "parcel-use")))
    assert [each.kind for each in alike] == ["grey"]
    assert "“空闲”与“临时利用”" in alike[0].zh
    second["hatch"] = "diagonal"
    assert kinds(made(wanted, "parcel-use")) == set()


def test_red_and_green_of_one_hatch_are_warned_of_for_the_colour_blind() -> None:
    """A red and a green of the same darkness, as everybody sees them, and as the green-blind do."""
    red, green = "#B8604A", "#7A8035"
    assert vision.distance(red, green, "deutan") < 12 < vision.distance(red, "#2F6FDE", "deutan")
    wanted = content("parcel-use")
    first, second = wanted["style"]["categories"][:2]
    first |= {"fill": red, "hatch": None}
    second |= {"fill": green, "hatch": None}
    assert "deutan" in kinds(made(wanted, "parcel-use"))


def test_a_line_that_is_lost_on_paper_is_warned_of() -> None:
    assert "pale" in kinds(made(looks({"fill": "#F4F4F4"})))
    assert "pale" not in kinds(SHOWN)


def test_a_first_zoom_far_below_the_shipped_one_is_warned_of() -> None:
    layer = made(content("boundary-point", minzoom=11), "boundary-point")
    assert "256" in next(rules.heavy(SHIPPED["boundary-point"], layer)).zh
    assert not list(rules.heavy(SHIPPED["boundary-point"], SHIPPED["boundary-point"]))


def test_changes_are_told_in_words() -> None:
    wanted = recoloured()
    wanted |= {"title": "围起来没有", "visible": True}
    wanted["style"]["categories"][1]["hatch"] = "dots"
    wanted["style"].pop("label")
    told = [each.zh for each in rules.changes(SHOWN, made(wanted))]
    assert told == [
        "名称:地块 · 围蔽情况 → 围起来没有", "默认显示:否 → 是", "“已全围蔽”的颜色:#2E9E5B → #0B7A75",
        "“部分围蔽”的填充图案:斜线 → 点", "标注字段:parcel_no → 无",
    ]  # fmt: skip
    assert rules.changes(SHOWN, SHOWN) == []


def test_an_order_of_values_is_a_change_too() -> None:
    wanted = content()
    wanted["style"]["categories"].reverse()
    assert [each.en for each in rules.changes(SHOWN, made(wanted))] == ["the values stand in another order"]


def test_a_version_that_no_longer_fits_is_passed_over() -> None:
    wanted = content()
    del wanted["style"]["categories"][0]
    assert fitting(SHOWN, wanted) is None
    assert fitting(SHOWN, {"title": "x"}) is None
    assert fitting(SHOWN, recoloured()) is not None


def test_a_version_becomes_a_folder_that_the_service_reads(tmp_path: Path) -> None:
    layer = made(recoloured() | {"title": '引号 " 反斜线 \\ 与 <b>'})
    home = Path(shutil.copytree(LAYERS, tmp_path / "layers"))
    written(layer, home)
    assert Catalogue.load(home)[LAYER] == layer


@pytest.mark.parametrize("layer", list(SHIPPED))
def test_every_shipped_layer_survives_being_written(tmp_path: Path, layer: str) -> None:
    home = Path(shutil.copytree(LAYERS, tmp_path / "layers"))
    written(SHIPPED[layer], home)
    assert Catalogue.load(home)[layer] == SHIPPED[layer]


def test_grey_is_grey_and_white_stays_white() -> None:
    for sight in vision.SIGHTS:
        assert vision.seen("#FFFFFF", sight) == pytest.approx([1, 1, 1], abs=1e-4)
    assert len(set(vision.seen("#2F6FDE", "grey").round(6))) == 1


def test_content_is_what_can_be_sent_back() -> None:
    assert content_out(made(content_out(SHOWN))) == content_out(SHOWN)


@pytest.mark.parametrize(
    "layer", [name for name in Catalogue.load() if name.startswith("parcel-")] + ["sign", "camera"]
)
def test_shipped_looks_of_what_is_managed_are_told_apart_in_a_grey_print_and_by_the_colour_blind(layer: str) -> None:
    assert list(vision.weaknesses(Catalogue.load()[layer])) == []
