"""What is known of every file of ../shared/data that is of a kind the register takes: one line a file.

Figures are those of the README there, unless a comment says who is right. `codes` are all findings with the number of rows
(or times) they are told of, but for those of `EVERYWHERE`; `outside` is the number of rows told to lie outside the district.
"""

from dataclasses import dataclass, field

EVERYWHERE = frozenset({"parcel.no_number_column", "column.unknown"})
"""Told of nearly every file: other people's columns are not those of the register."""


@dataclass(frozen=True)
class Known:
    rows: int
    acceptable: int
    epsg: int | None
    encoding: str
    outlines: int | None = None
    """Rows with an outline, where not all have one."""
    plane_m2: float | None = None
    ellipsoid_m2: float | None = None
    layers: tuple[tuple[str, int, bool], ...] = ()
    """Name, rows, whether it is read; where there is more than one."""
    outside: int | None = None
    codes: dict[str, int] = field(default_factory=dict)
    fixes: dict[str, int] = field(default_factory=dict)
    about: tuple[float, float] | None = None
    """Longitude and latitude of the middle of its points."""
    said: str = ""
    """Words that the Chinese evidence for the coordinate system must contain."""
    parts: int | None = None
    holes: int | None = None


@dataclass(frozen=True)
class Refused:
    code: str
    says: str
    """Words that the Chinese sentence must contain."""
    given: str | None = None
    """The coordinate system it is read with once a person gives one; where the README knows none, one to reckon with."""
    then: "Known | str | None" = None
    """What it is then: known, or refused by this code."""


TXT = {"parcel.number_is_row": 1}
BIG = {"geometry.huge": 1, "batch.coverage": 1}
ASTRAY = {"crs.outside_area_of_use": 1}

