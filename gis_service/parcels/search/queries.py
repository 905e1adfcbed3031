"""Search: candidates from the database, ranked here, and what is shown of the best of them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

from sqlalchemy import JSON, Row, Select, and_, cast, func, null, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import Text

from gis_service.access.models import Area, Unit
from gis_service.parcels.models import Document, Ground, Parcel
from gis_service.parcels.search.matching import matching
from gis_service.parcels.search.models import SearchTerm
from gis_service.parcels.search.ranking import HEARD, PLACE, Match, best, fitting, marks, near
from gis_service.parcels.search.words import Asked, asked, words_of

CANDIDATES = 200
"""Terms ranked of each sort; what many parcels have alike is cut off here, not what few have."""

Hit = dict[str, Any]


def find(session: Session, typed: str, *, limit: int, kinds: Iterable[str]) -> list[Hit]:
    """What is meant by what was typed, the best first; nothing outside the scope of the transaction."""
    wanted = frozenset(kinds)
    what = asked(typed)
    if not what.start:
        return []
    matches = [m for m in _fitting(session, typed, what) if m.term.kind in wanted]
    if not matches and what.near:
        terms = _terms(session, func.search_near(_texts(what.near), CANDIDATES))
        matches = [m for m in near(what, terms) if m.term.kind in wanted]
    return _shown(session, what, _mixed(matches, limit))


def _fitting(session: Session, typed: str, what: Asked) -> list[Match]:
    terms = _terms(session, func.search_hits(what.start, _texts(what.patterns), CANDIDATES))
    matches = fitting(what, terms)
    words = words_of(typed)
    if len(words) < 2 or len(matches) >= CANDIDATES:
        return matches
    return best([*matches, *_with_every_word(session, typed, words[:MOST_WORDS])])


MOST_WORDS = 4


def _with_every_word(session: Session, typed: str, words: list[str]) -> list[Match]:
    """Parcels that several words lead to, each in its own way (a number and a unit), told by their best term."""
    ids = _narrowest(session, words) or _by_the_list(session, typed)
    terms = _terms_around(session, ids)
    found: dict[int, list[Match]] = {}
    for word in words:
        fits = {_name(m.term): m for m in _each(asked(word), terms.values())}
        for parcel_id, around in terms.items():
            matches = [fits[name] for term in around if (name := _name(term)) in fits]
            if matches:
                found.setdefault(parcel_id, []).append(min(matches, key=lambda m: m.key))
    return [_together(parcel_id, matches) for parcel_id, matches in found.items() if len(matches) == len(words)]


def _each(what: Asked, terms: Iterable[list[Any]]) -> Iterator[Match]:
    known = {_name(term): term for around in terms for term in around}
    yield from (replace(match, asked=what) for term in known.values() for match in fitting(what, [term]))


def _name(term: Any) -> tuple[str, int, str, str]:
    return term.kind, term.subject_id, term.field, term.value


def _narrowest(session: Session, words: list[str]) -> list[int]:
    """The parcels of the word that leads to the fewest, if it leads to few; those that have all words in one text."""
    narrow: list[int] = []
    for word in words:
        what = asked(word)
        terms = _terms(session, func.search_hits(what.start, _texts(what.patterns), CANDIDATES))
        ids = {term.subject_id for term in terms if term.kind == "parcel"}
        # an area or a unit leads to parcels whose own texts say nothing of it
        wide = len(ids) >= CANDIDATES or any(term.kind in ("area", "unit") for term in terms)
        if ids and not wide and (not narrow or len(ids) < len(narrow)):
            narrow = list(ids)
    patterns = ["".join(way) + "%" for way in product(*([p.rstrip("%") for p in asked(w).patterns[:2]] for w in words))]
    together = _terms(session, func.search_near(_texts(patterns), CANDIDATES))
    return [*narrow, *(term.subject_id for term in together if term.kind == "parcel")]


def _by_the_list(session: Session, typed: str) -> list[int]:
    """What the list would show, for words that all lead to many: an area and a unit."""
    return list(session.scalars(select(Parcel.id).where(matching(Parcel.__table__, typed)).limit(CANDIDATES)))


def _terms_around(session: Session, ids: list[int]) -> dict[int, list[Any]]:
    """For each parcel its own terms and those of its area and units."""
    p, t = Parcel.__table__.c, SearchTerm.__table__.c
    units = (p.right_holder_unit_id, p.managing_unit_id, p.custodian_unit_id)
    near = or_(
        and_(t.kind == "parcel", t.subject_id == p.id),
        and_(t.kind == "area", t.subject_id == p.area_id),
        and_(t.kind == "unit", t.subject_id.in_(units)),
    )
    around: dict[int, list[Any]] = {}
    statement = select(p.id.label("parcel_id"), p.retired_on, *(t[name] for name in TERM)).where(p.id.in_(ids), near)
    for row in session.execute(statement):
        around.setdefault(row.parcel_id, []).append(row)
    return around


def _together(parcel_id: int, matches: list[Match]) -> Match:
    """One parcel's matches of several words, told by its best; as good as the worst, but not before one that holds the
    words together, nor after one that is only near."""
    own = [m for m in matches if m.term.kind == "parcel"] or matches
    first, tier = min(own, key=lambda m: m.key), max(m.key[1] for m in matches)
    key = (first.key[0], min(max(tier, PLACE), HEARD), 1, *first.key[3:])
    return Match(Told(parcel_id, first.term), first.how, key, asked=first.asked)


class Told:
    """A term as that of a parcel, though it may be its area's or unit's."""

    def __init__(self, parcel_id: int, term: Any):
        self.kind, self.subject_id, self.field, self.value = "parcel", parcel_id, term.field, term.value
        self.letters, self.haystack, self.is_retired = term.letters, term.haystack, term.retired_on is not None


TERM = ("kind", "subject_id", "field", "value", "letters", "haystack", "is_retired")


def _terms(session: Session, function: Any) -> list[Any]:
    """What a searching function of the database gives, as terms: plain rows, of which there are hundreds."""
    found = function.table_valued(*SearchTerm.__table__.columns, name="found")
    return list(session.execute(select(*(found.c[name] for name in TERM))))


def _texts(values: Sequence[str]) -> Any:
    return cast(list(values), ARRAY(Text))


def _mixed(matches: list[Match], limit: int) -> list[Match]:
    """The first ones, parcels before the last place: other kinds take half of the places at most where parcels wait."""
    others = [m for m in matches if m.term.kind != "parcel"]
    parcels = len(matches) - len(others)
    room = max(limit // 2, limit - parcels)
    kept = {id(m) for m in others[:room]}
    return [m for m in matches if m.term.kind == "parcel" or id(m) in kept][:limit]


def _shown(session: Session, what: Asked, matches: list[Match]) -> list[Hit]:
    ids: dict[str, list[int]] = {}
    for match in matches:
        ids.setdefault(match.term.kind, []).append(match.term.subject_id)
    rows = {(kind, row.id): row for kind, wanted in ids.items() for row in session.execute(SUBJECTS[kind](wanted))}
    return [_hit(what, match, row) for match in matches if (row := rows.get((match.term.kind, match.term.subject_id)))]


def _hit(what: Asked, match: Match, row: Row[Any]) -> Hit:
    return {
        "kind": match.term.kind,
        "id": row.id,
        "label": row.label,
        "title": row.title,
        "more": row.more,
        "bbox": row.bbox,
        "retired": match.term.is_retired,
        "field": match.term.field,
        "value": match.term.value,
        "how": match.how,
        "marks": marks(match.asked or what, match),
    }


def _box(geom: Any) -> Any:
    sides = (getattr(func, f"st_{side}")(geom) for side in ("xmin", "ymin", "xmax", "ymax"))
    return func.json_build_array(*sides).label("bbox")


def _parcels(ids: list[int]) -> Select[Any]:
    return (
        select(Parcel.id, Parcel.parcel_no.label("label"), Parcel.parcel_name.label("title"), Area.name.label("more"), _box(Parcel.geom))
        .outerjoin(Area, Area.id == Parcel.area_id)
        .where(Parcel.id.in_(ids))
    )  # fmt: skip


def _areas(ids: list[int]) -> Select[Any]:
    return select(Area.id, Area.name.label("label"), Area.name_en.label("title"), Area.code.label("more"), _box(Area.geom)).where(Area.id.in_(ids))  # fmt: skip


def _units(ids: list[int]) -> Select[Any]:
    return select(Unit.id, Unit.name.label("label"), Unit.short_name.label("title"), Unit.code.label("more"), _nowhere()).where(Unit.id.in_(ids))  # fmt: skip


def _places(ids: list[int]) -> Select[Any]:
    return select(Ground.id, Ground.name.label("label"), Ground.kind.label("title"), Ground.kind.label("more"), _box(Ground.geom)).where(Ground.id.in_(ids))  # fmt: skip


def _documents(ids: list[int]) -> Select[Any]:
    return select(Document.id, Document.doc_no.label("label"), Document.title.label("title"), Document.kind.label("more"), _nowhere()).where(Document.id.in_(ids))  # fmt: skip


def _nowhere() -> Any:
    return cast(null(), JSON).label("bbox")


SUBJECTS = {"parcel": _parcels, "area": _areas, "unit": _units, "place": _places, "document": _documents}
"""How each kind is shown: a label, a title, a word more, and where it lies. Parcels come under their row policy."""
