"""One document of many sheets: every way of finding a page leads to the page, whatever the runs it was printed in."""

import contextlib
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from typer.testing import CliRunner

from gis_service.access.actor import EVERYTHING
from gis_service.core import clock, db
from gis_service.core.db import Scope
from gis_service.core.errors import BadRequest
from gis_service.parcels.models import Parcel
from gis_service.sheets.atlas import cli, making, subjects
from gis_service.sheets.atlas.asked import Said, understood
from gis_service.sheets.atlas.errors import NothingToBind, ParcelUnfit, PressDied, TooManyPages
from gis_service.sheets.atlas.local import atlas_file, written
from gis_service.sheets.atlas.rules import natural
from gis_service.sheets.printing.press import Press
from tests.conftest import CloneServices
from tests.factories import a_parcel, land
from tests.sheets.atlas.conftest import MANY_POINTS, ORDER, Read, settle

Atlas = Callable[..., Read]
FRONT = 5
"""Cover, index, and a map for each of two areas and for what has none."""


@given(st.lists(st.tuples(st.sampled_from(["BW", "HH"]), st.integers(0, 9999), st.integers(0, 30)), unique=True))
def test_figures_in_numbers_are_sorted_by_their_value(numbers: list[tuple[str, int, int]]) -> None:
    said = [f"{place}-{n}-{part}" for place, n, part in numbers]
    assert sorted(said, key=natural) == [f"{place}-{n}-{part}" for place, n, part in sorted(numbers)]


@given(st.lists(st.text(max_size=8), unique=True))
def test_the_order_knows_every_number(numbers: list[str]) -> None:
    """No two numbers share a place, and none cannot be compared."""
    in_order = sorted(numbers, key=natural)
    assert [natural(each) for each in in_order] == sorted(natural(each) for each in numbers)
    assert len({natural(each) for each in numbers}) == len(numbers)


@pytest.fixture(scope="module")
def whole(district: CloneServices, tmp_path_factory: pytest.TempPathFactory) -> Read:
    """All parcels, printed in runs of four."""
    out = tmp_path_factory.mktemp("atlas") / "whole.pdf"
    written(district, EVERYTHING, understood(Said(), {}), out, run=4)
    return Read(out.read_bytes())


def test_the_sheets_follow_in_order_and_the_index_knows_their_pages(whole: Read) -> None:
    pages = whole.first_pages()
    assert tuple(pages) == ORDER
    assert pages[ORDER[0]] == FRONT + 1
    rows = [(re.sub(r"\s", "", said), to) for page, said, to in whole.links() if page == 2]
    assert [to for _, to in rows] == [pages[number] for number in ORDER]
    for n, (number, (said, to)) in enumerate(zip(ORDER, rows, strict=True), start=1):
        area = {"N": "北片", "S": "南片", "X": "未划片区"}[number[0]]
        assert re.fullmatch(rf"{n}{area}{number}地块{number}17\.10(—|甲管护站){to}", said), "a link lies on its own row"


def test_a_sheet_of_several_pages_moves_those_behind_it(whole: Read) -> None:
    pages = whole.first_pages()
    behind = ORDER[ORDER.index(MANY_POINTS) + 1]
    assert pages[behind] - pages[MANY_POINTS] > 1


def test_the_overview_has_the_pages_on_the_parcels(whole: Read) -> None:
    pages = whole.first_pages()
    overview = next(said for said in whole.texts if said.startswith("北片片区总图") or "北片片区总图" in said)
    for number in (each for each in ORDER if each.startswith("N")):
        assert f"{number}{pages[number]}" in overview, number
    assert not re.search(rf"S-1{pages['S-1']}", overview), "a neighbour has no page there"


def test_bookmarks_and_labels_survive_the_binding(whole: Read) -> None:
    pages = whole.first_pages()
    marks = whole.marks
    assert [(said, page) for level, said, page in marks if level == 1] == [(f"{n} 地块{n}", pages[n]) for n in ORDER]
    tops = [(said, page) for level, said, page in marks if level == 0]
    assert tops == [
        ("封面", 1), ("地块索引", 2), ("北片总图", 3), ("南片总图", 4), ("未划片区总图", 5),
        ("北片", pages["N-1"]), ("南片", pages["S-1"]), ("未划片区", pages["X-1"]),
    ]  # fmt: skip
    document = pypdfium2.PdfDocument(whole.content)
    assert [document.get_page_label(n) for n in range(len(document))] == [str(n + 1) for n in range(len(document))]
    assert document.get_metadata_dict()["Title"] == "国有空闲地宗地图册"
    document.close()


def test_every_page_is_counted_once(whole: Read) -> None:
    texts = whole.texts
    for n, said in enumerate(texts, start=1):
        assert said.count(f"第{n}页共{len(texts)}页") == 1
        assert len(re.findall(r"第\d+页共\d+页", said)) == 1, "the sheet's own count is left out"


def test_it_is_still_pdf_a_with_few_fonts(whole: Read) -> None:
    with pikepdf.open(io.BytesIO(whole.content)) as pdf:
        with pdf.open_metadata() as metadata:
            assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "B")
            assert metadata["dc:title"] == "国有空闲地宗地图册"
        assert pdf.Root.OutputIntents[0].S == "/GTS_PDFA1"
        programs = [each for each in pdf.objects if isinstance(each, pikepdf.Stream) and each.get("/Subtype") == "/CIDFontType0C"]  # fmt: skip
        # two faces for each run of four, for the front, and one for the figures at the foot
        assert len(programs) <= 2 * 3 + 2 + 1
        assert pdf.check_pdf_syntax() == []


