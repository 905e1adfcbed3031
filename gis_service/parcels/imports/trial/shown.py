"""The table of outcomes for people: in the terminal, and as Markdown."""

from collections.abc import Iterator

from rich.markup import escape
from rich.table import Column
from rich.table import Table as Lines

from gis_service.parcels.imports.checks.catalogue import CATALOGUE
from gis_service.parcels.imports.trial.trying import LEVELS, Outcome, Table

COLOURS = {"error": "red", "warning": "yellow", "info": "dim"}
HEADS = (
    "文件 file",
    "图层 layers",
    "行 rows",
    "可入库 acceptable",
    "坐标系 CRS",
    "编码 encoding",
    "可修正 fixes",
    "说明 notes",
)
FIXES = {
    "swap_axes": "交换 X、Y swap axes",
    "close_ring": "闭合边界 close ring",
    "drop_duplicate_points": "删除重复点 drop repeated points",
    "make_valid": "修复自相交 make valid",
    "snap": "贴合邻地 snap",
}
"""The mends by the names they have on the page."""


def lines(table: Table) -> Lines:
    """For the terminal: what was concluded and why, and what was found, each code with its first sentence."""
    heads = ("文件 file", "行 rows", "坐标系、编码 CRS, encoding", "说明 notes")
    shown = Lines(
        *(Column(head, overflow="fold") for head in heads), show_lines=True
    )  # Chinese has no blanks to break at
    for outcome in table.files:
        rows = "" if outcome.refusal else f"{outcome.rows}\n可入库 good {outcome.acceptable}"
        concluded = [] if outcome.refusal else [*_crs(outcome), *_encoding(outcome)]
        shown.add_row(escape("\n".join(_file(outcome))), rows, escape("\n".join(concluded)), "\n".join(_notes(outcome)))
    return shown


def _file(outcome: Outcome) -> list[str]:
    mark = {True: "", False: " (未读 not read)"}
    layers = [f"{one['name']}: {one['rows']} {one['geometry_type']}{mark[one['read']]}" for one in outcome.layers]
    return [outcome.file, *([outcome.format] if outcome.format else []), *layers]


def _crs(outcome: Outcome) -> list[str]:
    crs = outcome.crs or {}
    code = f"EPSG:{crs['epsg']}" if crs["epsg"] else crs["name"]
    return [code, *(["X/Y 已对调 swapped"] if crs["axis_swapped"] else []), *crs["evidence_zh"]]


def _encoding(outcome: Outcome) -> list[str]:
    encoding = outcome.encoding or {}
    return [encoding["name"], *encoding["evidence_zh"]]


def _notes(outcome: Outcome) -> Iterator[str]:
    if outcome.refusal:
        yield f"[red]拒绝 refused:{escape(outcome.refusal['zh'])}"
        yield f"[dim]{escape(outcome.refusal['en'])}"
    for one in outcome.found:
        times = "" if one.first_row is None else f" × {one.rows}(第 {one.first_row} 行起 from row {one.first_row})"
        yield f"[{COLOURS[one.level]}]{one.code}{times}[/] {escape(one.zh)}"
    for fix, rows in outcome.fixes.items():
        yield f"[green]可修正 can be mended[/] {FIXES[fix]} × {rows}"
    if not outcome.compared:
        yield "[dim]文件太大,未比较图形之间的重叠 too large: overlaps were not looked for"


def markdown(table: Table) -> str:
    """For a report: one line a file, codes instead of sentences, the sentence of a refusal in full."""
    body = [_line(HEADS), _line(["---"] * len(HEADS))]
    body += [_line(_short(outcome)) for outcome in table.files]
    return "\n".join([*body, "", *(f"- {sentence}" for sentence in endings(table))])


def _short(outcome: Outcome) -> list[str]:
    if outcome.refusal:
        said = f"拒绝 refused `{outcome.refusal['code']}`:{outcome.refusal['zh']}"
        return [outcome.file, "", "", "0", "", "", "", said]
    crs, encoding = outcome.crs or {}, outcome.encoding or {}
    code = f"EPSG:{crs['epsg']}" if crs["epsg"] else crs["name"]
    return [
        outcome.file,
        "、".join(f"{one['name']}" + ("" if one["read"] else "(未读)") for one in outcome.layers),
        str(outcome.rows),
        str(outcome.acceptable),
        code + (" X/Y 对调" if crs["axis_swapped"] else ""),
        encoding["name"],
        "、".join(f"{fix} × {rows}" for fix, rows in outcome.fixes.items()),
        "; ".join(_brief(outcome)),
    ]


def _brief(outcome: Outcome) -> Iterator[str]:
    for level in LEVELS:
        codes = [(one.code, one.rows) for one in outcome.found if one.level == level]
        if codes:
            yield f"{level}: " + ", ".join(code if rows == 1 else f"{code} × {rows}" for code, rows in codes)


def _line(cells: Iterator[str] | list[str] | tuple[str, ...]) -> str:
    plain = (cell.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ") for cell in cells)
    return "| " + " | ".join(plain) + " |"


def endings(table: Table) -> list[str]:
    """What holds for the table as a whole: the sums, and what was not looked at."""
    files, refused = len(table.files), sum(outcome.refusal is not None for outcome in table.files)
    rows, good = (sum(getattr(one, name) for one in table.files) for name in ("rows", "acceptable"))
    titles = [CATALOGUE[code].titled("zh") for code in table.left_out]
    codes = ", ".join(table.left_out)
    return [
        f"{files} 个文件,{refused} 个被拒绝;{rows} 行,{good} 行可以直接入库",
        f"{files} files, {refused} refused; {rows} rows, {good} acceptable as they are",
        f"另有 {table.passed_over} 个文件不是地块文件的种类,未读 · {table.passed_over} other files are of no kind the register takes",
        f"只读文件,未连台账,所以没有做的检查:{';'.join(titles)}(单位、片区、用地分类的名称也未核对)",
        f"Nothing but the files was read, so these checks were left out: {codes}; names of units, areas and land classes were not looked up",
    ]
