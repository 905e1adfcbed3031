"""Faces of official papers and the installed families that stand for them; whether a family has a character."""

import gc
from collections.abc import Mapping
from functools import cache
from typing import Any

import typst
from fontTools.ttLib import TTFont

from gis_service.papers.errors import FontMissing

FACES: dict[str, str] = {
    "小标宋": "Noto Serif CJK SC Bold",
    "仿宋": "Noto Serif CJK SC",
    "楷体": "Noto Serif CJK SC",
    "黑体": "Noto Sans CJK SC",
    "宋体": "Noto Serif CJK SC",
}
"""The five faces of official papers → a family; a family may end in ` Bold`. 方正小标宋 and 仿宋_GB2312 are not free and are not
brought along: a deployment that owns them names them in GIS_PAPER_FONTS."""

WORDS = (
    ("小标宋", ("小标宋", "XiaoBiaoSong", "FZXBS")),
    ("仿宋", ("仿宋", "FangSong")),
    ("楷体", ("楷", "Kai")),
    ("黑体", ("黑", "Hei", "等线", "DengXian", "Sans", "Arial", "Calibri", "Helvetica")),
)
"""What the name of a font must contain to be taken for a face; everything else is 宋体."""


def choose(faces: Mapping[Any, str]) -> None:
    """Take the families of the settings; called once by a composition root."""
    FACES.update(faces)


def face(font: str) -> str:
    """The face a font name of a DOCX means.

    >>> face("方正小标宋简体"), face("仿宋_GB2312"), face("KaiTi"), face("Microsoft YaHei"), face("Times New Roman")
    ('小标宋', '仿宋', '楷体', '黑体', '宋体')
    """
    lower = font.lower()
    return next((name for name, marks in WORDS if any(mark.lower() in lower for mark in marks)), "宋体")


def family(chosen: str) -> tuple[str, bool]:
    """A setting as the name of a family and whether its bold is meant."""
    return (chosen.removesuffix(" Bold"), True) if chosen.endswith(" Bold") else (chosen, False)


@cache
def installed() -> typst.Fonts:
    """The fonts of this machine, read once a process."""
    return typst.Fonts(include_embedded_fonts=False)


def not_installed(faces: Mapping[Any, str]) -> list[str]:
    """The families of these faces that this machine does not have."""
    known = set(installed().families())
    return sorted({family(chosen)[0] for chosen in faces.values()} - known)


@cache
def characters(name: str) -> frozenset[int]:
    """The characters a family has; raises `FontMissing` where it is not installed."""
    files = [font for font in installed().fonts() if font.family == name and font.path]
    if not files:
        raise FontMissing(font=name)
    plainest = min(files, key=lambda font: (font.style != "normal", abs(font.weight - 400)))
    with TTFont(str(plainest.path), fontNumber=plainest.index, lazy=True) as opened:
        known = frozenset(opened.getBestCmap())
    gc.collect()  # its tables hold each other: 25 MB that would stay
    return known


INVISIBLE = frozenset({0x20, 0x3000, 0xA0, 0x200B, 0x2060, 0xFE0E, 0xFE0F})
"""What takes place or none and needs no picture of its own."""


def missing(text: str, name: str) -> list[str]:
    """The characters of a text that a family cannot print."""
    known = characters(name)
    return sorted({sign for sign in text if ord(sign) not in known and ord(sign) not in INVISIBLE})
