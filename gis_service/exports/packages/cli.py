"""`gis-service maps package --layers … --area … --out F.pmtiles`: layers as one file for machines without a network."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress

from gis_service.core.errors import BadRequest
from gis_service.exports.packages.local import package_file
from gis_service.maps.packages.asked import Said
from gis_service.maps.packages.rules import KINDS


def install(commands: typer.Typer, service: Callable[[], AbstractContextManager[Any]]) -> None:
    """Add the command to the group `maps`; `service` opens the services it works with."""

    @commands.callback()
    def maps() -> None:
        """图层数据包 · layers as files."""

    @commands.command("package")
    def package(
        layers: Annotated[str, typer.Option(help="图层标识,以逗号分隔 · ids of layers, with commas")],
        out: Annotated[
            Path, typer.Option(help=f"输出文件,后缀决定格式 · file to write: {', '.join(f'.{name}' for name in KINDS)}")
        ],
        area: Annotated[str | None, typer.Option(help="片区名称或代码 · an area")] = None,
        bbox: Annotated[str | None, typer.Option(help="范围:西,南,东,北(度)· box in degrees")] = None,
        zooms: Annotated[str, typer.Option(help="级别,如 8-15 · zooms")] = f"{Said.min_zoom}-{Said.max_zoom}",
        as_of: Annotated[str | None, typer.Option(help="时点,如 2026-10-31 · the day to show")] = None,
        as_json: Annotated[bool, typer.Option("--json", help="输出 JSON · print JSON")] = False,
    ) -> None:
        """离线数据包:PMTiles、MBTiles 或 GeoPackage · an offline package of layers."""
        first, last = _zooms(zooms)
        chosen = tuple(part.strip() for part in layers.split(",") if part.strip())
        said = Said(out.suffix.lower().removeprefix("."), chosen, area, bbox, first, last, as_of)
        console = Console(stderr=True, highlight=False)
        with service() as services, Progress(console=console, transient=True, disable=as_json) as bar:
            task = bar.add_task("打包 · packing", total=None)
            facts = package_file(services, said, out, lambda done, total: bar.update(task, completed=done, total=total))
        if as_json:
            typer.echo(json.dumps(facts | {"file": str(out)}, ensure_ascii=False))
            return
        unit = "个要素 features" if out.suffix.lower() == ".gpkg" else "块瓦片 tiles"
        typer.echo(f"{out}: {facts['count']} {unit}, {facts['bytes']} B, sha256 {facts['sha256']}")


def _zooms(said: str) -> tuple[int, int]:
    """First and last of `8-15`, or `12` alone."""
    first, _, last = said.partition("-")
    words = (first.strip(), (last or first).strip())
    if not all(word.isascii() and word.isdigit() and len(word) < 3 for word in words):
        raise BadRequest(parameter="zooms", value=said)
    return int(words[0]), int(words[1])
