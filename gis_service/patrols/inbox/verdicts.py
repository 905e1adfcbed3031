"""Why a record is held or refused: codes, and the sentences that a phone shows. Pure."""

from typing import Any

from gis_service.patrols.rules import Verdict


class Judgement(Exception):
    """A record makes no rows now, and why. `waits_for` are uuids or hashes that are missing."""

    verdict: Verdict

    def __init__(self, code: str, *, waits_for: list[str] | None = None, **facts: Any):
        self.code, self.waits_for, self.facts = code, waits_for or [], facts
        super().__init__(code)

    def kept(self) -> dict[str, Any]:
        """The reason as it is stored beside the record."""
        return {"code": self.code, "facts": self.facts, "waits_for": self.waits_for}


class Held(Judgement):
    verdict = Verdict.HELD


class Refused(Judgement):
    verdict = Verdict.REFUSED


SENTENCES: dict[str, tuple[str, str]] = {
    "field.not_judged": ("已收到,尚未处理。", "Received, not looked at yet."),
    "field.waits_for_record": (
        "已收到,等待它所属的巡查、检查或发现到达。",
        "Received; the walk, visit or finding it belongs to is not here yet.",
    ),
    "field.waits_for_file": ("已收到,等待照片或录音到达。", "Received; its photos or voice notes are not here yet."),
    "field.earlier_missing": (
        "已收到,等待同一手机更早的记录到达后一并处理。",
        "Received; it is looked at when earlier records of the same phone are here.",
    ),
    "field.unknown_item": (
        "已收到;检查项“{item}”服务器尚不认识,升级后自动处理。",
        "Received; the server does not know check item '{item}' yet and takes it after its update.",
    ),
    "field.server_trouble": (
        "已收到并保存,服务器处理时出错,会自动重试。",
        "Received and kept; the server had trouble with it and tries again by itself.",
    ),
    "field.no_account": (
        "已收到;记录人的账号已停用,等待土地专员放行。",
        "Received; the account of who recorded it is disabled. A land officer must release it.",
    ),
    "field.rescue_unknown_device": (
        "已收到;救援包来自未登记的手机,等待土地专员放行。",
        "Received; the rescue file comes from a phone that is not known here. A land officer must release it.",
    ),
    "field.rescue_bad_signature": (
        "已收到;救援包的签名不符,等待土地专员放行。",
        "Received; the signature of the rescue file does not fit. A land officer must release it.",
    ),
    "field.hash_differs": (
        "内容与校验值不符(途中损坏),请重新发送。",
        "The content does not fit its hash (damaged on the way); send it again.",
    ),
    "field.other_text": (
        "同一编号已有另一内容,先到的已保留,这一份也另存备查。",
        "Another text came under this number first and was kept; this one is kept beside it.",
    ),
    "field.unreadable": (
        "内容无法读取({reason}),已原样保存。",
        "The content cannot be read ({reason}); it is kept as it came.",
    ),
    "field.other_uuid": (
        "记录内外的编号不一致,已原样保存。",
        "The number inside the record is another; it is kept as it came.",
    ),
    "field.unknown_kind": (
        "不认识的记录种类“{kind}”,已原样保存。",
        "Records of kind '{kind}' are not known; it is kept as it came.",
    ),
    "field.shape": ("记录内容有误:{reason}。已原样保存。", "The record is not valid: {reason}. It is kept as it came."),
    "field.other_person": (
        "记录人不是当前登录的人。请由记录人本人发送,或用救援包导入。",
        "It was recorded by somebody else. Its recorder must send it, or a rescue file carry it.",
    ),
    "field.other_patrol": ("所属巡查是别人的。", "The walk it names is somebody else's."),
    "field.no_patrol": ("没有写明所属巡查。", "It names no walk."),
    "field.no_parcel": ("没有编号为 {id} 的地块。", "There is no parcel {id}."),
    "field.no_right": (
        "记录人对该地块没有“{permission}”权限,等待土地专员处理。",
        "Who recorded it may not '{permission}' on that land; a land officer must look.",
    ),
    "field.no_such_thing": ("没有编号为 {id} 的{noun}。", "There is no {noun} {id}."),
    "field.unknown_field": ("不能更改的内容:{field}。", "This cannot be changed: {field}."),
    "field.conflict": (
        "已保存;有 {count} 项他人同时改过,两个值都已保留,由土地专员决定。",
        "Stored; {count} of its values were changed by somebody else too. Both are kept, a land officer decides.",
    ),
}

WAITS_FOR_PERSON = frozenset({"field.rescue_unknown_device", "field.rescue_bad_signature", "field.no_account"})
"""Held until a land officer releases them: nothing that arrives changes their judgement."""


def sentence(reason: dict[str, Any], lang: str) -> str:
    """The sentence of a stored reason in the reader's language.

    >>> sentence({"code": "field.no_parcel", "facts": {"id": 7}}, "en")
    'There is no parcel 7.'
    >>> sentence({"code": "parcel.retired", "facts": {"zh": "地块已注销。", "en": "Retired."}}, "zh")
    '地块已注销。'
    """
    facts = reason.get("facts") or {}
    if lang in facts:
        return str(facts[lang])
    zh, en = SENTENCES.get(reason["code"], ("{code}", "{code}"))
    return (zh if lang == "zh" else en).format(**{"code": reason["code"], **facts})
