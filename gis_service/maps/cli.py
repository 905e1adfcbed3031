"""`gis-service maps …`: styles of layers, and the main map as a QGIS project."""

import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Literal

import typer

from gis_service.access.actor import EVERYTHING
from gis_service.core.errors import BadRequest
from gis_service.maps.desktop.project import LOGIN, LOGIN_PATTERN, Place, qgz
from gis_service.maps.memory import Memory
from gis_service.maps.standing import standing
from gis_service.maps.styles.drawing import Drawn
from gis_service.maps.styles.maplibre import maplibre
from gis_service.maps.styles.qml import qml
from gis_service.maps.styles.sld import sld
from gis_service.maps.workshop import cli as workshop
from gis_service.services import Services

Address = Annotated[str, typer.Option(help="服务地址 · address of the service")]
Out = Annotated[Path, typer.Option(help="输出文件 · file to write")]
Lang = Annotated[Literal["zh", "en", "both"], typer.Option(help="图例文字 · words of the legend")]
HERE = "http://127.0.0.1:8000"


def install(commands: typer.Typer, service: Callable[[], AbstractContextManager[Services]]) -> None:
    """Add the commands."""
    workshop.install(commands, service)

    @commands.command("style")
    def style(
        layer: Annotated[str, typer.Argument(help="图层标识,如 parcel-supply · id of the layer")],
        out: Out,
        format_: Annotated[Literal["sld", "qml", "json"], typer.Option("--format", help="格式 · format")] = "qml",
        lang: Lang = "both",
        marks: Annotated[
            Literal["qgis", "geoserver"], typer.Option(help="SLD 的填充写给谁 · for whom the hatches of an SLD are")
        ] = "qgis",
        url: Address = HERE,
        tilejson: Annotated[
            str | None, typer.Option(help="JSON:瓦片说明的地址 · JSON: address of the tiles' description")
        ] = None,
    ) -> None:
        """把一个图层的样式写成 SLD、QML 或 MapLibre JSON · write a layer's style for other programs."""
        with service() as services:
            drawn = Drawn.served(standing(services.reader).named(layer), lang)
        tiles = f"{url.rstrip('/')}/ogc/collections/{layer}/tiles/WebMercatorQuad/{{z}}/{{y}}/{{x}}?f=mvt"
        write = {
            "qml": lambda: qml(drawn),
            "sld": lambda: sld(drawn, marks),
            "json": lambda: json.dumps(maplibre(drawn, tiles=tiles, tilejson=tilejson), ensure_ascii=False, indent=1),
        }
        out.write_text(write[format_](), encoding="utf-8")
        typer.echo(str(out))

    @commands.command("project")
    def project(
        out: Out,
        url: Address = HERE,
        login: Annotated[str, typer.Option(help="QGIS 密码库中的登录标识 · id of the login kept in QGIS")] = LOGIN,
        lang: Annotated[Literal["zh", "en"], typer.Option(help="图层名称 · names of layers")] = "zh",
    ) -> None:
        """把主图写成 QGIS 工程(.qgz,不含令牌) · write the main map as a QGIS project; it holds no token."""
        if not re.fullmatch(LOGIN_PATTERN, login):
            raise BadRequest(parameter="--login", value=login)
        with service() as services:
            catalogue = standing(services.reader)
            memory = Memory(services.reader, services.settings.plausible_box)
            extent = memory.extent(EVERYTHING, catalogue["area"])
            title = services.settings.title
        out.write_bytes(qgz(catalogue, Place(f"{url.rstrip('/')}/ogc", title, extent, login, lang)))
        typer.echo(str(out))
