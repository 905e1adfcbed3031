"""证据包 of a case: originals, papers, the map of the place, tables, the step log; sealed (`gis_service/evidence`)."""

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, BinaryIO
from xml.sax.saxutils import escape

import shapely
from shapely.geometry import shape
from sqlalchemy import select
from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.cases import conduct
from gis_service.cases.models import CasePack
from gis_service.cases.parties import queries as parties
from gis_service.cases.rules import DUMPING_CASE
from gis_service.core.clock import BEIJING
from gis_service.core.srid import METRIC_SRID, STORAGE_SRID
from gis_service.evidence.pack import Item, Seal, write_pack
from gis_service.files.store import FileStore
from gis_service.geo import crs
from gis_service.papers.catalogue import KINDS
from gis_service.procedures import queries
from gis_service.procedures.models import Proceeding, ProceedingFile, ProceedingPaper

SIDE_MM, MARGIN = 180, 0.15


def make(session: Session, store: FileStore, actor: Actor, case: Proceeding, out: BinaryIO, *, at: datetime) -> Seal:
    """Write the pack of a case as it stands and keep its seal; the caller writes the audit entry."""
    log = queries.log_of(session, case.id)
    steps = [
        {**queries.line(entry, case.proceeding_no), "previous_hash": entry.previous_hash, "hash": entry.hash} for entry in log
    ]
    about = {
        "title": f"{case.proceeding_no} {case.title}", "procedure": DUMPING_CASE.zh, "state": DUMPING_CASE.by_code[case.state].zh,
        "as_of": at.astimezone(BEIJING).isoformat(timespec="seconds"), "made_by": actor.name,
    }  # fmt: skip
    seal = write_pack(out, list(_contents(session, store, case, at)), steps=steps, about=about, sealed_at=at)
    session.add(
        CasePack(
            proceeding_id=case.id, sealed_at=at, sealed_by_name=actor.name, pack_sha256=seal.pack_sha256,
            manifest_sha256=seal.manifest_sha256, steps_head=seal.steps_head, size_bytes=seal.bytes,
        )
    )  # fmt: skip
    session.flush()
    return seal


def seals_of(session: Session, case_id: int) -> list[CasePack]:
    """Seals of the packs that were made of a case, the newest first."""
    return list(session.scalars(select(CasePack).where(CasePack.proceeding_id == case_id).order_by(CasePack.id.desc())))


def _contents(session: Session, store: FileStore, case: Proceeding, at: datetime) -> Iterator[Item]:
    for number, file in enumerate(queries.files_of(session, case.id), 1):
        yield _original(store, number, file)
    papers = [paper for paper in queries.papers_of(session, case.id) if not paper.withdrawn_at]
    for number, paper in enumerate(papers, 1):
        yield from _paper(store, number, paper)
    yield Item("地图/位置图.svg", place_map(session, case, at).encode(), "map", "位置图")
    yield Item("表格/关联.csv", _links(session, case).encode("utf-8-sig"), "table", "当事人、车辆、企业、工地(敏感信息已遮盖)")
    yield Item("表格/依据与金额.json", _basis(session, case).encode(), "table", "法律依据与金额")


def _original(store: FileStore, number: int, file: ProceedingFile) -> Item:
    facts = {
        "name": file.name, "label": file.label, "added_by": file.added_by_name, "added_at": file.added_at.astimezone(BEIJING).isoformat(),
        "taken_at": file.taken_at.astimezone(BEIJING).isoformat() if file.taken_at else None, "sha256_at_upload": file.sha256,
    }  # fmt: skip
    return Item(f"原件/{number:03}-{fit(file.name)}", store.path(file.sha256), "original", file.label or file.name, facts)


def _paper(store: FileStore, number: int, paper: ProceedingPaper) -> Iterator[Item]:
    facts = {"kind": paper.kind, "doc_no": paper.doc_no, "made_by": paper.made_by_name, "step": paper.step_id is not None}
    name = f"文书/{number:03}-{fit(KINDS[paper.kind].zh)}"
    if paper.file_sha256:
        yield Item(f"{name}-{fit(paper.file_name or 'file')}", store.path(paper.file_sha256), "paper", paper.title, facts)
    for ending, sha256 in (("pdf", paper.pdf_sha256), ("docx", paper.docx_sha256)):
        if sha256:
            yield Item(f"{name}.{ending}", store.path(sha256), "paper", paper.title, facts)


def fit(name: str) -> str:
    """A file name that unpacks to itself on any machine, its ending kept.

    >>> fit('a/b:c?.jpg'), fit('…'), fit('长' * 90 + '.jpg')[-6:]
    ('a_b_c_.jpg', '…', '长长.jpg')
    """
    plain = unicodedata.normalize("NFC", "".join(c if c.isprintable() else "_" for c in name))
    plain = re.sub(r'[<>:"|?*\\/]', "_", plain).strip(" .") or "file"
    stem, dot, ending = plain.rpartition(".")
    if not dot:
        stem, ending = plain, ""
    while len((stem + dot + ending).encode()) > 150 and stem:
        stem = stem[:-1]
    return (stem.rstrip(" .") or "file") + dot + ending[:20]


