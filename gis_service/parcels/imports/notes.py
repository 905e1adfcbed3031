"""What mapping and staging a file can say: code → level and the sentence in Chinese and English.

An `error` refuses its row (or the file, where no row is named), a `warning` is to be looked at, an `info` to be known.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple


class Level(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Sentence(NamedTuple):
    level: Level
    zh: str
    en: str


@dataclass(frozen=True)
class Note:
    """One thing found, still without its sentence; `column` is what the file calls the field."""

    code: str
    column: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def sentence(self) -> Sentence:
        level, zh, en = NOTES[self.code]
        facts = {"column": self.column, **self.facts}
        return Sentence(level, zh.format(**facts), en.format(**facts))


NOTES: dict[str, Sentence] = {
    "parcel.no_number_column": Sentence(
        Level.WARNING,
        "没有认出地块编号列,已使用临时编号(如 {example})。请在“列的对应”中指定编号列(命令行用 --number-field);文件中的列:{columns}。",
        "No column with parcel numbers was recognised; temporary numbers (as {example}) are used. Name the column under Columns "
        "(or with number_field) and map again; the file has: {columns}.",
    ),
    "parcel.no_number": Sentence(
        Level.WARNING,
        "没有地块编号,已使用临时编号 {example}。",
        "The row has no parcel number; the temporary number {example} is used.",
    ),
    "parcel.number_is_row": Sentence(
        Level.WARNING,
        "“{value}”是软件写的行号,不是地块编号,已使用临时编号 {example}。",
        "'{value}' is a row number some program wrote, not a parcel number; the temporary number {example} is used.",
    ),
    "column.second": Sentence(
        Level.INFO,
        "“{column}”与“{used}”都像是{field_zh},采用“{used}”;“{column}”的值保留在原始属性中。",
        "Both '{column}' and '{used}' look like {field}; '{used}' is used, '{column}' stays among the attributes.",
    ),
    "column.derived": Sentence(
        Level.INFO,
        "这些列由系统计算,不读取:{columns}。它们的值保留在原始属性中。",
        "Columns the register works out itself and does not read: {columns}. Their values stay among the attributes.",
    ),
    "column.unknown": Sentence(
        Level.INFO,
        "没有认出的列:{columns}。它们的值保留在原始属性中。",
        "Columns that were not recognised: {columns}. Their values stay among the attributes.",
    ),
    "column.remembered": Sentence(
        Level.INFO,
        "按发件单位“{sender}”上次({day})的对应关系读取了 {count} 列。如不合适,请在“列的对应”中改正后重来。",
        "{count} columns were read as those of '{sender}' were last time ({day}). If that is not right, correct it under Columns "
        "and map again.",
    ),
    "column.remembered_headers": Sentence(
        Level.INFO,
        "按同样表头上次({day})的对应关系读取了 {count} 列。如不合适,请在“列的对应”中改正后重来。",
        "{count} columns were read as the same headers were last time ({day}). If that is not right, correct it under Columns and "
        "map again.",
    ),
    "column.remembered_otherwise": Sentence(
        Level.INFO,
        "上次指定的{what_zh}是 {said},这次文件判断为 {found}。如应沿用,请重新上传并指定。",
        "Last time {what} was said to be {said}; this file was found to be {found}. If the former holds, upload again and say so.",
    ),
    "value.unknown_word": Sentence(
        Level.WARNING,
        "“{column}”的值“{value}”不是可用的词,未采用。可用:{allowed}。",
        "'{value}' in '{column}' is not a word the register knows and was not used. Known: {allowed}.",
    ),
    "value.unknown_unit": Sentence(
        Level.WARNING,
        "“{column}”的单位“{value}”不在单位表中,未采用。请先登记该单位,或改用登记的名称。",
        "The unit '{value}' in '{column}' is not registered and was not used. Register it first, or use its registered name.",
    ),
    "value.unknown_area": Sentence(
        Level.WARNING,
        "“{column}”的片区“{value}”不存在,片区按图形位置确定。",
        "There is no area '{value}' ('{column}'); the area follows from where the parcel lies.",
    ),
    "value.unknown_class": Sentence(
        Level.WARNING,
        "“{column}”的“{value}”不是用地分类(国土空间 2023 或 GB/T 21010-2017)中的代码或名称,未采用。",
        "'{value}' in '{column}' is no code or name of the land classes (2023 guide, GB/T 21010-2017) and was not used.",
    ),
    "value.class_system": Sentence(
        Level.WARNING,
        "“{column}”的“{value}”在两套用地分类中含义不同({meanings}),未采用。请用 class_system 指定标准。",
        "'{value}' in '{column}' means different land in the two systems ({meanings}) and was not used. Say which with "
        "class_system.",
    ),
    "value.leading_zero": Sentence(
        Level.INFO,
        "“{column}”的“{value}”缺少前导零,按“{used}”读取。",
        "'{value}' in '{column}' has lost its leading zero; it was read as '{used}'.",
    ),
    "value.parcel_code": Sentence(
        Level.WARNING,
        "宗地代码“{value}”不符合规则(19 位,如 440402001001GB00001),未采用。",
        "The 宗地代码 '{value}' is not well formed (19 characters, as 440402001001GB00001) and was not used.",
    ),
    "value.destroyed": Sentence(
        Level.WARNING,
        "“{column}”的“{value}”是被电子表格改成数字的编号,后几位已丢失,未采用。请从原始资料补录。",
        "'{value}' in '{column}' is a number that a spreadsheet has rounded; its last digits are lost and it was not used.",
    ),
    "value.too_long": Sentence(
        Level.WARNING,
        "“{column}”的内容超过 {most} 个字符(“{value}…”),未采用。",
        "The content of '{column}' has more than {most} characters ('{value}…') and was not used.",
    ),
    "value.not_number": Sentence(
        Level.WARNING,
        "“{column}”的“{value}”不是数,未采用。",
        "'{value}' in '{column}' is not a number and was not used.",
    ),
    "value.out_of_range": Sentence(
        Level.WARNING,
        "“{column}”的“{value}”超出合理范围,未采用。",
        "'{value}' in '{column}' is out of range and was not used.",
    ),
    "value.area_unit": Sentence(
        Level.WARNING,
        "“{column}”的面积单位“{value}”无法识别,面积未采用。",
        "The unit of area '{value}' ('{column}') is not known; the area was not used.",
    ),
    "value.not_date": Sentence(
        Level.WARNING,
        "“{column}”的“{value}”不是完整日期(如 2026-05-22),未采用。",
        "'{value}' in '{column}' is not a full date (as 2026-05-22) and was not used.",
    ),
    "value.not_yes_no": Sentence(
        Level.WARNING,
        "“{column}”的“{value}”既不是“是”也不是“否”,未采用。",
        "'{value}' in '{column}' is neither yes nor no and was not used.",
    ),
    "files.matched": Sentence(
        Level.INFO,
        "压缩包中的 {count} 个附件按编号对上 {parcels} 宗地块，入库后附上。",
        "{count} files of the zip belong to {parcels} parcels by the numbers in their names; they are attached on acceptance.",
    ),
    "files.unmatched": Sentence(
        Level.WARNING,
        "压缩包中的 {count} 个附件没有对上表中的地块编号，不会附上:{names}。请把文件名或文件夹名改为以地块编号开头。",
        "{count} files of the zip carry no parcel number of the sheet and will not be attached: {names}. Let the names of the files, "
        "or of their folders, begin with the number.",
    ),
    "geometry.too_large": Sentence(
        Level.ERROR,
        "图形面积超过 100 万平方公里,不可能是地块。请核对坐标系。",
        "The outline has more than a million km² and cannot be a parcel. Check the coordinate system.",
    ),
    "secrecy.classified": Sentence(
        Level.ERROR,
        "“{column}”为“{value}”。本系统不得存储涉密数据,请按保密规定处理,不要上传。",
        "“{column}” says '{value}'. Classified data must not be stored in this system; handle it by the secrecy rules.",
    ),
}
