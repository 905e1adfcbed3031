"""Reading what a step is told: each value by the kind of its fact, as plain JSON that can be hashed and replayed. Pure."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from gis_service.core.clock import BEIJING
from gis_service.procedures.rules import Fact, FactKind

LONGEST = {FactKind.TEXT: 200, FactKind.LONG_TEXT: 20_000}
MOST = Decimal(10) ** 13


class FactFault(Exception):
    """What is wrong with a value, in both languages."""

    def __init__(self, zh: str, en: str):
        self.zh, self.en = zh, en
        super().__init__(en)


def read_all(wanted: Sequence[Fact], given: Mapping[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The facts in their order, and the faults as a problem's `errors[]`; a fact nobody asked for is a fault too."""
    known = {fact.name: fact for fact in wanted}
    faults = [
        _error(name, name, FactFault("这一步没有这一项", "this step has no such fact"))
        for name in given
        if name not in known
    ]
    found: dict[str, Any] = {}
    for fact in wanted:
        try:
            value = read(fact, given.get(fact.name))
        except FactFault as fault:
            faults.append(_error(fact.name, fact.zh, fault))
            continue
        if value is not None:
            found[fact.name] = value
    return found, faults


def _error(name: str, label: str, fault: FactFault) -> dict[str, Any]:
    return {"field": name, "message": f"“{label}”{fault.zh}。", "message_en": f"{name}: {fault.en}."}


def read(fact: Fact, value: Any) -> Any:
    """The value as it is kept; None where nothing was told. Raises `FactFault`."""
    if isinstance(value, str):
        value = value.strip()
    if value in (None, "", []):
        if fact.required:
            raise FactFault("必须填写", "must be told")
        return None
    return READERS[fact.kind](fact, value)


def _text(fact: Fact, value: Any) -> str:
    if not isinstance(value, str):
        raise FactFault("应为文字", "must be text")
    if len(value) > LONGEST.get(fact.kind, 200):
        raise FactFault("太长", "is too long")
    if any(ord(c) < 32 and c not in "\n\t" for c in value):
        raise FactFault("含有无法显示的字符", "holds characters that cannot be shown")
    return value


def _date(_fact: Fact, value: Any) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise FactFault("应为日期,如 2026-11-23", "must be a date such as 2026-11-23") from None


def _moment(_fact: Fact, value: Any) -> str:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        raise FactFault("应为时间,如 2026-11-23 09:41", "must be a time such as 2026-11-23 09:41") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=BEIJING)).isoformat()


def _number(fact: Fact, value: Any) -> Any:
    """Numbers are kept as they were written, so that 12.50 stays 12.50 and no binary fraction enters a hash."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if isinstance(value, bool) or not number.is_finite() or abs(number) >= MOST:
        raise FactFault("应为数字", "must be a number")
    if fact.kind is FactKind.WHOLE and number != int(number):
        raise FactFault("应为整数", "must be a whole number")
    if fact.least is not None and number < Decimal(str(fact.least)):
        raise FactFault(f"不能小于 {fact.least:g}", f"must not be less than {fact.least:g}")
    if fact.kind is FactKind.MONEY and number != round(number, 2):
        raise FactFault("最多两位小数", "has at most two decimals")
    return int(number) if fact.kind in (FactKind.WHOLE, FactKind.UNIT, FactKind.PERSON) else format(number, "f")


def _yes_no(_fact: Fact, value: Any) -> bool:
    if not isinstance(value, bool):
        raise FactFault("应为是或否", "must be yes or no")
    return value


def _choice(fact: Fact, value: Any) -> str:
    if value not in {code for code, _, _ in fact.choices}:
        raise FactFault("应为所列之一", "must be one of those listed")
    return str(value)


def _choices(fact: Fact, value: Any) -> list[str]:
    chosen = {_choice(fact, each) for each in (value if isinstance(value, list) else [value])}
    return [code for code, _, _ in fact.choices if code in chosen]


def _id(fact: Fact, value: Any) -> int:
    return int(_number(fact, value))


def _people(fact: Fact, value: Any) -> list[str]:
    """Names, as a list or as one text separated by 、 or commas."""
    parts = value if isinstance(value, list) else str(value).replace(",", "、").replace(",", "、").split("、")
    names = list(dict.fromkeys(_text(fact, part.strip() if isinstance(part, str) else part) for part in parts if part))
    if fact.least is not None and len(names) < fact.least:
        raise FactFault(f"至少 {fact.least:g} 人", f"needs at least {fact.least:g} people")
    return names


READERS: dict[FactKind, Callable[[Fact, Any], Any]] = {
    FactKind.TEXT: _text,
    FactKind.LONG_TEXT: _text,
    FactKind.DATE: _date,
    FactKind.MOMENT: _moment,
    FactKind.WHOLE: _number,
    FactKind.NUMBER: _number,
    FactKind.MONEY: _number,
    FactKind.YES_NO: _yes_no,
    FactKind.CHOICE: _choice,
    FactKind.CHOICES: _choices,
    FactKind.UNIT: _id,
    FactKind.PERSON: _id,
    FactKind.PEOPLE: _people,
}


def shown(fact: Fact, value: Any, lang: str = "zh") -> str:
    """A value as people read it, in papers and logs; units and persons are ids here and are named by the caller."""
    words = WORDED.get(fact.kind)
    if words:
        return words(fact, value, lang)
    return f"{value} {fact.unit}" if fact.unit else str(value)


def _shown_yes_no(_fact: Fact, value: Any, lang: str) -> str:
    return ("是" if value else "否") if lang == "zh" else ("yes" if value else "no")


def _shown_choice(fact: Fact, value: Any, lang: str) -> str:
    words = {code: zh if lang == "zh" else en for code, zh, en in fact.choices}
    return "、".join(words.get(each, str(each)) for each in (value if isinstance(value, list) else [value]))


WORDED: dict[FactKind, Callable[[Fact, Any, str], str]] = {
    FactKind.YES_NO: _shown_yes_no,
    FactKind.CHOICE: _shown_choice,
    FactKind.CHOICES: _shown_choice,
    FactKind.PEOPLE: lambda _fact, value, _lang: "、".join(value),
    FactKind.MOMENT: lambda _fact, value, _lang: (
        datetime.fromisoformat(value).astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")
    ),
    FactKind.MONEY: lambda _fact, value, _lang: f"{Decimal(value):,.2f} 元",
}
