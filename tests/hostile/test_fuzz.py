"""Whatever the bytes: the parsers of texts end in rows or in a refusal, and in nothing else."""

import contextlib
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gis_service.geo import notation
from gis_service.parcels.reading import cass, geojson
from gis_service.parcels.reading.kml import read as kml
from gis_service.parcels.reading.land_txt import read as land_txt
from gis_service.parcels.reading.request import Request
from gis_service.parcels.reading.result import Limits, Summary, Unreadable, row_to_json
from gis_service.parcels.reading.tables import delimited
from tests.hostile.corpus.good import HEAD, PLOT, collection, feature, placemark
from tests.hostile.corpus.good import kml as kml_of
from tests.hostile.corpus.texts import REGISTER, WKT

Reader = Callable[..., Summary]

FRONTS: dict[str, tuple[Reader, str, bytes]] = {
    "txt": (land_txt.read, "x.txt", (HEAD + PLOT).encode("gb18030")),
    "csv": (delimited.read, "x.csv", (REGISTER + f"BW-3,{WKT},1\n").encode()),
    "kml": (kml.read, "x.kml", kml_of(placemark(), placemark(1)).encode()),
    "geojson": (geojson.read, "x.geojson", collection(feature(), feature()).encode()),
    "dat": (cass.read, "x.dat", b"1,,38452100,2478450,3\n2,,38452100,2478530,3\n3,,38452180,2478530,3\n"),
}


def parsed(reader: Reader, name: str, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "input").write_bytes(content)
        request = Request(kind=name.partition(".")[2], file=name, folder=Path(folder), limits=Limits())
        with contextlib.suppress(
            Unreadable, RecursionError
        ):  # the child says of the latter that it is nested too deeply
            reader(request, lambda row: bool(row_to_json(row)))


quick = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("kind", FRONTS)
@quick
@given(content=st.binary(min_size=1, max_size=400))
def test_any_bytes(kind: str, content: bytes) -> None:
    reader, name, _ = FRONTS[kind]
    parsed(reader, name, content)


@pytest.mark.parametrize("kind", FRONTS)
@quick
@given(
    spots=st.lists(st.tuples(st.integers(0, 10_000), st.binary(max_size=6), st.integers(0, 6)), min_size=1, max_size=5)
)
def test_a_good_file_with_pieces_put_in_taken_out_and_changed(kind: str, spots: list[tuple[int, bytes, int]]) -> None:
    reader, name, good = FRONTS[kind]
    content = good
    for at, piece, out in spots:
        here = at % len(content) if content else 0
        content = content[:here] + piece + content[here + out :]
    parsed(reader, name, content)


@pytest.mark.parametrize("kind", FRONTS)
@quick
@given(text=st.text(max_size=30), at=st.integers(0, 10_000))
def test_a_good_file_with_any_text_put_in(kind: str, text: str, at: int) -> None:
    reader, name, good = FRONTS[kind]
    here = at % len(good)
    parsed(reader, name, good[:here] + text.encode("utf-8", "surrogatepass") + good[here:])


@quick
@given(text=st.text(max_size=40) | st.text(alphabet="0123456789.,-+°′″'\"度分秒东西南北EWNS eE０１。", max_size=30))
def test_any_coordinate_is_a_number_or_none(text: str) -> None:
    found = notation.parse(text)
    assert found is None or isinstance(found.value, float)
    listed = notation.points(text)
    assert listed is None or isinstance(listed, list)
