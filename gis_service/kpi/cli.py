"""`gis-service kpi`: the figures, for scripts and for whoever owns the machine."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Any

import typer

from gis_service.core.clock import BEIJING
from gis_service.core.errors import BadRequest
from gis_service.kpi import telling
from gis_service.kpi.catalogue import CATALOGUE, DECIMALS, GROUPS
from gis_service.kpi.telling import Line
from gis_service.kpi.workbook import DASH, workbook

BY = ("district", "area", "unit")


def install(app: typer.Typer, service: Callable[[], AbstractContextManager[Any]]) -> None:
    """Add the command; `service` opens the services it works with."""

    @app.command("kpi")
    def kpi(
        as_of: Annotated[str | None, typer.Option(help="时点,如 2026-10-31 · the day to count at")] = None,
        by: Annotated[str, typer.Option(help="district、area、unit")] = "district",
        out: Annotated[Path | None, typer.Option(help="写成 XLSX · write a workbook")] = None,
        as_json: Annotated[bool, typer.Option("--json", help="输出 JSON · print JSON")] = False,
    ) -> None:
        """指标:与上月末、本年计划对照 · the figures, against last month and the year's plan."""
        if by not in BY:
            raise BadRequest(parameter="by", value=by)
        moment = telling.asked_moment(as_of)
        seen = telling.sights(None)
        with service() as services, services.sessions() as session:
            lines = telling.told(session, seen, moment, by)  # type: ignore[arg-type]
            whole = telling.told(session, seen, moment, "district") if out else []
        if out:
            out.write_bytes(workbook(whole, lines if by != "district" else [], by, moment))  # type: ignore[arg-type]
            typer.echo(str(out))
        elif as_json:
            told = {"as_of": moment.isoformat(), "by": by, "items": [telling.out(line) for line in lines]}
            typer.echo(json.dumps(told, ensure_ascii=False))
        else:
            typer.echo(f"截止 {moment.astimezone(BEIJING):%Y-%m-%d %H:%M} · as of")
            typer.echo("\n".join(words(line) for line in lines))


def words(line: Line) -> str:
    """A figure as a line of text: what, how much, of what, and the change since the month before."""
    figure, each = line.figure, CATALOGUE[line.figure.code]
    digits = DECIMALS.get(each.counted_in, 0)
    value = DASH if figure.value is None else f"{figure.value:,}{'' if each.unit == '%' else ' '}{each.unit}"
    of = (
        ""
        if figure.denominator is None
        else f" ({figure.numerator:,.{digits}f} / {figure.denominator:,.{digits}f} {each.counted_in})"
    )
    change = "" if line.change is None else f"  {line.change:+,}"
    where = figure.area or figure.unit or ""
    return "  ".join(
        filter(None, (GROUPS[each.group][0][0], f"{each.code:24}", where, f"{each.zh} {value}{of}{change}"))
    )
