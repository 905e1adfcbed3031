"""`gis-service report monthly --month 2026-10 --out DIR`: the pack of a month as files, as whoever owns the machine."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress

from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.audit import operations as audit
from gis_service.core import clock, db
from gis_service.papers import fonts
from gis_service.reports import making, operations
from gis_service.reports.forms.pack import Made
from gis_service.reports.making import Frozen, House


def house_of(services: Any) -> House:
    """What the deployment gives; used by the command and by the worker."""
    return House(
        services.sessions, services.store, services.reader, services.settings.producer, services.settings.district_code,
    )  # fmt: skip


def install(commands: typer.Typer, service: Callable[[], AbstractContextManager[Any]]) -> None:
    """Add the command to the group `report`; `service` opens the services it works with."""

    @commands.callback()
    def group() -> None:
        """月度调度 · monthly reports."""

    @commands.command("monthly")
    def monthly(
        month: Annotated[str, typer.Option(help="月份,如 2026-10 · the month")],
        out: Annotated[Path, typer.Option(help="输出文件夹 · folder to write to", file_okay=False)],
        correct: Annotated[
            str, typer.Option(help="更正说明:另出一版 · why another edition is wanted, which is then closed")
        ] = "",
        as_json: Annotated[bool, typer.Option("--json", help="输出 JSON · print JSON")] = False,
    ) -> None:
        """生成月度调度材料 · make the pack of a month: table, report, slides, ZIP."""
        wanted = operations.month_in(month)
        console = Console(stderr=True, highlight=False)
        with service() as services, Progress(console=console, transient=True, disable=as_json) as bar:
            fonts.choose(services.settings.paper_fonts)
            house = house_of(services)
            with house.sessions.begin() as session:
                db.enter(session, EVERYTHING)
                operations.require(session, house.district_code, wanted, EVERYTHING, correct.strip(), clock.now())
                total = making.steps(session)
            task = bar.add_task("调度材料 · pack", total=total)

            def told(stage: str) -> None:
                bar.update(task, advance=1, description=stage)

            frozen = making.frozen(house, SERVICE, EVERYTHING, wanted, correct.strip(), told)
            files = [each for each in making.made_of(frozen.content, told) if not each.kind.startswith("preview_")]
            with house.sessions.begin() as session:
                db.enter(session, EVERYTHING)
                detail = {"act": "take_out", "month": month, "files": {each.name: each.sha256 for each in files}}
                audit.record(session, operations.READ, month, actor_id=None, actor_name=SERVICE.name, detail=detail)
        out.mkdir(parents=True, exist_ok=True)
        for each in files:
            (out / each.name).write_bytes(each.content)
        _tell(month, out, frozen, files, as_json=as_json)


def _tell(month: str, out: Path, frozen: Frozen, files: list[Made], *, as_json: bool) -> None:
    edition = frozen.report.edition if frozen.report else None
    if as_json:
        facts = {
            "month": month, "edition": edition, "is_draft": frozen.report is None, "closed_now": frozen.is_new, "cut_off": frozen.as_of,
            "files": [{"file": str(out / each.name), "kind": each.kind, "sha256": each.sha256, "size_bytes": len(each.content)} for each in files],
        }  # fmt: skip
        typer.echo(json.dumps(facts, ensure_ascii=False, default=str))
        return
    moment = f"{frozen.as_of.astimezone(clock.BEIJING):%Y-%m-%d %H:%M}"
    if frozen.report is None:
        typer.echo(f"{month} 尚未结束:草稿,数据截止 {moment},不定稿 · not over: a draft as of {moment}, not closed")
    elif frozen.is_new:
        typer.echo(f"{month} 已定稿为第 {edition} 版,数据截止 {moment} · closed as edition {edition}, as of {moment}")
    else:
        typer.echo(f"{month} 第 {edition} 版,数据截止 {moment} · edition {edition}, as of {moment}")
    for each in files:
        typer.echo(f"{out / each.name}  {len(each.content)} B  sha256 {each.sha256}")
