"""Which zero heights are counted from: read from the coordinate system or told by a person, never guessed.

Heights over the ellipsoid and over a sea level differ by metres to tens of metres, those over China's several zeros by centimetres to metres.
"""

from pyproj import CRS

from gis_service.geo.elevation.refused import ElevationRefused

NATIONAL_1985, YELLOW_SEA_1956, PEARL_RIVER = "1985国家高程基准", "1956黄海高程系", "珠江高程基准"
ELLIPSOIDAL, EGM96, EGM2008 = "椭球高(大地高)", "EGM96 大地水准面", "EGM2008 大地水准面"

#: Words that name a datum of heights, lower case and without blanks; the longest that is found counts.
_WORDS = {
    "1985国家高程": NATIONAL_1985, "85国家高程": NATIONAL_1985, "85高程": NATIONAL_1985, "yellowsea1985": NATIONAL_1985,
    "epsg:5737": NATIONAL_1985, "1956黄海": YELLOW_SEA_1956, "56黄海": YELLOW_SEA_1956, "yellowsea1956": YELLOW_SEA_1956,
    "epsg:5736": YELLOW_SEA_1956, "珠江高程": PEARL_RIVER, "珠江基准": PEARL_RIVER, "珠基": PEARL_RIVER, "椭球高": ELLIPSOIDAL,
    "大地高": ELLIPSOIDAL, "ellipsoid": ELLIPSOIDAL, "egm96": EGM96, "egm2008": EGM2008,
}  # fmt: skip


def named(text: str | None) -> str | None:
    """One name for what people and files call a datum of heights; what is not known stays as it is written.

    >>> named("Yellow Sea 1985 height"), named("85 高程"), named("WGS84 ellipsoidal"), named("本厂假定高程"), named(" ")
    ('1985国家高程基准', '1985国家高程基准', '椭球高(大地高)', '本厂假定高程', None)
    """
    if text is None or not text.strip():
        return None
    bare = "".join(text.lower().split())
    found = [word for word in _WORDS if word in bare]
    return _WORDS[max(found, key=len)] if found else text.strip()


def of_crs(crs: CRS) -> str | None:
    """The datum of heights a compound or three-dimensional system names."""
    below = next((part for part in crs.sub_crs_list if part.is_vertical), None)
    if below is not None:
        return named(below.name)
    return ELLIPSOIDAL if len(crs.axis_info) == 3 else None


def unit_of(crs: CRS) -> str | None:
    """The unit of heights a compound or three-dimensional system names."""
    up = next((axis for axis in crs.axis_info if axis.direction in {"up", "down"}), None)
    return up.unit_name if up else None


def agreed(told: str | None, given: str | None, *, name: str) -> str | None:
    """The datum of a file by what it says itself and what a person says of it; refused where they differ."""
    given = named(given)
    if told and given and told != given:
        raise ElevationRefused("elevation.vertical_contradicted", name=name, told=told, given=given)
    return told or given
