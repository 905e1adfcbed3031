"""国土 TXT: a file that keeps the rules goes in and out byte for byte; others come out keeping them."""

import hashlib
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon
from shapely.affinity import scale
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from gis_service.core import clock, db
from gis_service.exports.asked import Said, understood
from gis_service.exports.source import House
from gis_service.exports.writing import Written, write
from gis_service.files.store import LocalStore
from gis_service.geo import crs, rings
from gis_service.maps.catalogue import Catalogue
from gis_service.parcels.models import BoundaryPoint, Parcel
from tests.examples import TXT_A, TXT_B
from tests.factories import a_parcel
from tests.parcels.imports.made import accepted

CATALOGUE = Catalogue.load()


def crlf(content: str) -> bytes:
    return content.replace("\n", "\r\n").encode("gb18030")


def taken_in(session: Session, folder: Path, content: bytes) -> LocalStore:
    """The file accepted into the register; gives the store that keeps the original."""
    path = folder / "plots.txt"
    path.write_bytes(content)
    store = LocalStore(folder / "files")
    with path.open("rb") as file:
        store.put(file, limit_bytes=1 << 30)
    accepted(session, path)
    return store


def out(session: Session, folder: Path, store: LocalStore, **said: Any) -> tuple[bytes, Written]:
    house = House(CATALOGUE, store, "示例单位", sample=False, now=clock.now())
    wish = understood(Said("txt", **said), {}, catalogue=CATALOGUE)
    written = write(session, wish, folder / "out.txt", house)
    return written.path.read_bytes(), written


def codes(written: Written) -> set[str]:
    return {note["code"] for note in written.notes}


def test_the_first_example_goes_in_and_out_byte_for_byte(session: Session, tmp_path: Path) -> None:
    store = taken_in(session, tmp_path, crlf(TXT_A))
    content, written = out(session, tmp_path, store)
    assert content == crlf(TXT_A)
    assert (written.crs, written.notes) == (4526, [])


def test_the_second_example_does_not_keep_the_rules_and_comes_out_keeping_them(
    session: Session, tmp_path: Path
) -> None:
    """It has numbers without J, two decimals, an open ring, a head of six lines; places and attributes stay."""
    store = taken_in(session, tmp_path, crlf(TXT_B))
    content, written = out(session, tmp_path, store)
    lines = content.decode("gb18030").split("\r\n")
    assert codes(written) == {"txt.renumbered", "txt.rounded"}
    assert written.crs == 4547
    assert lines[1] == "格式版本号=1.01版本"
    assert lines[9:11] == ["精度=0.01", "转换参数=,,,,,,"]
    assert lines[12:18] == [
        "4,1.2000,HH-0001,后环示例地块一,面,,公园绿地,1401,@",
        "J1,1,2475800.000,459000.000",
        "J2,1,2475800.000,459120.000",
        "J3,1,2475700.000,459120.000",
        "J4,1,2475700.000,459000.000",
        "J1,1,2475800.000,459000.000",
    ]
    assert lines[18] == "9,1.0000,HH-0002,后环示例地块二,面,,城镇住宅用地,0701,@"
    assert lines[24:28] == [
        "J5,2,2475820.000,459200.000",
        "J6,2,2475820.000,459300.000",
        "J7,2,2475740.000,459200.000",
        "J5,2,2475820.000,459200.000",
    ]


def test_what_came_out_goes_in_and_out_byte_for_byte(session: Session, tmp_path: Path) -> None:
    store = taken_in(session, tmp_path, crlf(TXT_B))
    strict, _ = out(session, tmp_path, store)
    renamed = strict.replace(b"HH-000", b"HI-000")
    session.execute(update(Parcel).values(retired_on=date(2026, 1, 1)))
    (tmp_path / "again").mkdir()
    store = taken_in(session, tmp_path / "again", renamed)
    again, written = out(session, tmp_path, store)
    assert (again, written.notes) == (renamed, [])


