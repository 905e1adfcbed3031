"""Models of heights from files: what is read, what is refused and with which words."""

import struct
from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gis_service.geo import crs
from gis_service.geo.crs import CrsError
from gis_service.geo.elevation.reading import read
from gis_service.geo.elevation.refused import SENTENCES, ElevationRefused
from tests.geo.elevation.conftest import EAST, NORTH, WriteTiff

SLOPE = np.add.outer(np.arange(8.0), np.arange(10.0)).astype(np.float32)


def refusal(path: Path, **told: object) -> ElevationRefused:
    with pytest.raises(ElevationRefused) as caught:
        read(path, **told)  # type: ignore[arg-type]
    assert path.name in caught.value.zh
    assert path.name in caught.value.en
    return caught.value


def huge_tiff(path: Path, side: int = 100_000) -> Path:
    """A header that claims side × side cells in tiles of 256, of which none is there."""
    tiles = (side // 256 + 1) ** 2
    scale, tie = struct.pack("<3d", 1, 1, 0), struct.pack("<6d", 0, 0, 0, EAST, NORTH, 0)
    keys = struct.pack("<12H", 1, 1, 0, 2, 1024, 0, 1, 1, 3072, 0, 1, 4547)
    entries, at = [], 8 + 2 + 14 * 12 + 4
    later = b""
    for tag, kind, count, value in [
        (256, 4, 1, side), (257, 4, 1, side), (258, 3, 1, 32), (259, 3, 1, 1), (262, 3, 1, 1), (277, 3, 1, 1), (322, 3, 1, 256),
        (323, 3, 1, 256), (324, 4, tiles, b"\0" * 4 * tiles), (325, 4, tiles, b"\0" * 4 * tiles), (339, 3, 1, 3),
        (33550, 12, 3, scale), (33922, 12, 6, tie), (34735, 3, 12, keys),
    ]:  # fmt: skip
        if isinstance(value, bytes):
            entries.append(struct.pack("<HHII", tag, kind, count, at + len(later)))
            later += value
        else:
            entries.append(struct.pack("<HHII", tag, kind, count, value))
    path.write_bytes(b"II*\0" + struct.pack("<IH", 8, len(entries)) + b"".join(entries) + b"\0" * 4 + later)
    return path


# --- GeoTIFF -----------------------------------------------------------------------------------------------------------


def test_a_geotiff_gives_its_heights_grid_and_system(write_tiff: WriteTiff) -> None:
    surface = read(write_tiff(SLOPE))
    assert np.array_equal(surface.z, SLOPE)
    assert (surface.grid.epsg, surface.grid.bounds) == (4547, (EAST, NORTH - 8, EAST + 10, NORTH))
    assert surface.vertical is None


def test_a_cloud_optimised_geotiff_is_read_alike(write_tiff: WriteTiff, tmp_path: Path) -> None:
    big = np.arange(1024.0 * 600, dtype=np.float32).reshape(600, 1024) % 700
    with rasterio.open(write_tiff(big)) as source:
        profile = {**source.profile, "driver": "COG", "blocksize": 512}
        for key in ("blockxsize", "blockysize", "tiled", "interleave"):
            profile.pop(key, None)
        with rasterio.open(tmp_path / "cog.tif", "w", **profile) as file:
            file.write(big, 1)
    assert np.array_equal(read(tmp_path / "cog.tif").z, big)


@pytest.mark.parametrize("nodata", [-9999.0, -3.4028230607370965e38, 0.0])
def test_declared_no_data_is_no_height(write_tiff: WriteTiff, nodata: float) -> None:
    z = SLOPE + 1
    z[2, 3] = nodata
    assert np.argwhere(~read(write_tiff(z, nodata=nodata)).known).tolist() == [[2, 3]]


def test_a_mask_inside_the_file_is_no_height(write_tiff: WriteTiff) -> None:
    mask = np.full(SLOPE.shape, True)
    mask[5, 6] = False
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
        path = write_tiff(SLOPE, mask=mask)
    assert np.argwhere(~read(path).known).tolist() == [[5, 6]]


def test_undeclared_marks_for_no_data_are_left_out_and_counted(write_tiff: WriteTiff) -> None:
    z = SLOPE.copy()
    z[0, :2] = -9999
    surface = read(write_tiff(z))
    assert (~surface.known).sum() == 2
    assert "2 格" in surface.notes[0].zh
    assert "2 cells" in surface.notes[0].en


def test_a_value_a_person_names_is_no_height(write_tiff: WriteTiff) -> None:
    assert (~read(write_tiff(SLOPE), nodata=3).known).sum() == (SLOPE == 3).sum() > 0


def test_whole_numbers_are_scaled_and_told(write_tiff: WriteTiff) -> None:
    surface = read(write_tiff((SLOPE * 100).astype(np.int16), scale=0.01))
    assert surface.z == pytest.approx(SLOPE)
    assert "int16" in surface.notes[0].en


def test_only_the_window_over_the_area_is_read(write_tiff: WriteTiff) -> None:
    z = np.arange(100 * 100, dtype=np.float32).reshape(100, 100) / 100
    surface = read(write_tiff(z), area=shapely.box(EAST + 50, NORTH - 60, EAST + 52, NORTH - 55))
    assert surface.grid.shape == (5 + 6, 2 + 6)
    assert np.array_equal(surface.z, z[52:63, 47:55])
    assert surface.grid.bounds == (EAST + 47, NORTH - 63, EAST + 55, NORTH - 52)


def test_the_area_may_be_given_in_degrees(write_tiff: WriteTiff) -> None:
    area = shapely.box(EAST + 4, NORTH - 5, EAST + 5, NORTH - 4)
    path = write_tiff(np.zeros((50, 50), np.float32))
    degrees = crs.transform(area, 4547, 4490)
    assert read(path, area=degrees, area_epsg=4490).grid.rows <= 1 + 2 * 3 + 2


def test_a_huge_header_is_refused_before_anything_is_loaded(tmp_path: Path) -> None:
    said = refusal(huge_tiff(tmp_path / "huge.tif"))
    assert said.code == "elevation.too_large"
    assert "100000 × 100000" in said.zh


def test_of_a_huge_file_the_window_asked_for_is_looked_at(tmp_path: Path) -> None:
    said = refusal(
        huge_tiff(tmp_path / "huge.tif"), area=shapely.box(EAST + 500, NORTH - 600, EAST + 600, NORTH - 500), nodata=0
    )
    assert said.code == "elevation.no_heights"  # the window was read; its tiles were never written


def test_one_giant_block_is_refused(write_tiff: WriteTiff) -> None:
    path = write_tiff(np.zeros((64, 64), np.float32), blockysize=64)
    assert (
        refusal(path, area=shapely.box(EAST, NORTH - 2, EAST + 2, NORTH), most_cells=500).code
        == "elevation.block_too_large"
    )


def test_a_truncated_file_is_refused(write_tiff: WriteTiff) -> None:
    path = write_tiff(np.random.default_rng(1).normal(20, 5, (300, 300)).astype(np.float32), compress="deflate")
    whole = path.read_bytes()
    for kept in (12, 200, len(whole) // 2, len(whole) - 200):
        path.write_bytes(whole[:kept])
        assert refusal(path).code in {"elevation.damaged", "elevation.no_crs"}


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=6),
    st.sampled_from(["deflate", "lzw", None]),
)
def test_a_file_with_wrong_bytes_is_read_or_refused_and_nothing_else(
    write_tiff: WriteTiff, wrong: list[tuple[float, int]], packing: str | None
) -> None:
    path = write_tiff(np.arange(2000, dtype=np.float32).reshape(40, 50), **({"compress": packing} if packing else {}))
    data = bytearray(path.read_bytes())
    for place, value in wrong:
        data[int(place**2 * (len(data) - 1))] = value  # most of them in the header
    path.write_bytes(data)
    try:
        surface = read(path)
    except ElevationRefused as said:
        assert said.zh  # noqa: PT017 - either outcome is right
    else:
        assert surface.known.any()


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"crs": None}, "elevation.no_crs"),
        ({"crs": "EPSG:4490", "cell": 1e-5, "west": 113.5, "north": 22.4}, "elevation.degrees"),
        ({"crs": "EPSG:3857"}, "elevation.web_mercator"),
        ({"crs": "EPSG:2272"}, "elevation.not_metres"),
        ({"unit": "ft"}, "elevation.not_metres"),
        ({"crs": "+proj=laea +lat_0=22.4 +lon_0=113.6 +datum=WGS84"}, "elevation.crs_unknown"),
        ({"transform": Affine(1, 0.2, EAST, 0.2, -1, NORTH)}, "elevation.rotated"),
    ],
)  # fmt: skip
def test_a_geotiff_without_a_plane_in_metres_is_refused(
    write_tiff: WriteTiff, told: dict[str, object], code: str
) -> None:
    assert refusal(write_tiff(SLOPE, **told)).code == code


