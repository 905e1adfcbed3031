"""The check catalogue: every check is met by a file that it is about, and says so at the right row."""

from pathlib import Path

import pytest
from geoalchemy2.shape import from_shape
from shapely import MultiPolygon, Polygon, box
from sqlalchemy import text
from sqlalchemy.orm import Session

from gis_service.core.db import Scope
from gis_service.core.srid import STORAGE_SRID
from gis_service.parcels.imports.checks import catalogue
from gis_service.parcels.imports.checks import register as checks
from gis_service.parcels.imports.checks.catalogue import CATALOGUE
from gis_service.parcels.imports.errors import Classified
from gis_service.parcels.models import ImportBatch
from gis_service.parcels.rules import OVERLAP_TOLERANCE_M2
from tests.examples import TXT_A, TXT_B
from tests.factories import SOUTH, WEST, a_parcel, an_area, land
from tests.parcels.imports.made import accepted, feature, geojson, staged, told, txt, verdicts

BOWTIE = Polygon([(113.53, 22.40), (113.531, 22.401), (113.531, 22.40), (113.53, 22.401)])
AROUND = from_shape(MultiPolygon([box(113.5, 22.3, 113.6, 22.5)]), srid=STORAGE_SRID)
THIN = box(113.53, 22.40, 113.53 + 1e-9, 22.4001)


def check(session: Session, path: Path, code: str) -> list[tuple[int | None, str]]:
    return told(session, staged(session, path), code)


def test_every_check_is_asked_and_its_count_kept(session: Session, tmp_path: Path) -> None:
    batch = staged(session, geojson(tmp_path, feature(land(), "A")))
    asked = {code: count for code, count in batch.counts["checks"].items() if code in CATALOGUE}
    assert asked == dict.fromkeys(CATALOGUE, 0)
    assert verdicts(session, batch) == ["ok"]


def test_every_check_has_both_sentences_and_says_what_it_is_for() -> None:
    for entry in CATALOGUE.values():
        assert entry.zh
        assert entry.en
        assert entry.code.count(".") == 1


def test_a_row_without_an_outline_is_told_once(session: Session, tmp_path: Path) -> None:
    batch = staged(session, geojson(tmp_path, feature(None, "A"), feature(land(), "B")))
    assert [row for row, _ in told(session, batch, "geometry.missing")] == [1]
    assert verdicts(session, batch) == ["error", "ok"]


def test_an_outline_that_crosses_itself_is_told_once_with_the_place(session: Session, tmp_path: Path) -> None:
    batch = staged(session, geojson(tmp_path, feature(BOWTIE, "A")))
    place = text("select st_x(place), st_y(place) from import_issue where batch_id = :b and code = 'geometry.invalid'")
    (found,) = session.execute(place, {"b": batch.id})
    assert found == pytest.approx((113.5305, 22.4005))


def test_an_outline_without_an_inside_is_no_parcel(session: Session, tmp_path: Path) -> None:
    batch = staged(session, geojson(tmp_path, feature(THIN, "A")))
    assert [row for row, _ in told(session, batch, "geometry.no_area")] == [1]


@pytest.mark.parametrize(
    ("side", "code"), [(0.00002, "geometry.small"), (0.05, "geometry.huge"), (0.05, "batch.coverage")]
)
def test_unusual_sizes_are_told(side: float, code: str, session: Session, tmp_path: Path) -> None:
    assert check(session, geojson(tmp_path, feature(land(side=side), "A")), code)


def test_land_outside_the_district_is_told_with_its_place(session: Session, tmp_path: Path) -> None:
    ((row, sentence),) = check(
        session, geojson(tmp_path, feature(box(112.8, 23.3, 112.81, 23.31), "A")), "place.outside_district"
    )
    assert row == 1
    assert "112.8050°E 23.3050°N" in sentence


def test_an_overlap_with_the_register_names_the_parcel_and_the_area(session: Session, tmp_path: Path) -> None:
    a_parcel(session, shape=land(), parcel_no="OLD-1")
    half = MultiPolygon([box(WEST, SOUTH, WEST + 0.0005, SOUTH + 0.001)])
    ((row, sentence),) = check(session, geojson(tmp_path, feature(half, "A")), "parcel.overlap")
    assert row == 1
    assert "OLD-1" in sentence
    assert "5701.6 平方米" in sentence  # half of the square


