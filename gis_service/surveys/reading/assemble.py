"""Logs made of the four tables: every value understood or refused with its remedy, every log checked before it is kept."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar

from gis_service.surveys.logs import Fault, Layer, Log, faults
from gis_service.surveys.reading import columns, ground, places, samples, values
from gis_service.surveys.reading.cells import Cells
from gis_service.surveys.reading.columns import GAS
from gis_service.surveys.reading.places import Box, Spot
from gis_service.surveys.reading.result import Entry, Notes, Read, RefusedFile, Tables
from gis_service.surveys.rules import (
    POINT_WORDS,
    POSITION_WORDS,
    PointKind,
)

T = TypeVar("T")

NOT_NATURAL = ("填土", "未取芯", "混凝土")
"""Parts of names of ground that is no waste and yet not natural: a hole that ends in it has not reached the bottom."""

_BY_PREFIX = {letters: kind for kind, (_, _, letters) in POINT_WORDS.items()}

#: What to do about a contradiction `logs.faults` names.
REMEDIES = {
    "depth": ("请填写孔深", "Write the depth of the hole"),
    "water_depth": ("水位是从地面往下的埋深,请核对水位和孔深", "Water is a depth below ground; check it and the hole's depth"),
    "no_layers": ("请在“地层”表补上这个孔的各层", "Add the layers of this hole"),
    "first_layer": ("请补上从 0 m 开始的地层,或改正层顶", "Add what lies from 0 m, or correct the top"),
    "gap": ("请补上这一段,或改正层顶、层底", "Add what lies between, or correct the depths"),
    "overlap": ("请改正层顶或上一层的层底", "Correct this top or the bottom above"),
    "last_layer": ("请补上或改正末层,或改正孔深", "Add or correct the last layer, or the hole's depth"),
    "negative_depth": ("深度从地面往下,不写负号", "Depths count downwards without a sign"),
    "upside_down": ("层顶、层底可能写反,请核对", "Top and bottom may be exchanged; check them"),
    "composition": ("请改到合计 100,或全部留空", "Make them sum to 100, or leave all empty"),
    "class_without_waste": ("请删去类别,或把“是否固废”改为“是”", "Remove the class, or say that it is waste"),
    "sample_depth": ("请核对样品起止深度和孔深", "Check the depths of the sample and of the hole"),
}  # fmt: skip

OF_THE_SEQUENCE = {"no_layers", "first_layer", "gap", "overlap", "last_layer"}
"""Faults that say nothing where a layer is missing because it was not understood."""


def read(tables: Tables, notes: Notes, *, crs: int | None, box: Box | None) -> Read:
    """The logs of a file. Holes with an error are named in `refused` and left out."""
    return _Assembly(tables, notes, crs, box).read()


@dataclass(frozen=True)
class _Parts:
    """What belongs to holes, by their number; results by the number of their sample."""

    layers: dict[str, list[Entry]]
    samples: dict[str, list[Entry]]
    results: dict[str, list[Entry]]


@dataclass
class _Assembly:
    tables: Tables
    notes: Notes
    crs: int | None
    box: Box | None
    holes: dict[str, Entry] = field(default_factory=dict)
    sample_rows: dict[str, int] = field(default_factory=dict)
    incomplete: set[str] = field(default_factory=set)
    """Holes with a layer that was not understood: its gap is no further fault."""

    @property
    def cells(self) -> Cells:
        return Cells(self.notes)

    def read(self) -> Read:
        self._register()
        parts = _Parts(self._by_hole("layers"), self._by_hole("samples"), self._results())
        self._broken_cells()
        placed = places.place(self._spots(), self._system(), self.box, self.notes)
        spots = {spot.point_no: spot for spot in placed.spots}
        logs = [self._log(no, entry, spots.get(no), placed.crs, parts) for no, entry in self.holes.items()]
        for log in logs:
            self._check(log)
        kept = [log for log in logs if log.point_no not in self.notes.refused]
        return Read(
            kept, self.notes.issues, placed.crs, self.tables.format, list(self.notes.refused),
            len(self.holes), len(self.tables.layers),
        )  # fmt: skip

    # --- tables ------------------------------------------------------------------------------------------------------

    def _register(self) -> None:
        """The holes by number; a number that stands twice refuses both."""
        for entry in self.tables.points:
            point_no = entry.text("point_no")
            if not point_no:
                self.notes.error(
                    "no_point_no", "这一行没有点号。请填写点号,或删去这一行", "This row has no number of a hole. Write it, or delete the row",
                    at=entry, field="point_no",
                )  # fmt: skip
            elif point_no in self.holes:
                first = self.holes[point_no].row
                self.notes.error(
                    "duplicate_point", f"点号 {point_no} 在第 {first} 行已有。请改成不同的点号,或删去多余的一行",
                    f"The hole {point_no} stands in row {first} already. Give it another number, or delete one of them",
                    at=entry, field="point_no", point=point_no,
                )  # fmt: skip
            else:
                self.holes[point_no] = entry

    def _by_hole(self, table: str) -> dict[str, list[Entry]]:
        found: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.tables.of(table):
            point_no = entry.text("point_no")
            if point_no in self.holes:
                found[point_no].append(entry)
                continue
            near = values.nearest(point_no, list(self.holes))
            hint = (f"(相近的有:{'、'.join(near)})", f" (near to it: {', '.join(near)})") if near else ("", "")
            shown = values.short(point_no)
            self.notes.error(
                "unknown_point", f"“钻孔”表里没有点号“{shown}”{hint[0]}。请改正点号,或在“钻孔”表补上这个孔",
                f"There is no hole '{shown}' among the points{hint[1]}. Correct the number, or add the hole",
                at=entry, field="point_no",
            )  # fmt: skip
        return found

    def _results(self) -> dict[str, list[Entry]]:
        known = {entry.text("sample_no") for entry in self.tables.samples}
        found: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.tables.results:
            sample_no = entry.text("sample_no")
            if sample_no in known:
                found[sample_no].append(entry)
            else:
                self.notes.error(
                    "unknown_sample", f"“样品”表里没有样品“{values.short(sample_no)}”。请改正样品编号,或在“样品”表补上",
                    f"There is no sample '{values.short(sample_no)}'. Correct the number, or add the sample",
                    at=entry, field="sample_no",
                )  # fmt: skip
        return found

    def _broken_cells(self) -> None:
        """What is wrong with single cells refuses the hole they belong to."""
        hole_of = {entry.text("sample_no"): entry.text("point_no") for entry in self.tables.samples}
        for table in columns.TABLES:
            for entry in self.tables.of(table):
                point = entry.text("point_no") or hole_of.get(entry.text("sample_no"), "")
                for fault in entry.faults:
                    self.notes.error(fault.code, fault.zh, fault.en, at=entry, field=fault.field, point=point)

    def _system(self) -> int | None:
        """What the caller says, else the file, else its points; they may not contradict each other."""
        said = {entry.text("crs") for entry in self.tables.points if entry.text("crs")}
        codes = {places.parsed(text) for text in (*said, self.tables.crs_text)} - {None}
        if self.crs is not None:
            for code in codes - {self.crs}:
                self.notes.warning(
                    "crs_overridden",
                    f"文件写的坐标系是 EPSG:{code},按导入时指定的 EPSG:{self.crs} 读取。请核对",
                    f"The file names EPSG:{code}; EPSG:{self.crs} was used, as given for this import. Please check",
                )
            return self.crs
        if len(codes) > 1:
            listed = ", ".join(f"EPSG:{code}" for code in sorted(filter(None, codes)))
            raise RefusedFile(
                "crs_mixed",
                f"文件里写了几个坐标系:{listed}。请统一成一个",
                f"The file names several coordinate systems: {listed}. Bring all coordinates to one",
            )
        return codes.pop() if codes else None

    def _spots(self) -> list[Spot]:
        found = []
        for point_no, entry in self.holes.items():
            east = self.cells.number(entry, "points", "easting", point_no)
            north = self.cells.number(entry, "points", "northing", point_no)
            if east is not None and north is not None:
                found.append(Spot(entry, point_no, east, north))
            elif not (entry.text("easting") and entry.text("northing")):
                self.notes.error(
                    "no_coordinates", f"{point_no} 没有坐标。请补上东坐标和北坐标", f"{point_no} has no coordinates. Write its easting and northing",
                    at=entry, field="easting", point=point_no,
                )  # fmt: skip
        return found

    # --- one hole ----------------------------------------------------------------------------------------------------

    def _log(self, point_no: str, entry: Entry, spot: Spot | None, crs: int | None, parts: _Parts) -> Log:
        """The log of a hole. Where it is refused, what is missing is filled with what does no further harm to its checks."""
        strata = ground.strata(self.cells, point_no, parts.layers.get(point_no, []))
        if len(strata) < len(parts.layers.get(point_no, [])):
            self.incomplete.add(point_no)
        taken = samples.taken(self.cells, self.sample_rows, point_no, parts.samples.get(point_no, []), parts.results)
        self._tell_elevation(entry, point_no)
        numbers = {
            name: self.cells.number(entry, "points", name, point_no)
            for name in ("ground_elev_m", "diameter_mm", "water_first_m", "water_stable_m", "pid_ppm")
        }
        method = self.cells.value(
            entry, "position_method", point_no, lambda text: values.word(text, values.METHODS, POSITION_WORDS)
        )
        return Log(
            point_no=point_no, kind=self._kind(entry, point_no), easting=spot.east if spot else Decimal(0),
            northing=spot.north if spot else Decimal(0), crs=crs or 0, total_depth_m=self._depth(entry, point_no, strata),
            bottom_reached=self._bottom(entry, point_no, strata), position_method=method,
            made_on=self.cells.day(entry, "made_on", point_no), backfilled_on=self.cells.day(entry, "backfilled_on", point_no),
            contractor=entry.text("contractor"), driller=entry.text("driller"), logger=entry.text("logger"),
            odour=self.cells.odour(entry, point_no), gas=self._gas(entry, point_no), remark=entry.text("remark"),
            layers=strata, samples=taken, row=entry.row, **numbers,
        )  # fmt: skip

    def _tell_elevation(self, entry: Entry, point_no: str) -> None:
        if not entry.text("ground_elev_m"):
            self.notes.warning(
                "no_ground_elevation", f"{point_no} 没有孔口高程,算不出各层的高程。有实测值请补上",
                f"{point_no} has no ground elevation, so its layers have depths only. Write it where it was measured",
                at=entry, field="ground_elev_m",
            )  # fmt: skip

    def _kind(self, entry: Entry, point_no: str) -> PointKind:
        if entry.text("kind"):
            read = self.cells.value(entry, "kind", point_no, lambda text: values.word(text, values.KINDS, POINT_WORDS))
            return read or PointKind.BOREHOLE
        letters = point_no[:2].upper()
        if letters in _BY_PREFIX:
            return _BY_PREFIX[letters]
        self.notes.error(
            "no_kind", f"{point_no} 没有写类型,点号字头也看不出来。请从列表选:钻孔、探坑、探槽、钎探",
            f"{point_no} has no type, and its number does not tell. Choose borehole, test pit, trench or probe",
            at=entry, field="kind", point=point_no,
        )  # fmt: skip
        return PointKind.BOREHOLE

    def _depth(self, entry: Entry, point_no: str, strata: list[Layer]) -> Decimal:
        if entry.text("total_depth_m"):
            read = self.cells.number(entry, "points", "total_depth_m", point_no)
            return read if read is not None else self._deepest(strata)
        if (
            not strata
        ):  # then `faults` says that layers are missing; an error of their own says why where they were not understood
            return self._deepest(strata)
        self.notes.warning(
            "depth_from_layers", f"{point_no} 没有孔深,按末层层底 {strata[-1].to_m} m。请核对并补上",
            f"{point_no} has no depth; the bottom of its last layer, {strata[-1].to_m} m, was taken. Check and write it",
            at=entry, field="total_depth_m",
        )  # fmt: skip
        return strata[-1].to_m

    @staticmethod
    def _deepest(strata: list[Layer]) -> Decimal:
        """Where the layers end; some depth where there are none, since their absence is an error already."""
        return strata[-1].to_m if strata else Decimal(1)

    def _bottom(self, entry: Entry, point_no: str, strata: list[Layer]) -> bool:
        """What the file says, else whether the last layer is natural ground."""
        if entry.text("bottom_reached"):
            return bool(self.cells.value(entry, "bottom_reached", point_no, values.flag))
        last = strata[-1] if strata else None
        natural = last is not None and not last.is_waste and not any(part in last.soil_name for part in NOT_NATURAL)
        if last is not None:
            zh, en = ("是", "reached") if natural else ("否", "not reached")
            self.notes.warning(
                "bottom_concluded", f"{point_no} 没有写是否见底,末层是{last.soil_name},按“{zh}”。请核对并补上",
                f"{point_no} does not say whether natural ground was reached; its last layer is {last.soil_name}: {en}. Check and write it",
                at=entry, field="bottom_reached",
            )  # fmt: skip
        return natural

    def _gas(self, entry: Entry, point_no: str) -> dict[str, Decimal]:
        read = {name.removeprefix(GAS): self.cells.number(entry, "points", name, point_no) for name in entry.said if name.startswith(GAS)}  # fmt: skip
        return {name: value for name, value in read.items() if value is not None}

    # --- checks ------------------------------------------------------------------------------------------------------

    def _check(self, log: Log) -> None:
        for fault in faults(log):
            if log.point_no in self.incomplete and fault.code in OF_THE_SEQUENCE:
                continue
            zh, en = REMEDIES.get(fault.code, ("请核对", "Please check"))
            self.notes.error(
                fault.code, f"{log.point_no}:{fault.zh}。{zh}", f"{log.point_no}: {fault.en}. {en}",
                at=self._place(log, fault), field=fault.field, point=log.point_no, row=fault.row,
            )  # fmt: skip

    def _place(self, log: Log, fault: Fault) -> Entry:
        """An entry of the sheet the fault stands in."""
        hole = self.holes[log.point_no]
        if fault.code in ("depth", "water_depth", "no_layers"):
            return hole
        table = self.tables.samples if fault.code == "sample_depth" else self.tables.layers
        return next((entry for entry in table if entry.row == fault.row), hole)
