"""The pack of a month: 调度表, 调度报告 (DOCX, PDF), 幻灯片, the pages as pictures to look at first, and all in one ZIP with its manifest."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gis_service.core.media import by_ending
from gis_service.reports.forms import packages, words
from gis_service.reports.forms.report import report
from gis_service.reports.forms.slides import deck, slides
from gis_service.reports.forms.words import Snapshot
from gis_service.reports.forms.workbook import workbook
from gis_service.reports.freezing import snapshot as snapshots
from gis_service.sheets.printing.output import to_png

MANIFEST = "清单.json"
PREVIEW_DPI, PREVIEWS = 60, 2
MEDIA = by_ending("xlsx", "docx", "pptx", "pdf", "zip", "png")
Told = Callable[[str], None]


@dataclass(frozen=True)
class Made:
    """A file of the pack. `kind` is what it is, whatever it is called."""

    kind: str
    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def media_type(self) -> str:
        return MEDIA[self.name.rpartition(".")[2]]


def pack(snapshot: Snapshot, told: Told = lambda _said: None) -> list[Made]:
    """Every file, the ZIP last but for the pictures to look at. The same snapshot makes the same bytes."""

    def named(what: str, ending: str) -> str:
        return words.file_name(snapshot, what, ending)

    told("调度表 XLSX")
    files = [Made("table", named("调度表", "xlsx"), workbook(snapshot))]
    told("调度报告 DOCX")
    drawn = report(snapshot, told)
    files.append(Made("report", named("调度报告", "docx"), drawn.docx))
    told("调度报告 PDF")
    files.append(Made("report_pdf", named("调度报告", "pdf"), drawn.pdf()))
    told("幻灯片 PPTX")
    files.append(Made("slides", named("调度幻灯片", "pptx"), slides(snapshot)))
    told("打包")
    inside = {each.name: each.content for each in files}
    inside[MANIFEST] = manifest(snapshot, files)
    zipped = Made("zip", named("调度材料", "zip"), packages.zipped(inside))
    return [*files, zipped, *_previews(snapshot)]


def manifest(snapshot: Snapshot, files: list[Made]) -> bytes:
    """Names, SHA-256 and sizes, with the month, its cut-off and the snapshot they were made of; for programs and for readers."""
    said: Mapping[str, Any] = {
        "month": snapshot["month"], "edition": snapshot["edition"], "is_draft": snapshot["is_draft"], "cut_off": snapshot["cut_off"],
        "office": snapshot["office"], "reason": snapshot["reason"], "sample": snapshot["sample"],
        "snapshot_sha256": hashlib.sha256(snapshots.written(dict(snapshot))).hexdigest(),
        "files": [
            {"name": each.name, "sha256": each.sha256, "size_bytes": len(each.content)}
            for each in sorted(files, key=lambda each: each.name)
        ],
    }  # fmt: skip
    return (json.dumps(said, ensure_ascii=False, indent=2) + "\n").encode()


def _previews(snapshot: Snapshot) -> list[Made]:
    """The first slides as pictures for the page."""
    return [
        Made(f"preview_{n}", f"preview-{n}.png", to_png(page, PREVIEW_DPI))
        for n, page in enumerate(deck(snapshot)[:PREVIEWS], 1)
    ]
