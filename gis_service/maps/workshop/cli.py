"""`gis-service maps versions|version|layer-folder`: what the workshop kept, for who owns the machine."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from gis_service.access.actor import EVERYTHING
from gis_service.core import db
from gis_service.core.clock import BEIJING
from gis_service.maps.catalogue import Catalogue, Layer
from gis_service.maps.workshop import operations, queries
from gis_service.maps.workshop.folder import written
from gis_service.maps.workshop.schemas import content_out, workshop_out
from gis_service.services import Services

Name = Annotated[str, typer.Argument(help="图层标识,如 parcel-supply · id of the layer")]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON · print JSON")]


def install(commands: typer.Typer, service: Callable[[], AbstractContextManager[Services]]) -> None:
    """Add the commands to the group `maps`."""

    @contextmanager
    def opened(name: str) -> Iterator[tuple[Session, Layer]]:
        shipped = Catalogue.load().named(name)
        with service() as services, services.sessions() as session:
            db.enter(session, EVERYTHING)
            yield session, shipped

    @commands.command("versions")
    def versions(layer: Name, as_json: AsJson = False) -> None:
        """列出图层在工坊里的各个版本 · list the versions of a layer, newest first."""
        with opened(layer) as (session, shipped):
            items = workshop_out(shipped, queries.versions(session, shipped.id), may_save=False)["items"]
        if as_json:
            typer.echo(json.dumps(items, ensure_ascii=False, default=str))
            return
        for one in items:
            typer.echo(
                f"{one['version']:>4}  {one['made_at'].astimezone(BEIJING):%Y-%m-%d %H:%M}  {one['made_by']}  {one['reason']}"
            )
            for change in one["changes"]:
                typer.echo(f"      {change['zh']}")
        typer.echo("   0  出厂 · as shipped")

    @commands.command("version")
    def version(
        layer: Name,
        number: Annotated[int, typer.Argument(min=0, help="版本号,0 为出厂 · version; 0 is as shipped")],
        as_json: AsJson = False,
    ) -> None:
        """输出图层的一个版本 · print one version of a layer."""
        with opened(layer) as (session, shipped):
            content = content_out(operations.of_version(session, shipped, number))
        typer.echo(json.dumps(content, ensure_ascii=False, indent=None if as_json else 2))

    @commands.command("layer-folder")
    def layer_folder(
        layer: Name,
        out: Annotated[Path, typer.Option(help="写到哪个文件夹 · folder to write into", file_okay=False)],
        number: Annotated[
            int | None,
            typer.Option("--version", min=0, help="版本号,不填为现行 · version; the one that stands if left out"),
        ] = None,
    ) -> None:
        """把图层的一个版本写成图层目录,可放进 layers/ · write a version as a layer folder, fit for `layers/`."""
        with opened(layer) as (session, shipped):
            wanted = queries.latest(session, shipped.id) if number is None else number
            made = operations.of_version(session, shipped, wanted)
        typer.echo(str(written(made, out)))
