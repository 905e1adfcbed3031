"""Layers of one hole: their depths, what they are, and whether they are waste."""

from decimal import Decimal

from gis_service.surveys import words
from gis_service.surveys.logs import Layer
from gis_service.surveys.reading import values
from gis_service.surveys.reading.cells import Cells
from gis_service.surveys.reading.columns import COMPONENT
from gis_service.surveys.reading.result import Entry
from gis_service.surveys.rules import WASTE_WORDS, WasteClass

UNDECIDED = "未定"
"""Written for a layer of waste whose class nobody decided, which an empty cell does not say."""


def strata(cells: Cells, point_no: str, entries: list[Entry]) -> list[Layer]:
    """The layers of a hole from the top down; one that cannot be understood is told and left out."""
    found = [layer for entry in entries if (layer := _layer(cells, entry, point_no))]
    return sorted(found, key=lambda layer: (layer.from_m, layer.to_m))


def _layer(cells: Cells, entry: Entry, point_no: str) -> Layer | None:
    top = cells.number(entry, "layers", "from_m", point_no)
    base = cells.number(entry, "layers", "to_m", point_no)
    for name, value, zh in (("from_m", top, "层顶"), ("to_m", base, "层底")):
        if value is None and not entry.text(name):
            cells.notes.error(
                "no_depth", f"没有{zh}。请补上", f"The {'top' if name == 'from_m' else 'bottom'} is missing. Write it",
                at=entry, field=name, point=point_no,
            )  # fmt: skip
    waste = _waste(cells, entry, point_no)
    composition = _composition(cells, entry, point_no)
    odour = cells.odour(entry, point_no)
    if top is None or base is None or waste is None:
        return None
    return Layer(
        top, base, entry.text("soil_name"), waste, _class(cells, entry, point_no, waste), composition,
        entry.text("moisture"), entry.text("colour"), odour, entry.text("degradation"), entry.text("description"),
        entry.row,
    )  # fmt: skip


def _waste(cells: Cells, entry: Entry, point_no: str) -> bool | None:
    """Whether a layer is waste: what is said, else what its name means."""
    name = entry.text("soil_name")
    said = cells.value(entry, "is_waste", point_no, values.flag)
    known = words.soil(name)
    if not name or (known is None and said is None):
        if not entry.text("is_waste") or not name:
            _unknown_soil(cells, entry, name, point_no)
        return None
    if known is None:
        zh = "是" if said else "不是"
        cells.notes.warning(
            "new_soil", f"土名“{values.short(name)}”不在列表中,按所填“{zh}固废”。常用的话请管理员加入列表",
            f"'{values.short(name)}' is not in the list; as written it is {'' if said else 'no '}waste. If it is used often, have it added to the list",
            at=entry, field="soil_name",
        )  # fmt: skip
        return said
    if said is not None and said != known.is_waste:
        zh, en = ("是固废", "waste") if known.is_waste else ("不是固废", "no waste")
        cells.notes.warning(
            "waste_against_name", f"“{name}”通常{zh},这里填的相反,按所填。请核对土名和“是否固废”",
            f"'{name}' is usually {en}, but the row says the opposite, which was kept. Check the name and the answer",
            at=entry, field="is_waste",
        )  # fmt: skip
    return known.is_waste if said is None else said


def _unknown_soil(cells: Cells, entry: Entry, name: str, point_no: str) -> None:
    if not name:
        cells.notes.error(
            "no_soil_name", "没有土名。请从列表选", "The name of the soil is missing. Choose it from the list",
            at=entry, field="soil_name", point=point_no,
        )  # fmt: skip
        return
    near = values.nearest(name, [each for soil in words.soils().values() for each in (soil.zh, *soil.aka)])
    hint = (f",相近的有:{'、'.join(near)}", f"; near to it: {', '.join(near)}") if near else ("", "")
    cells.notes.error(
        "unknown_soil", f"不认识土名“{values.short(name)}”{hint[0]}。请改成列表里的土名,或填写“是否固废”",
        f"The soil '{values.short(name)}' is not known{hint[1]}. Use a name of the list, or say whether it is waste",
        at=entry, field="soil_name", point=point_no,
    )  # fmt: skip


def _class(cells: Cells, entry: Entry, point_no: str, is_waste: bool) -> WasteClass | None:
    text = entry.text("waste_class")
    if text == UNDECIDED:
        return None
    if text:
        return cells.value(entry, "waste_class", point_no, lambda each: values.word(each, values.CLASSES, WASTE_WORDS))
    known = words.soil(entry.text("soil_name"))
    return known.waste_class if is_waste and known else None


def _composition(cells: Cells, entry: Entry, point_no: str) -> dict[str, Decimal]:
    shares = {
        name.removeprefix(COMPONENT): share
        for name in entry.said
        if name.startswith(COMPONENT) and (share := cells.number(entry, "layers", name, point_no)) is not None
    }
    total = sum(shares.values(), Decimal(0))
    if shares and abs(total - 1) <= Decimal("0.005"):
        cells.notes.warning(
            "composition_fractions", "组分合计为 1,按百分比格式乘以 100 读取。请核对", "The composition sums to 1 and was read as fractions of 100 %. Please check",
            at=entry, field="composition_pct",
        )  # fmt: skip
        return {name: share * 100 for name, share in shares.items()}
    return shares
