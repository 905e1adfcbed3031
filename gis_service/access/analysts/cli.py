"""`gis-service analyst …`: logins to the database for people with QGIS, psql or pandas."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Annotated, Any

import typer

from gis_service.access import queries
from gis_service.access.actor import SERVICE, Actor
from gis_service.access.analysts import keeping, operations, roles
from gis_service.access.analysts.operations import Given
from gis_service.core import clock
from gis_service.core.clock import BEIJING
from gis_service.core.errors import NotFound

Json = Annotated[bool, typer.Option("--json", help="输出 JSON · print JSON")]
By = Annotated[
    str | None, typer.Option(help="办理的安全管理员账号 · account of the security administrator who does it")
]
Days = Annotated[int, typer.Option(min=1, max=365, help="有效天数 · days it is valid")]
Service = Callable[[], AbstractContextManager[Any]]


def install(commands: typer.Typer, service: Service) -> None:
    """Add the commands; `service` opens the services for one."""

    @commands.command("add")
    def add(username: str, days: Days = 90, by: By = None, as_json: Json = False) -> None:
        """开通直连账号,密码只显示一次 · make a login; the password is shown this once."""
        with service() as services:
            with services.sessions.begin() as session:
                given = operations.add(
                    session, _who(session, by), services.administrator, username=username, days=days, at=clock.now()
                )
            _hand_over(services, given, as_json)

    @commands.command("list")
    def list_(as_json: Json = False) -> None:
        """直连账号 · the logins."""
        with service() as services:
            with services.sessions() as session:
                found = operations.accounts(session)
            with services.administrator() as connection:
                connections = roles.connected(connection)
        rows = [
            {"username": username, "name": name, "role": role, "until": until, "ended": ended, "connections": connections.get(role, 0)}
            for username, name, role, until, ended in found
        ]  # fmt: skip
        if as_json:
            typer.echo(json.dumps(rows, ensure_ascii=False, default=str))
            return
        for row in rows:
            typer.echo(
                f"{row['username']}  {row['name']}  {row['role']}  {_stand(row)}  连接 connections {row['connections']}"
            )

    @commands.command("renew")
    def renew(
        username: str,
        days: Days = 90,
        new_password: Annotated[bool, typer.Option("--new-password", help="换新密码 · a new password")] = False,
        by: By = None,
        as_json: Json = False,
    ) -> None:
        """延期,从今天算起 · prolong, counted from today."""
        with service() as services:
            with services.sessions.begin() as session:
                given = operations.renew(
                    session, _who(session, by), services.administrator, username=username, days=days, at=clock.now(),
                    new_password=new_password,
                )  # fmt: skip
            _hand_over(services, given, as_json)

    @commands.command("disable")
    def disable(username: str, by: By = None, as_json: Json = False) -> None:
        """停用直连账号并断开其连接 · end a login and its connections."""
        with service() as services, services.sessions.begin() as session:
            given = operations.end(
                session, _who(session, by), services.administrator, username=username, at=clock.now()
            )
        if as_json:
            typer.echo(json.dumps({"role": given.role, "to_ask": given.to_ask}, ensure_ascii=False))
            return
        typer.echo(f"{given.role} 已停用 · ended")
        _ask(given)


def settle(services: Any) -> None:
    """End at once what the worker would end within a minute."""
    for order in keeping.settle(services.sessions, services.administrator, at=clock.now()):
        typer.echo(f"请数据库管理员执行 · Ask the database administrator to run: {order}", err=True)


def _who(session: Any, by: str | None) -> Actor:
    """On whose account it is done: the security administrator named, else whoever owns the machine."""
    if by is None:
        return SERVICE
    actor = queries.actor_named(session, by, at=clock.now())
    if actor is None:
        raise NotFound(what="账号", key=by)
    return actor


def _hand_over(services: Any, given: Given, as_json: bool) -> None:
    door = services.analyst_door
    if as_json:
        told = {"role": given.role, "password": given.password, "until": given.until, "to_ask": given.to_ask}
        told |= {"host": door.address, "port": door.port} if door else {}
        typer.echo(json.dumps(told, ensure_ascii=False, default=str))
        return
    typer.echo(f"角色 role      {given.role}")
    if given.password:
        typer.echo(f"密码 password  {given.password}")
    typer.echo(f"有效至 until   {given.until.astimezone(BEIJING):%Y-%m-%d %H:%M}")
    if door:
        typer.echo(f"连接 connect   host={door.address} port={door.port} dbname=gis user={given.role}")
    elif services.cluster:
        typer.echo(
            "直连端口未开放:设置 GIS_ANALYST_LISTEN 后重新启动 · the door is shut: set GIS_ANALYST_LISTEN and restart"
        )
    _ask(given)


def _ask(given: Given) -> None:
    if given.to_ask:
        typer.echo("请数据库管理员执行 · Ask the database administrator to run:\n" + "\n".join(given.to_ask))


def _stand(row: dict[str, Any]) -> str:
    if row["ended"]:
        return f"已停用 ended {row['ended'].astimezone(BEIJING):%Y-%m-%d}"
    over = row["until"] <= clock.now()
    return f"{'已到期 over' if over else '有效至 until'} {row['until'].astimezone(BEIJING):%Y-%m-%d}"