def test_a_missing_system_may_be_given_and_a_second_one_may_not(write_tiff: WriteTiff) -> None:
    assert read(write_tiff(SLOPE, crs=None), crs="EPSG:4547").grid.epsg == 4547
    assert refusal(write_tiff(SLOPE), crs=4548).code == "elevation.crs_conflict"


def test_a_tiff_without_any_place_is_refused_even_with_a_system(write_tiff: WriteTiff) -> None:
    with pytest.warns(rasterio.errors.NotGeoreferencedWarning):
        path = write_tiff(SLOPE, crs=None, transform=Affine.identity())
    assert refusal(path).code == "elevation.no_crs"
    assert refusal(path, crs=4547).code == "elevation.no_crs"


def test_a_system_that_is_none_is_not_guessed(write_tiff: WriteTiff) -> None:
    with pytest.raises(CrsError, match="EPSG"):
        read(write_tiff(SLOPE), crs="珠海独立坐标系")


def test_a_picture_is_not_heights(write_tiff: WriteTiff) -> None:
    assert refusal(write_tiff(np.zeros((3, 8, 10), np.uint8), count=3)).code == "elevation.not_heights"


@pytest.mark.shared_data
def test_an_orthophoto_of_a_drone_is_not_heights(shared_data: Path) -> None:
    assert refusal(shared_data / "raster" / "drone_orthophoto.tif").code == "elevation.not_heights"


