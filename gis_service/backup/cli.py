"""`gis-service db backup | backups | restore | drill`."""

import json
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Any

import typer

from gis_service.backup import nightly, taking
from gis_service.backup.drill import Drill
from gis_service.backup.drill import drill as restore_for_trial
from gis_service.backup.errors import NoFolder
from gis_service.backup.proving import Proof, prove
from gis_service.backup.restoring import restore as restore_from
from gis_service.backup.shelf import Shelf
from gis_service.core.clock import as_instant
from gis_service.services import Services
from gis_service.settings import Settings

Folder = Annotated[Path | None, typer.Option("--to", help="备份目录,默认 GIS_BACKUP_DIR · folder of the backups")]
From = Annotated[Path | None, typer.Option("--from", help="备份目录,默认 GIS_BACKUP_DIR · folder of the backups")]
Name = Annotated[str | None, typer.Option("--backup", help="哪一份,默认最新 · which copy, the newest if left out")]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON · print JSON")]
NOT_WHOLE = 3
"""Exit code of a copy, restore or trial that is not whole."""


def install(
    commands: typer.Typer, load: Callable[[], Settings], service: Callable[[], AbstractContextManager[Services]]
) -> None:
    """Add the commands; `service` opens the running service's parts, `load` reads the settings alone."""

    @commands.command("backup")
    def backup(to: Folder = None, as_json: Json = False) -> None:
        """备份:数据库、文件、证书,服务照常运行 · copy database, files and certificates while the service runs."""
        shelf = _shelf(load(), to)
        with service() as services:
            made = taking.take(services.private(), shelf, services.store, var_dir=services.settings.var_dir, say=_say)
        told = {"name": made.name, "folder": str(made.folder), **nightly.told_of(made)}
        words = f"✓ {made.name}:{told['bytes'] / 1e6:.1f} MB,文件 {told['files']} 个 · files"
        _show(told, as_json, [words, *(f"✗ {sha256}" for sha256 in told["file_faults"])])
        if told["file_faults"]:
            raise typer.Exit(NOT_WHOLE)

    @commands.command("backups")
    def backups(source: From = None, as_json: Json = False) -> None:
        """已有的备份 · the copies there are."""
        found = _shelf(load(), source).backups()
        lines = [f"{one.name}  {one.facts['bytes'] / 1e6:.1f} MB  {one.facts['revision']}" for one in found]
        _show([{"name": one.name, **nightly.told_of(one)} for one in found], as_json, lines or ["—"])

    @commands.command("restore")
    def restore(
        source: From = None,
        name: Name = None,
        to: Annotated[
            str | None,
            typer.Option("--as-of", help="恢复到的时点,北京时间 · the moment to go back to, e.g. '2026-11-30 09:15'"),
        ] = None,
        timeline: Annotated[
            str, typer.Option(help="恢复过多次时沿哪一条历史 · which history to follow after several restores")
        ] = "latest",
        as_json: Json = False,
    ) -> None:
        """恢复(先停止服务);原数据改名保留 · restore, with the service stopped; what was there is set aside, not deleted."""
        settings = load()
        services, shelf = Services(settings, long_work=True), _shelf(settings, source)
        cluster, moment = services.private(), as_instant(to) if to else None
        chosen = shelf.named(name) if name else shelf.newest(before=moment)
        _say(f"恢复 {chosen.name} · restoring")
        try:
            done = restore_from(
                cluster, chosen, shelf, services.store, var_dir=settings.var_dir, to=moment, timeline=timeline
            )
            proofs = prove(services, cluster, chosen.facts, done.missing)
        finally:
            services.close()
            cluster.release()
        aside = str(done.aside) if done.aside else None
        told = {"backup": chosen.name, "aside": aside, "files": done.files, "proofs": [vars(one) for one in proofs]}
        kept = [f"原数据在 · what was there before lies in {aside}"] if aside else []
        _show(told, as_json, [*map(_line, proofs), *kept])
        if not all(proof.good for proof in proofs):
            raise typer.Exit(NOT_WHOLE)

    @commands.command("drill")
    def drill(source: From = None, name: Name = None, as_json: Json = False) -> None:
        """恢复演练:在旁边恢复一份并核对,然后删除 · restore beside the service, prove it, throw it away."""
        settings = load()
        Services(settings).private()
        shelf = _shelf(settings, source)
        done = restore_for_trial(settings, shelf, shelf.named(name) if name else None)
        _show({"backup": done.backup, **nightly.told_of_drill(done)}, as_json, _told(done))
        if not done.good:
            raise typer.Exit(NOT_WHOLE)


def _shelf(settings: Settings, named: Path | None) -> Shelf:
    folder = named or settings.backup_dir
    if folder is None:
        raise NoFolder()
    return Shelf(folder)


def _told(done: Drill) -> list[str]:
    return [f"{done.backup}:{done.seconds:.1f} s", *map(_line, done.proofs)]


def _line(proof: Proof) -> str:
    return f"{'✓' if proof.good else '✗'} {proof.name_zh} · {proof.name_en}: {proof.seen}"


def _say(line: str) -> None:
    print(line, file=sys.stderr)


def _show(value: Any, as_json: bool, lines: list[str]) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, default=str) if as_json else "\n".join(lines))
