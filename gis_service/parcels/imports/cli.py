"""`gis-service parcels import FILE`: the import for scripts and for whoever owns the machine."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from gis_service.core.errors import BadRequest, Refusal
from gis_service.parcels.imports import points
from gis_service.parcels.imports.files import Deployment, Outcome, Wish, import_file
from gis_service.parcels.imports.operations import District, Options
from gis_service.parcels.imports.schemas import columns_of
from gis_service.parcels.imports.trial import shown as trial_shown
from gis_service.parcels.imports.trial import trying as trial

NOT_ALL = 2
"""Exit code when something was refused."""

MOST_SHOWN = 50
COLOURS = {"error": "red", "warning": "yellow", "info": "dim"}
LEVELS = {"error": "错误 error", "warning": "提醒 warning", "info": "说明 info"}


def install(commands: typer.Typer, service: Callable[[], AbstractContextManager[Deployment]]) -> None:
    """Add the command to the group `parcels`; `service` opens the services it works with."""

    @commands.command("import")
    def import_(
        file: Annotated[
            Path,
            typer.Argument(
                exists=True,
                dir_okay=False,
                help="XLSX, CSV, GeoJSON, GeoPackage, Shapefile, MapInfo, KML/KMZ, DXF, GeoParquet, 国土 TXT, CASS .dat",
            ),
        ],
        crs: Annotated[str | None, typer.Option(help="坐标系 · coordinate system, as EPSG:4547")] = None,
        encoding: Annotated[str | None, typer.Option(help="文字编码 · text encoding, as GB18030")] = None,
        layer: Annotated[str | None, typer.Option(help="图层 · layer")] = None,
        number_field: Annotated[str | None, typer.Option(help="地块编号列 · column with parcel numbers")] = None,
        class_system: Annotated[str | None, typer.Option(help="用地分类标准 · LU2023 or GBT21010")] = None,
        shift: Annotated[str | None, typer.Option(help="坐标已偏移 · coordinates are shifted: gcj02 or bd09")] = None,
        control_points: Annotated[
            Path | None,
            typer.Option(
                exists=True,
                dir_okay=False,
                help="同名点 CSV:x,y,东坐标,北坐标(EPSG:4547) · CSV of control points: x, y, easting, northing",
            ),
        ] = None,
        affine: Annotated[
            bool, typer.Option("--affine", help="按六参数配准 · fit six parameters instead of four")
        ] = False,
        dry_run: Annotated[
            bool, typer.Option("--dry-run", help="只检查,不留痕 · check only, leave nothing behind")
        ] = False,
        accept: Annotated[bool, typer.Option("--accept", help="合格即导入 · accept when all rows are good")] = False,
        good_rows: Annotated[
            bool,
            typer.Option(
                "--good-rows", help="与 --accept 同用:只导入合格的行 · with --accept: take the good rows only"
            ),
        ] = False,
        reason: Annotated[str | None, typer.Option(help="导入原因,更新时必填 · why; an update needs it")] = None,
        update: Annotated[
            bool, typer.Option("--update", help="按编号更新已有地块 · change the parcels of these numbers")
        ] = False,
        columns: Annotated[str | None, typer.Option(help='列对应,JSON · columns, as {"parcel_no": "地块号"}')] = None,
        sender: Annotated[str | None, typer.Option(help="发件单位,记住其列对应 · who sent it")] = None,
        previous: Annotated[int | None, typer.Option(help="所更正的批次 · the batch this file corrects")] = None,
        report: Annotated[
            Path | None, typer.Option(help="检查报告 .xlsx 或 .csv · write a report", dir_okay=False)
        ] = None,
        as_json: Annotated[bool, typer.Option("--json", help="输出 JSON · print JSON")] = False,
    ) -> None:
        """导入地块文件 · import a file of parcels."""
        if shift not in (None, "gcj02", "bd09"):
            raise BadRequest(parameter="--shift", value=shift)
        if report and report.suffix.lower() not in (".xlsx", ".csv"):
            raise BadRequest(parameter="--report", value=report.name)
        options = Options(
            crs,
            encoding,
            layer,
            number_field,
            class_system,
            shift=shift,
            control_points=points.from_csv(control_points) if control_points else None,
            affine=affine,
            columns=columns_of(columns),
            sender=sender,
            mode="update" if update else None,
        )
        wish = Wish(dry_run, accept, good_rows, reason, report, previous)
        with service() as services:
            outcome = import_file(services, file, options, wish)
        if as_json:
            typer.echo(json.dumps(outcome.as_json(), ensure_ascii=False, default=str))
        else:
            show(outcome, wish)
        if not outcome.good:
            raise typer.Exit(NOT_ALL)


def install_trial(commands: typer.Typer, district: Callable[[], District]) -> None:
    """Add the command that only looks at files; it opens no services, `district` comes from the settings."""

    @commands.command("try")
    def try_(
        paths: Annotated[
            list[Path], typer.Argument(exists=True, metavar="FOLDER-OR-FILE...", help="文件夹或文件 · folders or files")
        ],
        as_json: Annotated[bool, typer.Option("--json", help="输出 JSON · print JSON")] = False,
        as_markdown: Annotated[
            bool, typer.Option("--markdown", help="输出 Markdown 表 · print a Markdown table")
        ] = False,
    ) -> None:
        """试读文件夹里的全部文件,只读不写,不需要数据库 · try every file of a folder; reads only, needs no database."""
        if as_json and as_markdown:
            raise BadRequest(parameter="--markdown", value="--json")
        table = _tried(paths, district())
        if as_json:
            typer.echo(json.dumps(table.as_json(), ensure_ascii=False))
        elif as_markdown:
            typer.echo(trial_shown.markdown(table))
        else:
            console = Console(highlight=False)
            console.print(trial_shown.lines(table))
            for sentence in trial_shown.endings(table):
                console.print(escape(sentence))
        if not table.good:
            raise typer.Exit(NOT_ALL)


def _tried(paths: list[Path], district: District) -> trial.Table:
    """The table; while it grows, a terminal shows the file that was read last."""
    console = Console(stderr=True)
    with console.status("…") as status:
        for step in trial.table(paths, district):
            if isinstance(step, trial.Table):
                return step
            status.update(escape(step.file))
    raise AssertionError("the table comes last")


def show(outcome: Outcome, wish: Wish) -> None:
    """The outcome for people: what was concluded, what was found, what happened, what to do next."""
    console = Console(highlight=False)
    if outcome.crs and outcome.encoding:
        console.print(_conclusions(outcome))
    console.print(_issues(outcome))
    for sentence in _ending(outcome, wish):
        console.print(sentence)


def _conclusions(outcome: Outcome) -> Table:
    crs: dict[str, Any] = outcome.crs or {}
    encoding: dict[str, Any] = outcome.encoding or {}
    counts = outcome.counts
    table = Table(title=escape(f"{outcome.file_name} · {outcome.format}"), show_header=False, title_justify="left")
    code = f"EPSG:{crs['epsg']} " if crs["epsg"] else ""
    swapped = " · X/Y 已对调 swapped" if crs["axis_swapped"] else ""
    table.add_row("坐标系 CRS", _lines(f"{code}{crs['name']}{swapped}", crs))
    table.add_row("编码 encoding", _lines(encoding["name"], encoding))
    table.add_row("行 rows", f"{counts['rows']} · 合格 good {counts['accepted']} · 有错误 refused {counts['refused']}")
    return table


def _lines(first: str, concluded: dict[str, Any]) -> str:
    """What was concluded, and below it why."""
    return escape("\n".join([first, *concluded["evidence_zh"], *concluded["evidence_en"]]))


def _issues(outcome: Outcome) -> Table:
    table = Table("行 row", "", Column("说明 what was found", overflow="fold"), title_justify="left")
    worst_first = sorted(outcome.issues, key=lambda issue: list(COLOURS).index(issue["level"]))
    for issue in worst_first[:MOST_SHOWN]:
        row = "文件 file" if issue["row"] is None else str(issue["row"])
        level = f"[{COLOURS[issue['level']]}]{LEVELS[issue['level']]}"
        table.add_row(row, level, f"{escape(issue['message'])}\n[dim]{escape(issue['message_en'])}")
    if len(worst_first) > MOST_SHOWN:
        table.add_row("…", "", f"另有 {len(worst_first) - MOST_SHOWN} 条 more; --json 输出全部 prints all")
    return table


def _ending(outcome: Outcome, wish: Wish) -> list[str]:
    if outcome.refusal:
        return _both(outcome.refusal)
    if wish.dry_run:
        return ["只检查,未写入任何数据 · checked only, nothing was written"]
    if outcome.counts["landed"]:
        landed, batch = outcome.counts["landed"], outcome.batch_id
        return [f"已导入 {landed} 个地块(批次 {batch}) · {landed} parcels were imported (batch {batch})"]
    return [
        f"批次 {outcome.batch_id} 待确认:请在“导入”页面决定,或加 --accept 重新执行",
        f"Batch {outcome.batch_id} waits for a decision on the import page; or run again with --accept",
    ]


def _both(refusal: Refusal) -> list[str]:
    return [f"[red]{escape(refusal.sentence('zh'))}", f"[red]{escape(refusal.sentence('en'))}"]
