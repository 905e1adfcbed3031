"""The command that imports a year's working days."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Any

import typer

from gis_service.procedures import calendar


def install(commands: typer.Typer, service: Callable[[], AbstractContextManager[Any]]) -> None:
    """Add `import` to the commands about working days."""

    @commands.callback()
    def about() -> None:
        """工作日历 · the working-day calendar."""

    @commands.command("import")
    def import_days(
        file: Annotated[
            Path, typer.Argument(help="CSV:日期,休/班,名称 · CSV of date, 休 or 班, name", exists=True, dir_okay=False)
        ],
        source: Annotated[str, typer.Option(help="来自哪份通知 · the notice it comes from")],
    ) -> None:
        """导入一年的放假与调休安排,所有期限随之重算 · import a year's holidays and weekend days worked; every deadline follows."""
        days = calendar.read_csv(file.read_text(encoding="utf-8-sig"))
        with service() as services, services.sessions.begin() as session:
            years = calendar.replace(session, days, source)
        told = "、".join(map(str, years))
        typer.echo(f"已导入 {told} 年 {len(days)} 天 · {len(days)} days of {told} imported")
