"""Put together what belongs to a proceeding, and seal it: originals, papers, maps, tables, the step log."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import PurePath
from typing import Any, BinaryIO

from fastapi.encoders import jsonable_encoder
from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.evidence import site_map
from gis_service.evidence.models import EvidencePack
from gis_service.evidence.pack import Item, write_pack
from gis_service.files.store import FileStore
from gis_service.papers.catalogue import KINDS
from gis_service.procedures import page, queries
from gis_service.procedures.conduct import Conduct
from gis_service.procedures.diagram import svg
from gis_service.procedures.models import Proceeding

UNFIT = str.maketrans(dict.fromkeys('<>:"|?*\\/', "_"))


def seal(
    session: Session, store: FileStore, actor: Actor, conduct: Conduct, proceeding: Proceeding, out: BinaryIO, *, at: datetime
) -> EvidencePack:  # fmt: skip
    """Write the sealed pack of a proceeding to `out`; its sums are kept beside the proceeding."""
    log = queries.log_of(session, proceeding.id)
    steps = [
        {**queries.line(entry, proceeding.proceeding_no), "previous_hash": entry.previous_hash, "hash": entry.hash}
        for entry in log
    ]
    state = conduct.procedure.by_code[proceeding.state]
    about = {
        "title": f"{proceeding.proceeding_no} {proceeding.title}",
        "procedure": conduct.procedure.zh,
        "state": state.zh,
        "steps": len(steps),
        "sealed_by": actor.name,
    }
    made = write_pack(
        out, contents(session, store, actor, conduct, proceeding, at=at), steps=steps, about=about, sealed_at=at
    )
    kept = EvidencePack(
        proceeding_id=proceeding.id, steps=len(steps), steps_head=made.steps_head, manifest_sha256=made.manifest_sha256,
        pack_sha256=made.pack_sha256, size_bytes=made.bytes, made_at=at, made_by=actor.id, made_by_name=actor.name,
    )  # fmt: skip
    session.add(kept)
    session.flush()
    return kept


def contents(
    session: Session, store: FileStore, actor: Actor, conduct: Conduct, proceeding: Proceeding, *, at: datetime
) -> Iterator[Item]:  # fmt: skip
    """The files of a pack, in the order of its manifest."""
    yield from _originals(session, store, proceeding)
    yield from _papers(session, store, proceeding)
    passed = [entry.after for entry in queries.log_of(session, proceeding.id)]
    drawn = svg(conduct.procedure, here=proceeding.state, passed=passed)
    yield Item("地图/流程图.svg", drawn.encode(), "diagram", f"{conduct.procedure.zh}流程图,当前所在已标出")
    land = site_map.drawn(session, proceeding, at=at)
    if land is not None:
        yield Item("地图/位置图.svg", land.encode(), "map", "位置图")
    told = page.whole(session, conduct, proceeding, actor)
    table = {name: told[name] for name in ("facts", "clocks", "amounts", "signatures", "parcels", "details")}
    yield Item("表格/事项.json", _json(table), "table", "登记内容、期限、金额、签字、地块")


def _originals(session: Session, store: FileStore, proceeding: Proceeding) -> Iterator[Item]:
    for number, file in enumerate(queries.files_of(session, proceeding.id), 1):
        facts = {"added_by": file.added_by_name, "added_at": file.added_at.isoformat(), "label": file.label}
        if file.taken_at:
            facts["taken_at"] = file.taken_at.isoformat()
        yield Item(
            f"原件/{number:03}-{_name(file.name)}", store.path(file.sha256), "original", file.label or file.name, facts
        )


def _papers(session: Session, store: FileStore, proceeding: Proceeding) -> Iterator[Item]:
    for number, paper in enumerate(queries.papers_of(session, proceeding.id), 1):
        kind = KINDS[paper.kind].zh
        title = f"{kind} {paper.doc_no or ''}".strip() + ("(已撤回)" if paper.withdrawn_at else "")
        facts = {"made_by": paper.made_by_name, "made_at": paper.made_at.isoformat(), "as_of": paper.as_of.isoformat()}
        for ending, sha256 in (
            (".pdf", paper.pdf_sha256),
            (".docx", paper.docx_sha256),
            (_ending(paper.file_name), paper.file_sha256),
        ):
            if sha256:
                yield Item(f"文书/{number:03}-{_name(kind)}{ending}", store.path(sha256), "paper", title, facts)


def _ending(name: str | None) -> str:
    return PurePath(_name(name or "")).suffix.lower()


def _name(text: str) -> str:
    """A name that any machine takes for a file: the text without what a path may not hold, of bounded length."""
    plain = "".join(c for c in text.translate(UNFIT) if c.isprintable()).strip(" .")
    stem, ending = PurePath(plain).stem[:50], PurePath(plain).suffix[:10]
    return (stem.strip(" .") or "file") + ending


def _json(value: Any) -> bytes:
    return json.dumps(jsonable_encoder(value), ensure_ascii=False, indent=1, sort_keys=True).encode()
