"""What a person should know of a file that was written: one sentence for each kind, with how many rows it concerns."""

from collections import Counter
from dataclasses import dataclass, field

NOTES: dict[str, tuple[str, str]] = {
    "contacts.past": (
        "联系人没有历史记录,过去时点的导出不含责任人和电话。",
        "Contacts have no history: an export of a past day has no persons and phones.",
    ),
    "text.cut": (
        "列 {what}:{count} 处文字超过 254 字节,已在完整字符处截断;全文请用 GeoPackage 或 CSV。",
        "Column {what}: {count} texts were longer than 254 bytes and were cut after a whole character; GeoPackage and CSV keep them.",
    ),
    "text.replaced": (
        "列 {what}:{count} 处文字含所选编码没有的字符,已写成“?”;请改用 UTF-8。",
        "Column {what}: {count} texts held characters that the encoding does not have, written as '?'; choose UTF-8.",
    ),
    "text.apostrophe": (
        "列 {what}:{count} 处文字以公式符号开头,前面加了撇号,表格软件不会执行。",
        "Column {what}: {count} texts begin like a formula; an apostrophe stands before them so that no spreadsheet runs them.",
    ),
    "txt.comma": (
        "列 {what}:{count} 处含逗号,该格式以逗号分隔,已改为顿号。",
        "Column {what}: {count} values held commas, which separate fields here; written as '、'.",
    ),
    "txt.renumbered": (
        "{count} 块的界址点号不合规则(J1 起自西北角,外环顺时针,依次连续),已重新编号:{what}",
        "{count} parcels: points were not numbered J1, J2 … clockwise from the north-west and were numbered anew: {what}",
    ),
    "txt.rounded": (
        "{count} 块的坐标原文不是三位小数,已写成三位:{what}",
        "{count} parcels: coordinates had other than three decimals and were written with three: {what}",
    ),
}
"""Code → Chinese, English; `what` is a column, or the first parcels concerned."""

MOST_NAMED = 10


@dataclass
class Notes:
    """Collected while rows are written."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    parcels: dict[str, list[str]] = field(default_factory=dict)

    def column(self, code: str, column: str) -> None:
        self.counts[code, column] += 1

    def parcel(self, code: str, parcel_no: str) -> None:
        self.parcels.setdefault(code, []).append(parcel_no)

    def of_file(self, code: str) -> None:
        self.counts[code, ""] += 1

    def told(self) -> list[dict[str, str]]:
        """The sentences, in both languages."""
        columns = [(code, what, count) for (code, what), count in self.counts.items()]
        rows = [(code, _first(numbers), len(numbers)) for code, numbers in self.parcels.items()]
        return [_sentence(*each) for each in columns + rows]


def _first(numbers: list[str]) -> str:
    return "、".join(numbers[:MOST_NAMED]) + ("…" if len(numbers) > MOST_NAMED else "")


def _sentence(code: str, what: str, count: int) -> dict[str, str]:
    zh, en = NOTES[code]
    return {"code": code, "zh": zh.format(what=what, count=count), "en": en.format(what=what, count=count)}