KNOWN: dict[str, Known | Refused] = {
    # --- land_txt: the README's plane areas are off by up to 0.014 m²; `test_land_office_areas_in_exact_arithmetic` has the truth
    "land_txt/44120000072.txt": Known(1, 1, 4526, "UTF-8", plane_m2=12_247.096, ellipsoid_m2=12_242.97, codes=TXT, about=(112.857207, 23.339561)),
    "land_txt/44120000120.txt": Known(1, 1, 4526, "UTF-8", plane_m2=26_707.765, ellipsoid_m2=26_698.34, codes=TXT, about=(112.831741, 23.290791)),
    "land_txt/44120000326.txt": Known(1, 1, 4526, "UTF-8", plane_m2=100.037, ellipsoid_m2=100.00, codes=TXT, about=(112.847345, 23.325579)),
    "land_txt/44120000669_44120001725_44120002171.txt": Known(
        1, 1, 4526, "UTF-8", plane_m2=432.532, ellipsoid_m2=432.37, codes=TXT, about=(112.806066, 23.306239)
    ),
    "land_txt/44120000957.txt": Known(1, 1, 4526, "UTF-8", plane_m2=7_749.127, ellipsoid_m2=7_746.30, codes=TXT, about=(112.811257, 23.311681)),
    "land_txt/44120001111.txt": Known(1, 1, 4526, "UTF-8", plane_m2=60_254.313, ellipsoid_m2=60_232.42, codes=TXT, about=(112.813167, 23.299906)),
    "land_txt/44120002411.txt": Known(1, 1, 4526, "UTF-8", plane_m2=26_377.396, ellipsoid_m2=26_367.88, codes=TXT, about=(112.817576, 23.283993)),
    "land_txt/plot_001.txt": Known(1, 1, 4526, "UTF-8", plane_m2=744.198, ellipsoid_m2=743.93, codes=TXT, about=(112.809901, 23.249065)),
    # --- coord_tables: one parcel three times; 130 241.33 m² in the README, exactly 130 241.306 m²
    "coord_tables/坐标_投影.csv": Known(
        1, 1, 4527, "UTF-8", plane_m2=130_241.306, codes={"coordinate.ring_closed": 1}, said="第 39 带"
    ),
    "coord_tables/坐标_投影 - 交换顺序.csv": Known(
        1, 1, 4527, "UTF-8", plane_m2=130_241.306, codes={"coordinate.ring_closed": 1, "crs.axes_swapped": 1}, said="第 39 带"
    ),
    "coord_tables/坐标-经纬度.csv": Known(
        1, 1, 4490, "UTF-8", ellipsoid_m2=130_248.61, codes={"coordinate.ring_closed": 1}, said="经纬度"
    ),
    # --- shapefile
    "shapefile/chinese_poly/chinese_poly.shp": Known(
        1, 1, 4326, "GB18030", ellipsoid_m2=448_651_316_996.4, codes=BIG
    ),
    "shapefile/coutwildrnp/coutwildrnp.shp": Known(
        67, 67, 4326, "ISO-8859-1", ellipsoid_m2=16_365_240_560.2, codes={"geometry.huge": 65, "batch.coverage": 1}
    ),
    "shapefile/coutwildrnp/coutwildrnp.zip": Known(
        67, 67, 4326, "UTF-8", ellipsoid_m2=16_365_240_560.2, codes={"geometry.huge": 65, "batch.coverage": 1}
    ),
    "shapefile/coutwildrnp_zip/coutwildrnp.zip": Known(
        67, 67, 4326, "UTF-8", ellipsoid_m2=16_365_240_560.2, codes={"geometry.huge": 65, "batch.coverage": 1}
    ),
    "shapefile/polygonm/polygonm.shp": Known(1, 1, 4326, "UTF-8", ellipsoid_m2=74.2, codes={"layer.m_dropped": 1}),
    "shapefile/two_states/two_states.shp": Known(
        2, 1, 4326, "UTF-8", outside=1, ellipsoid_m2=426_549_560_710.5, codes={"geometry.invalid": 1, **BIG}, fixes={"make_valid": 1}
    ),
    "shapefile/dup_column/dup_column.shp": Refused(
        "crs.unknown", "--crs EPSG:", "EPSG:32633", Known(2, 2, 32633, "UTF-8", codes={"field.renamed": 1, **ASTRAY, "geometry.small": 1})
    ),
    "shapefile/polygonz/polygonz.shp": Refused(
        "crs.unknown", "--crs EPSG:", "EPSG:32633", Known(1, 1, 32633, "UTF-8", codes={"layer.z_dropped": 1, **ASTRAY})
    ),
    "shapefile/holeTouchEdge/holeTouchEdge.shp": Refused(
        "crs.unknown", "--crs EPSG:", "EPSG:32018", Known(1, 1, 32018, "UTF-8", holes=1)
    ),
    "shapefile/gbk_only/gbk.dbf": Refused("shapefile.only_dbf", "GB18030"),
    "shapefile/utf8_chinese_fields/arcmap_gen.dbf": Refused("shapefile.only_dbf", "短整型"),
    # --- boundaries: Zhuhai and Guangdong are GCJ-02 under the name of WGS 84
    "boundaries/440400_zhuhai.geojson": Known(
        3, 2, 4326, "UTF-8", outside=2, ellipsoid_m2=1_952_297_196.5, codes={"geojson.internet_map": 1, "geometry.invalid": 1, "geometry.huge": 2,
        "batch.coverage": 1}, fixes={"make_valid": 1},
    ),
    "boundaries/440000_guangdong.geojson": Known(
        21, 18, 4326, "UTF-8", outside=18, ellipsoid_m2=181_579_356_414.4, codes={"geojson.internet_map": 1, "geometry.invalid": 3, "geometry.huge": 18,
        "batch.coverage": 1, "geometry.repeated_points": 2}, fixes={"make_valid": 3, "drop_duplicate_points": 2},
    ),
    "boundaries/ne10m_prd_coastline.geojson": Known(
        18, 0, 4326, "UTF-8", outlines=0, codes={"geometry.not_area": 18}, fixes={"close_ring": 18}
    ),
    "boundaries/ne10m_prd_land.geojson": Known(
        5, 5, 4326, "UTF-8", ellipsoid_m2=16_176_776_625.4, codes={"geometry.huge": 5, "batch.coverage": 1}
    ),
    "boundaries/ne10m_prd_minor_islands.geojson": Known(
        31, 31, 4326, "UTF-8", ellipsoid_m2=97_183_392.2, codes={"geometry.huge": 5, "batch.coverage": 1}
    ),
    "boundaries/ne10m_prd_rivers.geojson": Known(2, 0, 4326, "UTF-8", outlines=0, codes={"geometry.not_area": 2}),
    "boundaries/ne10m_prd_admin0_lines.geojson": Known(
        2, 0, 4326, "UTF-8", outlines=0, codes={"geometry.not_area": 2}, fixes={"close_ring": 2}
    ),
    "boundaries/ne10m_prd_places.geojson": Known(9, 0, 4326, "UTF-8", outlines=0, codes={"geometry.not_area": 9}),
    # --- vacant_land
    "vacant_land/philadelphia_public_vacant_land_A.gpkg": Known(
        3969, 3969, 2272, "UTF-8", plane_m2=958_250.6, ellipsoid_m2=958_253.8, parts=3970, holes=1,
        codes={"parcel.overlap_slight": 28}, fixes={"snap": 22},
    ),
    "vacant_land/philadelphia_public_vacant_land_sample400.geojson": Known(
        400, 400, 4326, "UTF-8", ellipsoid_m2=69_735.4, holes=1
    ),
    "vacant_land/philadelphia_parks_recreation_properties.geojson": Known(
        507, 499, 4326, "UTF-8", outside=499, ellipsoid_m2=43_755_722.6, codes={"geometry.invalid": 8, "area.differs": 21, "geometry.huge": 1,
        "batch.coverage": 1, "parcel.overlap_in_file": 1, "parcel.overlap_slight": 2}, fixes={"make_valid": 8, "snap": 1},
    ),
    "vacant_land/cartofriches_standard_A.csv": Known(
        1297, 0, None, "UTF-8", outlines=0,
        codes={"geometry.missing": 1297, "table.points_only": 1, "table.no_register_columns": 1},
    ),
    "vacant_land/cnig_friches_valid_example.csv": Refused(
        "crs.unknown", "--crs EPSG:", "EPSG:4326", Known(1, 0, 4326, "UTF-8", outlines=0, codes={"coordinate.wkt": 1})
    ),  # its WKT ends in "…"
    "vacant_land/leeds_brownfield_sites.geojson": Known(
        347, 0, 4326, "UTF-8", outlines=0, codes={"geometry.not_area": 347}
    ),
    # --- dumping
    "dumping/san_jose_illegal_dumping.csv": Known(
        2000, 0, None, "UTF-8", outlines=0,
        codes={"geometry.missing": 2000, "table.points_only": 1, "table.no_register_columns": 1},
    ),
    "dumping/seattle_illegal_dumping_sample.csv": Known(
        76, 0, None, "UTF-8", outlines=0, codes={"geometry.missing": 76, "table.points_only": 1}
    ),
    # --- kml
    "kml/polygon.kml": Known(1, 1, 4326, "UTF-8", ellipsoid_m2=3_378.4, holes=1, codes={"layer.z_dropped": 1}),
    "kml/multigeometry.kml": Known(1, 0, 4326, "UTF-8", outlines=0, codes={"geometry.line_open": 1}),
    "kml/gxtrack.kml": Known(1, 0, 4326, "UTF-8", outside=0, codes={"geometry.line_open": 1, "geometry.invalid": 1},
        fixes={"close_ring": 1, "make_valid": 1},
    ),
    "kml/simpledata.kml": Refused("read.no_polygons", "Point (2)"),
    "kml/schema.kml": Known(1, 1, 4326, "UTF-8", ellipsoid_m2=14.7),
    "kml/demo.kmz": Known(1, 0, 4326, "UTF-8", codes={"geometry.line_open": 1}, fixes={"close_ring": 1}),
    # --- dxf
    "dxf/usa.dxf": Refused("dxf.local_coordinates", "--control-points", "EPSG:4326", Known(
            58, 54, 4326, "UTF-8", holes=1, outside=54, codes={"geometry.invalid": 4, "dxf.holes": 1, "parcel.no_number": 58,
            "geometry.huge": 54, "batch.coverage": 1, "parcel.overlap_in_file": 4, "geometry.repeated_points": 1,
            "parcel.overlap_slight": 1}, fixes={"make_valid": 4, "snap": 1, "drop_duplicate_points": 1},
        ),
    ),
    "dxf/houses_of_parliament_georeferenced.dxf": Known(
        1, 1, 27700, "UTF-8", plane_m2=47_098_443.038 * 0.0254**2, codes={"parcel.no_number": 1}, said="27700"
    ),
    "dxf/2_polylines.dxf": Refused("dxf.local_coordinates", "--control-points", "EPSG:4547", "dxf.no_outlines"),
    "dxf/bin_dxf_r2000.dxf": Refused("dxf.no_outlines", "TEXT 1"),
    # --- gpkg
    "gpkg/Oregon.gpkg": Known(
        1, 1, 2269, "UTF-8", layers=(("land", 1, True), ("roads", 121, False)), codes={"layer.skipped": 1, **BIG}
    ),
    "gpkg/mosselzaad.gpkg": Known(
        80, 80, 28992, "UTF-8", codes={"parcel.overlap_in_file": 70, "parcel.overlap_slight": 1}, fixes={"snap": 7}
    ),
    "gpkg/bees.gpkg": Known(
        14, 14, 3857, "UTF-8", codes={"layer.skipped": 3, "parcel.overlap_slight": 2},
        layers=(("apiary", 35, False), ("area", 14, True), ("Reviews", 7, False), ("Pollen_Consumption", 0, False)),
    ),
    "gpkg/curvepolygon.gpkg": Known(
        1, 1, 4326, "UTF-8", ellipsoid_m2=104_071_879_937.7, codes={"layer.curves": 1, **BIG}
    ),
    # --- mapinfo: northings of 0.78 to 0.81 million with a false northing of 10 million lie in the Antarctic; no doubt the leading
    # 7 of a place in Brazil was lost. The README does not say so; the file is told to be outside the area of use of its system.
    "mapinfo/Up.tab": Known(
        81, 79, 29193, "Windows-1252", outside=79, codes={"crs.outside_area_of_use": 1, "geometry.invalid": 2,
        "geometry.huge": 25, "batch.coverage": 1, "parcel.overlap_in_file": 2, "parcel.overlap_slight": 13},
        fixes={"make_valid": 2, "snap": 12},
    ),
    # --- messy_geojson
    "messy_geojson/ex1_invalid_rings.json": Known(
        1, 0, 4326, "UTF-8", outside=0, holes=14, ellipsoid_m2=19_200_126.9, codes={"geometry.invalid": 1}, fixes={"make_valid": 1}
    ),
    "messy_geojson/ex5_three_precincts.json": Known(
        3, 3, 4326, "UTF-8", ellipsoid_m2=184_817_302.2, codes={"geometry.huge": 3, "batch.coverage": 1,
        "parcel.overlap_in_file": 2, "parcel.overlap_slight": 1}, fixes={"snap": 1},
    ),
    "messy_geojson/o_polygon_with_hole_and_island.json": Known(
        1, 1, 4326, "UTF-8", ellipsoid_m2=1_029_280_509.1, holes=1, codes=BIG
    ),
    "messy_geojson/openring.json": Known(
        1, 0, 4326, "UTF-8", codes={"geometry.ring_open": 1, "geometry.huge": 1}, fixes={"close_ring": 1}
    ),
    "messy_geojson/six_counties_three_null.json": Known(
        6, 2, 4326, "UTF-8", outlines=3, outside=2, ellipsoid_m2=123_433_875.5, codes={"geometry.missing": 3, "geometry.invalid": 1,
        "geometry.huge": 2, "batch.coverage": 1}, fixes={"make_valid": 1},
    ),
    # --- wkt_csv: 46 areas, none of which the file gives a system for
    "wkt_csv/camden_conservation_area.csv": Refused("crs.unknown", "--crs EPSG:", "EPSG:4326", Known(
            46, 46, 4326, "UTF-8", codes={"geometry.small": 1, "geometry.repeated_points": 2, "parcel.overlap_slight": 5},
            fixes={"drop_duplicate_points": 2, "snap": 4},
        ),
    ),
}  # fmt: skip
"""File → what is known of it."""
