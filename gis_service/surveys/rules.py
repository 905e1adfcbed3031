"""The stored words of surveys and their pure decisions."""

from enum import StrEnum


class PointKind(StrEnum):
    BOREHOLE = "borehole"
    PIT = "pit"
    TRENCH = "trench"
    PROBE = "probe"


POINT_WORDS: dict[PointKind, tuple[str, str, str]] = {
    PointKind.BOREHOLE: ("钻孔", "borehole", "ZK"),
    PointKind.PIT: ("探坑", "test pit", "TK"),
    PointKind.TRENCH: ("探槽", "trench", "TC"),
    PointKind.PROBE: ("钎探、窗口取样", "probe or window sample", "QT"),
}
"""Chinese, English, and the letters a point's number usually begins with."""


class WasteClass(StrEnum):
    EXCAVATED_SOIL = "excavated_soil"
    SLURRY = "slurry"
    SITE_WASTE = "site_waste"
    DEMOLITION_WASTE = "demolition_waste"
    DECORATION_WASTE = "decoration_waste"
    DOMESTIC_WASTE = "domestic_waste"
    GENERAL_INDUSTRIAL = "general_industrial"
    HAZARDOUS = "hazardous"
    SLUDGE = "sludge"
    GREEN_WASTE = "green_waste"
    MIXED = "mixed"
    UNKNOWN = "unknown"


WASTE_WORDS: dict[WasteClass, tuple[str, str]] = {
    WasteClass.EXCAVATED_SOIL: ("工程渣土", "excavated soil"),
    WasteClass.SLURRY: ("工程泥浆", "slurry"),
    WasteClass.SITE_WASTE: ("工程垃圾", "site waste"),
    WasteClass.DEMOLITION_WASTE: ("拆除垃圾", "demolition waste"),
    WasteClass.DECORATION_WASTE: ("装修垃圾", "decoration waste"),
    WasteClass.DOMESTIC_WASTE: ("生活垃圾", "domestic waste"),
    WasteClass.GENERAL_INDUSTRIAL: ("一般工业固废", "general industrial waste"),
    WasteClass.HAZARDOUS: ("危险废物", "hazardous waste"),
    WasteClass.SLUDGE: ("污泥", "sludge"),
    WasteClass.GREEN_WASTE: ("园林垃圾", "green waste"),
    WasteClass.MIXED: ("混合垃圾", "mixed waste"),
    WasteClass.UNKNOWN: ("类别不明", "unknown"),
}


class Odour(StrEnum):
    NONE = "none"
    WEAK = "weak"
    MEDIUM = "medium"
    STRONG = "strong"


ODOUR_WORDS: dict[Odour, tuple[str, str]] = {
    Odour.NONE: ("无", "none"),
    Odour.WEAK: ("弱", "weak"),
    Odour.MEDIUM: ("中", "medium"),
    Odour.STRONG: ("强", "strong"),
}


class PositionMethod(StrEnum):
    RTK = "rtk"
    TOTAL_STATION = "total_station"
    HANDHELD = "handheld"
    MAP = "map"


POSITION_WORDS: dict[PositionMethod, tuple[str, str]] = {
    PositionMethod.RTK: ("RTK", "RTK"),
    PositionMethod.TOTAL_STATION: ("全站仪", "total station"),
    PositionMethod.HANDHELD: ("手持定位", "handheld"),
    PositionMethod.MAP: ("图上量取", "read from a map"),
}


class Medium(StrEnum):
    SOLID_WASTE = "solid_waste"
    LEACHATE_TEST = "leachate_test"
    SOIL = "soil"
    GROUNDWATER = "groundwater"
    LEACHATE = "leachate"


MEDIUM_WORDS: dict[Medium, tuple[str, str]] = {
    Medium.SOLID_WASTE: ("固废", "solid waste"),
    Medium.LEACHATE_TEST: ("固废浸出液", "leaching test of waste"),
    Medium.SOIL: ("土壤", "soil"),
    Medium.GROUNDWATER: ("地下水", "groundwater"),
    Medium.LEACHATE: ("渗滤液", "leachate"),
}


class SurveyResult(StrEnum):
    NEGATIVE = "negative"
    POSITIVE = "positive"
    SUSPECTED = "suspected"
    INCONCLUSIVE = "inconclusive"


RESULT_WORDS: dict[SurveyResult, tuple[str, str]] = {
    SurveyResult.NEGATIVE: ("未发现", "nothing found"),
    SurveyResult.POSITIVE: ("发现固废", "waste found"),
    SurveyResult.SUSPECTED: ("疑似", "suspected"),
    SurveyResult.INCONCLUSIVE: ("无法判定", "inconclusive"),
}


class Suspicion(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


SUSPICION_WORDS: dict[Suspicion, tuple[str, str]] = {
    Suspicion.LOW: ("低", "low"),
    Suspicion.MEDIUM: ("中", "medium"),
    Suspicion.HIGH: ("高", "high"),
}


class Geophysics(StrEnum):
    ERT = "ert"
    GPR = "gpr"
    EM = "em"
    TEM = "tem"
    SURFACE_WAVE = "surface_wave"


GEOPHYSICS_WORDS: dict[Geophysics, tuple[str, str]] = {
    Geophysics.ERT: ("高密度电法", "electrical resistivity tomography"),
    Geophysics.GPR: ("探地雷达", "ground-penetrating radar"),
    Geophysics.EM: ("电磁法", "electromagnetics"),
    Geophysics.TEM: ("瞬变电磁", "transient electromagnetics"),
    Geophysics.SURFACE_WAVE: ("面波、微动", "surface waves"),
}
