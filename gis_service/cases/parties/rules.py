"""Names, plates and masks. Pure."""

import re
import unicodedata
from enum import StrEnum


class PartyKind(StrEnum):
    PERSON = "person"
    UNIT = "unit"


class LinkKind(StrEnum):
    PARTY = "party"
    VEHICLE = "vehicle"
    HAULIER = "haulier"
    SITE = "site"


class LinkRole(StrEnum):
    OFFENDER = "offender"
    DRIVER = "driver"
    OWNER = "owner"
    BUILDER = "builder"
    CARRIER = "carrier"
    LOADER = "loader"
    SOURCE = "source"
    WITNESS = "witness"
    RELATED = "related"


KIND_WORDS = {
    LinkKind.PARTY: ("当事人", "party"),
    LinkKind.VEHICLE: ("车辆", "vehicle"),
    LinkKind.HAULIER: ("运输企业", "haulier"),
    LinkKind.SITE: ("源头工地", "source site"),
}
PARTY_WORDS = {PartyKind.PERSON: ("个人", "person"), PartyKind.UNIT: ("单位", "unit")}
ROLE_WORDS = {
    LinkRole.OFFENDER: ("违法嫌疑人", "suspected offender"),
    LinkRole.DRIVER: ("驾驶人", "driver"),
    LinkRole.OWNER: ("车主", "owner"),
    LinkRole.BUILDER: ("施工单位", "builder"),
    LinkRole.CARRIER: ("承运", "carrier"),
    LinkRole.LOADER: ("装载机械", "loader"),
    LinkRole.SOURCE: ("垃圾来源", "source of the waste"),
    LinkRole.WITNESS: ("证人", "witness"),
    LinkRole.RELATED: ("相关", "related"),
}

PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使"
PLATE = re.compile(rf"[{PROVINCES}][A-Z][A-Z0-9]{{4,6}}[A-Z0-9挂学警港澳]")


def plate(text: str) -> str | None:
    """A number plate in one way of writing, or None where it cannot be one.

    >>> plate("粤c·d1234f"), plate(" 粤C D1234F "), plate("沪A12")
    ('粤CD1234F', '粤CD1234F', None)
    """
    plain = re.sub(r"[\s·•・.\-—_]+", "", unicodedata.normalize("NFKC", text)).upper()
    return plain if PLATE.fullmatch(plain) else None


def name(text: str) -> str:
    """A name in one way of writing: full-width forms and brackets made plain, spaces gone between Chinese characters.

    >>> name(" 珠海 示例(土石方)有限公司 ") == name("珠海示例(土石方)有限公司")
    True
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    return re.sub(r"\s+", " ", re.sub(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])", "", plain))


def masked_phone(phone: str | None) -> str:
    """
    >>> masked_phone("13812341234"), masked_phone("0756-3629812"), masked_phone(None), masked_phone("110")
    ('138****1234', '075****9812', '', '****')
    """
    digits = re.sub(r"\D", "", phone or "")
    if not digits:
        return "****" if phone else ""
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 10 else "****"


def masked_id(number: str | None) -> str:
    """An ID number without its birthday and most of its serial number.

    >>> masked_id("440402199001011234"), masked_id(""), masked_id("E123")
    ('440***********1234', '', '****')
    """
    plain = (number or "").strip()
    if not plain:
        return ""
    return f"{plain[:3]}{'*' * 11}{plain[-4:]}" if len(plain) >= 15 else "****"