def test_utf8_has_a_byte_order_mark(session: Session, tmp_path: Path) -> None:
    store = taken_in(session, tmp_path, crlf(TXT_A))
    content, _ = out(session, tmp_path, store, encoding="utf-8")
    assert content == b"\xef\xbb\xbf" + TXT_A.replace("\n", "\r\n").encode()


def test_another_system_is_computed_to_the_millimetre(session: Session, tmp_path: Path) -> None:
    store = taken_in(session, tmp_path, crlf(TXT_A))
    content, written = out(session, tmp_path, store, crs="EPSG:4547")
    lines = content.decode("gb18030").split("\r\n")
    expected = TXT_A.replace(",38452", ",452").replace(",38453", ",453").split("\n")
    assert lines[12:] == expected[12:]
    assert written.crs == 4547
    assert lines[2] == "数据产生单位=示例单位"  # the head of the file spoke of another system


def test_what_somebody_changed_since_is_written_as_it_is_now(session: Session, tmp_path: Path) -> None:
    store = taken_in(session, tmp_path, crlf(TXT_A))
    db.because(session, "规划调整")
    changed = {"planned_class_code": "0701", "area_registered_m2": Decimal("89999.99"), "parcel_name": "改名,新名"}
    session.execute(update(Parcel).values(**changed))
    content, written = out(session, tmp_path, store)
    header = content.decode("gb18030").split("\r\n")[12]
    assert header == "10,8.999999,BW-0001,改名、新名,面,,城镇住宅用地,0701,@"
    assert codes(written) == {"txt.comma"}


def test_points_that_are_no_longer_those_of_the_outline_are_not_used(session: Session, tmp_path: Path) -> None:
    store = taken_in(session, tmp_path, crlf(TXT_A))
    session.execute(update(BoundaryPoint).where(BoundaryPoint.point_no == "J1").values(easting_text="38452101.000"))
    content, _ = out(session, tmp_path, store)
    assert content == crlf(TXT_A)  # computed from the outline, which did not move


def test_parcels_of_several_sources_have_a_head_of_our_own(session: Session, tmp_path: Path) -> None:
    store = taken_in(session, tmp_path, crlf(TXT_A))
    a_parcel(session, parcel_no="BW-0000", parcel_name=None)
    content, written = out(session, tmp_path, store)
    lines = content.decode("gb18030").split("\r\n")
    today = clock.now().astimezone(clock.BEIJING).date().isoformat()
    assert lines[:12] == [
        "[属性描述]", "格式版本号=1.01版本", "数据产生单位=示例单位", f"数据产生日期={today}", "坐标系=2000国家大地坐标系",
        "几度分带=3", "投影类型=高斯克吕格", "计量单位=米", "带号=38", "精度=0.001", "转换参数=,,,,,,", "[地块坐标]",
    ]  # fmt: skip
    assert written.rows == 2
    assert TXT_A.split("\n")[12] in lines


# --- files that keep the rules, made up -----------------------------------------------------------------------------

WORDS = st.text("北围后环金鼎地块一二三甲乙丙龘ABC09-", min_size=1, max_size=12).filter(lambda t: t.strip() == t)
MM = st.integers(0, 999).map(lambda n: n / 1000)


@st.composite
def outlines(draw: Callable[..., Any], place: int) -> MultiPolygon:
    """A part or two, each a convex ring of 3 to 9 corners to the millimetre, some with a hole."""
    parts = []
    for part in range(draw(st.integers(1, 2))):
        east, north = 452_000 + 700 * place + 300 * part + draw(MM), 2_478_000 + draw(MM)
        corners = draw(st.integers(3, 9))
        turn = draw(st.floats(0, 1))
        angles = [2 * np.pi * (at + turn + 0.4 * draw(st.floats(0, 1))) / corners for at in range(corners)]
        ring = [(round(east + 100 * np.cos(a), 3), round(north + 100 * np.sin(a), 3)) for a in angles]
        hole = draw(st.booleans()) and [
            (round(x, 3), round(y, 3)) for x, y in scale(Polygon(ring), 0.2, 0.2).exterior.coords[:-1]
        ]
        parts.append(Polygon(ring, [hole] if hole else []))
    shape = MultiPolygon(parts)
    return shape if shape.is_valid and shape.area > 100 else MultiPolygon([Polygon(parts[0].exterior).envelope])


