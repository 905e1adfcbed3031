import json
import shutil
from pathlib import Path

import pytest

from gis_service.access.actor import EVERYTHING
from gis_service.core.reader import Reader
from gis_service.maps.catalogue import LAYERS, Catalogue, Categories
from gis_service.maps.errors import BrokenLayer
from gis_service.maps.frames import frame


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The layers, free to be broken."""
    return Path(shutil.copytree(LAYERS, tmp_path / "layers"))


def broken(folder: Path) -> BrokenLayer:
    with pytest.raises(BrokenLayer) as caught:
        Catalogue.load(folder)
    return caught.value


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_the_layers_that_people_were_promised_are_there(catalogue: Catalogue) -> None:
    promised = {f"parcel-{axis}" for axis in ("supply", "use", "fence", "survey", "disposal", "handover")}
    assert promised | {"area", "boundary-point"} <= set(catalogue)


def test_every_attribute_of_every_layer_is_a_column_of_its_views(catalogue: Catalogue, reader: Reader) -> None:
    for layer in catalogue.values():
        assert set(layer.by_name) <= set(frame(reader, EVERYTHING, layer).columns)


def test_no_value_is_told_by_colour_alone(catalogue: Catalogue) -> None:
    for layer in catalogue.values():
        if isinstance(layer.style, Categories):
            signs = [category.sign for category in layer.style.categories]
            assert len(set(signs)) == len(signs)
            assert all(signs)


def test_a_legend_speaks_both_languages(catalogue: Catalogue) -> None:
    entry = catalogue["parcel-fence"].legend()[1]
    assert entry["label_zh"] == "部分围蔽"
    assert entry["label_en"] == "Partial"
    assert entry["hatch"] == "diagonal"


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "parcel-use" / "style.json").unlink()
    error = broken(folder)
    assert (error.facts["folder"], error.facts["file"]) == ("layers/parcel-use", "style.json")
    assert "文件不存在" in error.sentence("zh")


def test_a_folder_whose_id_is_another_is_named(folder: Path) -> None:
    change(folder / "parcel-use" / "layer.toml", 'id = "parcel-use"', 'id = "parcel-usage"')
    assert broken(folder).facts["key"] == "id"


def test_a_missing_key_is_named(folder: Path) -> None:
    change(folder / "parcel-use" / "layer.toml", 'title_en = "', 'title_end = "')
    error = broken(folder)
    assert error.facts["key"] in {"title_en", "title_end"}
    assert "layers/parcel-use" in error.sentence("en")
    assert "start again" in error.sentence("en")


def test_a_value_without_a_look_is_named(folder: Path) -> None:
    path = folder / "parcel-fence" / "style.json"
    style = json.loads(path.read_text("utf-8"))
    style["categories"] = style["categories"][1:]
    path.write_text(json.dumps(style), "utf-8")
    assert "full" in broken(folder).sentence("en")


def test_two_values_that_look_alike_are_refused(folder: Path) -> None:
    change(
        folder / "parcel-fence" / "style.json", '"hatch": "diagonal", "sign": "部"', '"hatch": "diagonal", "sign": "全"'
    )
    assert broken(folder).facts["key"] == "categories"


def test_a_colour_that_is_none_is_named_with_its_place(folder: Path) -> None:
    change(folder / "parcel-fence" / "style.json", '"#2E9E5B"', '"green"')
    error = broken(folder)
    assert error.facts["key"] == "categories.0.fill"
    assert "green" in error.sentence("zh")


def test_text_that_is_no_toml_or_json_is_named(folder: Path) -> None:
    (folder / "area" / "layer.toml").write_text("id = area", "utf-8")
    assert broken(folder).facts["file"] == "layer.toml"
    shutil.copy(LAYERS / "area" / "layer.toml", folder / "area" / "layer.toml")
    (folder / "area" / "style.json").write_text("{", "utf-8")
    assert broken(folder).facts["file"] == "style.json"


def test_words_in_one_language_are_not_enough(folder: Path) -> None:
    (folder / "area" / "words.md").write_text("# 片区\n\n只有中文。\n", "utf-8")
    assert broken(folder).facts["file"] == "words.md"


def test_attributes_of_a_layer_that_does_not_exist(folder: Path) -> None:
    change(folder / "parcel-use" / "layer.toml", '"parcel-supply"', '"parcel-suply"')
    assert broken(folder).facts["key"] == "attributes_of"


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('type = "texts"', 'type = "texts"\ntiles_from = 12', "attributes.use_statuses.tiles_from"),
        ('type = "texts"', 'type = "texts"\nfilter = true', "attributes.use_statuses.filter"),
        ('label = "parcel_no"', 'label = "use_statuses"', "label"),
    ],
)
def test_what_an_array_cannot_be(folder: Path, old: str, new: str, key: str) -> None:
    """A property of tiles, a parameter, a name."""
    change(folder / "parcel-supply" / "layer.toml", old, new)
    error = broken(folder)
    assert error.facts["key"] == key
    assert "array" in error.sentence("en")


def test_a_label_that_is_no_attribute(folder: Path) -> None:
    change(folder / "area" / "layer.toml", 'label = "name"', 'label = "nom"')
    assert broken(folder).facts["key"] == "label"


def test_a_view_outside_the_published_schemas_is_refused(folder: Path) -> None:
    change(folder / "area" / "layer.toml", '"layer.area"', '"public.app_user"')
    assert broken(folder).facts["key"] == "source"
