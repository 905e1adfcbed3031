"""Files from hands we do not know: each is refused with a sentence, in bounded memory, and nothing in it is carried out."""

import io
import random
import string
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gis_service.surveys.reading import files, grids, reader, template
from gis_service.surveys.reading.result import MOST_ERRORS, Read
from tests.surveys.reading import made

GOOD = made.holes()


def refused(content: bytes, name: str) -> str:
    """The code of the one reason a file is refused for, with nothing kept of it."""
    found = reader.read(content, name, crs=4547)
    assert list(found.logs) == []
    (issue,) = found.errors
    assert issue.zh
    assert issue.en
    assert issue.file == name
    return issue.code


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.xlsx", "read.empty"),
        (b"", "a.csv", "read.empty"),
        (b"", "a.ags", "read.empty"),
        (b"\x00" * 999, "a.csv", "read.empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.xlsx", "table.other_format"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.xls", "table.other_format"),
        (b"%PDF-1.7 log of ZK01", "a.pdf", "read.kind_unknown"),
        (b'{"type": "FeatureCollection", "features": []}', "a.geojson", "kind"),
        (b"just some words", "a.docx", "read.kind_unknown"),
        (b"\xff\xd8\xff\xe0 photo", "a.csv", "read.kind_mismatch"),
        (GOOD[: len(GOOD) // 2], "a.xlsx", "zip.damaged"),
        (b"PK\x03\x04 and no more", "a.zip", "zip.damaged"),
        ("点号,东坐标,北坐标\nZK01,453649,2473733\nZK02,\x00453649,2473733\n".encode(), "a.csv", "csv.nul"),
        ('点号,东坐标,北坐标\n"ZK01,1,2\n'.encode(), "a.csv", "csv.quote_open"),
    ],
)
def test_what_is_no_file_of_boreholes_is_refused_with_a_sentence(content: bytes, name: str, code: str) -> None:
    assert refused(content, name) == code


def test_a_million_rows_are_refused_before_they_are_read() -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(2, 1_000_002))
    sheet = f'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>'
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as good, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made_up:
        for name in good.namelist():
            made_up.writestr(name, sheet if name == "xl/worksheets/sheet2.xml" else good.read(name))
    content = out.getvalue()

    found = reader.read(content, "a.xlsx", crs=4547)

    assert [issue.code for issue in found.errors] in (["too_many_rows"], ["zip.bomb"])
    text = "点号,东坐标,北坐标\n" + "ZK01,453649,2473733\n" * (grids.MOST_ROWS + 2)
    assert refused(text.encode(), "a.csv") == "too_many_rows"


def test_a_zip_bomb_is_refused_by_its_directory() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("钻孔.csv", b"0" * (files.LIMITS.unpacked_bytes + 1))

    assert refused(out.getvalue(), "a.zip") == "zip.bomb"


@pytest.mark.parametrize("name", ["../钻孔.csv", "/etc/cron.d/x.csv", "C:\\钻孔.csv"])
def test_members_that_climb_out_of_the_zip_are_refused(name: str) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made_up:
        made_up.writestr(name, b"x")

    assert refused(out.getvalue(), "a.zip") == "zip.unsafe_name"


def test_a_zip_without_tables_and_one_in_a_zip_are_refused() -> None:
    def packed(name: str, content: bytes) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as made_up:
            made_up.writestr(name, content)
        return out.getvalue()

    assert refused(packed("照片.jpg", b"x"), "a.zip") == "zip_without_tables"
    assert refused(packed("b.zip", b"PK"), "a.zip") == "zip.nested"


def test_a_workbook_with_entities_is_refused() -> None:
    evil = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><worksheet>&x;</worksheet>'
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as good, zipfile.ZipFile(out, "w") as made_up:
        for name in good.namelist():
            made_up.writestr(name, evil if name == "xl/worksheets/sheet1.xml" else good.read(name))

    assert refused(out.getvalue(), "a.xlsx") == "table.doctype"


def test_texts_that_look_like_formulas_are_texts_in_and_out() -> None:
    row = [*made.POINT[:6], "是", "=cmd|' /C calc'!A0"]
    text = made.lines([[*made.POINT_HEAD, "备注"], row])
    content = made.text_zip(钻孔=text.encode(), 地层=made.lines([made.LAYER_HEAD, *made.LAYERS]).encode())

    (log,) = reader.read(content, "a.zip", crs=4547).logs
    (again,) = reader.read(template.write([log]), "b.xlsx").logs

    assert log.remark == again.remark == "=cmd|' /C calc'!A0"


def test_control_characters_of_a_workbook_never_reach_a_log() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as good, zipfile.ZipFile(out, "w") as made_up:
        for name in good.namelist():
            made_up.writestr(name, good.read(name).replace("淤泥".encode(), "_x0000_淤_x0007_泥".encode()))

    (log,) = reader.read(out.getvalue(), "a.xlsx", crs=4547).logs

    assert log.layers[-1].soil_name == "淤泥"