def test_an_area_beside_the_model_is_refused(write_tiff: WriteTiff) -> None:
    assert refusal(write_tiff(SLOPE), area=shapely.box(0, 0, 1, 1)).code == "elevation.outside"


def test_nothing_but_no_data_is_refused(write_tiff: WriteTiff) -> None:
    assert refusal(write_tiff(np.full((4, 4), -9999, np.float32), nodata=-9999)).code == "elevation.no_heights"


@pytest.mark.parametrize(
    "address", ["/vsicurl/http://localhost/a.tif", "/vsizip/a.zip/a.tif", "http://localhost/a.tif"]
)
def test_addresses_and_virtual_paths_are_no_files(address: str) -> None:
    with pytest.raises(ElevationRefused, match="no file"):
        read(Path(address))


def test_a_vrt_that_points_elsewhere_is_not_opened(write_tiff: WriteTiff, tmp_path: Path) -> None:
    write_tiff(SLOPE)
    (tmp_path / "reach.vrt").write_text(
        '<VRTDataset rasterXSize="10" rasterYSize="8"><VRTRasterBand dataType="Float32" band="1"><SimpleSource>'
        "<SourceFilename>model.tif</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>"
    )
    assert refusal(tmp_path / "reach.vrt", crs=4547).code in {"elevation.not_a_model", "elevation.xyz_line"}


def test_files_beside_a_model_are_not_looked_at(write_tiff: WriteTiff) -> None:
    path = write_tiff(SLOPE)
    aux = '<PAMDataset><PAMRasterBand band="1"><NoDataValue>3</NoDataValue></PAMRasterBand></PAMDataset>'
    path.with_name(path.name + ".aux.xml").write_text(aux)
    path.with_suffix(".tfw").write_text("2\n0\n0\n-2\n0\n0\n")
    surface = read(path)
    assert surface.known.all()
    assert surface.grid.bounds[0] == EAST


# --- datum of heights --------------------------------------------------------------------------------------------------


def test_a_compound_system_tells_what_heights_are_counted_from(write_tiff: WriteTiff) -> None:
    surface = read(write_tiff(SLOPE, crs="EPSG:4547+5737"))
    assert (surface.grid.epsg, surface.vertical) == (4547, "1985国家高程基准")


def test_a_person_may_not_contradict_the_file_about_heights(write_tiff: WriteTiff) -> None:
    path = write_tiff(SLOPE, crs="EPSG:4547+5737")
    assert read(path, vertical_datum="Yellow Sea 1985").vertical == "1985国家高程基准"
    assert refusal(path, vertical_datum="椭球高").code == "elevation.vertical_contradicted"


def test_heights_in_feet_by_the_system_are_refused(write_tiff: WriteTiff) -> None:
    assert refusal(write_tiff(SLOPE, crs="EPSG:26918+6360")).code == "elevation.not_metres"


# --- XYZ ---------------------------------------------------------------------------------------------------------------


