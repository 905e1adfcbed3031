"""Verbs of law: put in what comes with the service, import a table, choose what a case rests on. Nothing here commits."""

import csv
import io
import tomllib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.cases.law import queries
from gis_service.cases.law.errors import LawRefused, NotConfirmed, NotInForce
from gis_service.cases.law.models import CaseBasis, LegalBasis
from gis_service.core import clock
from gis_service.core.errors import NotFound
from gis_service.procedures.errors import ReasonWanting

BUILT_IN = Path(__file__).with_name("basis.toml")
KEY = ("law", "article", "subject", "effective_from")
COLUMNS = (
    "law", "article", "effective_from", "effective_to", "title", "quote", "subject", "kinds", "source", "confirmed",
)  # fmt: skip
"""Columns of an imported table, in any order."""
MOST_ROWS, MOST_BYTES = 5_000, 4 << 20


def subjects() -> dict[str, tuple[str, str]]:
    """What a text may be about: code → Chinese, English."""
    return {code: (zh, en) for code, (zh, en) in tomllib.loads(BUILT_IN.read_text("utf-8"))["subjects"].items()}


def built_in() -> list[dict[str, Any]]:
    """The texts that come with the service, as rows of the table."""
    said = tomllib.loads(BUILT_IN.read_text("utf-8"))
    found = []
    for each in said["basis"]:
        law, (zh, en) = said["laws"][each["source"]], said["subjects"][each["subject"]]
        found.append(
            {
                "law": law["law"], "article": each["article"], "effective_from": law.get("from"), "effective_to": law.get("to"),
                "title": zh, "title_en": en, "quote": "", "summary": each.get("summary", ""), "subject": each["subject"],
                "kinds": each.get("kinds", []), "source": each["source"], "confirmed": each.get("confirmed", True),
            }
        )  # fmt: skip
    return found


def fill(session: Session) -> None:
    """Put in the built-in texts that are not there yet; what was imported or corrected stays."""
    session.execute(insert(LegalBasis).values(built_in()).on_conflict_do_nothing())


def import_table(session: Session, content: bytes) -> tuple[int, int]:
    """Texts from a CSV with a header; a text that is there already (law, article, subject, first day) is brought up to date.

    Returns how many are new and how many were changed. Raises `LawRefused` with every fault; then nothing is kept.
    """
    if len(content) > MOST_BYTES:
        _refuse([{"row": 1, "message": "文件超过 4 MB", "message_en": "the file is over 4 MB"}])
    rows = _rows(content)
    read, faults = [], []
    for number, row in enumerate(rows, 2):
        try:
            read.append(_row(row))
        except ValueError as error:
            zh, en = error.args
            faults.append({"row": number, "message": zh, "message_en": en})
    if faults or not read:
        _refuse(faults or [{"row": 1, "message": "没有内容", "message_en": "there is nothing in it"}])
    new = changed = 0
    for values in read:
        known = session.scalar(
            select(LegalBasis).where(*(getattr(LegalBasis, k).is_not_distinct_from(values[k]) for k in KEY))
        )
        if known is None:
            session.add(LegalBasis(**values))
            session.flush()
            new += 1
        elif any(getattr(known, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(known, name, value)
            changed += 1
    session.flush()
    return new, changed


def _rows(content: bytes) -> list[dict[str, str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", errors="replace")
    reader = csv.DictReader(io.StringIO(text))
    missing = [name for name in ("law", "article", "subject", "source") if name not in (reader.fieldnames or ())]
    if missing:
        named = ", ".join(missing)
        _refuse([{"row": 1, "message": f"缺少列 {named}", "message_en": f"the columns {named} are missing"}])
    found = [row for row in reader if any(row.values())]
    if len(found) > MOST_ROWS:
        _refuse(
            [{"row": MOST_ROWS + 1, "message": f"超过 {MOST_ROWS} 行", "message_en": f"more than {MOST_ROWS} rows"}]
        )
    return found


def _row(row: dict[str, str]) -> dict[str, Any]:
    """One row as the table holds it; raises `ValueError(zh, en)`."""
    said = {name: str(row.get(name) or "").strip() for name in COLUMNS}
    known = subjects()
    if said["subject"] not in known:
        raise ValueError(f"不认识的事项 {said['subject']}", f"unknown subject {said['subject']}")
    if not said["law"] or not said["source"]:
        raise ValueError("应写明法律名称和来源", "law and source must be told")
    begins, ends = (_day(said[name], name) for name in ("effective_from", "effective_to"))
    if begins and ends and begins >= ends:
        raise ValueError("失效日期应晚于施行日期", "it must begin before it ends")
    confirmed = said["confirmed"].lower() in ("", "true", "1", "是", "yes")
    if confirmed and not said["article"]:
        raise ValueError("没有条款号,不能标为已核实", "without a clause number it cannot be confirmed")
    zh, en = known[said["subject"]]
    return {
        "law": said["law"], "article": said["article"], "effective_from": begins, "effective_to": ends,
        "title": said["title"] or zh, "title_en": en, "quote": said["quote"], "subject": said["subject"],
        "kinds": said["kinds"].replace(",", " ").split(), "source": said["source"], "confirmed": confirmed,
    }  # fmt: skip


def _day(text: str, name: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ValueError(f"{name} 应为日期,如 2026-08-15", f"{name} must be a date such as 2026-08-15") from None


def _refuse(faults: list[dict[str, Any]]) -> None:
    first = faults[0]
    raise LawRefused(
        errors=faults, count=len(faults), row=first["row"], reason_zh=first["message"], reason_en=first["message_en"]
    )


def choose(
    session: Session, actor: Actor, proceeding_id: int, basis_ids: Sequence[int], *, act_from: date, act_to: date
) -> list[CaseBasis]:
    """Rest a case on texts that were in force on some day of the act; raises `NotInForce`, `NotConfirmed`."""
    there = {each.legal_basis_id for each in queries.of_case(session, proceeding_id)}
    found = queries.named(session, basis_ids)
    for wanted in set(basis_ids) - {basis.id for basis in found}:
        raise NotFound(what="法律依据", key=wanted)
    for basis in found:
        _require_usable(basis, act_from, act_to)
        if basis.id not in there:
            session.add(
                CaseBasis(
                    proceeding_id=proceeding_id, legal_basis_id=basis.id, act_from=act_from, act_to=act_to,
                    as_read={"law": basis.law, "article": basis.article, "title": basis.title, "quote": basis.quote},
                    chosen_by_name=actor.name,
                )
            )  # fmt: skip
    session.flush()
    return queries.of_case(session, proceeding_id)


def _require_usable(basis: LegalBasis, first: date, last: date) -> None:
    if not basis.confirmed:
        raise NotConfirmed(law=basis.law)
    if not queries.force_of(basis).within(first, last):
        raise NotInForce(
            law=basis.law, article=basis.article, first=first.isoformat(), last=last.isoformat(),
            begins=str(basis.effective_from or "—"), ends=str(basis.effective_to or "—"),
        )  # fmt: skip


def drop(session: Session, actor: Actor, proceeding_id: int, case_basis_id: int, reason: str) -> CaseBasis:
    """A case no longer rests on a text; what it rested on stays, with the reason."""
    found = session.get(CaseBasis, case_basis_id)
    if found is None or found.proceeding_id != proceeding_id or found.removed_at:
        raise NotFound(what="案件依据", key=case_basis_id)
    if not reason.strip():
        raise ReasonWanting(action_zh="移除依据", action_en="remove a basis")
    found.removed_at, found.removed_by_name, found.removed_reason = clock.now(), actor.name, reason.strip()
    session.flush()
    return found