def _links(session: Session, case: Proceeding) -> str:
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(["种类", "名称", "角色", "证件号(遮盖)", "电话(遮盖)", "备注", "另见案件"])
    for each in parties.of_case(session, case.id):
        others = "、".join(other["proceeding_no"] for other in each["also_in"])
        cells = [each["kind_zh"], each["label"], each["role_zh"], each.get("id_masked", ""), each.get("phone_masked", ""), each["note"], others]
        table.writerow([_plain(cell) for cell in cells])
    return out.getvalue()


def _plain(cell: str) -> str:
    """A text that a spreadsheet would run as a formula is kept as a text."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _basis(session: Session, case: Proceeding) -> str:
    said = {
        "basis": conduct.paper_facts(session, case)["basis"],
        "amounts": [
            {"head": each.head, "stage": each.stage, "amount_yuan": str(each.amount_yuan), "told_on": each.told_on.isoformat(), "basis": each.basis}
            for each in queries.amounts_of(session, case.id)
        ],
    }  # fmt: skip
    return json.dumps(said, ensure_ascii=False, indent=1) + "\n"


# --- the map of the place -------------------------------------------------------------------------------------------


def place_map(session: Session, case: Proceeding, at: datetime) -> str:
    """The place and the land of the case as an SVG in the plane (EPSG of the deployment), north up, with its scale and cut-off."""
    outlines = [shape(json.loads(row["outline"])) for row in queries.parcels_of(session, case.id) if row["outline"]]
    names = [row["parcel_no"] for row in queries.parcels_of(session, case.id) if row["outline"]]
    lonlat = queries.lonlat(case)
    drawn = [crs.transform(each, STORAGE_SRID, METRIC_SRID) for each in outlines]
    spot = None if lonlat is None else crs.transform(shapely.Point(lonlat), STORAGE_SRID, METRIC_SRID)
    everything = shapely.unary_union([*drawn, *([spot.buffer(60)] if spot is not None else [])])
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE_MM} {SIDE_MM + 20}" width="{SIDE_MM}mm" height="{SIDE_MM + 20}mm" font-family="sans-serif">'
    if everything.is_empty:
        return f'{head}<text x="8" y="20" font-size="5">{escape(case.place_text or "未登记坐标")}</text></svg>\n'
    west, south, east, north = everything.bounds
    side = max(east - west, north - south) * (1 + 2 * MARGIN)
    x0, y0, scale = (west + east - side) / 2, (south + north + side) / 2, SIDE_MM / side
    at_mm = _Plane(x0, y0, scale)
    parts = [head, f'<rect width="{SIDE_MM}" height="{SIDE_MM + 20}" fill="#fff"/>']
    for name, outline in zip(names, drawn, strict=True):
        parts.append(f'<path d="{at_mm.path(outline)}" fill="#e9f0f8" stroke="#1f5fa8" stroke-width="0.5" fill-rule="evenodd"/>')
        x, y = at_mm(*shapely.get_coordinates(outline.representative_point())[0])
        parts.append(f'<text x="{x:.1f}" y="{y:.1f}" font-size="4" text-anchor="middle">{escape(name)}</text>')
    if spot is not None:
        x, y = at_mm(spot.x, spot.y)
        parts.append(f'<path d="M{x - 3:.1f} {y:.1f}h6M{x:.1f} {y - 3:.1f}v6" stroke="#b3261e" stroke-width="0.8"/>')
    bar_m = _round_length(side / 4)
    parts.append(
        f'<path d="M8 {SIDE_MM + 6}h{bar_m * scale:.1f}" stroke="#1b1f24" stroke-width="0.6"/>'
        f'<text x="8" y="{SIDE_MM + 11}" font-size="3.5">{bar_m:g} m · 上北 · EPSG:{METRIC_SRID}</text>'
        f'<text x="8" y="{SIDE_MM + 16}" font-size="3.5">{escape(case.proceeding_no)} · 数据截止 {at.astimezone(BEIJING):%Y-%m-%d %H:%M} · 内部使用</text>'
    )
    return "".join(parts) + "</svg>\n"


class _Plane:
    """From metres of the plane to millimetres of the paper."""

    def __init__(self, x0: float, y0: float, scale: float):
        self.x0, self.y0, self.scale = x0, y0, scale

    def __call__(self, x: float, y: float) -> tuple[float, float]:
        return (x - self.x0) * self.scale, (self.y0 - y) * self.scale

    def path(self, outline: Any) -> str:
        rings = [ring for part in shapely.get_parts(outline) for ring in (part.exterior, *part.interiors)]
        return "".join(f"M{self._line(shapely.get_coordinates(ring))}Z" for ring in rings)

    def _line(self, places: Sequence[Any]) -> str:
        return "L".join(f"{x:.2f} {y:.2f}" for x, y in (self(*place) for place in places))


def _round_length(length_m: float) -> float:
    """The largest of 1, 2, 5 × 10ⁿ that is not longer.

    >>> _round_length(87), _round_length(230)
    (50.0, 200.0)
    """
    unit = 10.0 ** (len(str(int(max(length_m, 1)))) - 1)
    return max(step * unit for step in (1, 2, 5) if step * unit <= max(length_m, 1))
