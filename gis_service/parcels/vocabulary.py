"""Words for people: what each stored value is called in Chinese and English."""

import tomllib
from functools import cache
from pathlib import Path


@cache
def vocabulary() -> dict[str, dict[str, tuple[str, str]]]:
    """Axis → value → (Chinese, English); the entry `title` names the axis itself."""
    with Path(__file__).with_name("vocabulary.toml").open("rb") as file:
        return {
            axis: {value: (zh, en) for value, (zh, en) in words.items()} for axis, words in tomllib.load(file).items()
        }


def words(axis: str, value: str, lang: str = "zh") -> str:
    """
    >>> words("fence_status", "damaged"), words("fence_status", "damaged", "en")
    ('围蔽破损', 'Damaged')
    """
    zh, en = vocabulary()[axis][value]
    return zh if lang == "zh" else en
