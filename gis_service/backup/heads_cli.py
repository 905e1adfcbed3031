"""`gis-service audit head | verify`: the signed head of the audit chain, and the chain held against heads kept elsewhere."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from gis_service.audit import heads, verifying
from gis_service.audit.verifying import Verdict
from gis_service.backup import heads as nightly
from gis_service.core import clock
from gis_service.services import Services

Json = Annotated[bool, typer.Option("--json", help="输出 JSON · print JSON")]
TAMPERED = 3
"""Exit code of a trail that is not as it was sealed."""


def install(commands: typer.Typer, service: Callable[[], AbstractContextManager[Services]]) -> None:
    """Add the commands; `service` opens the running service's parts."""

    @commands.command("head")
    def head(
        to: Annotated[Path | None, typer.Option(help="写入的文件或目录 · file or folder to write to")] = None,
        as_json: Json = False,
    ) -> None:
        """签发链头,供抄存到别处 · the signed head of the chain, to be kept elsewhere."""
        with service() as services, services.sessions.begin() as session:
            document = services.head_key.signed(verifying.present_head(session), clock.now())
        path = heads.write(document, to) if to else None
        words = f"链头 head {document['head']}\n封存 seal {document['seal']},记录到 entries to {document['to_id']}"
        typer.echo(json.dumps(document) if as_json else words + (f"\n{path}" if path else ""))

    @commands.command("verify")
    def verify(
        head: Annotated[
            list[str] | None,
            typer.Option(
                help="留存的链头:文件、目录或 64 位十六进制,可重复 · heads kept elsewhere: file, folder or hash"
            ),
        ] = None,
        key: Annotated[
            list[Path] | None, typer.Option(help="签发链头的公钥文件,可重复 · public key that signed them")
        ] = None,
        as_json: Json = False,
    ) -> None:
        """核对审计链 · recompute the audit chain; exit code 3 when it was tampered with."""
        keys = [heads.public_key(path) for path in key or []]
        with service() as services:
            verdict = nightly.verify(services, head, keys)
        typer.echo(json.dumps(asdict(verdict), ensure_ascii=False) if as_json else "\n".join(_told(verdict)))
        if verdict.faults:
            raise typer.Exit(TAMPERED)


def _told(verdict: Verdict) -> list[str]:
    return [
        f"封存 {verdict.seals} 次,记录 {verdict.entries} 条,未封存 {verdict.unsealed} 条;对照留存的链头 {verdict.heads} 个",
        f"{verdict.seals} seals over {verdict.entries} entries, {verdict.unsealed} not sealed yet; held against {verdict.heads} heads kept elsewhere",
        f"链头 head {verdict.head}",
        *(f"✗ {fault.zh}\n  {fault.en}" for fault in verdict.faults),
        *([] if verdict.faults else ["✓ 未发现改动 · nothing was tampered with"]),
    ]
