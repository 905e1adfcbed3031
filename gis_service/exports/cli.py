"""`gis-service parcels export --format … --out FILE`: the register as a file, for scripts and for whoever owns the machine."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from gis_service.exports.asked import Said
from gis_service.exports.local import Deployment, export_file
from gis_service.exports.rules import AXIS, FORMATS
from gis_service.exports.writing import Written
from gis_service.parcels.filters import filters_from


def install(commands: typer.Typer, service: Callable[[], AbstractContextManager[Deployment]]) -> None:
    """Add the command to the group `parcels`; `service` opens the services it works with."""

    @commands.command("export")
    def export(
        format_: Annotated[str, typer.Option("--format", help=f"格式 · format: {', '.join(FORMATS)}")],
        out: Annotated[Path, typer.Option(help="输出文件 · file to write")],
        as_of: Annotated[str | None, typer.Option(help="时点,如 2026-10-31 · the day to show")] = None,
        area: Annotated[str | None, typer.Option(help="片区 · only this area")] = None,
        filters: Annotated[
            list[str] | None,
            typer.Option("--filter", help="筛选,如 fence_status=none,damaged · as in the list; may be repeated"),
        ] = None,
        crs: Annotated[str | None, typer.Option(help="坐标系,如 EPSG:4547 · coordinate system")] = None,
        encoding: Annotated[str | None, typer.Option(help="文字编码 · UTF-8, GBK, GB18030")] = None,
        lang: Annotated[str, typer.Option(help="列名和用词 zh/en · language of columns and words")] = "zh",
        layers: Annotated[str, typer.Option(help="GeoPackage 另含的图层 · further layers, with commas")] = "",
        axis: Annotated[str, typer.Option(help="按哪个状态轴着色 · axis of the first style")] = AXIS,
        history: Annotated[
            bool, typer.Option("--history", help="GeoPackage 含历史表 · with the history table")
        ] = False,
        contacts: Annotated[bool, typer.Option("--contacts", help="含责任人和电话 · with persons and phones")] = False,
        as_json: Annotated[bool, typer.Option("--json", help="输出 JSON · print JSON")] = False,
    ) -> None:
        """导出地块 · export parcels as a file."""
        chosen = tuple(part for part in layers.split(",") if part)
        said = Said(format_, as_of, crs, encoding, lang, chosen, axis, history, contacts)
        pairs = [("area", area or ""), *(pair(text) for text in filters or [])]
        console = Console(stderr=True, highlight=False)
        with service() as services, Progress(console=console, transient=True, disable=as_json) as bar:
            task = bar.add_task("导出 · exporting", total=None)
            written = export_file(
                services,
                said,
                filters_from(pairs),
                out,
                told=lambda count, total: bar.update(task, completed=count, total=total),
            )
        _tell(written, out, as_json=as_json)


def pair(text: str) -> tuple[str, str]:
    """A filter as the option `--filter` has it."""
    name, _, value = text.partition("=")
    return name.strip(), value.strip()


def _tell(written: Written, out: Path, *, as_json: bool) -> None:
    if as_json:
        facts = {"file": str(out), **written.described(), "notes": written.notes}
        typer.echo(json.dumps(facts, ensure_ascii=False))
        return
    typer.echo(f"{out}: {written.rows} 块 parcels, {written.size_bytes} B, sha256 {written.sha256}")
    for note in written.notes:
        typer.echo(f"{note['zh']}\n{note['en']}")