def test_where_runs_end_does_not_show(whole: Read, atlas: Atlas) -> None:
    for run in (3, 100):
        other = atlas(run=run)
        assert [re.sub(r"数据截止:?[\d:-]+", "", said) for said in other.texts] == [
            re.sub(r"数据截止:?[\d:-]+", "", said) for said in whole.texts
        ]
        assert other.marks == whole.marks


def test_filters_are_those_of_the_list(atlas: Atlas) -> None:
    assert tuple(atlas({"area": "南片"}).first_pages()) == ("S-1", "S-2", "S-20")
    assert tuple(atlas({"parcel_no": "S-20,N-10,N-2"}).first_pages()) == ("N-2", "N-10", "S-20")
    mine = atlas({"custodian": "甲管护站"}, title="第三次联席会议用图")
    assert tuple(mine.first_pages()) == ("N-2", "N-10", "S-1")
    assert "第三次联席会议用图" in mine.texts[0]
    assert "管护单位:甲管护站" in mine.texts[0]
    assert "北片片区国有空闲地宗地图册" in atlas({"area": "北片"}).texts[0]


@pytest.mark.parametrize(("kind", "size"), [("place", None), ("status", "a3"), ("survey", None)])
def test_other_kinds_of_sheets_can_be_bound(atlas: Atlas, kind: str, size: str | None) -> None:
    made = atlas({"area": "南片"}, kind=kind, size=size)
    assert [(said, page) for level, said, page in made.marks if level] == [
        ("S-1 地块S-1", 4), ("S-2 地块S-2", 5), ("S-20 地块S-20", 6),
    ]  # fmt: skip


def test_who_sees_few_parcels_binds_few(district: CloneServices, atlas: Atlas) -> None:
    with district.sessions() as session:
        db.enter(session, EVERYTHING)
        unit = session.execute(text("select id from unit where name = '甲管护站'")).scalar_one()
    made = atlas(scope=Scope(unit_ids=frozenset({unit})))
    assert tuple(made.first_pages()) == ("N-2", "N-10", "S-1")
    assert not any("N-11" in said for said in made.texts), "not even as a neighbour"
    with pytest.raises(NothingToBind):
        atlas(scope=Scope())


# --- one moment -------------------------------------------------------------------------------------------------------


def test_a_past_day_is_bound_again_byte_by_byte(services: CloneServices, atlas: Atlas) -> None:
    settle(services)
    then = clock.now().isoformat()
    before = atlas(services=services, as_of=then)
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        session.query(Parcel).filter(Parcel.parcel_no == "S-1").update({"parcel_name": "改了名"})
        a_parcel(session, parcel_no="S-3", shape=land(8, 8))
    assert atlas(services=services, as_of=then).content == before.content
    now = atlas(services=services)
    assert "改了名" in "".join(now.texts)
    assert len(now.texts) == len(before.texts) + 1


# --- what is refused --------------------------------------------------------------------------------------------------


def test_nothing_and_too_much_are_refused_in_a_sentence(atlas: Atlas, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NothingToBind):
        atlas({"area": "没有的片区"})
    with pytest.raises(BadRequest):
        atlas(kind="area-use")
    with pytest.raises(BadRequest):
        atlas(size="a0")
    monkeypatch.setattr(making, "MOST_PAGES", 16)
    with pytest.raises(TooManyPages) as refused:  # 12 pages of sheets and 5 before them
        atlas()
    assert "17 页" in refused.value.sentence("zh")
    monkeypatch.setattr(subjects, "MOST_PAGES", 9)
    with pytest.raises(TooManyPages) as refused:
        atlas()
    assert "10 宗" in refused.value.sentence("zh")


def test_a_parcel_that_cannot_be_drawn_is_named(services: CloneServices, atlas: Atlas) -> None:
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        a_parcel(session, parcel_no="R-1", parcel_name="缺字\U0002b740地", shape=land(1, 1))
    with pytest.raises(ParcelUnfit) as refused:
        atlas(services=services)
    assert "R-1" in refused.value.sentence("zh")
    assert "U+2B740" in refused.value.sentence("zh")


def test_a_child_that_dies_is_said(atlas: Atlas, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "Press", lambda **_: Press(program="this"))  # says something else, and ends
    with pytest.raises(PressDied) as refused:
        atlas()
    assert "N-1" in refused.value.sentence("zh")


def test_work_ends_where_it_is_no_longer_wanted(district: CloneServices, tmp_path: Path) -> None:
    seen: list[int] = []

    class Enough(Exception):
        pass

    def watch(done: int, total: int) -> None:
        assert total == len(ORDER)
        seen.append(done)
        if done == 3:
            raise Enough

    out = tmp_path / "out.pdf"
    with pytest.raises(Enough):
        atlas_file(district, Said(), {}, out, watch)
    assert seen == [1, 2, 3]
    assert list(tmp_path.iterdir()) == []


def test_the_command_tells_what_it_made(district: CloneServices, tmp_path: Path) -> None:
    commands = typer.Typer()
    cli.install(commands, lambda: contextlib.nullcontext(district))
    out = tmp_path / "册.pdf"

    def run(*words: Any) -> Any:
        return CliRunner().invoke(commands, [str(word) for word in words])

    done = run("--area", "南片", "--out", out, "--json")
    assert done.exit_code == 0, done.output
    facts = json.loads(done.stdout)
    assert (facts["parcels"], facts["pages"], facts["title"]) == (3, 6, "南片片区国有空闲地宗地图册")
    assert len(Read(out.read_bytes()).texts) == facts["pages"]
    assert run("--area", "没有", "--out", out).exit_code != 0
    assert run("--area", "南片", "--out", tmp_path / "册.docx").exit_code != 0