def test_a_cell_without_end_and_a_number_without_end_are_refused() -> None:
    long = made.read(made.holes([*made.POINT, "x" * 20_000], head=[*made.POINT_HEAD, "备注"]))
    huge = made.read(made.holes(["ZK01", "钻孔", "9" * 400, 2473733, 3, 4.5, "是"]))
    small = made.read(made.holes(["ZK01", "钻孔", "1e-99", 2473733, 3, 4.5, "是"]))

    assert "text_too_long" in made.errors(long)
    assert "位数太多" in made.errors(huge)["not_understood"].zh
    assert "位数太多" in made.errors(small)["not_understood"].zh
    assert list(huge.logs) == list(small.logs) == []


def test_the_path_a_file_came_by_and_the_folder_stay_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "孔.xlsx"
    path.write_bytes(GOOD)

    found = reader.read(path, "C:\\Users\\张三\\孔.xlsx", crs=4547)

    assert len(found.logs) == 1
    assert path.read_bytes() == GOOD
    assert list(tmp_path.iterdir()) == [path]
    assert {issue.file for issue in found.issues} <= {"孔.xlsx"}


def test_a_workbook_whose_directory_points_before_the_file_is_refused() -> None:
    """A byte is lost in the first part: by the directory that part then begins one byte before the file."""
    moved = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as good, zipfile.ZipFile(moved, "w", zipfile.ZIP_DEFLATED) as made_anew:
        for name in sorted(good.namelist(), key=lambda name: name != "xl/workbook.xml"):
            made_anew.writestr(name, good.read(name))
    raw = moved.getvalue()
    assert refused(raw[:60] + raw[61:], "孔.xlsx")


def damaged(content: bytes, seed: int) -> bytes:
    """A file with a few bytes changed, cut out or doubled."""
    chance = random.Random(seed)
    raw = bytearray(content)
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(raw))
        match chance.randrange(3):
            case 0:
                raw[place] = chance.randrange(256)
            case 1:
                del raw[place : place + chance.randrange(40)]
            case _:
                raw[place:place] = raw[place : place + chance.randrange(40)]
        if not raw:
            break
    return bytes(raw)


TEXT = made.lines(
    [[*made.POINT_HEAD, *made.LAYER_HEAD[1:]], *([*made.POINT, *row[1:]] for row in made.LAYERS)]
).encode()
AGS3 = b'"**PROJ"\n"*PROJ_ID"\n"1"\n"**HOLE"\n"*HOLE_ID","*HOLE_NATE"\n"<UNITS>","m"\n"TP1","259431"\n"<CONT>","",""\n"**GEOL"\n"*HOLE_ID","*GEOL_TOP","*GEOL_BASE"\n"TP1","0","1"\n'
AGS4 = b'"GROUP","LOCA"\r\n"HEADING","LOCA_ID","LOCA_NATE"\r\n"UNIT","","m"\r\n"TYPE","ID","2DP"\r\n"DATA","TP1","259431"\r\n\r\n"GROUP","SAMP"\r\n"HEADING","LOCA_ID","SAMP_TOP"\r\n"DATA","TP1","0"\r\n'


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32), st.sampled_from([("a.xlsx", GOOD), ("a.csv", TEXT), ("a.ags", AGS3), ("a.ags", AGS4)]))
def test_a_damaged_file_is_read_or_refused_and_never_breaks_the_reader(
    seed: int, given_file: tuple[str, bytes]
) -> None:
    name, content = given_file

    found = reader.read(damaged(content, seed), name, crs=4547)

    assert isinstance(found, Read)
    assert {log.point_no for log in found.logs}.isdisjoint(found.refused)
    assert all(issue.zh and issue.en for issue in found.issues)


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from(string.printable + "点号层顶底土名东北坐标“”≤<>％"), max_size=300))
def test_any_text_at_all_is_read_or_refused(text: str) -> None:
    for name in ("a.csv", "a.ags", "a.txt"):
        assert isinstance(reader.read(text.encode(), name), Read)
        assert isinstance(reader.read(b'"GROUP","LOCA"\n' + text.encode(), name), Read)
        assert isinstance(reader.read(b'"**PROJ"\n' + text.encode(), name), Read)


def test_thousands_of_errors_end_the_reading_and_are_told_so_far() -> None:
    wrong = [[f"X{n}", 0, 1, "淤泥", None, None] for n in range(5000)]

    found = reader.read(made.holes(layers=wrong), "a.xlsx", crs=4547)

    assert len(found.errors) == MOST_ERRORS + 1
    assert found.errors[-1].code == "too_many_errors"
    assert list(found.logs) == []
