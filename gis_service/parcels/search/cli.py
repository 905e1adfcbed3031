"""The command that fills the search terms."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Annotated, Any

import typer

from gis_service.access.actor import EVERYTHING
from gis_service.core import db
from gis_service.parcels.search import jobs, operations


def install(commands: typer.Typer, service: Callable[[], AbstractContextManager[Any]]) -> None:
    """Add `reindex` to the commands about parcels."""

    @commands.command("reindex")
    def reindex(
        everything: Annotated[bool, typer.Option("--all", help="全部重建 · anew for all texts")] = False,
    ) -> None:
        """补齐搜索用的拼音与首字母 · add the pinyin and initials that the search goes by."""
        with service() as services:
            if everything:
                with services.sessions.begin() as session:
                    db.enter(session, EVERYTHING)
                    operations.forget(session)
            filled = jobs.fill_all(services.sessions)
        typer.echo(f"已补齐 {filled} 条 · {filled} texts filled")
