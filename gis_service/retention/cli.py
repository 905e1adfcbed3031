"""`gis-service retention list | run`: how long data is kept, and the removal of what is past its time."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Annotated

import typer

from gis_service.retention import carrying
from gis_service.retention.carrying import Done
from gis_service.retention.facts import RULES
from gis_service.services import Services
from gis_service.settings import Settings

Json = Annotated[bool, typer.Option("--json", help="输出 JSON · print JSON")]


def install(
    commands: typer.Typer, load: Callable[[], Settings], service: Callable[[], AbstractContextManager[Services]]
) -> None:
    """Add the commands; `service` opens the running service's parts, `load` reads the settings alone."""

    @commands.command("list")
    def list_(as_json: Json = False) -> None:
        """数据各保留多久、从何时起算、依据 · what is kept for how long, from when, and why."""
        settings = load()
        if as_json:
            told = [{**vars(rule), "days": rule.keep_days(settings)} for rule in RULES]
            typer.echo(json.dumps(told, ensure_ascii=False))
            return
        for rule in RULES:
            days = rule.keep_days(settings)
            typer.echo(
                f"{rule.code:<10} {days:>4} 天 {rule.what_zh}:自{rule.since_zh}起;留下{rule.left_zh}。{rule.basis_zh}"
            )
            typer.echo(
                f"{'':<10}      {rule.what_en}, {days} days since {rule.since_en}; left: {rule.left_en}. {rule.basis_en}"
            )

    @commands.command("run")
    def run(
        dry_run: Annotated[bool, typer.Option("--dry-run", help="只计数,不删除 · count only")] = False,
        as_json: Json = False,
    ) -> None:
        """删除已过保留期的数据(每夜自动进行) · remove what is past its time, as is done each night."""
        with service() as services:
            done = carrying.run(services, dry=dry_run)
        told = {each.rule.code: each.count for each in done}
        typer.echo(json.dumps(told) if as_json else "\n".join(_line(each, dry_run) for each in done))
        if None in told.values():
            raise typer.Exit(1)


def _line(done: Done, dry: bool) -> str:
    if done.count is None:
        return f"✗ {done.rule.code}:未完成,详见日志 · not done, see the log"
    zh, en = ("将删除", "would be removed") if dry else ("已删除", "removed")
    return f"{done.rule.code:<10} {zh} {done.count} · {en} ({done.rule.what_zh} · {done.rule.what_en})"
