"""Logs as an AGS 4.1 file, for offices and programs that exchange it. Chinese texts stay as they are, in UTF-8.

The legend of a layer (GEOL_LEG) is its name, the geology (GEOL_GEOL) whether it is waste and of which class, both explained in ABBR.
What AGS has no heading for stands in words in LOCA_REM and GEOL_REM. Written here and not by python-ags4: that needs a table of pandas for every group and writes to files only.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from gis_service.surveys import words
from gis_service.surveys.logs import Layer, Log, Result, Sample
from gis_service.surveys.rules import MEDIUM_WORDS, WASTE_WORDS, Medium, PointKind

Value = str | Decimal | date | None

TYPES: dict[PointKind, tuple[str, str]] = {
    PointKind.BOREHOLE: ("EH", "Exploratory Hole"),
    PointKind.PIT: ("TP", "Trial pit/trench"),
    PointKind.TRENCH: ("TT", "Trial trench"),
    PointKind.PROBE: ("WS", "Window Sampler"),
}
"""Codes of the dictionary: how a borehole was drilled is not recorded here."""

WATERS = (Medium.GROUNDWATER, Medium.LEACHATE)
NOT_WASTE, WASTE = "not_waste", "waste"
"""Codes of GEOL_GEOL beside those of the classes of waste."""

NATURAL, NOT_NATURAL = "natural ground reached", "natural ground not reached"
"""Written as the reason a hole was ended (LOCA_TERM)."""

#: Group → heading, its unit and its type (AGS 4.1 dictionary).
GROUPS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "PROJ": (("PROJ_ID", "", "ID"), ("PROJ_NAME", "", "X"), ("PROJ_CONT", "", "X")),
    "TRAN": (
        ("TRAN_ISNO", "", "X"), ("TRAN_DATE", "yyyy-mm-dd", "DT"), ("TRAN_PROD", "", "X"), ("TRAN_STAT", "", "X"), ("TRAN_AGS", "", "X"),
        ("TRAN_RECV", "", "X"), ("TRAN_DLIM", "", "X"), ("TRAN_RCON", "", "X"),
    ),
    "TYPE": (("TYPE_TYPE", "", "X"), ("TYPE_DESC", "", "X")),
    "UNIT": (("UNIT_UNIT", "", "X"), ("UNIT_DESC", "", "X")),
    "ABBR": (("ABBR_HDNG", "", "X"), ("ABBR_CODE", "", "X"), ("ABBR_DESC", "", "X")),
    "LOCA": (
        ("LOCA_ID", "", "ID"), ("LOCA_TYPE", "", "PA"), ("LOCA_NATE", "m", "3DP"), ("LOCA_NATN", "m", "3DP"), ("LOCA_GREF", "", "PA"),
        ("LOCA_GL", "m", "3DP"), ("LOCA_REM", "", "X"), ("LOCA_FDEP", "m", "3DP"), ("LOCA_STAR", "yyyy-mm-dd", "DT"), ("LOCA_TERM", "", "X"),
    ),
    "HDPH": (("LOCA_ID", "", "ID"), ("HDPH_TOP", "m", "3DP"), ("HDPH_BASE", "m", "3DP"), ("HDPH_TYPE", "", "PA"), ("HDPH_CREW", "", "X"), ("HDPH_LOG", "", "X"), ("HDPH_CONT", "", "X")),
    "HDIA": (("LOCA_ID", "", "ID"), ("HDIA_DPTH", "m", "3DP"), ("HDIA_DIAM", "mm", "1DP")),
    "GEOL": (("LOCA_ID", "", "ID"), ("GEOL_TOP", "m", "3DP"), ("GEOL_BASE", "m", "3DP"), ("GEOL_DESC", "", "X"), ("GEOL_LEG", "", "PA"), ("GEOL_GEOL", "", "PA"), ("GEOL_REM", "", "X")),
    "WSTG": (("LOCA_ID", "", "ID"), ("WSTG_DPTH", "m", "3DP")),
    "WSTD": (("LOCA_ID", "", "ID"), ("WSTG_DPTH", "m", "3DP"), ("WSTD_NMIN", "min", "0DP"), ("WSTD_POST", "m", "3DP")),
    "SAMP": (
        ("LOCA_ID", "", "ID"), ("SAMP_TOP", "m", "3DP"), ("SAMP_REF", "", "X"), ("SAMP_TYPE", "", "PA"), ("SAMP_ID", "", "ID"), ("SAMP_BASE", "m", "3DP"),
        ("SAMP_DTIM", "yyyy-mm-dd", "DT"), ("SAMP_CONT", "", "X"), ("SAMP_MATX", "", "X"),
    ),
    "ERES": (
        ("LOCA_ID", "", "ID"), ("SAMP_TOP", "m", "3DP"), ("SAMP_REF", "", "X"), ("SAMP_TYPE", "", "PA"), ("SAMP_ID", "", "ID"), ("SPEC_REF", "", "X"),
        ("SPEC_DPTH", "m", "3DP"), ("ERES_CODE", "", "PA"), ("ERES_METH", "", "X"), ("ERES_MATX", "", "PA"), ("ERES_RTYP", "", "PA"), ("ERES_NAME", "", "X"), ("ERES_RVAL", "", "U"),
        ("ERES_RUNI", "", "PU"), ("ERES_RTXT", "", "X"), ("ERES_LQLF", "", "X"), ("ERES_RDLM", "", "U"), ("ERES_LAB", "", "X"),
    ),
}  # fmt: skip

TYPE_NAMES = {
    "ID": "Unique Identifier", "X": "Text", "PA": "Text listed in ABBR Group", "PU": "Text listed in UNIT Group", "DT": "Date time in international format",
    "U": "Value with a variable format", "0DP": "Value; 0 decimal places", "1DP": "Value; 1 decimal place", "3DP": "Value; 3 decimal places",
}  # fmt: skip
UNIT_NAMES = {"m": "metre", "mm": "millimetre", "min": "minute", "yyyy-mm-dd": "year month day"}

Row = dict[str, Value]


def write_ags(logs: Sequence[Log], project: str, *, producer: str, issued: date) -> bytes:
    """An AGS 4.1 file of logs; lengths to the millimetre. `project` names it, `producer` is who sends it."""
    rows: dict[str, list[Row]] = {
        "PROJ": [{"PROJ_ID": project, "PROJ_NAME": project, "PROJ_CONT": "; ".join(_each(log.contractor for log in logs))}],
        "TRAN": [_transfer(producer, issued)],
        "TYPE": [{"TYPE_TYPE": code, "TYPE_DESC": TYPE_NAMES[code]} for code in _each(kind for heads in GROUPS.values() for _, _, kind in heads)],
        "LOCA": [_location(log) for log in logs],
        "HDPH": [{"LOCA_ID": log.point_no, "HDPH_TOP": Decimal(0), "HDPH_BASE": log.total_depth_m, "HDPH_TYPE": TYPES[log.kind][0], "HDPH_CREW": log.driller, "HDPH_LOG": log.logger, "HDPH_CONT": log.contractor} for log in logs],
        "HDIA": [{"LOCA_ID": log.point_no, "HDIA_DPTH": log.total_depth_m, "HDIA_DIAM": log.diameter_mm} for log in logs if log.diameter_mm is not None],
        "GEOL": [_stratum(log, layer) for log in logs for layer in log.layers],
        "WSTG": [{"LOCA_ID": log.point_no, "WSTG_DPTH": log.water_first_m} for log in logs if log.water_first_m is not None or log.water_stable_m is not None],
        "WSTD": [{"LOCA_ID": log.point_no, "WSTG_DPTH": log.water_first_m, "WSTD_NMIN": Decimal(0), "WSTD_POST": log.water_stable_m} for log in logs if log.water_stable_m is not None],
        "SAMP": [_sample(log, sample) for log in logs for sample in log.samples],
        "ERES": [_result(log, sample, result) for log in logs for sample in log.samples for result in sample.results],
    }  # fmt: skip
    rows["UNIT"] = _units(rows["ERES"])
    rows["ABBR"] = _abbreviations(logs)
    return "\r\n".join(_group(name, rows[name]) for name in GROUPS if rows[name]).encode()


def _each(names: Iterable[str]) -> list[str]:
    """Different names in their order, empty ones left out."""
    return [name for name in dict.fromkeys(names) if name]


def _transfer(producer: str, issued: date) -> Row:
    return {
        "TRAN_ISNO": "1", "TRAN_DATE": issued, "TRAN_PROD": producer, "TRAN_STAT": "Final", "TRAN_AGS": "4.1", "TRAN_RECV": "-",
        "TRAN_DLIM": "|", "TRAN_RCON": "+",
    }  # fmt: skip


def _location(log: Log) -> Row:
    gas = [f"{name} {value}" for name, value in log.gas.items()]
    told = [log.remark, f"PID {log.pid_ppm} ppm" if log.pid_ppm is not None else "", *gas]
    return {
        "LOCA_ID": log.point_no, "LOCA_TYPE": TYPES[log.kind][0], "LOCA_NATE": log.easting, "LOCA_NATN": log.northing, "LOCA_GREF": f"EPSG{log.crs}",
        "LOCA_GL": log.ground_elev_m, "LOCA_REM": "; ".join(_each(told)), "LOCA_FDEP": log.total_depth_m, "LOCA_STAR": log.made_on,
        "LOCA_TERM": NATURAL if log.bottom_reached else NOT_NATURAL,
    }  # fmt: skip


def _stratum(log: Log, layer: Layer) -> Row:
    made_of = [f"{words.components()[code].zh} {share}%" for code, share in layer.composition_pct.items() if code in words.components()]  # fmt: skip
    described = layer.description or "、".join(_each([layer.soil_name, layer.colour, layer.moisture]))
    kind = layer.waste_class.value if layer.waste_class else (WASTE if layer.is_waste else NOT_WASTE)
    return {
        "LOCA_ID": log.point_no, "GEOL_TOP": layer.from_m, "GEOL_BASE": layer.to_m, "GEOL_DESC": described, "GEOL_LEG": _code(layer.soil_name),
        "GEOL_GEOL": kind, "GEOL_REM": "; ".join(made_of),
    }  # fmt: skip


def _sample(log: Log, sample: Sample) -> Row:
    return {
        "LOCA_ID": log.point_no, "SAMP_TOP": sample.from_m, "SAMP_REF": sample.sample_no, "SAMP_TYPE": _sample_type(sample), "SAMP_ID": sample.sample_no,
        "SAMP_BASE": sample.to_m, "SAMP_DTIM": sample.taken_on, "SAMP_CONT": sample.container, "SAMP_MATX": MEDIUM_WORDS[sample.medium][1],
    }  # fmt: skip


def _sample_type(sample: Sample) -> str:
    return "EW" if sample.medium in WATERS else "ES"


def _result(log: Log, sample: Sample, result: Result) -> Row:
    return {
        "LOCA_ID": log.point_no, "SAMP_TOP": sample.from_m, "SAMP_REF": sample.sample_no, "SAMP_TYPE": _sample_type(sample), "SAMP_ID": sample.sample_no,
        "SPEC_REF": sample.sample_no, "SPEC_DPTH": sample.from_m, "ERES_CODE": _code(result.analyte), "ERES_METH": result.method,
        "ERES_MATX": "LIQUID" if sample.medium in WATERS else "SOLID", "ERES_RTYP": "INITIAL", "ERES_NAME": result.analyte, "ERES_RVAL": format(result.value, "f"),
        "ERES_RUNI": result.unit or "-", "ERES_RTXT": f"{result.qualifier}{result.value:f}", "ERES_LQLF": result.qualifier,
        "ERES_RDLM": None if result.detection_limit is None else format(result.detection_limit, "f"), "ERES_LAB": sample.laboratory,
    }  # fmt: skip


def _code(text: str) -> str:
    """A code without the two signs that join codes in AGS."""
    return text.replace("+", "-").replace("|", "-")


def _units(results: list[Row]) -> list[Row]:
    fixed = _each(unit for heads in GROUPS.values() for _, unit, _ in heads)
    found = _each([*fixed, *(str(row["ERES_RUNI"]) for row in results)])
    return [{"UNIT_UNIT": unit, "UNIT_DESC": UNIT_NAMES.get(unit, unit)} for unit in found]


def _abbreviations(logs: Sequence[Log]) -> list[Row]:
    """What every code in the file means."""
    told: dict[tuple[str, str], str] = {}
    for log in logs:
        code, meaning = TYPES[log.kind]
        told["LOCA_TYPE", code] = told["HDPH_TYPE", code] = meaning
        told["LOCA_GREF", f"EPSG{log.crs}"] = f"Coordinate reference system EPSG:{log.crs}"
        for layer in log.layers:
            known = words.soil(layer.soil_name)
            told["GEOL_LEG", _code(layer.soil_name)] = known.en if known else layer.soil_name
            kind = str(_stratum(log, layer)["GEOL_GEOL"])
            told["GEOL_GEOL", kind] = WASTE_WORDS[layer.waste_class][1] if layer.waste_class else kind.replace("_", " ")
        for sample in log.samples:
            water = sample.medium in WATERS
            kinds = {"EW": "Water sample for environmental testing", "ES": "Soil sample for environmental testing"}
            told["SAMP_TYPE", _sample_type(sample)] = kinds[_sample_type(sample)]
            for result in sample.results:
                told["ERES_RTYP", "INITIAL"] = "Initial"
                told["ERES_CODE", _code(result.analyte)] = result.analyte
                told["ERES_MATX", "LIQUID" if water else "SOLID"] = "Liquid" if water else "Solid"
    return [{"ABBR_HDNG": head, "ABBR_CODE": code, "ABBR_DESC": meaning} for (head, code), meaning in sorted(told.items())]  # fmt: skip


def _group(name: str, rows: list[Row]) -> str:
    heads = GROUPS[name]
    lines = [["GROUP", name], ["HEADING", *(head for head, _, _ in heads)], ["UNIT", *(unit for _, unit, _ in heads)], ["TYPE", *(kind for _, _, kind in heads)]]  # fmt: skip
    lines += [["DATA", *(_text(row.get(head), kind) for head, _, kind in heads)] for row in rows]
    return "".join(",".join(_quoted(text) for text in line) + "\r\n" for line in lines)


def _text(value: Value, kind: str) -> str:
    if isinstance(value, Decimal):
        return format(value, f".{kind[0]}f")
    return value.isoformat() if isinstance(value, date) else value or ""


def _quoted(text: str) -> str:
    """A field on one line, its own quotes doubled."""
    return '"' + " ".join(text.split()).replace('"', '""') + '"'
