"""检查项: what is looked at on idle land (`items.toml`). Pure."""

import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Item:
    """检查项. `days` is the usual time to put it right, 0 at once, None where there is none."""

    code: str
    zh: str
    en: str
    severity: str
    days: int | None = None
    case: bool = False
    """What is seen may be dumping: it is struck off only when that was reported."""


def _items() -> dict[str, Item]:
    told = tomllib.loads(Path(__file__).with_name("items.toml").read_text(encoding="utf-8"))
    return {code: Item(code, **facts) for code, facts in told.items()}


ITEMS = _items()
