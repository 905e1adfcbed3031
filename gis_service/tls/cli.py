"""`gis-service tls …`: make and look at the certificate for an intranet."""

import json
from typing import Annotated, Any

import typer

from gis_service import settings as configuration
from gis_service.tls import keeping, making
from gis_service.tls.keeping import Known
from gis_service.tls.page import plain_url

Json = Annotated[bool, typer.Option("--json", help="输出 JSON · print JSON")]


def install(commands: typer.Typer) -> None:
    """Add the commands."""

    @commands.command("make")
    def make(
        name: Annotated[list[str] | None, typer.Option(help="域名,可重复 · host name, may be repeated")] = None,
        address: Annotated[list[str] | None, typer.Option(help="IP 地址,可重复 · address, may be repeated")] = None,
        days: Annotated[int, typer.Option(help="有效天数 · days it is valid")] = making.MOST_DAYS,
        new_ca: Annotated[
            bool, typer.Option("--new-ca", help="重建 CA,各设备须重新安装 · another authority, to be installed anew")
        ] = False,
        as_json: Json = False,
    ) -> None:
        """生成或续签 HTTPS 证书(CA 不变,手机无须重装) · make or renew the certificate; phones keep the authority."""
        settings = configuration.load()
        _show(settings, keeping.make(settings, name or [], address or [], days=days, new_ca=new_ca), as_json)
        if not as_json:
            typer.echo("\n重新启动服务后生效 · restart the service to use it")

    @commands.command("show")
    def show(as_json: Json = False) -> None:
        """查看证书 · show the certificate."""
        settings = configuration.load()
        _show(settings, keeping.known(settings), as_json)


def _show(settings: configuration.Settings, known: Known, as_json: bool) -> None:
    if as_json:
        told: dict[str, Any] = {**vars(known), "url": known.url(settings.port), "page": plain_url(settings, known)}
        typer.echo(json.dumps(told, ensure_ascii=False, default=str))
        return
    lines = [
        f"地址 address      {known.url(settings.port)}",
        f"名称 names        {', '.join((*known.names, *known.addresses))}",
        f"到期 until        {known.until:%Y-%m-%d} ({known.days_left} 天 days)",
        f"证书页 page       {plain_url(settings, known)}",
        f"CA                {known.ca_name}",
        f"CA 到期 until     {known.ca_until:%Y-%m-%d}",
        f"CA 指纹 SHA-256   {known.ca_fingerprint}",
        f"文件 file         {known.ca_crt}",
    ]
    typer.echo("\n".join(lines))