@st.composite
def conforming(draw: Callable[..., Any]) -> str:
    """A file as the strict writer would have it: head, plots, numbers, places to the millimetre."""
    prefix = draw(st.sampled_from(["38", ""]))
    head = [
        "[属性描述]", "格式版本号=1.01版本", f"数据产生单位={draw(WORDS)}", "数据产生日期=2026-11-20",
        "坐标系=2000国家大地坐标系", "几度分带=3", "投影类型=高斯克吕格", "计量单位=米", "带号=38", "精度=0.001",
        "转换参数=,,,,,,", "[地块坐标]",
    ]  # fmt: skip
    lines = []
    for plot in range(draw(st.integers(1, 3))):
        shape = draw(outlines(plot))
        points = rings.numbered(shape)
        body: list[str] = []
        ring_no, start = 0, None
        for point in points:
            if point.seq == 1:
                body += [start] if start else []
                ring_no += 1
                start = f"{point.point_no},{ring_no},{point.y:.3f},{prefix}{point.x:.3f}"
            body.append(f"{point.point_no},{ring_no},{point.y:.3f},{prefix}{point.x:.3f}")
        body.append(str(start))
        hectares = f"{round(shape.area / 10_000, 4):.4f}"
        use = draw(st.sampled_from([("工业用地", "100102"), ("城镇住宅用地", "0701"), ("公园绿地", "1401"), ("", "")]))
        sheet = draw(st.sampled_from(["", "F49G001066"]))
        lines.append(f"{len(body)},{hectares},G{plot}-{draw(WORDS)},{draw(WORDS)},面,{sheet},{use[0]},{use[1]},@")
        lines += body
    return "\r\n".join([*head, *lines, ""])


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(content=conforming())
def test_any_file_that_keeps_the_rules_goes_in_and_out_byte_for_byte(
    session: Session, tmp_path: Path, content: str
) -> None:
    folder = tmp_path / hashlib.sha256(content.encode()).hexdigest()[:12]
    folder.mkdir(exist_ok=True)
    with session.begin_nested() as trial:
        store = taken_in(session, folder, content.encode("gb18030"))
        returned, _ = out(session, folder, store)
        trial.rollback()
    session.execute(text("select 1"))
    assert returned.decode("gb18030") == content


def test_a_drawn_hole_runs_counter_to_its_shell(session: Session, tmp_path: Path) -> None:
    shape = crs.transform(
        MultiPolygon([Polygon([(452_100, 2_478_450), (452_500, 2_478_450), (452_500, 2_478_700), (452_100, 2_478_700)],
                              [[(452_250, 2_478_500), (452_350, 2_478_500), (452_350, 2_478_600), (452_250, 2_478_600)]])]),
        4547, 4490,
    )  # fmt: skip
    a_parcel(session, parcel_no="BW-0001", shape=shape, area_computed_m2=Decimal("90000.00"))
    content, _ = out(session, tmp_path, LocalStore(tmp_path))
    assert content.decode("gb18030").split("\r\n")[13:] == TXT_A.split("\n")[13:]


@pytest.mark.parametrize("system", ["EPSG:4490", "EPSG:3857", "EPSG:4610"])
def test_only_planes_of_cgcs2000_can_be_asked(system: str) -> None:
    with pytest.raises(Exception, match="EPSG:4526"):
        understood(Said("txt", crs=system), {}, catalogue=CATALOGUE)
