"""Workbooks on their way into the register: what is told names the row of the sheet, points keep their texts."""

from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gis_service.parcels.models import BoundaryPoint, Parcel
from tests.parcels.imports.made import accepted, staged, told
from tests.parcels.reading.sheets import REGISTER, REGISTER_MERGES, book


def written(folder: Path, content: bytes) -> Path:
    path = folder / "台账.xlsx"
    path.write_bytes(content)
    return path


def test_a_register_without_outlines_is_mapped_and_its_rows_are_those_of_the_sheet(
    session: Session, tmp_path: Path
) -> None:
    batch = staged(session, written(tmp_path, book(REGISTER, REGISTER_MERGES)))
    rows = session.execute(text("select row_no, parcel_no, area_registered_m2::float8 from staged_row order by row_no"))
    assert [tuple(row) for row in rows] == [(5, "BW-0001", 90000.0), (6, "BW-0002", 1200.5), (9, "HH-0001", 12000.0)]
    assert [row for row, _ in told(session, batch, "geometry.missing")] == [5, 6, 9], (
        "the catalogue says so, not the reader"
    )
    assert told(session, batch, "value.not_date") == [
        (6, "“收储时间”的“2024年5月”不是完整日期(如 2026-05-22),未采用。")
    ]
    assert (batch.format, batch.crs["epsg"], batch.encoding["name"]) == ("XLSX", None, "UTF-8")


def test_a_table_of_boundary_points_becomes_parcels_with_their_points_as_typed(
    session: Session, tmp_path: Path
) -> None:
    corners = [("2478700.000", "38452100.000"), ("2478700.000", "38452500.000"), ("2478450.000", "38452500.000"), ("2478450.000", "38452100.000")]  # fmt: skip
    rows = [
        ["界址点成果表"],
        ["地块编号", "用地面积（亩）", "点号", "X坐标", "Y坐标"],
        *(
            ["BW-0001" if n == 1 else None, 150 if n == 1 else None, f"J{n}", *point]
            for n, point in enumerate(corners, 1)
        ),
    ]
    batch = accepted(session, written(tmp_path, book(rows)))
    assert batch.counts["landed"] == 1
    parcel = session.scalars(select(Parcel)).one()
    assert (parcel.parcel_no, float(parcel.area_computed_m2), float(parcel.area_registered_m2)) == ("BW-0001", 100_000.0, 100_000.0)  # fmt: skip
    points = session.scalars(select(BoundaryPoint).order_by(BoundaryPoint.seq)).all()
    assert [(p.point_no, p.northing_text, p.easting_text, p.source_crs) for p in points] == [
        (f"J{n}", *point, 4526) for n, point in enumerate(corners, 1)
    ]
