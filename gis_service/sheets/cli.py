"""`gis-service sheet`: a map for the meeting table as a file."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import PERMISSIONS
from gis_service.audit import operations as audit
from gis_service.core import clock, db
from gis_service.core.errors import BadRequest
from gis_service.maps.asked import day
from gis_service.maps.standing import standing
from gis_service.sheets.gather import Desk, Wanted
from gis_service.sheets.kinds import KINDS, SUBJECTS, made
from gis_service.sheets.layouts.arranging import pages_of
from gis_service.sheets.layouts.queries import definition_for, layouts, named
from gis_service.sheets.printing.formats import MEDIA, printed
from gis_service.sheets.tongue import Lang

Out = Annotated[Path, typer.Option(help="输出文件,按扩展名 pdf、png、svg、pptx、docx · file to write, by its ending")]
AsOf = Annotated[str | None, typer.Option(help="时点,如 2026-10-31 · the day to show")]
Size = Annotated[str | None, typer.Option(help="纸张,如 a3、a4、a4-portrait · page size")]
Dpi = Annotated[int, typer.Option(min=50, max=600, help="PNG 的分辨率 · resolution of PNG")]
Speaks = Annotated[str, typer.Option("--lang", help="图面文字 zh 或 en · language of the sheet")]
Reason = Annotated[str, typer.Option(help="查看他人轨迹的事由 · why tracks of others are looked at")]
Named = Annotated[
    str | None, typer.Option("--layout", help="版式名称,重名时写“单位/名称” · saved layout, or unit/layout")
]
PictureNo = Annotated[
    str | None,
    typer.Option("--picture", help="作底图的正射影像:编号或 newest · orthophoto under the map: its number, or newest"),
]
PageNo = Annotated[int, typer.Option("--page", min=1, help="PNG、SVG 的页 · page of PNG and SVG")]


def install(commands: typer.Typer, service: Callable[[], AbstractContextManager[Any]]) -> None:
    """Add the commands to the group `sheet`, one for each subject; `service` opens the services they work with."""
    for subject in SUBJECTS:
        _install(commands, subject, service)

    @commands.command("layouts")
    def saved() -> None:
        """列出版式 · list the saved layouts."""
        with service() as services, services.sessions() as session:
            db.enter(session, EVERYTHING)
            for layout, unit in layouts(session):
                typer.echo(f"{layout.kind:15} {unit.short_name or unit.name}/{layout.name}")

    @commands.command("kinds")
    def kinds() -> None:
        """列出图种 · list the kinds of sheets."""
        for name, kind in KINDS.items():
            typer.echo(f"{name:15} {kind.subject:7} {kind.zh} · {kind.en}")


def _picture(said: str | None) -> Wanted | None:
    if said is None or said == "newest":
        return cast("Wanted | None", said)
    if not said.isascii() or not said.isdigit():
        raise BadRequest(parameter="picture", value=said)
    return int(said)


def _install(commands: typer.Typer, subject: str, service: Callable[[], AbstractContextManager[Any]]) -> None:
    words, kinds = SUBJECTS[subject], [name for name, kind in KINDS.items() if kind.subject == subject]

    @commands.command(subject, help=f"{words.zh} 的图 · sheets of: {words.en}")
    def write(
        name: Annotated[str, typer.Argument(help=f"{words.zh} · {words.en}")],
        out: Out,
        kind: Annotated[str, typer.Option(help=f"图种 · kind: {', '.join(kinds)}")] = kinds[0],
        as_of: AsOf = None,
        size: Size = None,
        layout: Named = None,
        dpi: Dpi = 300,
        page: PageNo = 1,
        lang: Speaks = "zh",
        reason: Reason = "",
        picture: PictureNo = None,
    ) -> None:
        form = out.suffix.lstrip(".").lower()
        if form not in MEDIA:
            raise BadRequest(parameter="out", value=out.name)
        if kind not in kinds:
            raise BadRequest(parameter="kind", value=kind)
        if lang not in ("zh", "en"):
            raise BadRequest(parameter="lang", value=lang)
        with service() as services, services.sessions() as session:
            db.enter(session, EVERYTHING)
            desk = Desk(
                services.reader, session, EVERYTHING, standing(services.reader), clock.now(), day(as_of), cast("Lang", lang),
                may=frozenset(PERMISSIONS), reason=reason, store=services.store, picture=_picture(picture), sees=EVERYTHING, dpi=dpi,
            )  # fmt: skip
            if layout is None:
                pages = made(desk, kind, name, size)
            else:
                pages = pages_of(desk, definition_for(named(session, layout), kind), name)
            for patrol_id in desk.opened:
                audit.record(session, "track.read", f"patrol/{patrol_id}", actor_id=None, actor_name=EVERYTHING.actor_name, detail={"reason": reason, "sheet": kind})  # fmt: skip
            session.commit()
        out.write_bytes(printed(pages, form, at=desk.moment, page=page, dpi=dpi))  # type: ignore[arg-type]
        typer.echo(str(out))
