"""The columns of a file as a person sees them: samples, what each was taken for and why, what stays unused."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gis_service.parcels.imports.columns.derived import derived
from gis_service.parcels.imports.columns.recognise import Columns, field_words, fields, header, unit_in
from gis_service.parcels.models import ImportBatch

SAMPLES, SAMPLE_LENGTH = 4, 60


@dataclass
class Seen:
    """One column of the file while its rows go by."""

    samples: list[str] = field(default_factory=list)
    filled: int = 0

    def take(self, value: Any) -> None:
        if value is None or value == "":
            return
        self.filled += 1
        if len(self.samples) < SAMPLES and (shown := str(value)[:SAMPLE_LENGTH]) not in self.samples:
            self.samples.append(shown)


def look_through(rows: Iterable[Mapping[str, Any]]) -> dict[str, Seen]:
    """Every column of a file with samples of what is in it, in the order of the file."""
    found: dict[str, Seen] = {}
    for row in rows:
        for name, value in row.items():
            if name not in found:
                found[name] = Seen()
            found[name].take(value)
    return found


def described(columns: Columns, seen: Mapping[str, Seen]) -> list[dict[str, Any]]:
    """What is kept of each column with the batch."""
    taken = {column.name: column for column in columns.by_field.values()}
    return [_described(name, one, taken.get(name), columns) for name, one in seen.items()]


def _described(name: str, seen: Seen, column: Any, columns: Columns) -> dict[str, Any]:
    kept = {"name": name, "samples": seen.samples, "filled": seen.filled}
    if column is not None:
        return kept | {"field": column.spec.field, "by": column.by, "unit": column.unit, "rank": column.rank}
    if name in columns.beside:
        wanted = columns.beside[name]
        return kept | {"field": None, "by": "beside", "wanted": wanted, "used": columns.name_of(wanted)}
    known = header(name)
    if known is None and derived(name):
        return kept | {"field": None, "by": "derived", "wanted": None}
    return kept | {"field": None, "by": "left" if known else "unknown", "wanted": known.spec.field if known else None}


# --- for the page ------------------------------------------------------------------------------------------------

EVIDENCE: dict[str, tuple[str, str]] = {
    "header": ("列名是“{zh}”的写法之一", "the name is one of those of '{en}'"),
    "person": ("您指定的", "you said so"),
    "profile": ("按上次的对应关系", "as last time"),
    "beside": ("也像“{zh}”,但已采用“{used}”", "looks like '{en}' too, but '{used}' was taken"),
    "left": ("像“{zh}”,但已由文件格式或您的对应给出", "looks like '{en}', which the format or you give otherwise"),
    "derived": ("由系统计算,不读取", "worked out by the register, not read"),
    "unknown": ("没有认出,值保留在原始属性中", "not recognised; its values stay among the attributes"),
}
"""How a column was understood, and the sentence for it."""

SURE: dict[str, str] = {"person": "certain", "profile": "certain", "header": "likely"}
"""How sure that is; a header that is the usual name of its field is certain too."""


def report(batch: ImportBatch, rows: int, lang: str) -> dict[str, Any]:
    """What a page shows to have columns corrected."""
    return {
        "columns": [_shown(column, rows, lang) for column in batch.columns],
        "fields": [{"field": name, "label": _word(name, lang)} for name in fields()],
        "sender": batch.options.get("sender"),
        "class_system": batch.options.get("class_system"),
        "told": batch.options.get("columns"),
    }


def _shown(column: dict[str, Any], rows: int, lang: str) -> dict[str, Any]:
    about = column["field"] or column.get("wanted")
    zh, en = field_words(about) if about else ("", "")
    sentence = EVIDENCE[column["by"]][0 if lang == "zh" else 1]
    sure = "certain" if column["by"] == "header" and column.get("rank") == 0 else SURE.get(column["by"])
    return {
        "name": column["name"],
        "samples": column["samples"],
        "filled": column["filled"],
        "rows": rows,
        "field": column["field"],
        "label": _word(column["field"], lang) if column["field"] else None,
        "by": column["by"],
        "confidence": sure if column["field"] else None,
        "evidence": sentence.format(zh=zh, en=en, used=column.get("used")),
        "unit": column.get("unit") or unit_in(column["name"]),
    }


def _word(name: str, lang: str) -> str:
    return field_words(name)[0 if lang == "zh" else 1]
