"""`gis-service patrols rescue FILE`: what a phone could not send, taken in by whoever owns the machine."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import select

from gis_service.access import queries as access
from gis_service.access.models import User
from gis_service.core import clock
from gis_service.core.errors import NotFound
from gis_service.patrols.inbox import rescue
from gis_service.patrols.inbox.taking import House
from gis_service.patrols.inbox.uploads import Uploads


def install(commands: typer.Typer, service: Callable[[], AbstractContextManager[Any]]) -> None:
    """Add the command to the group `patrols`; `service` opens the services it works with."""

    @commands.command("rescue")
    def bring(
        file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="救援包 · the rescue file")],
        carrier: Annotated[str, typer.Option("--as", help="送来的人的账号 · account of who brings it")],
        as_json: Annotated[bool, typer.Option("--json", help="输出 JSON · print JSON")] = False,
    ) -> None:
        """导入手机救援包 · take in a rescue file of a phone."""
        with service() as services:
            settings = services.settings
            house = House(services.sessions, services.store, settings.district_code)
            place = Uploads.under(settings.var_dir, services.store, settings.max_photo_mb)
            with house.transaction(None) as session:
                name = session.scalar(select(User.username).where(User.username == carrier))
                actor = access.actor_named(session, name or "", at=clock.now())
            if actor is None:
                raise NotFound(what="账号", key=carrier)
            receipts = rescue.bring(house, place, actor, file, name=file.name, lang="zh")
        _show([each.model_dump(mode="json") for each in receipts], as_json)


def _show(receipts: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"verdicts": receipts}, ensure_ascii=False))
        return
    for each in receipts:
        reason = (each["reason"] or {}).get("text", "")
        typer.echo(f"{each['uuid']}  {each['verdict']}  {reason}")
