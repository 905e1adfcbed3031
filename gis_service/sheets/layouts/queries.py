"""Reads of layouts."""

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from gis_service.access.models import Unit
from gis_service.core.errors import NotFound
from gis_service.sheets.kinds import KINDS
from gis_service.sheets.layouts.definition import Definition
from gis_service.sheets.layouts.errors import SeveralLayouts, WrongKind
from gis_service.sheets.layouts.models import SheetLayout

Row = tuple[SheetLayout, Unit]


def _rows() -> Select[SheetLayout, Unit]:
    return select(SheetLayout, Unit).join(Unit, Unit.id == SheetLayout.unit_id)


def layouts(session: Session, *, kind: str | None = None, archived: bool = False) -> list[Row]:
    """Layouts by unit and name; with `archived` those that were put away too."""
    wanted = _rows().order_by(Unit.name, SheetLayout.name, SheetLayout.id)
    if kind:
        wanted = wanted.where(SheetLayout.kind == kind)
    if not archived:
        wanted = wanted.where(SheetLayout.archived_at.is_(None))
    return [(layout, unit) for layout, unit in session.execute(wanted)]


def layout(session: Session, layout_id: int, *, lock: bool = False) -> Row:
    """One layout and its unit; raises `NotFound`."""
    wanted = _rows().where(SheetLayout.id == layout_id)
    found = session.execute(wanted.with_for_update(of=SheetLayout) if lock else wanted).first()
    if found is None:
        raise NotFound(what="版式", key=layout_id)
    return found[0], found[1]


def named(session: Session, name: str) -> SheetLayout:
    """The layout of that name; `单位/名称` where several units have one. Raises `NotFound` and `SeveralLayouts`."""
    unit, _, own = name.rpartition("/")
    found = [
        (layout, of)
        for layout, of in layouts(session)
        if name == layout.name or (own == layout.name and unit in (of.name, of.short_name, of.code))
    ]
    if not found:
        raise NotFound(what="版式", key=name)
    if len(found) > 1:
        raise SeveralLayouts(name=name, count=len(found), named="、".join(f"{of.short_name or of.name}/{one.name}" for one, of in found))  # fmt: skip
    return found[0][0]


def definition_for(layout: SheetLayout, kind: str) -> Definition:
    """What a layout says, for a sheet of this kind; raises `WrongKind`."""
    if layout.kind != kind:
        of = KINDS.get(layout.kind)
        raise WrongKind(name=layout.name, kind_zh=of.zh if of else layout.kind, kind_en=of.en if of else layout.kind)
    return Definition.model_validate(layout.definition)
