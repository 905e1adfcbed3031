"""Every notebook runs from its first to its last cell against a real register."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from gis_service.core.provision import ADMIN
from gis_service.settings import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SECONDS = 120


@pytest.fixture
def register(sample_services: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sample register, for processes that find it by their environment."""
    monkeypatch.setenv("GIS_DATABASE_URL", sample_services.url(ADMIN))
    monkeypatch.setenv("GIS_VAR_DIR", str(sample_services.settings.var_dir))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(sample_services.settings.var_dir))


def executed(name: str) -> list[Any]:
    book = nbformat.read(ROOT / "notebooks" / name, as_version=4)
    client = NotebookClient(book, timeout=SECONDS, resources={"metadata": {"path": str(ROOT / "notebooks")}})
    return list(client.execute().cells)


def shown(cells: list[Any], kind: str) -> Iterator[str]:
    """What the cells show, as `kind` (a media type)."""
    for cell in cells:
        for output in cell.get("outputs", []):
            if kind in output.get("data", {}):
                yield output["data"][kind]


@pytest.mark.slow
def test_the_register_notebook_counts_one_area_and_draws_it(register: None) -> None:
    tables = list(shown(executed("01_register.ipynb"), "text/html"))
    page = tables[-1]
    assert page.startswith("<iframe srcdoc=")
    assert "L.map(" in page
    assert "BW-0001" in page
    assert "北围国有空闲地分布图" in page
    assert not re.search(r"&lt;(script|link|img)[^&]*(src|href)=&quot;https?:", page)
    assert any("合计 total" in table and "北围" in table for table in tables)


@pytest.mark.slow
def test_the_other_notebooks_run_from_one_register_and_show_what_they_are_about(register: None) -> None:
    volume = executed("02_volume.ipynb")
    assert "thiessen" in volume[3]["outputs"][0]["text"]
    coverage = "".join(shown(executed("03_patrol_coverage.ipynb"), "text/html"))
    assert "合计 total" in coverage
    assert "BW-" in coverage
    hotspots = executed("04_hotspots.ipynb")
    assert "热点(99%)" in next(shown(hotspots, "text/html"))
    assert float(list(shown(hotspots, "text/plain"))[-2]) > 0.9, "Gi* worked out again rises and falls with the one kept"
    maps = executed("05_meeting_maps.ipynb")
    assert len(list(shown(maps, "image/png"))) == 2
    assert "b'%PDF'" in list(shown(maps, "text/plain"))[-1]


def test_every_notebook_is_run_by_a_test() -> None:
    told = Path(__file__).read_text(encoding="utf-8")
    assert [path.name for path in NOTEBOOKS if f'"{path.name}"' not in told] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebooks_are_kept_without_their_outputs(path: Any) -> None:
    cells = nbformat.read(path, as_version=4).cells
    assert [cell.id for cell in cells if cell.get("outputs") or cell.get("execution_count")] == []
