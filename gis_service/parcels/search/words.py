"""Text as it is searched: letters, pinyin, initials. Pure: plain values in, plain values out.

    北围TJ-03地块  →  letters    北围tj03地块
                     haystack   | 北  围  tj03  地  块 |beiweitj03dikuai#bwtj03dk|

Chinese characters stand apart in the haystack, so that two of them are enough for the trigram index. Readings come from
pypinyin, which knows phrases (重庆 is chongqing); of a character that may be read in several ways the first two are kept.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, pairwise, product

IGNORED = (
    r"[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u00d7\u00f7\u02b0-\u036f\u2000-\u2bff"
    r"\u3000-\u3006\u3008-\u3020\u3030-\u303f\u30fb\ufe00-\ufe6f\uff00-\uff0f]"
)
"""Blanks and signs, which nobody types alike. The function `search_letters` of the database has the same class."""

HAN = r"\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_ignored, _runs = re.compile(IGNORED), re.compile(f"[{HAN}]+|[^{HAN}]+")
_is_han = re.compile(f"[{HAN}]")

MOST_READINGS, MOST_OTHERS, AROUND = 2, 6, 3
"""Readings kept of a character; second readings kept of a text, each with this many characters on either side."""

LEAST_TRIGRAM, LEAST_FUZZY = 3, 4
"""Letters below which a word is sought only where something begins, and below which no mistake is thought of."""

LONGEST = 60
"""What is typed beyond this many letters is not looked at."""

APART = "  "
"""Between characters: one blank for the end of one, one for the beginning of the next, so that each is sought alone."""

SECTION, INITIALS = "|", "#"


def letters(text: str) -> str:
    """
    >>> letters(" ＢＷ－０００１ "), letters("格创·芯谷(二期)"), letters("示例〔2026〕3号")
    ('bw0001', '格创芯谷二期', '示例20263号')
    """
    return _ignored.sub("", unicodedata.normalize("NFKC", text).lower())


def is_han(character: str) -> bool:
    return bool(_is_han.match(character))


def spaced(squeezed: str) -> str:
    """Letters with each Chinese character standing apart.

    >>> spaced("北围tj03地块")
    '北  围  tj03  地  块'
    """
    return APART.join(tokens(squeezed))


def tokens(squeezed: str) -> list[str]:
    """
    >>> tokens("北围tj03")
    ['北', '围', 'tj03']
    """
    return [token for run in _runs.findall(squeezed) for token in (run if is_han(run[0]) else [run])]


@lru_cache(maxsize=1 << 16)
def _read(run: str) -> tuple[tuple[str, ...], ...]:
    """The readings of each character of a Chinese run. pypinyin is slow enough to be asked only once for each."""
    from pypinyin import Style, pinyin

    found = pinyin(run, style=Style.NORMAL, heteronym=True)
    if len(found) != len(run):  # a character without a reading takes its neighbours along
        found = [pinyin(character, style=Style.NORMAL, heteronym=True)[0] for character in run]
    return tuple(tuple(dict.fromkeys(readings))[:MOST_READINGS] for readings in found)


def readings(squeezed: str) -> list[tuple[str, ...]]:
    """For each letter how it is read: a syllable or two for a Chinese character, itself for any other.

    >>> readings("重庆a")
    [('chong',), ('qing',), ('a',)]
    """
    read: list[tuple[str, ...]] = []
    for run in _runs.findall(squeezed):
        read += _read(run) if is_han(run[0]) else [(character,) for character in run]
    return read


def sounds(squeezed: str) -> list[str]:
    """How a text is read, and with each second reading the few characters around it.

    >>> sounds("朝阳a"), sounds("围")
    (['zhaoyanga', 'chaoyanga'], ['wei'])
    """
    return ["".join(part) for part in _variants(readings(squeezed))]


def initials(squeezed: str) -> list[str]:
    """
    >>> initials("格创芯谷"), initials("朝阳")
    (['gcxg', 'lcxg', 'gcxl'], ['zy', 'cy'])
    """
    firsts = [tuple(dict.fromkeys(reading[0] for reading in each)) for each in readings(squeezed)]
    return ["".join(part) for part in _variants(firsts)]


def _variants(read: list[tuple[str, ...]]) -> Iterator[list[str]]:
    first = [each[0] for each in read]
    yield first
    others = [(at, other) for at, each in enumerate(read) for other in each[1:]]
    for at, other in others[:MOST_OTHERS]:
        start = max(0, at - AROUND)
        yield [*first[start:at], other, *first[at + 1 : at + 1 + AROUND]]


def haystack(text: str) -> str:
    """All in one: the letters, how they are read, their initials, and the initials from each later word on.

    >>> haystack("格创·芯谷").split("|")[1:3]
    [' 格  创  芯  谷 ', 'gechuangxingu']
    >>> haystack("北围 A-3")
    '| 北  围  a3 |beiweia3#bwa3|a3|3|'
    >>> haystack("BW-0001")
    '| bw0001 |#0001|'
    """
    squeezed = letters(text)
    heads = [*([squeezed] if _is_han.search(squeezed) else []), *_later_words(text)]
    begun = dict.fromkeys(one for head in heads for one in initials(head))
    heard = sounds(squeezed) if _is_han.search(squeezed) else []
    return f"| {spaced(squeezed)} |{SECTION.join(heard)}{INITIALS}{SECTION.join(begun)}{SECTION}"


def _later_words(text: str) -> list[str]:
    words = [squeezed for squeezed in map(letters, re.split(r"[\W_]+", text)) if squeezed]
    return ["".join(words[at:]) for at in range(1, min(len(words), 4))]


@dataclass(frozen=True)
class Asked:
    """What somebody typed, as the database is asked for it.

    `start` is for the beginning of a text; each of `patterns` for something within a haystack; each of `near` for
    something in a haystack that may have been meant, given a typing mistake or two.
    """

    start: str
    patterns: tuple[str, ...]
    near: tuple[str, ...]
    sounds: tuple[str, ...]

    @property
    def has_han(self) -> bool:
        return any(map(is_han, self.start))


def asked(typed: str) -> Asked:
    """
    >>> asked("后环").patterns
    ('% 后  环 %', '%houhuan%')
    >>> asked("bw").patterns
    ('%|bw%', '%#bw%', '% bw%')
    """
    squeezed = letters(typed)[:LONGEST]
    if not squeezed:
        return Asked("", (), (), ())
    heard = heard_as(squeezed)
    return Asked(squeezed, _patterns(squeezed, heard), mistyped(squeezed, heard), heard)


def heard_as(squeezed: str) -> tuple[str, ...]:
    """The ways to read what was typed, the likeliest first; four at most."""
    ways = ("".join(way) for way in product(*readings(squeezed)))
    return tuple(dict.fromkeys(way for way, _ in zip(ways, range(8), strict=False)))[:4]


def _patterns(squeezed: str, heard: tuple[str, ...]) -> tuple[str, ...]:
    if any(map(is_han, squeezed)):
        apart = spaced(squeezed)
        before, after = " " if is_han(squeezed[0]) else "", " " if is_han(squeezed[-1]) else ""
        return (f"%{before}{apart}{after}%", *(f"%{way}%" for way in heard))
    if len(squeezed) >= LEAST_TRIGRAM:
        return (f"%{squeezed}%",)
    # too short for a trigram: only where a word begins
    return (f"%|{squeezed}%", f"%#{squeezed}%", f"% {squeezed}%")


def mistyped(squeezed: str, heard: tuple[str, ...]) -> tuple[str, ...]:
    """Patterns for what was meant where it was mistyped.

    Of several Chinese characters all but one or two stand in the text, in their order. Of a short Latin word every
    single mistake is tried; of a long one all but two of its pieces stand in the text.

    >>> mistyped("格芯创", ("gexinchuang",))[:3]
    ('% 格 % 芯 %', '% 格 % 创 %', '% 芯 % 创 %')
    >>> mistyped("abcd", ("abcd",))[:4]
    ('%bcd%', '%a_bcd%', '%bacd%', '%a_cd%')
    >>> mistyped("abc", ("abc",))
    ()
    """
    found: list[str] = []
    if any(map(is_han, squeezed)):
        found += _most_of([piece for token in tokens(squeezed) for piece in _pieces_of_token(token)])
    if not found or len(heard[0]) <= SHORT:
        for way in heard[:2]:
            found += _one_mistake(way) if len(way) <= MIDDLING else _most_of(_pieces(way), spare=4)
    return tuple(dict.fromkeys(found))


SHORT, MIDDLING = 8, 12
"""Letters up to which a word that is heard is tried with mistakes even though its characters are, and up to which each
single mistake is tried."""

MOST_PIECES = 7


def _pieces_of_token(token: str) -> list[str]:
    return [f" {token} "] if is_han(token) else [token] if len(token) < 2 * LEAST_TRIGRAM else _pieces(token)


def _pieces(word: str) -> list[str]:
    """A word cut into pieces of three or four letters.

    >>> _pieces("gechuangxingu")
    ['gec', 'hua', 'ngxi', 'ngu']
    """
    count = len(word) // LEAST_TRIGRAM if len(word) < 16 else len(word) // 4
    return _grouped(word, min(count, MOST_PIECES))


def _grouped(parts: str | list[str], count: int) -> list[str]:
    at = [round(n * len(parts) / count) for n in range(count + 1)]
    return ["".join(parts[start:end]) for start, end in pairwise(at)]


def _most_of(pieces: list[str], spare: int = 5) -> list[str]:
    """Patterns of all pieces but one, or but two where there are `spare` of them."""
    if len(pieces) > MOST_PIECES:
        pieces = _grouped(pieces, MOST_PIECES)
    if len(pieces) < LEAST_TRIGRAM:
        return []
    left = len(pieces) - (1 if len(pieces) < spare else 2)
    return [f"%{'%'.join(some)}%" for some in combinations(pieces, left)]


def _one_mistake(word: str) -> list[str]:
    """Every way to have mistyped one letter: another one, one missing, two swapped, one too many."""
    if len(word) < LEAST_FUZZY:
        return []
    found: list[str] = []
    for at in range(len(word)):
        before, here, after = word[:at], word[at], word[at + 1 :]
        found.append(f"{before}_{after}")
        found.append(f"{before}{here}_{after}")
        found += [f"{before}{after[0]}{here}{after[1:]}", f"{before}{after}"] if after else [before]
    return [f"%{variant.strip('_')}%" for variant in found]


def words_of(typed: str) -> list[str]:
    """
    >>> words_of(" TJ-03  格力 "), words_of("—")
    (['TJ-03', '格力'], [])
    """
    return [word for word in typed.split() if letters(word)]
