"""The shapes of what reading gives back. Plain data: it crosses a process boundary as JSON."""

import json
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import IO, Any, Literal, TypeVar

import shapely

from gis_service.parcels.reading.messages.catalogue import CATALOGUE

T = TypeVar("T")

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """What one file may cost. Bytes and seconds; `points` is per geometry."""

    input_bytes: int = 200 * MEGABYTE
    unpacked_bytes: int = 500 * MEGABYTE
    output_bytes: int = 1024 * MEGABYTE
    memory_bytes: int = 1024 * MEGABYTE
    cpu_seconds: int = 60
    wall_seconds: float = 90
    rows: int = 200_000
    points: int = 1_000_000
    zip_members: int = 1000


@dataclass(frozen=True)
class Cost:
    """What reading took, and how the network ("namespace") and the file system ("landlock") were closed to it.

    A process that was stopped, or broke, told neither its memory nor its walls.
    """

    seconds: float
    peak_memory_mb: float | None
    network: str | None
    files: str | None


@dataclass(frozen=True)
class Place:
    """Where in a file the fault lies, as far as one place can be named; `line` is that of a text, `row` a record."""

    file: str | None = None
    layer: str | None = None
    row: int | None = None
    line: int | None = None
    field: str | None = None


#: What facts of refusals are called that name a layer, row or field, the first one that is there.
LAYERS, ROWS, FIELDS = ("layer", "sheet", "part", "member"), ("row", "record"), ("field", "column")


class Unreadable(Exception):
    """The file cannot be read at all; `code`, `zh`, `en` and `facts` say why and what to do.

    `file` and `cost` are told by the reader: the name the person gave, and what was spent before it gave up.
    """

    file: str | None = None
    cost: Cost | None = None

    def __init__(self, code: str, zh: str, en: str, facts: Mapping[str, Any] | None = None) -> None:
        super().__init__(f"{code}: {en}")
        self.code, self.zh, self.en, self.facts = code, zh, en, dict(facts or {})

    @property
    def place(self) -> Place:
        return Place(
            file=self.file,
            layer=self._said(LAYERS, str),
            row=self._said(ROWS, int),
            line=self._said(("line",), int),
            field=self._said(FIELDS, str),
        )

    def _said(self, names: tuple[str, ...], kind: type[T]) -> T | None:
        return next((value for name in names if isinstance(value := self.facts.get(name), kind)), None)


def unreadable(code: str, **facts: Any) -> Unreadable:
    """The refusal of that code, with its facts filled into both sentences."""
    message = CATALOGUE[code]
    return Unreadable(code, message.zh.format(**facts), message.en.format(**facts), facts)


@dataclass(frozen=True)
class Issue:
    """One thing a person should know, at a row (1-based) and a field where there is one."""

    level: Literal["error", "warning", "info"]
    code: str
    message_zh: str
    message_en: str
    row: int | None = None
    field: str | None = None
    layer: str | None = None


def issue(code: str, *, row: int | None = None, layer: str | None = None, **facts: Any) -> Issue:
    """The issue of that code; a fact called `field` is also where it lies."""
    level, zh, en = CATALOGUE[code]
    if level == "fatal":
        raise ValueError(f"{code} refuses the whole file and is no issue of a row")
    named = facts if layer is None else {"layer": layer, **facts}
    return Issue(level, code, zh.format(**named), en.format(**named), row, facts.get("field"), layer)


@dataclass(frozen=True)
class Layer:
    """One layer of the file; `read` is false where it was only reported."""

    name: str
    rows: int
    geometry_type: str
    crs: int | None
    read: bool = True


@dataclass(frozen=True)
class CrsInfo:
    """The coordinate system that was concluded, and why. `epsg` is None for a system without a code."""

    epsg: int | None
    name: str
    evidence_zh: list[str]
    evidence_en: list[str]
    axis_swapped: bool
    source: Literal["file", "detected", "given"]
    geom_source: str | None = None
    """Where outlines come from that were converted on the way: the register's own word, else nothing."""
    accuracy_m: float | None = None
    """How far converted outlines may be off."""


@dataclass(frozen=True)
class EncodingInfo:
    """The text encoding that was concluded, and why."""

    name: str
    evidence_zh: list[str]
    evidence_en: list[str]