def lines(separator: str = " ", *, order: int = 1, head: str = "") -> str:
    rows = [
        f"{EAST + col + 0.5:.2f}{separator}{NORTH - row - 0.5:.2f}{separator}{SLOPE[row, col]:.3f}"
        for row in range(8) for col in range(10)
    ]  # fmt: skip
    return head + "\n".join(rows[::order]) + "\n"


@pytest.mark.parametrize("text", [
    lines(), lines(","), lines("; "), lines("\t"), lines(order=-1), lines(",", head="x,y,z\n"), "\ufeff" + lines(head="东坐标 北坐标 高程\n"),
])  # fmt: skip
def test_xyz_text_gives_the_same_heights_as_a_geotiff(text: str, tmp_path: Path, write_tiff: WriteTiff) -> None:
    (tmp_path / "points.xyz").write_text(text, encoding="utf-8")
    surface, same = read(tmp_path / "points.xyz", crs=4547), read(write_tiff(SLOPE))
    assert surface.grid.bounds == pytest.approx(same.grid.bounds)
    assert np.array_equal(surface.z, same.z)


def test_points_left_out_of_xyz_are_cells_without_height(tmp_path: Path) -> None:
    (tmp_path / "points.xyz").write_text("".join(lines().splitlines(keepends=True)[1:]))
    assert np.argwhere(~read(tmp_path / "points.xyz", crs=4547).known).tolist() == [[0, 0]]


def test_a_spacing_written_to_the_centimetre_is_still_a_grid(tmp_path: Path) -> None:
    places = np.arange(400) / 3
    (tmp_path / "points.xyz").write_text(
        "\n".join(f"{EAST + x:.2f} {NORTH + y:.2f} 5" for x in places for y in places[:9])
    )
    assert read(tmp_path / "points.xyz", crs=4547).grid.shape == (9, 400)


def text_refusal(tmp_path: Path, text: str, **told: object) -> ElevationRefused:
    (tmp_path / "points.txt").write_text(text)
    return refusal(tmp_path / "points.txt", **told)


def test_xyz_without_a_system_is_refused(tmp_path: Path) -> None:
    assert text_refusal(tmp_path, lines()).code == "elevation.no_crs"


def test_xyz_in_degrees_is_refused(tmp_path: Path) -> None:
    assert text_refusal(tmp_path, lines(), crs=4490).code == "elevation.degrees"


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    said = text_refusal(tmp_path, lines(head="x y z\n").replace(f"{SLOPE[0, 2]:.3f}\n", "n.a.\n", 1), crs=4547)
    assert (said.code, said.facts["line"]) == ("elevation.xyz_line", 4)


def test_scattered_points_are_no_grid(tmp_path: Path) -> None:
    places = np.random.default_rng(4).uniform(0, 100, (200, 2)) + np.array([EAST, NORTH])
    assert (
        text_refusal(tmp_path, "\n".join(f"{x:.2f} {y:.2f} 1" for x, y in places), crs=4547).code
        == "elevation.xyz_irregular"
    )


def test_two_heights_in_one_place_are_refused(tmp_path: Path) -> None:
    assert text_refusal(tmp_path, lines() + lines().splitlines()[0], crs=4547).code == "elevation.xyz_irregular"


def test_a_far_point_does_not_make_a_giant_grid(tmp_path: Path) -> None:
    assert (
        text_refusal(tmp_path, lines() + f"{EAST + 90_000.5} {NORTH - 90_000.5} 1", crs=4547).code
        == "elevation.too_large"
    )


def test_northings_first_are_noticed_and_may_be_told(tmp_path: Path) -> None:
    swapped = "\n".join(f"{b} {a} {c}" for a, b, c in (line.split() for line in lines().splitlines()))
    assert text_refusal(tmp_path, swapped, crs=4547).code == "elevation.xyz_swapped"
    assert np.array_equal(read(tmp_path / "points.txt", crs=4547, north_first=True).z, SLOPE)


def test_what_is_neither_tiff_nor_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.las").write_bytes(b"LASF\0\0\1\2")
    assert refusal(tmp_path / "a.las", crs=4547).code == "elevation.not_a_model"
    (tmp_path / "empty.xyz").write_bytes(b"")
    assert refusal(tmp_path / "empty.xyz", crs=4547).code == "elevation.not_a_model"


def test_every_sentence_says_what_to_do_in_both_languages() -> None:
    for code, sentence in SENTENCES.items():
        assert code.startswith("elevation.")
        if not sentence.zh.endswith("{reason}"):  # there the reason itself says what to do
            assert "请" in sentence.zh, code
            assert sentence.zh.endswith("。"), code
            assert sentence.en.endswith((".", ").")), code
