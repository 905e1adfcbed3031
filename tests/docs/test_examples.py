"""What the docs show as an example works as they say."""

import re
import shutil
from pathlib import Path
from typing import Any

from gis_service.maps.catalogue import LAYERS, Catalogue
from gis_service.parcels.imports.files import Wish, import_file
from gis_service.parcels.imports.operations import Options
from gis_service.settings import ROOT

DOCS = ROOT / "docs"


def blocks(page: str, language: str) -> list[str]:
    """The fenced blocks of a page in a language."""
    return re.findall(rf"```{language}\n(.*?)```", (DOCS / page).read_text("utf-8"), re.DOTALL)


def test_the_layer_of_the_how_to_is_taken_as_it_stands(tmp_path: Path) -> None:
    shutil.copytree(LAYERS, tmp_path / "layers")
    folder = tmp_path / "layers" / "parcel-risk"
    folder.mkdir()
    for file, language in {"layer.toml": "toml", "style.json": "json", "words.md": "markdown"}.items():
        (folder / file).write_text(blocks("how-to/add-a-layer.md", language)[0], "utf-8")
    layer = Catalogue.load(tmp_path / "layers")["parcel-risk"]
    assert [entry["label_zh"] for entry in layer.legend()] == ["高", "中", "低"]
    assert layer.description_en == "Decides how often a parcel is patrolled."


def test_the_file_of_the_first_morning_has_one_row_that_crosses_itself_and_one_on_registered_land(
    sample_services: Any,
) -> None:
    file = DOCS / "first-steps" / "four-parcels.geojson"
    outcome = import_file(sample_services, file, Options(), Wish(dry_run=True))
    assert (outcome.counts["rows"], outcome.counts["accepted"], outcome.counts["refused"]) == (4, 3, 1)
    assert {issue["code"]: issue["row"] for issue in outcome.issues if issue["row"]} == {
        "area.differs": 2,
        "geometry.invalid": 3,
        "parcel.overlap": 4,
    }
