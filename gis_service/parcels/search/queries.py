"""Search: candidates from the database, ranked here, and what is shown of the best of them."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import JSON, Row, Select, cast, func, null, select
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
        terms = session.scalars(_terms(func.search_near(_texts(what.near), CANDIDATES))).all()
        matches = [m for m in near(what, terms) if m.term.kind in wanted]
    return _shown(session, what, _mixed(matches, limit))


def _fitting(session: Session, typed: str, what: Asked) -> list[Match]:
    terms = session.scalars(_terms(func.search_hits(what.start, _texts(what.patterns), CANDIDATES))).all()
    matches = fitting(what, terms)
    words = words_of(typed)
    if len(words) < 2 or len(matches) >= CANDIDATES:
        return matches
    return best([*matches, *_with_every_word(session, typed, words)])


def _with_every_word(session: Session, typed: str, words: list[str]) -> list[Match]:
    """Parcels that several words lead to, each in its own way (a number and a unit), told by their best term."""
    held = select(Parcel.id).where(matching(Parcel.__table__, typed)).limit(CANDIDATES)
    mine = select(SearchTerm).where(SearchTerm.kind == "parcel", SearchTerm.subject_id.in_(held))
    terms = session.scalars(mine).all()
    found: dict[int, list[Match]] = {}
    for word in words:
        for match in fitting(asked(word), terms):
            found.setdefault(match.term.subject_id, []).append(match)
    return [_together(matches) for matches in found.values()]


def _together(matches: list[Match]) -> Match:
    """One parcel's matches of several words, told by its best; as good as the worst, but not before one that holds the
    words together, nor after one that is only near."""
    first, tier = min(matches, key=lambda m: m.key), max(m.key[1] for m in matches)
    return Match(first.term, first.how, (first.key[0], min(max(tier, PLACE), HEARD), 1, *first.key[3:]))


def _terms(function: Any) -> Any:
    """What a searching function of the database gives, as terms."""
    found = function.table_valued(*SearchTerm.__table__.columns, name="found")
    return select(SearchTerm).from_statement(select(found))


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
        "marks": marks(what, match),
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
