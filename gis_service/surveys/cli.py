"""`gis-service surveys`: points from a file, and the volume of what lies in a parcel."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Any

import typer

from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.core import db
from gis_service.geo.volumes import CannotEstimate
from gis_service.parcels.attachments.operations import Kept
from gis_service.procedures.filing import remember
from gis_service.surveys import queries
from gis_service.surveys.errors import NoHoles
from gis_service.surveys.estimates import library, operations
from gis_service.surveys.models import Survey
from gis_service.surveys.points import importing
from gis_service.surveys.points.operations import Source
from gis_service.surveys.rules import WasteClass

REFUSED = 2
"""Exit code when something was refused and nothing was kept."""


def install(commands: typer.Typer, service: Callable[[], AbstractContextManager[Any]]) -> None:
    """Add the commands to the group `surveys`; `service` opens the services they work with."""

    @commands.command("import")
    def import_(
        file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="XLSX、CSV、ZIP 或 AGS 文件 · file")],
        parcel: Annotated[str, typer.Option("--parcel", help="地块编号,其进行中的摸排收下这些点 · parcel number")],
        crs: Annotated[int | None, typer.Option(help="坐标系 EPSG 代码 · EPSG code")] = None,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查,不保存 · look only")] = False,
        replace: Annotated[
            str, typer.Option("--replace", help="替换同号点的理由 · why points of the same number are replaced")
        ] = "",
        as_json: Annotated[bool, typer.Option("--json", help="输出 JSON · print JSON")] = False,
    ) -> None:
        """导入钻孔、探坑,全部合格才保存 · import points, all or none; exit code 2 when refused."""
        with service() as services, services.sessions.begin() as session:
            db.enter(session, EVERYTHING)
            survey = _survey(session, services.settings.district_code, parcel)
            trial = importing.tried(session, survey, file, file.name, crs=crs, box=services.settings.plausible_box)
            report = importing.trial_out(trial)
            if not dry_run and not trial.errors:
                with file.open("rb") as source:
                    sha256, size = services.store.put(source, limit_bytes=services.settings.max_upload_mb * 1024 * 1024)
                remember(session, SERVICE, Kept(sha256, size, file.name))
                kept = importing.accept(session, SERVICE, survey, trial, Source(sha256, replace), file.name)
                report["kept"] = [point.point_no for point in kept]
        typer.echo(json.dumps(report, ensure_ascii=False, default=str) if as_json else _told(report))
        if trial.errors:
            raise typer.Exit(REFUSED)

    @commands.command("volume")
    def volume(
        parcel: Annotated[str, typer.Argument(help="地块编号 · parcel number")],
        waste_class: Annotated[
            WasteClass, typer.Option(help="固废类别,用于折算吨数 · class of waste")
        ] = WasteClass.MIXED,
        simulations: Annotated[int, typer.Option(min=50, max=10_000, help="模拟次数 · simulations")] = 500,
        seed: Annotated[int, typer.Option(help="随机种子 · seed")] = 1,
        as_json: Annotated[bool, typer.Option("--json", help="输出 JSON · print JSON")] = False,
    ) -> None:
        """地块摸排点的方量:各方法和 90 % 区间 · the volume under a parcel by several methods, with its 90 % interval."""
        with service() as services, services.sessions.begin() as session:
            db.enter(session, EVERYTHING)
            survey = _survey(session, services.settings.district_code, parcel)
            kept = operations.inputs_of(session, survey, {"simulations": simulations, "seed": seed})
        if not kept["holes"]:
            raise NoHoles(no=parcel)
        try:
            result, versions = library.worked_out(kept)
        except CannotEstimate as fault:
            typer.echo(f"{fault.zh} · {fault.en}", err=True)
            raise typer.Exit(REFUSED) from None
        four = library.four_quantities(result["low_m3"], result["best_m3"], result["high_m3"], waste_class)
        if as_json:
            typer.echo(
                json.dumps(
                    {"parcel_no": parcel, **result, "quantities": four, "versions": versions}, ensure_ascii=False
                )
            )
        else:
            typer.echo(_volume_told(result, four))


def _survey(session: Any, district_code: str, parcel_no: str) -> Survey:
    """The newest survey of a parcel."""
    found = queries.newest_of(session, district_code, parcel_no)
    if found is None:
        typer.echo(f"地块 {parcel_no} 没有摸排,请先登记 · parcel {parcel_no} has no survey; open one first", err=True)
        raise typer.Exit(REFUSED)
    return found


def _told(report: dict[str, Any]) -> str:
    counts = report["counts"]
    head = f"{counts['points']} 个点,可收 {counts['accepted']},拒收 {counts['refused']} · points, acceptable, refused"
    lines = [
        f"[{each['level']}] {each['sheet'] or ''} 行 row {each['row']}: {each['message']} · {each['message_en']}"
        for each in report["issues"]
    ]
    return "\n".join([head, *lines])


def _volume_told(result: dict[str, Any], four: dict[str, Any]) -> str:
    sign = "≥" if result["is_lower_bound"] else ""
    lines = [
        f"90 %: {result['low_m3']:,.0f} – {result['best_m3']:,.0f} – {result['high_m3']:,.0f} m³ 自然方 in place",
        *(f"  {name:9} {sign}{volume:,.0f} m³" for name, volume in result["volumes_m3"].items()),
        f"松方 loose {four['loose_m3']['best']:,.0f} m³;{four['tonnes']['best']:,.0f} t;{four['truckloads']['best']:,.0f} 车 loads",
        *(f"{note['zh']} · {note['en']}" for note in result["notes"]),
    ]
    return "\n".join(lines)