def test_a_parcel_that_was_struck_off_is_in_nobodys_way(session: Session, tmp_path: Path) -> None:
    a_parcel(session, shape=land(), retired_on="2026-01-01")
    assert check(session, geojson(tmp_path, feature(land(), "A")), "parcel.overlap") == []


def test_neighbours_that_share_an_edge_do_not_overlap(session: Session, tmp_path: Path) -> None:
    a_parcel(session, shape=land())
    batch = staged(session, geojson(tmp_path, feature(land(1), "A"), feature(land(2), "B")))
    assert verdicts(session, batch) == ["ok", "ok"]


def test_a_point_on_a_long_edge_that_only_one_neighbour_has_is_no_overlap(session: Session, tmp_path: Path) -> None:
    """Straight in the Gauss plane is bent in degrees: 1 200 m of edge would overlap by some 9 m² there."""
    content = TXT_B.partition("[地块坐标]")[0] + (
        "[地块坐标]\n"
        "4,60.0000,L-1,长地块,面,,,,@\n1,1,2470000,450000\n2,1,2470000,451200\n3,1,2469500,451200\n4,1,2469500,450000\n"
        "5,60.0000,L-2,北邻,面,,,,@\n1,1,2470500,450000\n2,1,2470500,451200\n3,1,2470000,451200\n4,1,2470000,450600\n"
        "5,1,2470000,450000\n"
    )
    batch = staged(session, txt(tmp_path, content))
    assert told(session, batch, "parcel.overlap_in_file") == told(session, batch, "parcel.overlap_slight") == []


def test_overlaps_inside_the_file_are_told_once_at_the_later_row(session: Session, tmp_path: Path) -> None:
    shifted = box(WEST + 0.0009, SOUTH, WEST + 0.0019, SOUTH + 0.001)
    ((row, sentence),) = check(
        session, geojson(tmp_path, feature(land(), "A"), feature(shifted, "B")), "parcel.overlap_in_file"
    )
    assert row == 2
    assert "第 1 行" in sentence
    assert "“A”" in sentence


def test_an_overlap_within_rounding_is_told_but_does_not_count(session: Session, tmp_path: Path) -> None:
    shifted = box(WEST + 0.001 - 2e-9, SOUTH, WEST + 0.002, SOUTH + 0.001)  # 0.2 mm along 111 m
    batch = staged(session, geojson(tmp_path, feature(land(), "A"), feature(shifted, "B")))
    assert len(told(session, batch, "parcel.overlap_slight")) == 1
    assert verdicts(session, batch) == ["ok", "ok"]
    assert OVERLAP_TOLERANCE_M2 > 0.02


def test_the_same_outline_twice_is_told_however_it_is_drawn(session: Session, tmp_path: Path) -> None:
    square = land().geoms[0]
    turned = Polygon([*square.exterior.coords[2:], *square.exterior.coords[1:3]])
    batch = staged(session, geojson(tmp_path, feature(square, "A"), feature(turned, "B")))
    ((row, sentence),) = told(session, batch, "parcel.same_outline")
    assert row == 2
    assert "第 1 行" in sentence
    assert told(session, batch, "parcel.overlap_in_file") == []


def test_a_number_twice_in_the_file_refuses_both_rows(session: Session, tmp_path: Path) -> None:
    batch = staged(session, geojson(tmp_path, feature(land(), "A"), feature(land(2), "Ａ"), feature(land(4), "B")))
    assert [row for row, _ in told(session, batch, "parcel.duplicate_in_file")] == [1, 2]
    assert verdicts(session, batch) == ["error", "error", "ok"]


def test_a_number_of_the_register_is_refused(session: Session, tmp_path: Path) -> None:
    a_parcel(session, shape=land(8), parcel_no="OLD-1")
    a_parcel(session, shape=land(9), parcel_no="OLD-2", retired_on="2026-01-01")
    batch = staged(session, geojson(tmp_path, feature(land(), "OLD-1"), feature(land(2), "OLD-2")))
    assert [row for row, _ in told(session, batch, "parcel.duplicate_no")] == [1]
    assert [row for row, _ in told(session, batch, "parcel.retired_no")] == [2]


@pytest.mark.parametrize(("hectares", "differs"), [("9.0089", False), ("9.0091", True)])
def test_the_registered_area_may_differ_by_a_thousandth(
    hectares: str, differs: bool, session: Session, tmp_path: Path
) -> None:
    """90 000 m² ± 0.1 % is ± 90 m²."""
    batch = staged(session, txt(tmp_path, TXT_A.replace("9.0000", hectares)))
    assert bool(told(session, batch, "area.differs")) is differs


