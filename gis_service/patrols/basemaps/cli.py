"""`gis-service patrols basemap`: packages of tiles for phones are made, taken in, listed and taken back."""

import json
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Protocol

import typer
from rich.progress import Progress
from sqlalchemy.orm import Session, sessionmaker

from gis_service.access.actor import EVERYTHING
from gis_service.core import db
from gis_service.patrols.basemaps.making import make
from gis_service.patrols.basemaps.shelf import Package, Shelf
from gis_service.patrols.basemaps.taking import take


class Deployment(Protocol):
    """What of a process' services the command needs."""

    @property
    def sessions(self) -> sessionmaker[Session]: ...

    @property
    def settings(self) -> Any: ...


Service = Callable[[], AbstractContextManager[Deployment]]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON · print JSON")]


def install(commands: typer.Typer, service: Service, folder: Callable[[], Path]) -> None:
    """Add the commands to the group `patrols`; `folder` names where packages lie, which needs no database."""

    @commands.command("basemap")
    def basemap(
        area: Annotated[str | None, typer.Option(help="片区名称 · name of the area")] = None,
        source: Annotated[
            Path | None,
            typer.Option("--from", exists=True, help="自有图块:.mbtiles、.pmtiles 或 z/x/y 文件夹 · tiles of your own"),
        ] = None,
        name: Annotated[str | None, typer.Option(help="手机上显示的名称 · name shown on phones")] = None,
        code: Annotated[
            str | None, typer.Option(help="代号,同代号的旧底图被替换 · replaces the one of the same code")
        ] = None,
        gcj02: Annotated[bool, typer.Option("--gcj02", help="影像为 GCJ-02 偏移坐标 · the imagery is shifted")] = False,
        remove: Annotated[str | None, typer.Option(help="撤下该代号的底图 · take back the one of this code")] = None,
        as_json: Json = False,
    ) -> None:
        """制作或收入离线底图;不带参数时列出 · make, take in or list base maps for phones."""
        shelf = Shelf(folder())
        if remove:
            shelf.remove(remove)
            typer.echo(f"已撤下 · taken back: {remove}")
        elif source:
            named = name or f"{area or source.stem} 影像"
            package, tiles = take(
                shelf, source, code=code or f"imagery-{_ascii(area or source.stem)}", name=named, area=area, gcj02=gcj02
            )
            _say(package, tiles, as_json)
        elif area:
            with (
                service() as services,
                services.sessions() as session,
                Progress(disable=as_json or not sys.stderr.isatty()) as shown,
            ):
                db.enter(session, EVERYTHING)
                bar = shown.add_task("图块 tiles", total=None)
                made = make(session, shelf, area, lambda done, of: shown.update(bar, completed=done, total=of))
            _say(made.package, made.tiles, as_json)
            if made.ends_early:
                typer.echo(
                    "片区连续范围超过 25 平方千米,只做到 1:5000 以下的第 16 级。 · The area is larger than 25 km²: zoom 16, smaller than 1:5000, is the last.",
                    err=True,
                )
        else:
            _list(shelf, as_json)


def _ascii(text: str) -> str:
    """A name as a code; Chinese is spelled by the code points' hex, which at least is stable."""
    plain = "".join(
        c if c.isascii() and c.isalnum() else f"-{ord(c):x}-" if not c.isascii() else "-" for c in text.lower()
    )
    return "-".join(part for part in plain.split("-") if part)[:30].strip("-") or "base"


def _say(package: Package, tiles: int, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(asdict(package) | {"tiles": tiles}, ensure_ascii=False))
        return
    typer.echo(
        f"✓ {package.name}({package.code}):{tiles} 个图块,{package.size_bytes / 1e6:.1f} MB,第 {package.min_zoom}–{package.max_zoom} 级"
    )
    typer.echo(f"  {tiles} tiles, {package.size_bytes / 1e6:.1f} MB, zoom {package.min_zoom}–{package.max_zoom}")


def _list(shelf: Shelf, as_json: bool) -> None:
    packages = shelf.packages()
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in packages], ensure_ascii=False))
        return
    for one in packages:
        typer.echo(
            f"{one.code}\t{one.area or '–'}\t{one.name}\t{one.kind}\t{one.size_bytes / 1e6:.1f} MB\t{one.made_on}"
        )
    if not packages:
        typer.echo(
            "还没有离线底图。用 --area 制作,或用 --from 收入。 · No base maps yet: make one with --area or --from."
        )
