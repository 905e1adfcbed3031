"""Reads of papers: the versions of a template."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gis_service.papers.models import PaperTemplate


def versions(session: Session, kind: str) -> list[PaperTemplate]:
    """The versions of a kind's template that were uploaded, newest first."""
    found = select(PaperTemplate).where(PaperTemplate.kind == kind).order_by(PaperTemplate.version.desc())
    return list(session.scalars(found))


def latest(session: Session) -> dict[str, PaperTemplate]:
    """Kind → its newest version, of the kinds whose template was changed."""
    newest = select(PaperTemplate.kind, func.max(PaperTemplate.version).label("version")).group_by(PaperTemplate.kind)
    top = newest.subquery()
    found = select(PaperTemplate).join(
        top, (top.c.kind == PaperTemplate.kind) & (top.c.version == PaperTemplate.version)
    )
    return {row.kind: row for row in session.scalars(found)}
