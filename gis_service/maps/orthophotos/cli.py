"""`gis-service maps orthophoto add | list | withdraw`: pictures of the ground, for whoever owns the machine."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from fastapi.encoders import jsonable_encoder

from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.core import db
from gis_service.files.store import TooLarge
from gis_service.maps.orthophotos import jobs, operations, queries, reading
from gis_service.maps.orthophotos.errors import NotPicture, PictureRefused
from gis_service.maps.orthophotos.operations import Told
from gis_service.maps.orthophotos.refused import OrthophotoRefused
from gis_service.maps.orthophotos.rules import State
from gis_service.maps.orthophotos.schemas import orthophoto_out
from gis_service.parcels.attachments.errors import FileTooLarge
from gis_service.parcels.attachments.operations import Kept

Json = Annotated[bool, typer.Option("--json", help="输出 JSON · print JSON")]
Opened = Callable[[], AbstractContextManager[Any]]
MEGABYTE = 1024 * 1024
REFUSED = 2
"""Exit code of a picture that could not be used."""


def install(commands: typer.Typer, service: Opened) -> None:
    """Add the commands to the group `maps`; `service` opens the services they work with."""
    group = typer.Typer(help="正射影像 · orthophotos", no_args_is_help=True)
    commands.add_typer(group, name="orthophoto")

    @group.command("add")
    def add(
        file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="GeoTIFF 文件 · file")],
        title: Annotated[str, typer.Option(help="名称 · title")],
        taken_on: Annotated[
            datetime, typer.Option("--taken-on", formats=["%Y-%m-%d"], help="拍摄日期 · day of the flight")
        ],
        cleared: Annotated[
            bool, typer.Option("--cleared", help="已确认影像不涉密 · confirmed: it holds no state secret")
        ] = False,
        crs: Annotated[int | None, typer.Option(help="坐标系 EPSG 代码 · EPSG code")] = None,
        world: Annotated[
            Path | None, typer.Option(exists=True, dir_okay=False, help="坐标文件 .tfw · world file")
        ] = None,
        source: Annotated[str, typer.Option(help="航摄单位或卫星 · who flew it")] = "",
        remark: Annotated[str, typer.Option(help="授权、使用限制 · licence, limits of use")] = "",
        as_json: Json = False,
    ) -> None:
        """收入一幅影像并处理完 · take a picture in and make it ready; exit code 2 when it is refused."""
        told = Told(title, taken_on.date(), cleared, source, remark, crs, _world(world))
        operations.require_allowed(told)
        with service() as services:
            id_ = _asked(services, file, told)
            jobs.prepare(services.sessions, services.store, id_, window=services.settings.plausible_box)
            found = _shown(services, id_)
        typer.echo(json.dumps(found, ensure_ascii=False) if as_json else _line(found))
        if found["state"] != State.READY:
            typer.echo(f"{found['failure']['zh']}\n{found['failure']['en']}", err=True)
            raise typer.Exit(REFUSED)

    @group.command("list")
    def list_(
        withdrawn: Annotated[bool, typer.Option("--withdrawn", help="包括已撤回的 · those withdrawn too")] = False,
        as_json: Json = False,
    ) -> None:
        """列出影像 · list the pictures."""
        with service() as services, services.sessions.begin() as session:
            db.enter(session, EVERYTHING)
            found = queries.listed(session, withdrawn=withdrawn, size=1000)
            areas = queries.areas(session, [each.id for each in found])
            items = [jsonable_encoder(orthophoto_out(each, areas[each.id])) for each in found]
        typer.echo(json.dumps(items, ensure_ascii=False) if as_json else "\n".join(map(_line, items)))

    @group.command("withdraw")
    def withdraw(
        orthophoto: Annotated[int, typer.Argument(help="编号 · its number")],
        reason: Annotated[str, typer.Option(help="理由 · why")],
        as_json: Json = False,
    ) -> None:
        """撤回一幅影像,文件保留 · take a picture off the map; its files are kept."""
        with service() as services:
            with services.sessions.begin() as session:
                db.enter(session, EVERYTHING)
                operations.withdraw(session, SERVICE, orthophoto, reason)
            found = _shown(services, orthophoto)
        typer.echo(json.dumps(found, ensure_ascii=False) if as_json else _line(found))


def _world(path: Path | None) -> tuple[float, ...] | None:
    if path is None:
        return None
    try:
        return reading.world_numbers(path.read_bytes(), path.name)
    except OrthophotoRefused as refusal:
        raise PictureRefused(refusal) from None


def _asked(services: Any, file: Path, told: Told) -> int:
    """Kept and noted; the work is done by the command itself."""
    limit_mb = services.settings.orthophoto_max_mb
    with file.open("rb") as source:
        if source.read(4) not in reading.TIFF:
            raise NotPicture(name=file.name)
        source.seek(0)
        try:
            sha256, size = services.store.put(source, limit_bytes=limit_mb * MEGABYTE)
        except TooLarge:
            raise FileTooLarge(name=file.name, limit_mb=limit_mb) from None
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        made = operations.ask(
            session, SERVICE, services.settings.district_code, Kept(sha256, size, file.name), told, by_worker=False
        )
        return int(made.id)


def _shown(services: Any, id_: int) -> dict[str, Any]:
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        found: dict[str, Any] = jsonable_encoder(
            orthophoto_out(queries.one(session, id_), queries.areas(session, [id_])[id_])
        )
    return found


def _line(found: dict[str, Any]) -> str:
    fine = f"{found['resolution_m']} m" if found["resolution_m"] else "–"
    areas = "、".join(found["areas"]) or "–"
    return f"{found['id']}  {found['taken_on']}  {found['state_zh']} {found['state_en']}  {fine}  {areas}  {found['title']}"
