"""AGS 4 (through python-ags4) and AGS 3 as the four tables. English descriptions become names of soil by stated rules.

python-ags4 is asked for nothing but the groups of a text in memory: it opens no file, writes nothing, and what it prints or raises
becomes an issue of ours.
"""

import csv
import io
import logging
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from python_ags4 import AGS4

from gis_service.surveys import words
from gis_service.surveys.reading import ags3, ags_writer, english, ground, values
from gis_service.surveys.reading.ags3 import LINE, Row
from gis_service.surveys.reading.result import Entry, Notes, RefusedFile, Tables
from gis_service.surveys.reading.values import NotUnderstood
from gis_service.surveys.rules import Medium, PointKind, WasteClass

MOST_LINES = 500_000
MOST_LAYERS = 50_000

logging.getLogger("python_ags4.AGS4").addFilter(lambda _: False)  # what it says is told by our own issues

_GROUPED = re.compile(rb'\s*"?(GROUP"?,|\*\*\??PROJ)', re.IGNORECASE)

#: Types of holes: what a code begins with → what it is here.
KINDS = {
    "TP": PointKind.PIT, "IP": PointKind.PIT, "OP": PointKind.PIT, "HP": PointKind.PIT, "TR": PointKind.TRENCH, "TT": PointKind.TRENCH,
    "WS": PointKind.PROBE, "WLS": PointKind.PROBE, "DP": PointKind.PROBE, "CPT": PointKind.PROBE, "SCP": PointKind.PROBE,
    "CP": PointKind.BOREHOLE, "RC": PointKind.BOREHOLE, "RO": PointKind.BOREHOLE, "BH": PointKind.BOREHOLE, "SNC": PointKind.BOREHOLE,
    "HA": PointKind.BOREHOLE, "EH": PointKind.BOREHOLE, "ZK": PointKind.BOREHOLE, "TK": PointKind.PIT, "TC": PointKind.TRENCH, "QT": PointKind.PROBE,
}  # fmt: skip


BOTTOM = {ags_writer.NATURAL: "是", ags_writer.NOT_NATURAL: "否"}
"""What `ags_writer` says of the bottom of a hole; other files do not tell."""


def looks_like(head: bytes) -> bool:
    """Whether a file begins as AGS 4 or AGS 3 do, whatever it is called."""
    return _GROUPED.match(head.removeprefix(b"\xef\xbb\xbf")) is not None


def read(raw: bytes, notes: Notes, soils: Mapping[str, str]) -> Tables:
    """The tables of an AGS file; `soils` maps codes or words of the legend to names of soil."""
    text = _decoded(raw, notes)
    old = text.lstrip().lstrip('"').startswith("**")
    groups = ags3.groups(text) if old else _groups(text)
    _refuse_empty(groups, old)
    return _Conversion(
        groups, "HOLE" if old else "LOCA", notes, _known(soils), Tables("AGS 3" if old else "AGS 4")
    ).tables()


# --- text ------------------------------------------------------------------------------------------------------------


def _decoded(raw: bytes, notes: Notes) -> str:
    """UTF-8 with or without its mark; else GBK where all other bytes come in pairs of it, else Western European."""
    if b"\x00" in raw:
        line = raw[: raw.index(b"\x00")].count(b"\n") + 1
        raise RefusedFile(
            "nul", f"第 {line} 行含有空字符(NUL),文件已损坏。请重新导出", f"Line {line} holds a NUL, the file is damaged. Export it again", row=line
        )  # fmt: skip
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        codec = "gb18030" if _in_pairs(raw) else "cp1252"
        text = raw.decode(codec, "replace")
        notes.warning(
            "encoding", f"文件不是 UTF-8,按 {codec.upper()} 读取。请核对文字", f"The file is not UTF-8 and was read as {codec.upper()}. Check its texts"
        )  # fmt: skip
    if text.count("\n") > MOST_LINES:
        raise RefusedFile(
            "too_many_rows", f"文件超过 {MOST_LINES} 行。请按孔分成几个文件导入", f"The file has more than {MOST_LINES} lines. Split it by holes"
        )  # fmt: skip
    return text


