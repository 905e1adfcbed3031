"""`gis-service parcels check`: the checks for scripts and for whoever owns the machine."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Annotated, Any, Protocol

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.orm import Session, sessionmaker

from gis_service.access.actor import EVERYTHING
from gis_service.core import db
from gis_service.parcels.imports.notes import Level
from gis_service.parcels.topology import operations, queries
from gis_service.parcels.topology.catalogue import CATALOGUE
from gis_service.parcels.topology.operations import Outcome

ERRORS_LEFT = 2
"""Exit code when faults of the level `error` are open."""


class Deployment(Protocol):
    """What of a process' services the command needs."""

    @property
    def sessions(self) -> sessionmaker[Session]: ...


def install(commands: typer.Typer, service: Callable[[], AbstractContextManager[Deployment]]) -> None:
    """Add the command to the group `parcels`; `service` opens the services it works with."""

    @commands.command("check")
    def check(
        full: Annotated[
            bool, typer.Option("--full", help="检查全部地块,不只是改动过的 · all parcels, not only changed ones")
        ] = False,
        as_json: Annotated[bool, typer.Option("--json", help="输出 JSON · print JSON")] = False,
    ) -> None:
        """拓扑检查:重叠、窄缝、跨片区等 · check the register as land; exit code 2 while errors are open."""
        with service() as services, services.sessions.begin() as session:
            db.enter(session, EVERYTHING)
            outcome = operations.check(session, full=full)
            counts = {row["rule"]: dict(row) for row in session.execute(queries.summary(None)).mappings()}
        if as_json:
            typer.echo(json.dumps(_as_json(outcome, counts), ensure_ascii=False, default=str))
        else:
            show(outcome, counts)
        serious = [code for code, entry in CATALOGUE.items() if entry.level is Level.ERROR]
        if sum(_open(counts, code) for code in serious):
            raise typer.Exit(ERRORS_LEFT)


def _open(counts: dict[str, dict[str, Any]], code: str) -> int:
    return int(counts.get(code, {}).get("open", 0))


def _as_json(outcome: Outcome, counts: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The shape other people's scripts rely on."""
    states = ("open", "accepted", "resolved")
    rules = [
        {"rule": code, "level": entry.level, **{state: int(counts.get(code, {}).get(state, 0)) for state in states}}
        for code, entry in CATALOGUE.items()
    ]
    total = {state: sum(int(counts.get(code, {}).get(state, 0)) for code in CATALOGUE) for state in states}
    return {**vars(outcome), "counts": total, "rules": rules}


def show(outcome: Outcome, counts: dict[str, dict[str, Any]]) -> None:
    """The outcome for people: what was looked at, and what is open of each rule."""
    console = Console(highlight=False)
    table = Table("规则 rule", "", "待处理 open", "已接受 accepted", title_justify="left")
    for code, entry in CATALOGUE.items():
        found = counts.get(code, {})
        if found.get("open") or found.get("accepted"):
            zh, en = entry.title
            table.add_row(f"{zh} · {en}", entry.level, str(found["open"]), str(found["accepted"]))
    console.print(
        f"检查 {outcome.parcels} 个地块,用时 {outcome.seconds:.2f} 秒:新发现 {outcome.opened},重新出现 {outcome.reopened},"
        f"已消除 {outcome.resolved}"
    )
    console.print(
        f"{outcome.parcels} parcels in {outcome.seconds:.2f} s: {outcome.opened} new, {outcome.reopened} came back, "
        f"{outcome.resolved} gone"
    )
    console.print(table if table.row_count else "没有问题 · nothing is wrong")