def test_a_file_that_names_another_area_than_its_outlines_is_told(session: Session, tmp_path: Path) -> None:
    an_area(session, name="北围", geom=AROUND)
    an_area(session, name="后环", geom=None)
    ((_, sentence),) = check(session, geojson(tmp_path, feature(land(), "A", 片区="后环")), "place.other_area")
    assert "后环" in sentence
    assert "北围" in sentence


def test_handed_over_needs_to_be_to_somebody(session: Session, tmp_path: Path) -> None:
    batch = staged(session, geojson(tmp_path, feature(land(), "A", 移交情况="已移交管护")))
    assert [row for row, _ in told(session, batch, "handover.no_custodian")] == [1]


def test_land_outside_the_importers_own_scope_is_refused(session: Session, tmp_path: Path) -> None:
    mine = an_area(session, geom=None)
    theirs = an_area(session, name="别的片区", geom=AROUND)
    path = geojson(tmp_path, feature(land(), "A"))
    batch = staged(session, path, scope=Scope(area_ids=frozenset({mine.id})))
    ((row, sentence),) = told(session, batch, "place.outside_scope")
    assert row == 1
    assert "别的片区" in sentence
    batch = staged(session, path, scope=Scope(area_ids=frozenset({theirs.id})))
    assert told(session, batch, "place.outside_scope") == []


def test_a_parcel_outside_the_importers_scope_is_told_of_but_not_named(session: Session, tmp_path: Path) -> None:
    mine = an_area(session, geom=AROUND)
    a_parcel(session, shape=land(), parcel_no="SECRET-1")
    batch = staged(session, geojson(tmp_path, feature(land(), "A")), scope=Scope(area_ids=frozenset({mine.id})))
    ((_, sentence),) = told(session, batch, "parcel.overlap")
    assert "SECRET-1" not in sentence


def test_nothing_of_a_file_with_a_classified_row_is_taken_in(session: Session, tmp_path: Path) -> None:
    path = geojson(tmp_path, feature(land(), "A", 密级="内部"), feature(land(2), "B", 密级="机密★20年"))
    with pytest.raises(Classified, match="Row 2"):
        staged(session, path)


def test_too_many_overlaps_are_cut_and_told(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (catalogue, checks):
        monkeypatch.setattr(module, "MOST_OVERLAPS", 5)
    stack = [feature(box(WEST, SOUTH, WEST + 0.001 + n * 1e-5, SOUTH + 0.001), f"A{n}") for n in range(6)]
    batch = staged(session, geojson(tmp_path, *stack))
    assert len(told(session, batch, "parcel.overlap_in_file")) == 5
    assert [row for row, _ in told(session, batch, "batch.overlaps_cut")] == [None]


def test_a_sentence_is_filled_by_the_database_whatever_stands_in_a_name(session: Session, tmp_path: Path) -> None:
    number = "A%{b}:c'\\\"--"
    batch = staged(session, geojson(tmp_path, feature(land(), number), feature(land(2), number)))
    assert number in told(session, batch, "parcel.duplicate_in_file")[0][1]


def test_counts_are_those_of_the_rows(session: Session, tmp_path: Path) -> None:
    features = [feature(land(), "A"), feature(None, "B"), feature(box(112.8, 23.3, 112.801, 23.301), "C")]
    batch: ImportBatch = staged(session, geojson(tmp_path, *features))
    counts = {name: batch.counts[name] for name in ("rows", "acceptable", "refused", "warnings", "landed")}
    assert counts == {"rows": 3, "acceptable": 2, "refused": 1, "warnings": 1, "landed": 0}


def test_a_plot_that_is_no_area_is_skipped_and_told(session: Session, tmp_path: Path) -> None:
    path = txt(tmp_path, TXT_A + "2,0,X-1,一条线,线,,,,@\n1,1,2478700,38452100\n2,1,2478700,38452200\n")
    batch = staged(session, path)
    assert (batch.counts["rows"], batch.counts["acceptable"]) == (1, 1)
    assert len(told(session, batch, "txt.plot_not_area")) == 1


def test_the_very_same_file_again_is_told(session: Session, tmp_path: Path) -> None:
    path = geojson(tmp_path, feature(land(), None, name="A"))
    first = accepted(session, path)
    ((row, sentence),) = told(session, staged(session, path), "batch.same_file")
    assert row is None
    assert f"批次 {first.id}" in sentence