def _in_pairs(raw: bytes) -> bool:
    """Whether every byte above ASCII belongs to a pair of GB 2312, which Western texts with single signs never do."""
    return re.sub(rb"[\xa1-\xf7][\xa1-\xfe]", b"", raw).isascii()


def _groups(text: str) -> dict[str, list[Row]]:
    """The groups of AGS 4 by python-ags4, each row with its line."""
    try:
        found, _headings, _lines = AGS4.AGS4_to_dict(io.StringIO(text), get_line_numbers=True)
        return {
            group: [
                {head: str(value).strip() for head, value in zip(columns, row, strict=True)} | {LINE: str(row[-1])}
                for row in zip(*columns.values(), strict=True)
                if row and row[0] == "DATA"
            ]
            for group, columns in found.items()
        }
    except AGS4.AGS4Error as fault:
        raise _refused(str(fault)) from None
    except (LookupError, ValueError, TypeError, csv.Error) as fault:
        raise _refused(f"{type(fault).__name__}: {fault}") from None


def _refused(said: str) -> RefusedFile:
    """What python-ags4 complains of, in both languages."""
    line = re.search(r"Line (\d+)", said)
    number = int(line[1]) if line else None
    if twice := re.search(r"(\w+) group duplicated", said):
        return RefusedFile(
            "ags_duplicate_group", f"AGS 文件中组 {twice[1]} 出现了两次(第 {number} 行)。请先合并成一组,再导入",
            f"The group {twice[1]} comes twice in the AGS file (line {number}). Join them into one and import again", row=number,
        )  # fmt: skip
    if "same number of entries" in said:
        return RefusedFile(
            "ags_fields", f"AGS 文件第 {number} 行的列数与表头(HEADING)不同。请用原软件重新导出",
            f"Line {number} of the AGS file has another number of fields than its HEADING. Export it again", row=number,
        )  # fmt: skip
    return RefusedFile(
        "ags_broken", f"AGS 文件的结构有误({values.short(said, 80)})。请用原软件重新导出,并先用 AGS 校验工具检查",
        f"The structure of the AGS file is broken ({values.short(said, 80)}). Export it again and check it with an AGS validator", row=number,
    )  # fmt: skip


def _refuse_empty(groups: Mapping[str, list[Row]], old: bool) -> None:
    needed = "HOLE" if old else "LOCA"
    if not groups.get(needed):
        raise RefusedFile(
            "no_points", f"AGS 文件里没有 {needed} 组(钻孔表)。请连同 {needed}、GEOL 一起导出", f"The AGS file has no group {needed}. Export {needed} and GEOL with it"
        )  # fmt: skip
    if len(groups.get("GEOL", [])) > MOST_LAYERS:
        raise RefusedFile(
            "too_many_rows", f"GEOL 组超过 {MOST_LAYERS} 行。请按孔分成几个文件导入", f"The group GEOL has more than {MOST_LAYERS} rows. Split the file by holes"
        )  # fmt: skip


def _known(soils: Mapping[str, str]) -> dict[str, str]:
    """The mapping of the caller, its names checked."""
    for name in soils.values():
        if words.soil(name) is None:
            near = "、".join(values.nearest(name, list(words.soils())))
            raise RefusedFile(
                "mapping", f"对照表里的土名“{values.short(name)}”不在列表中。相近的有:{near or '无'}", f"The mapping names the soil '{values.short(name)}', which is not in the list. Near to it: {near or 'none'}"
            )  # fmt: skip
    return {key.strip().casefold(): name for key, name in soils.items()}


# --- conversion ------------------------------------------------------------------------------------------------------


def _said(row: Row, *names: str) -> str:
    """The first of these fields that says anything; some programs write Null for nothing."""
    return next((text for name in names if (text := row.get(name, "").strip()) and text.casefold() != "null"), "")


