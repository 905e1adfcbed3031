"""What may be filled into a paper: groups of facts, each with its fields, in words for whoever edits a template.

Whoever makes a paper hands in a mapping of these groups. Values are texts, numbers, dates or moments; what is absent prints as a
line to be filled in by hand (`______`) where it stands alone and as a dash (`—`) in a row of a list. The reference page of papers
is written from these types.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal, TypedDict, get_args, get_type_hints

Shown = str | int | float | Decimal | date | datetime | None
"""A value of a field. Dates print as 2026年11月28日, moments in Beijing time, numbers with fractions as 1,234.50."""

Shape = Literal["one", "many", "named", "table", "texts"]
"""`one` group of fields · `many` rows with fields · `named`: fields by a name · `table`: rows of plain cells · `texts`."""


@dataclass(frozen=True)
class Said:
    """What a field is, in both languages."""

    zh: str
    en: str


def _said(zh: str, en: str) -> Said:
    return Said(zh, en)


class Paper(TypedDict, total=False):
    """文书本身 · the paper itself"""

    kind: Annotated[Shown, _said("文书种类", "kind of paper")]
    title: Annotated[Shown, _said("标题", "title")]
    doc_no: Annotated[Shown, _said("文号", "number of the paper")]
    issuer: Annotated[Shown, _said("出具单位", "unit that issues it")]
    issued_on: Annotated[Shown, _said("出具日期", "day it is issued")]
    as_of: Annotated[Shown, _said("数据截止", "moment its figures are of")]
    address: Annotated[Shown, _said("记录的网址", "address of the record")]
    qr: Annotated[bytes | None, _said("二维码图片,由网址生成", "picture of a QR code, made from the address")]


class Proceeding(TypedDict, total=False):
    """办理事项 · the proceeding"""

    no: Annotated[Shown, _said("编号", "number")]
    title: Annotated[Shown, _said("事项名称", "title")]
    state: Annotated[Shown, _said("当前状态", "present state")]
    opened_on: Annotated[Shown, _said("启动日期", "day it was opened")]
    closed_on: Annotated[Shown, _said("办结日期", "day it was closed")]
    procedure: Annotated[Shown, _said("程序", "procedure")]


class Fact(TypedDict, total=False):
    """事项的各项内容,按名称取用 · facts of the proceeding, by name"""

    label: Annotated[Shown, _said("名称", "label")]
    text: Annotated[Shown, _said("内容", "text")]


class Row(TypedDict, total=False):
    """审批表、记录中的项目 · label and text of approval tables and records"""

    label: Annotated[Shown, _said("项目", "label")]
    text: Annotated[Shown, _said("内容", "text")]


class ParcelFacts(TypedDict, total=False):
    """地块 · parcels"""

    parcel_no: Annotated[Shown, _said("地块编号", "parcel number")]
    parcel_name: Annotated[Shown, _said("地块名称", "parcel name")]
    area_name: Annotated[Shown, _said("片区", "area")]
    location_text: Annotated[Shown, _said("位置", "where it lies")]
    area_m2: Annotated[Shown, _said("面积(平方米)", "area in m²")]
    area_mu: Annotated[Shown, _said("面积(亩)", "area in mu")]
    custodian: Annotated[Shown, _said("管护单位", "custodian unit")]
    right_holder: Annotated[Shown, _said("权属单位", "right holder")]
    note: Annotated[Shown, _said("备注", "note")]


class StepFacts(TypedDict, total=False):
    """办理经过 · steps taken"""

    seq: Annotated[Shown, _said("序号", "sequence")]
    happened_on: Annotated[Shown, _said("日期", "day")]
    action: Annotated[Shown, _said("办理", "action")]
    state: Annotated[Shown, _said("办理后状态", "state after it")]
    actor: Annotated[Shown, _said("经办人", "who did it")]
    reason: Annotated[Shown, _said("说明", "reason")]


class Party(TypedDict, total=False):
    """当事人,已按权限遮盖 · parties, masked by the caller"""

    name: Annotated[Shown, _said("姓名或名称", "name")]
    kind: Annotated[Shown, _said("类别", "kind")]
    address: Annotated[Shown, _said("地址", "address")]
    contact: Annotated[Shown, _said("联系方式", "contact")]


class Basis(TypedDict, total=False):
    """依据,由系统按行为日期给出 · legal basis, given by the date of the act"""

    title: Annotated[Shown, _said("名称", "title of the law")]
    article: Annotated[Shown, _said("条款", "article")]
    quote: Annotated[Shown, _said("条文", "quote")]


class Units(TypedDict, total=False):
    """单位 · units"""

    giving: Annotated[Shown, _said("移交方", "giving unit")]
    receiving: Annotated[Shown, _said("接收方", "receiving unit")]
    witness: Annotated[Shown, _said("见证方", "witness")]
    issuer: Annotated[Shown, _said("出具单位", "unit that issues the paper")]
    addressee: Annotated[Shown, _said("收文单位或当事人", "addressee")]


class Signature(TypedDict, total=False):
    """签字 · signatures"""

    side: Annotated[Shown, _said("哪一方", "side")]
    unit: Annotated[Shown, _said("单位", "unit")]
    person: Annotated[Shown, _said("签字人", "person")]
    on: Annotated[Shown, _said("日期", "day")]
    image: Annotated[bytes | None, _said("签名图片(PNG、JPEG)", "picture of the signature")]


class Picture(TypedDict, total=False):
    """照片 · pictures"""

    caption: Annotated[Shown, _said("说明", "caption")]
    image: Annotated[bytes | None, _said("图片(PNG、JPEG)", "picture")]


class Facts(TypedDict, total=False):
    """Everything a paper may be filled with."""

    paper: Annotated[Paper, "one"]
    proceeding: Annotated[Proceeding, "one"]
    facts: Annotated[Mapping[str, Fact], "named", Fact]
    rows: Annotated[list[Row], "many", Row]
    parcels: Annotated[list[ParcelFacts], "many", ParcelFacts]
    steps: Annotated[list[StepFacts], "many", StepFacts]
    parties: Annotated[list[Party], "many", Party]
    columns: Annotated[list[Shown], "texts", _said("清单的列名", "headers of the list")]
    items: Annotated[list[list[Shown]], "table", _said("清单的各行", "rows of the list")]
    basis: Annotated[list[Basis], "many", Basis]
    units: Annotated[Units, "one"]
    signatures: Annotated[list[Signature], "many", Signature]
    pictures: Annotated[list[Picture], "many", Picture]
    text: Annotated[list[Shown], "texts", _said("经办人填写的正文段落", "paragraphs the officer typed")]


PICTURES = {("paper", "qr"): 24.0, ("signatures", "image"): 30.0, ("pictures", "image"): 72.0}
"""(group, field) that is a picture → its width on paper in mm."""


@dataclass(frozen=True)
class Group:
    name: str
    shape: Shape
    zh: str
    en: str
    fields: dict[str, Said]


@cache
def groups() -> dict[str, Group]:
    """The groups by name, with their fields, as the types above say."""
    return {name: _group(name, get_args(hint)) for name, hint in get_type_hints(Facts, include_extras=True).items()}


def _group(name: str, parts: tuple[Any, ...]) -> Group:
    shape: Shape = parts[1]
    if shape in ("texts", "table"):
        return Group(name, shape, parts[2].zh, parts[2].en, {})
    inner = parts[2] if len(parts) > 2 else parts[0]
    zh, _, en = (inner.__doc__ or "").partition(" · ")
    hints = get_type_hints(inner, include_extras=True)
    return Group(name, shape, zh, en, {field: get_args(hint)[1] for field, hint in hints.items()})
