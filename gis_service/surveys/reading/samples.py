"""Samples of one hole and what the laboratory found in them."""

from gis_service.surveys.logs import Result, Sample
from gis_service.surveys.reading import values
from gis_service.surveys.reading.cells import Cells
from gis_service.surveys.reading.result import Entry
from gis_service.surveys.rules import MEDIUM_WORDS

NOTHING_FOUND = {"未检出", "nd", "n.d.", "未检出nd"}


def taken(
    cells: Cells, seen: dict[str, int], point_no: str, entries: list[Entry], results: dict[str, list[Entry]]
) -> list[Sample]:
    """The samples of a hole with their results. `seen` holds the row of every number of the file so far."""
    found = []
    for entry in entries:
        sample_no = entry.text("sample_no")
        if not sample_no or sample_no in seen:
            zh, en = ("没有样品编号", "The number of the sample is missing") if not sample_no else (
                f"样品编号 {sample_no} 在第 {seen[sample_no]} 行已有", f"The sample {sample_no} stands in row {seen[sample_no]} already")  # fmt: skip
            cells.notes.error("sample_no", f"{zh}。请填写不同的编号", f"{en}. Give it a number of its own", at=entry, field="sample_no", point=point_no)  # fmt: skip
            continue
        seen[sample_no] = entry.row
        if sample := _sample(cells, entry, point_no, results.get(sample_no, [])):
            found.append(sample)
    return found


def _sample(cells: Cells, entry: Entry, point_no: str, results: list[Entry]) -> Sample | None:
    top = cells.number(entry, "samples", "from_m", point_no)
    base = cells.number(entry, "samples", "to_m", point_no) if entry.text("to_m") else top
    medium = cells.value(entry, "medium", point_no, lambda text: values.word(text, values.MEDIA, MEDIUM_WORDS))
    for name, zh, en in (("from_m", "起始深度", "depth"), ("medium", "介质", "medium")):
        if not entry.text(name):
            cells.notes.error("incomplete_sample", f"样品没有{zh}。请补上", f"The sample has no {en}. Write it", at=entry, field=name, point=point_no)  # fmt: skip
    made = [result for each in results if (result := _result(cells, each, point_no))]
    taken_on, received_on = cells.day(entry, "taken_on", point_no), cells.day(entry, "received_on", point_no)
    if top is None or base is None or medium is None:
        return None
    return Sample(
        entry.text("sample_no"), top, base, medium, entry.text("container"), entry.text("preserved"),
        entry.text("laboratory"), taken_on, received_on, made, entry.row,
    )  # fmt: skip


def _result(cells: Cells, entry: Entry, point_no: str) -> Result | None:
    limit = cells.number(entry, "results", "detection_limit", point_no)
    text = values.plain(entry.text("value"))
    below = text.startswith("<")
    if text.casefold() in NOTHING_FOUND and limit is not None:
        below, value = True, limit
    else:
        number = values.plain(text.removeprefix("<"))
        read = cells.value(
            Entry(entry.sheet, entry.row, {"value": number}), "value", point_no, values.number
        )  # fmt: skip
        if read is None:
            if not number:
                cells.notes.error("no_value", "没有数值。未检出请写 <检出限,如 <0.05", "There is no value. For nothing found write < and the limit, such as <0.05", at=entry, field="value", point=point_no)  # fmt: skip
            return None
        value = read
    if not entry.text("analyte"):
        cells.notes.error("no_analyte", "没有检测项目。请补上", "The analyte is missing. Write it", at=entry, field="analyte", point=point_no)  # fmt: skip
        return None
    return Result(entry.text("analyte"), value, entry.text("unit"), entry.text("method"), limit, "<" if below else "")