def _decimal(text: str) -> Decimal | None:
    with suppress(NotUnderstood):
        return values.number(text) if text else None
    return None


def _day(text: str) -> str:
    """A date of AGS as ours: 2019-07-03T…, or 15/11/2005 in AGS 3; empty for another."""
    match = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text.strip())
    with suppress(ValueError, NotUnderstood):
        return (date(int(match[3]), int(match[2]), int(match[1])) if match else values.day(text)).isoformat()
    return ""


@dataclass
class _Conversion:
    """Groups into tables. `hole` is what the group of holes is called, LOCA or HOLE."""

    groups: dict[str, list[Row]]
    hole: str
    notes: Notes
    soils: Mapping[str, str]
    result: Tables
    layers_of: dict[str, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    depths: dict[str, Decimal | None] = field(default_factory=dict)
    numbers: dict[tuple[str, ...], str] = field(default_factory=dict)
    by_rule: bool = False
    used: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.rows_of: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for group in ("HDPH", "HDIA", "CDIA", "WSTG", "WSTD", "WSTK"):
            for row in self.groups.get(group, []):
                self.rows_of[group, self._id(row)].append(row)
        self.legends = {
            row.get("ABBR_CODE", ""): _said(row, "ABBR_DESC")
            for row in self.groups.get("ABBR", [])
            if row.get("ABBR_HDNG") == "GEOL_LEG"
        }
        self.laboratories = {
            self._key(row): lab
            for group in ("GCHM", "ERES")
            for row in self.groups.get(group, [])
            if (lab := _said(row, f"{group}_LAB"))
        }

    def tables(self) -> Tables:
        for row in self.groups.get("GEOL", []):
            self._layer(row)
        for row in self.groups[self.hole]:
            self._point(row)
        for row in self.groups.get("SAMP", []):
            self._sample(row)
        for group in ("ERES", "GCHM"):
            for row in self.groups.get(group, []):
                self._result(group, row)
        if self.by_rule:
            self._tell_rules()
        return self.result

    def _tell_rules(self) -> None:
        self.notes.warning(
            "ags_rules", "AGS 的英文描述按 ags_words.toml 的规则译成土名,原文保留在描述里。填土是否固废逐层提醒,请核对;也可导入时给出对照表",
            "English descriptions became names of soil by the rules of ags_words.toml; the originals are kept as descriptions. Whether made ground is waste is told layer by layer; please check, or give a mapping when importing",
        )  # fmt: skip

    def _id(self, row: Row) -> str:
        return " ".join(_said(row, f"{self.hole}_ID", "HOLE_ID").split())

    def _of(self, group: str, point_no: str) -> list[Row]:
        return self.rows_of.get((group, point_no), [])

    def _entry(self, group: str, row: Row, **said: str) -> Entry:
        return Entry(group, int(row[LINE]), {name.replace("__", ":"): text for name, text in said.items() if text})

    # --- holes ---

    def _point(self, row: Row) -> None:
        point_no, hole = self._id(row), self.hole
        first, stable = self._water(point_no, row)
        details = self._of("HDPH", point_no)
        entry = self._entry(
            hole, row, point_no=point_no, easting=_said(row, f"{hole}_NATE"), northing=_said(row, f"{hole}_NATN"),
            ground_elev_m=_said(row, f"{hole}_GL"), total_depth_m=_said(row, f"{hole}_FDEP"), diameter_mm=self._diameter(point_no),
            made_on=_day(_said(row, f"{hole}_STAR")), backfilled_on=_day(_said(row, f"{hole}_BACD")),
            contractor=next((_said(each, "PROJ_CONT") for each in self.groups.get("PROJ", [])), ""),
            driller=_said(row, "HOLE_CREW") or next((text for each in details if (text := _said(each, "HDPH_CREW"))), ""),
            logger=_said(row, "HOLE_LOG") or next((text for each in details if (text := _said(each, "HDPH_LOG"))), ""),
            water_first_m=first, water_stable_m=stable, remark=_said(row, f"{hole}_REM"), bottom_reached=BOTTOM.get(_said(row, "LOCA_TERM"), ""), crs=_system(_said(row, "LOCA_GREF")),
        )  # fmt: skip
        self.depths[point_no] = self._depth(point_no, entry.text("total_depth_m"))
        entry.said["kind"] = self._kind(_said(row, f"{hole}_TYPE"), point_no, entry)
        self.result.points.append(entry)

    def _kind(self, code: str, point_no: str, entry: Entry) -> str:
        for text in (code.upper(), point_no.upper()):
            for length in (3, 2):
                if text[:length] in KINDS:
                    return KINDS[text[:length]].value
        self.notes.warning(
            "kind_assumed", f"{point_no} 的类型“{code or '空'}”不认识,按钻孔。请核对", f"The type '{code or 'empty'}' of {point_no} is not known; it was taken for a borehole. Please check",
            at=entry, field="kind",
        )  # fmt: skip
        return PointKind.BOREHOLE.value

    def _diameter(self, point_no: str) -> str:
        """The widest, with which it was begun."""
        found = [_decimal(_said(row, "HDIA_DIAM", "HDIA_HOLE", "CDIA_DIAM")) for group in ("HDIA", "CDIA") for row in self._of(group, point_no)]  # fmt: skip
        return str(max((each for each in found if each), default=""))

    def _water(self, point_no: str, row: Row) -> tuple[str, str]:
        """Depth of the first strike, and where it rose to at last; what lies below the hole is left out and said."""
        strikes = [depth for each in (*self._of("WSTG", point_no), *self._of("WSTK", point_no)) if (depth := _decimal(_said(each, "WSTG_DPTH", "WSTK_DEP"))) is not None]  # fmt: skip
        rises = [
            (_decimal(_said(each, "WSTD_NMIN", "WSTK_NMIN")) or Decimal(0), depth)
            for each in (*self._of("WSTD", point_no), *self._of("WSTK", point_no))
            if (depth := _decimal(_said(each, "WSTD_POST", "WSTK_POST"))) is not None
        ]
        depth = _decimal(_said(row, f"{self.hole}_FDEP"))
        first = min(strikes, default=None)
        stable = max(rises)[1] if rises else None
        return self._within(first, depth, row, "water_first_m"), self._within(stable, depth, row, "water_stable_m")

    def _within(self, value: Decimal | None, depth: Decimal | None, row: Row, name: str) -> str:
        if value is None or depth is None or value <= depth:
            return "" if value is None else str(value)
        self.notes.warning(
            "water_left_out", f"{self._id(row)} 的水位埋深 {value} m 超过孔深 {depth} m,没有采用。请核对",
            f"The water of {self._id(row)} at {value} m lies below its {depth} m and was left out. Please check",
            at=self._entry(self.hole, row), field=name,
        )  # fmt: skip
        return ""

    # --- layers ---

    def _layer(self, row: Row) -> None:
        description, legend = _said(row, "GEOL_DESC"), self._legend(row)
        entry = self._entry(
            "GEOL", row, point_no=self._id(row), from_m=_said(row, "GEOL_TOP"), to_m=_said(row, "GEOL_BASE"), description=description
        )  # fmt: skip
        entry.said.update(self._meaning(entry, row, description, legend))
        self.result.layers.append(entry)
        self.layers_of[entry.text("point_no")].append(entry)

    def _legend(self, row: Row) -> str:
        """The words behind the legend code, and those of the geology."""
        code = _said(row, "GEOL_LEG")
        return f"{self.legends.get(code, '')} {_said(row, 'GEOL_GEOL')}".strip()

    def _meaning(self, entry: Entry, row: Row, description: str, legend: str) -> dict[str, str]:
        keys = (_said(row, "GEOL_LEG"), _said(row, "GEOL_GEOL"), legend, description)
        mapped = next((self.soils[key.casefold()] for key in keys if key.casefold() in self.soils), None)
        if mapped:
            return {"soil_name": mapped}
        if words.soil(_said(row, "GEOL_LEG")) is not None:
            return {"soil_name": _said(row, "GEOL_LEG")} | _waste_told(_said(row, "GEOL_GEOL"))
        self.by_rule = True
        found = english.meaning(description, legend)
        quoted = values.short(description or legend or "(空 · empty)", 60)
        if not found.soil:
            self.notes.error(
                "ags_no_rule", f"没有规则能判断“{quoted}”是什么土。请在对照表里给它一个土名,再导入",
                f"No rule tells which soil '{quoted}' is. Give it a name in the mapping and import again",
                at=entry, field="GEOL_DESC", point=entry.text("point_no"),
            )  # fmt: skip
            return {"soil_name": "未取芯"}
        self._tell(entry, found, quoted)
        said = {"soil_name": found.soil, "is_waste": "是" if found.is_waste else "否"}
        return said | ({"waste_class": found.waste_class.value} if found.waste_class else {})

    def _tell(self, entry: Entry, found: english.Meaning, quoted: str) -> None:
        """Every conclusion about made ground, and every doubt about natural ground."""
        because, named = "、".join(found.because[:6]), ", ".join(found.because[:6])
        if found.is_waste:
            code = "ags_waste"
            zh = f"“{quoted}”按固废(杂填土):描述里有 {because}。请核对"
            en = f"'{quoted}' counts as waste (杂填土), since it names {named}. Please check"
        elif found.made_ground:
            code = "ags_fill"
            zh = f"“{quoted}”是填土,没有提到垃圾,按素填土(不是固废)。请核对"
            en = f"'{quoted}' is made ground that names no waste: 素填土, no waste. Please check"
        elif found.against_legend:
            code = "ags_doubtful"
            zh = f"“{quoted}”的图例是填土,描述却不是,按描述({found.soil},不是固废)。请核对"
            en = f"The legend of '{quoted}' is made ground, its words are not; the words count ({found.soil}, no waste). Please check"
        elif found.because and found.soil != "混凝土":
            code = "ags_doubtful"
            zh = f"“{quoted}”没有标为填土,却提到 {because},按天然土({found.soil})。请核对"
            en = f"'{quoted}' is not marked as made ground, yet names {named}; it counts as natural ({found.soil}). Please check"
        elif found.soil == "未取芯":
            code = "ags_no_recovery"
            zh = f"“{quoted}”没有取到芯,按不是固废。请核对"
            en = f"'{quoted}' gave no core; it counts as no waste. Please check"
        else:
            return
        self.notes.warning(code, zh, en, at=entry, field="is_waste")

    # --- samples ---

    def _key(self, row: Row) -> tuple[str, ...]:
        """What names a sample in AGS, with depths that may be written with more or fewer zeros."""
        top = _decimal(_said(row, "SAMP_TOP"))
        return (self._id(row), str(top.normalize()) if top is not None else "", _said(row, "SAMP_REF"), _said(row, "SAMP_TYPE"), _said(row, "SAMP_ID"))  # fmt: skip

    def _sample(self, row: Row) -> None:
        key = self._key(row)
        point_no, _, reference, kind, given = key
        top, base = _decimal(_said(row, "SAMP_TOP")), _decimal(_said(row, "SAMP_BASE"))
        depth = self.depths.get(point_no)
        base = top if base is None else base
        number = given or f"{point_no}-{_said(row, 'SAMP_TOP')}-{kind}{reference}"
        at = self._entry("SAMP", row)
        if top is None or base is None or base < top or (depth is not None and base > depth):
            self.notes.warning(
                "sample_left_out", f"样品 {number} 没有深度,或不在孔深 {depth} m 以内,没有导入。需要的话请改正后再导入",
                f"The sample {number} has no depth or lies outside the {depth} m of its hole and was left out. Correct it if it matters",
                at=at, field="SAMP_TOP",
            )  # fmt: skip
            return
        self.used[number] += 1
        taken = self.used[number]
        self.numbers[key] = f"{number}-{taken}" if taken > 1 else number
        self.result.samples.append(
            self._entry(
                "SAMP",
                row,
                point_no=point_no,
                sample_no=self.numbers[key],
                from_m=str(top),
                to_m=str(base),
                medium=self._medium(kind, point_no, (top + base) / 2),
                container=_said(row, "SAMP_CONT"),
                taken_on=_day(_said(row, "SAMP_DTIM", "SAMP_DATE")),
                laboratory=self.laboratories.get(key, ""),
            )
        )

    def _depth(self, point_no: str, said: str) -> Decimal | None:
        """How deep a hole is: as it says, else as its layers reach."""
        bases = (_decimal(entry.text("to_m")) for entry in self.layers_of[point_no])
        return _decimal(said) or max((base for base in bases if base is not None), default=None)

    def _medium(self, kind: str, point_no: str, depth: Decimal) -> str:
        """Water by its type, else what the layer is the sample was taken from."""
        if kind in ("W", "EW"):
            return Medium.GROUNDWATER.value
        for entry in self.layers_of[point_no]:
            top, base = _decimal(entry.text("from_m")), _decimal(entry.text("to_m"))
            if top is not None and base is not None and top <= depth <= base:
                soil = words.soil(entry.text("soil_name"))
                return (Medium.SOLID_WASTE if soil and soil.is_waste else Medium.SOIL).value
        return Medium.SOIL.value

    def _result(self, group: str, row: Row) -> None:
        """One value of the laboratory. Words such as "grey clay" are no value and are named."""
        number = self.numbers.get(self._key(row))
        if number is None:
            return
        text = _said(row, "ERES_RVAL", "ERES_RTXT") if group == "ERES" else _said(row, "GCHM_RESL")
        limit = _said(row, "ERES_RDLM") if group == "ERES" else _said(row, "GCHM_DLIM")
        below = _said(row, "ERES_RTXT").startswith("<") or "<" in (_said(row, "ERES_LQLF"), _said(row, "ERES_IQLF")) or text.startswith("<")  # fmt: skip
        value = text.removeprefix("<").strip()
        if _decimal(value) is None:
            self.notes.warning(
                "result_left_out", f"检测结果“{values.short(text) or '空'}”不是数,没有导入", f"The result '{values.short(text) or 'empty'}' is no number and was left out",
                at=self._entry(group, row), field=f"{group}_RVAL" if group == "ERES" else "GCHM_RESL",
            )  # fmt: skip
            return
        pick: Callable[..., str] = lambda *names: _said(row, *(f"{group}_{name}" for name in names))  # noqa: E731
        self.result.results.append(
            self._entry(
                group,
                row,
                sample_no=number,
                analyte=pick("NAME", "CODE"),
                value=f"<{value}" if below else value,
                unit=pick("RUNI", "UNIT"),
                method=pick("METH"),
                detection_limit=limit if _decimal(limit) is not None else "",
            )
        )


def _waste_told(code: str) -> dict[str, str]:
    """Whether a layer is waste, where the file says it in the codes `ags_writer` writes."""
    if code in (ags_writer.NOT_WASTE, ags_writer.WASTE):
        told = code == ags_writer.WASTE
        return {"is_waste": "是", "waste_class": ground.UNDECIDED} if told else {"is_waste": "否"}
    return {"is_waste": "是", "waste_class": code} if code in set(WasteClass) else {}


def _system(reference: str) -> str:
    """The coordinate system a national grid reference names: the British one, or an EPSG code."""
    if reference.upper() in ("OSGB", "NGR", "BNG"):
        return "EPSG:27700"
    found = re.search(r"(?<!\d)\d{4,5}(?!\d)", reference)
    return f"EPSG:{found[0]}" if found else ""
