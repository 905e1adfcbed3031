"""Files of holes read in the child process: the same answers as in our own, within bounds, whatever the file does."""

import io
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from gis_service.parcels.reading.result import MEGABYTE
from gis_service.surveys.reading import ags_writer, apart, reader, template
from gis_service.surveys.reading.result import Read
from tests.surveys.making import a_log, a_sample
from tests.surveys.reading import made

GOOD = made.holes()
LOGS = [
    a_log(n, waste_m="0" if n == 2 else "2.4", open_ended=n == 1, samples=(a_sample(f"S{n}", ("铅", "0.4", "mg/L")),)) for n in range(4)
]  # fmt: skip


def as_ags() -> bytes:
    return ags_writer.write_ags(LOGS, "北围摸排", producer="示例单位", issued=date(2026, 9, 1))


def a_zip(**texts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made_up:
        for name, content in texts.items():
            made_up.writestr(f"{name}.csv", content)
    return out.getvalue()


def both(content: bytes, name: str, folder: Path) -> tuple[Read, Read]:
    path = folder / "upload"
    path.write_bytes(content)
    return reader.read(path, name, crs=4547, box=None), apart.read(path, name, crs=4547, box=None)


FILES = {
    "workbook": (template.write(LOGS), "钻孔.xlsx"), "another workbook": (GOOD, "孔.xlsx"), "ags": (as_ags(), "孔.ags"),
    "csv with a fault": ("点号,东坐标,北坐标,孔深\nZK01,453649,2473733,abc\n".encode("gb18030"), "孔.csv"),
    "zip": (a_zip(钻孔="点号,东坐标,北坐标,孔深\nZK01,453649,2473733,5\n", 地层="点号,层底深度,岩性\nZK01,5,淤泥\n"), "孔.zip"),
    "broken workbook": (GOOD[: len(GOOD) // 2], "a.xlsx"), "nothing": (b"", "a.csv"), "no table": (b"%PDF-1.7 log", "a.pdf"),
    "name of a path": (GOOD, "../../etc/passwd.xlsx"),
}  # fmt: skip


@pytest.mark.parametrize("what", FILES)
def test_the_answer_is_the_one_of_the_reader_itself(tmp_path: Path, what: str) -> None:
    here, there = both(*FILES[what], tmp_path)
    assert apart.PLAIN.dump_python(there, mode="json") == apart.PLAIN.dump_python(here, mode="json")
    assert [log.point_no for log in there.logs] == [log.point_no for log in here.logs]
    for mine, other in zip(here.logs, there.logs, strict=True):
        assert (mine.easting, mine.total_depth_m, mine.kind, list(mine.layers)) == (
            other.easting, other.total_depth_m, other.kind, list(other.layers),
        )  # fmt: skip
    assert bool(here.logs) == (what in {"workbook", "another workbook", "ags", "name of a path"})


def test_a_zip_that_unpacks_to_gigabytes_is_refused(tmp_path: Path) -> None:
    bomb = io.BytesIO()
    with (
        zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made_up,
        made_up.open("钻孔.csv", "w", force_zip64=True) as member,
    ):
        for _ in range(400):
            member.write(bytes(MEGABYTE))
    assert len(bomb.getvalue()) < MEGABYTE
    here, there = both(bomb.getvalue(), "孔.zip", tmp_path)
    assert (list(there.logs), [each.code for each in there.errors]) == ([], [each.code for each in here.errors])
    assert there.errors


def test_the_child_has_bounds_of_time_and_memory(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(GOOD)
    hurried = apart.read(path, "孔.xlsx", crs=None, box=None, limits=replace(apart.LIMITS, wall_seconds=0.05))
    narrow = apart.read(path, "孔.xlsx", crs=None, box=None, limits=replace(apart.LIMITS, memory_bytes=120 * MEGABYTE))
    for found, codes in ((hurried, {"read.time"}), (narrow, {"read.memory", "read.crashed"})):
        (issue,) = found.errors
        assert (list(found.logs), issue.file) == ([], "孔.xlsx")
        assert issue.code in codes
        assert issue.zh
        assert issue.en
