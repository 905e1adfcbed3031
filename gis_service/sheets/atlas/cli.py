"""`gis-service atlas --area … --out F.pdf`: the sheets of many parcels as one document."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress

from gis_service.core.errors import BadRequest
from gis_service.exports.cli import pair
from gis_service.parcels.filters import filters_from
from gis_service.sheets.atlas.asked import Said
from gis_service.sheets.atlas.local import atlas_file
from gis_service.sheets.kinds import KINDS

PARCEL_KINDS = ", ".join(name for name, kind in KINDS.items() if kind.subject == "parcel")


def install(commands: typer.Typer, service: Callable[[], AbstractContextManager[Any]]) -> None:
    """Add the command; `service` opens the services it works with."""

    @commands.command("atlas")
    def atlas(
        out: Annotated[Path, typer.Option(help="输出的 PDF 文件 · file to write")],
        area: Annotated[str | None, typer.Option(help="片区 · only this area")] = None,
        filters: Annotated[
            list[str] | None,
            typer.Option("--filter", help="筛选,如 fence_status=none,damaged · as in the list; may be repeated"),
        ] = None,
        kind: Annotated[str, typer.Option(help=f"图种 · kind of sheet: {PARCEL_KINDS}")] = "parcel",
        as_of: Annotated[str | None, typer.Option(help="时点,如 2026-10-31 · the day to show")] = None,
        title: Annotated[str, typer.Option(help="封面题名 · title of the cover")] = "",
        size: Annotated[str | None, typer.Option(help="纸张 a3 或 a4 · page size")] = None,
        as_json: Annotated[bool, typer.Option("--json", help="输出 JSON · print JSON")] = False,
    ) -> None:
        """图册:封面、索引、总图和每宗一图 · an atlas: cover, index, overview and a sheet for each parcel."""
        if out.suffix.lower() != ".pdf":
            raise BadRequest(parameter="out", value=out.name)
        pairs = [("area", area or ""), *(pair(text) for text in filters or [])]
        console = Console(stderr=True, highlight=False)
        with service() as services, Progress(console=console, transient=True, disable=as_json) as bar:
            task = bar.add_task("图册 · atlas", total=None)
            facts = atlas_file(
                services,
                Said(kind, size, as_of, title),
                filters_from(pairs),
                out,
                lambda done, total: bar.update(task, completed=done, total=total),
            )
        if as_json:
            typer.echo(json.dumps(facts | {"file": str(out)}, ensure_ascii=False))
            return
        typer.echo(f"{out}: {facts['parcels']} 宗 parcels, {facts['pages']} 页 pages, {facts['bytes']} B, sha256 {facts['sha256']}")  # fmt: skip
