"""`gis-service evidence verify`: what 核验.py does, with the service's own copy of it."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from gis_service.evidence import verifier


def install(commands: typer.Typer) -> None:
    @commands.command("verify")
    def verify(
        file: Annotated[Path, typer.Argument(help="证据包 · the pack")],
        seal: Annotated[
            str | None, typer.Option(help="封存时记下的 SHA-256 · the SHA-256 noted at the sealing")
        ] = None,
        as_json: Annotated[bool, typer.Option("--json", help="输出 JSON · print JSON")] = False,
    ) -> None:
        """核验证据包 · check an evidence pack; exit code 1 when it was changed, 2 when it cannot be read."""
        faults = verifier.faults_of(str(file), seal)
        words = "\n".join(verifier.report(faults, seal is not None))
        typer.echo(json.dumps({"faults": [asdict(f) for f in faults]}, ensure_ascii=False) if as_json else words)
        raise typer.Exit(verifier.exit_code(faults))