@dataclass(frozen=True)
class BoundaryPoint:
    """A boundary point with its texts as they stand in the file.

    `part_no`, `ring_no` (1 is the shell) and `seq` count from 1; `ring_text` is the 圈号 of the file.
    """

    point_no: str
    part_no: int
    ring_no: int
    seq: int
    ring_text: str
    northing_text: str
    easting_text: str
    lon: float | None
    lat: float | None


@dataclass(frozen=True)
class Row:
    """One record: attributes, geometry (WKB, MultiPolygon, EPSG:4490 as lon/lat) and what was found about it.

    `source_area_m2` is planar, in `source_area_crs`: the file's own system where that is metric. `raw` is a geometry that
    was refused, as it came (EWKB): in EPSG:4490 where it can be brought there, else in its own system, else in none.
    """

    row: int
    layer: str
    attributes: dict[str, Any] = field(default_factory=dict)
    geometry: bytes | None = None
    source_area_m2: float | None = None
    source_area_crs: int | None = None
    boundary_points: list[BoundaryPoint] = field(default_factory=list)
    declared_area_m2: float | None = None
    parcel_no: str | None = None
    parcel_name: str | None = None
    issues: list[Issue] = field(default_factory=list)
    points_crs: int | None = None
    """The code of the system the texts of the boundary points are in, where it is not that of the file."""
    geom_source: str | None = None
    geom_accuracy_m: float | None = None
    raw: bytes | None = None

    @property
    def shape(self) -> shapely.MultiPolygon | None:
        return None if self.geometry is None else shapely.from_wkb(self.geometry)


@dataclass(frozen=True)
class Summary:
    """All that is known of a file beside its rows."""

    format: str
    layers: list[Layer]
    crs: CrsInfo
    encoding: EncodingInfo
    issues: list[Issue]
    row_count: int = 0
    files: list[str] = field(default_factory=list)
    """Paths in a zip file of what came beside the sheet: drawings and photos of its parcels."""


class ReadResult:
    """A file that was read: its summary, and its rows, which stay on disk and are read one by one, as often as asked.

    Close it (or use it in a `with`) when the rows are no longer needed.
    """

    def __init__(self, summary: Summary, spool: IO[bytes], cost: Cost) -> None:
        self.format = summary.format
        self.layers = summary.layers
        self.crs = summary.crs
        self.encoding = summary.encoding
        self.issues = summary.issues
        self.row_count = summary.row_count
        self.files = summary.files
        self.cost = cost
        self._spool = spool
        self._closer = weakref.finalize(self, spool.close)

    @property
    def rows(self) -> Iterator[Row]:
        """The rows from the first; one iteration at a time."""
        self._spool.seek(0)
        return (row_from_json(line) for line in self._spool)

    def close(self) -> None:
        self._closer()

    def __enter__(self) -> "ReadResult":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


# --- across the process boundary ---------------------------------------------------------------------------------


def row_to_json(row: Row) -> bytes:
    """One line, ASCII only."""
    plain = vars(row) | {
        "geometry": None if row.geometry is None else row.geometry.hex(),
        "raw": None if row.raw is None else row.raw.hex(),
        "boundary_points": [vars(point) for point in row.boundary_points],
        "issues": [vars(found) for found in row.issues],
    }
    return json.dumps(plain, allow_nan=False, separators=(",", ":")).encode() + b"\n"


def row_from_json(line: bytes) -> Row:
    plain = json.loads(line)
    plain["geometry"] = None if plain["geometry"] is None else bytes.fromhex(plain["geometry"])
    plain["raw"] = None if plain["raw"] is None else bytes.fromhex(plain["raw"])
    plain["boundary_points"] = [BoundaryPoint(**point) for point in plain["boundary_points"]]
    plain["issues"] = [Issue(**found) for found in plain["issues"]]
    return Row(**plain)


def summary_to_json(summary: Summary) -> dict[str, Any]:
    return asdict(summary)


def summary_from_json(plain: dict[str, Any]) -> Summary:
    return Summary(
        format=plain["format"],
        layers=[Layer(**layer) for layer in plain["layers"]],
        crs=CrsInfo(**plain["crs"]),
        encoding=EncodingInfo(**plain["encoding"]),
        issues=[Issue(**found) for found in plain["issues"]],
        row_count=plain["row_count"],
        files=plain["files"],
    )
