"""Which of the candidates is meant, and why: by number before name, as typed before as heard, as heard before mistyped."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from gis_service.parcels.search import likeness
from gis_service.parcels.search.words import INITIALS, SECTION, Asked, letters, readings


class How(StrEnum):
    """In which way a text was found."""

    EXACT = "exact"
    PREFIX = "prefix"
    WITHIN = "within"
    PINYIN = "pinyin"
    INITIALS = "initials"
    FUZZY = "fuzzy"


class Term(Protocol):
    """A row of `search_term`."""

    kind: str
    subject_id: int
    field: str
    value: str
    letters: str
    haystack: str | None
    is_retired: bool


NUMBERS = ("parcel_no", "parcel_code", "real_estate_unit_no", "certificate_no", "plan_plot_no", "doc_no", "code")
NAMES = ("parcel_name", "name", "short_name", "name_en", "title")
FIELDS = ("parcel_no", "alias", "name", "short_name", "parcel_name", "doc_no", "location_text", "title")
"""Fields people mean first come first; the others follow."""

AS_TYPED = {How.EXACT: 0, How.PREFIX: 1, How.WITHIN: 2}
ALIAS, NAME, PLACE, HEARD, MISTYPED = 3, 4, 5, 6, 7
Key = tuple[bool, int, float, int, int, str]


@dataclass(frozen=True)
class Match:
    """A term that fits what was typed, how, and how well (the smaller the better)."""

    term: Term
    how: How
    key: Key
    mistakes: int = 0
    asked: Asked | None = None
    """The one of several words that it fits."""


def fitting(asked: Asked, terms: Iterable[Term]) -> list[Match]:
    """The terms that hold what was typed or sound like it, the best first, one for each subject."""
    return best(match for match in (_as_typed(asked, t) or _as_heard(asked, t) for t in terms) if match)


def best(matches: Iterable[Match]) -> list[Match]:
    found: dict[tuple[str, int], Match] = {}
    for match in sorted(matches, key=lambda m: m.key):
        found.setdefault((match.term.kind, match.term.subject_id), match)
    return list(found.values())


def _as_typed(asked: Asked, term: Term) -> Match | None:
    at = term.letters.find(asked.start)
    if at < 0:
        return None
    how = How.EXACT if term.letters == asked.start else How.PREFIX if at == 0 else How.WITHIN
    if term.field in NUMBERS or (term.kind in ("area", "unit") and how is not How.WITHIN):
        tier, fine = AS_TYPED[how], 0
    else:
        tier = ALIAS if term.field == "alias" else NAME if term.field in NAMES else PLACE
        fine = AS_TYPED[how]
    return Match(term, how, _key(term, tier, fine))


def _as_heard(asked: Asked, term: Term) -> Match | None:
    if term.haystack is None:
        return None
    said, _, begun = term.haystack.partition(INITIALS)
    for way in asked.sounds:
        at = said.find(way)
        if at > 0:
            fine = 0 if said[at - 1] == SECTION else 2
            return Match(term, How.PINYIN, _key(term, HEARD, fine))
    at = -1 if asked.has_han else begun.find(asked.start)
    if at < 0:
        return None
    return Match(term, How.INITIALS, _key(term, HEARD, 1 if at == 0 or begun[at - 1] == SECTION else 3))


def _key(term: Term, tier: int, fine: float) -> Key:
    order = FIELDS.index(term.field) if term.field in FIELDS else len(FIELDS)
    return (term.is_retired, tier, fine, order, len(term.letters), term.letters)


def near(asked: Asked, terms: Sequence[Term]) -> list[Match]:
    """The terms that what was typed may have been meant for, given a mistake or two."""
    found: list[Match] = []
    if asked.has_han:
        most = likeness.allowed_han(asked.start)
        found += _near(asked.start, most, [(term, term.letters) for term in terms])
    for way in asked.sounds[:2]:
        heard = [(term, part) for term in terms for part in _said(term)]
        found += _near(way, likeness.allowed(way), heard)
    return best(found)


def _said(term: Term) -> Iterator[str]:
    """The texts of a term that a Latin word may stand in."""
    said = (term.haystack or "").partition(INITIALS)[0].split(SECTION)[2:]
    yield from (part for part in said if part) if any(said) else [term.letters]


def _near(word: str, most: int, texts: list[tuple[Term, str]]) -> list[Match]:
    if not most or not texts:
        return []
    mistakes, _ = likeness.distances(word, [text for _, text in texts])
    return [
        Match(term, How.FUZZY, _key(term, MISTYPED, _badness(word, text, int(count))), int(count))
        for (term, text), count in zip(texts, mistakes, strict=True)
        if count <= most
    ]


def _badness(word: str, text: str, mistakes: int) -> float:
    """Mistakes for each letter; letters out of place or left out are likelier than other letters in their stead."""
    strange = sum((Counter(word) - Counter(text)).values())
    return round((mistakes + 0.3 * strange) / len(word), 3)


def marks(asked: Asked, match: Match) -> list[list[int]]:
    """The part of the value that was found, as [from, to) for showing it in bold; empty where it cannot be told."""
    squeezed, places = _placed(match.term.value)
    found = _span(asked, match, squeezed)
    if found is None or not squeezed or found[1] <= found[0]:
        return []
    start, end = found
    return [[places[start], places[min(end, len(places)) - 1] + 1]]


def _placed(value: str) -> tuple[str, list[int]]:
    """The letters of a value, each with its place in it."""
    placed = [(letter, at) for at, character in enumerate(value) for letter in letters(character)]
    return "".join(letter for letter, _ in placed), [at for _, at in placed]


def _span(asked: Asked, match: Match, squeezed: str) -> tuple[int, int] | None:
    at = squeezed.find(asked.start)
    if at >= 0:
        return at, at + len(asked.start)
    read = readings(squeezed)
    if match.how is How.INITIALS:
        return _in_variant(asked.start, [tuple(each[0] for each in way) for way in read])
    if match.how is How.PINYIN:
        return next((found for way in asked.sounds if (found := _in_variant(way, read))), None)
    if asked.has_han and 0 < _least(asked.start, squeezed) <= likeness.allowed_han(asked.start):
        return likeness.span(asked.start, squeezed)
    syllables = [each[0] for each in read]
    start, end = likeness.span(asked.sounds[0], "".join(syllables))
    return _letters_of(syllables, start, end)


def _least(word: str, text: str) -> int:
    return int(likeness.distances(word, [text])[0][0])


def _in_variant(word: str, read: list[tuple[str, ...]]) -> tuple[int, int] | None:
    """Where a word stands among syllables, with any one character read in its second way."""
    first = [each[0] for each in read]
    for at, other in [(0, first[0]), *((at, other) for at, each in enumerate(read) for other in each[1:])]:
        syllables = [*first[:at], other, *first[at + 1 :]]
        start = "".join(syllables).find(word)
        if start >= 0:
            return _letters_of(syllables, start, start + len(word))
    return None


def _letters_of(syllables: list[str], start: int, end: int) -> tuple[int, int]:
    """The letters whose syllables [start, end) touches."""
    at, touched = 0, []
    for number, syllable in enumerate(syllables):
        if at < end and at + len(syllable) > start:
            touched.append(number)
        at += len(syllable)
    return (touched[0], touched[-1] + 1) if touched else (0, 0)
