"""Verbs: make a paper, change a template, go back to an earlier one. Nothing here commits."""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import structlog
from docx.exceptions import PythonDocxError
from docx.opc.exceptions import OpcError
from lxml.etree import LxmlError
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from typst import TypstError

from gis_service.access.actor import Actor
from gis_service.core.errors import Refusal
from gis_service.files.noting import note_file
from gis_service.files.store import FileStore
from gis_service.papers import examples, fonts, queries
from gis_service.papers.catalogue import PaperKind, kind, shipped
from gis_service.papers.docx import package
from gis_service.papers.errors import NoSuchVersion, OnlyUploaded, fault
from gis_service.papers.fill import examine, fill
from gis_service.papers.models import PaperTemplate
from gis_service.papers.printing import to_pdf

log = structlog.get_logger("gis_service.papers")

UNSOUND = (
    LookupError, ValueError, TypeError, AttributeError, ArithmeticError, StopIteration, LxmlError, PythonDocxError, OpcError,
    TypstError,
)  # fmt: skip
"""What reading a document ends in when its parts do not fit together, such as a table without rows or a picture without file."""


@dataclass(frozen=True)
class Made:
    """A paper in both forms, of the same filled template."""

    docx: bytes
    pdf: bytes


def make(session: Session, store: FileStore, kind_code: str, facts: Mapping[str, Any], *, doc_no: str | None) -> Made:
    """A paper of this kind with these facts (`facts.py`). Raises `OnlyUploaded`, `UnknownField`, `CharactersMissing`, …"""
    found = kind(kind_code)
    return _made(template_bytes(session, store, kind_code), found, facts, doc_no)


def template_bytes(session: Session, store: FileStore, kind_code: str) -> bytes:
    """The template in use: the newest version that this release can still fill, else the shipped one."""
    found = _with_template(kind_code)
    for version in queries.versions(session, kind_code):
        if usable(store, found, version):
            return store.path(version.sha256).read_bytes()
    return shipped(found)


def named_in(session: Session, store: FileStore, kind_code: str) -> list[str]:
    """The facts that the template in use asks for by name, in the order in which they stand in it."""
    text = package.document_text(template_bytes(session, store, kind_code))
    return list(dict.fromkeys(re.findall(r"\bfacts\.(\w+)", text)))


def usable(store: FileStore, found: PaperKind, version: PaperTemplate) -> bool:
    """Whether an uploaded version still fits: a later release may have taken a field away, or the bytes may be gone."""
    path = store.path(version.sha256)
    return path.is_file() and _fits(path, found)


@lru_cache(maxsize=512)
def _fits(path: Path, found: PaperKind) -> bool:
    """Bytes are kept by their hash and never change, so once looked at is enough."""
    try:
        content = path.read_bytes()
        package.check(content)
        examine(content, kind=found.zh, allowed=found.groups)
    except Refusal:
        return False
    return True


def version_bytes(session: Session, store: FileStore, kind_code: str, version: int) -> bytes:
    """One version of a template; 0 is the shipped one."""
    found = _with_template(kind_code)
    if version == 0:
        return shipped(found)
    row = session.get(PaperTemplate, (kind_code, version))
    if row is None:
        raise NoSuchVersion(kind=found.zh, version=version)
    return store.path(row.sha256).read_bytes()


def change(
    session: Session, store: FileStore, actor: Actor, kind_code: str, content: bytes, *, name: str, note: str
) -> PaperTemplate:
    """A new version of a template. Raises `TemplateRefused` or `UnknownField` with the place and the remedy."""
    found = _with_template(kind_code)
    check(found, content)
    sha256, size = store.put(io.BytesIO(content), limit_bytes=package.MAX_BYTES)
    note_file(session, sha256, name, size, actor.id)
    # one after the other: two uploads of a kind at once would take the same number
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"paper_template/{kind_code}"))))
    newest = queries.versions(session, kind_code)
    made = PaperTemplate(
        kind=kind_code,
        version=newest[0].version + 1 if newest else 1,
        sha256=sha256,
        note=note.strip(),
        uploaded_by=actor.id,
        uploaded_by_name=actor.name,
    )
    session.add(made)
    session.flush()
    return made


def go_back(
    session: Session, store: FileStore, actor: Actor, kind_code: str, version: int, *, note: str
) -> PaperTemplate:
    """An earlier version once more, as a new one; 0 is the shipped template."""
    content = version_bytes(session, store, kind_code, version)
    return change(session, store, actor, kind_code, content, name=f"{kind_code}.docx", note=note)


def check(found: PaperKind, content: bytes) -> Made:
    """Try a template: open it, read its fields, fill it with invented facts, with hardly any, and print both."""
    package.check(content)
    try:
        examine(content, kind=found.zh, allowed=found.groups)
        _made(content, found, {}, None)
        return example_of(content, found)
    except UNSOUND as error:  # sound XML that makes no document: the file's fault, but told to us too
        log.warning("template not followed", kind=found.code, exc_info=True)
        raise fault("broken_xml", found=type(error).__name__) from None


def example(session: Session, store: FileStore, kind_code: str) -> Made:
    """The template in use with invented facts, marked 示例."""
    return example_of(template_bytes(session, store, kind_code), kind(kind_code))


def example_of(template: bytes, found: PaperKind) -> Made:
    facts: dict[str, Any] = {**examples.facts(found)}
    return _made(template, found, facts, facts["paper"]["doc_no"])


def _made(template: bytes, found: PaperKind, facts: Mapping[str, Any], doc_no: str | None) -> Made:
    """What the caller says of the paper wins; its kind and title go without saying."""
    units = facts.get("units") or {}
    usual = {"kind": found.zh, "title": found.zh, "issuer": units.get("issuer")}
    said = {name: value for name, value in (facts.get("paper") or {}).items() if value is not None}
    if doc_no is not None:
        said["doc_no"] = doc_no
    filled = fill(template, {**facts, "paper": {**usual, **said}})
    return Made(filled, to_pdf(filled, fonts=fonts.FACES))


def _with_template(kind_code: str) -> PaperKind:
    found = kind(kind_code)
    if not found.template:
        raise OnlyUploaded(kind=found.zh)
    return found
