"""The filter `q` of list, map, export and bulk change: a condition on parcels, asked of the same terms as the search."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, cast, false, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from gis_service.parcels.models import Parcel
from gis_service.parcels.search.words import asked, words_of


def matching(table: FromClause, typed: str) -> ColumnElement[bool]:
    """Parcels that what was typed leads to: as one word, or with every word of it.

    Terms are of the present: among the versions of a past day texts are compared as they stand.
    """
    if table is not Parcel.__table__:
        return _plainly(table, typed)
    words = words_of(typed)
    if not words:
        return false()
    if len(words) == 1:
        return table.c.id.in_(_found(words[0]))
    together = table.c.id.in_(_found(typed, mistakes=False))
    return or_(together, and_(*(table.c.id.in_(_found(word)) for word in words)))


def _found(typed: str, *, mistakes: bool = True) -> Any:
    """The ids that `parcels_found` gives; `mistakes` says whether near misses count where nothing else is found."""
    what = asked(typed)
    near = what.near if mistakes else ()
    return select(func.parcels_found(what.start, _texts(what.patterns), _texts(near)))


def _texts(values: tuple[str, ...]) -> Any:
    return cast(list(values), ARRAY(Text))


def _plainly(table: FromClause, typed: str) -> ColumnElement[bool]:
    like = f"%{typed.replace('%', '').replace('_', '')}%"
    c = table.c
    return or_(c.parcel_no.ilike(like), c.parcel_name.ilike(like), c.location_text.ilike(like))
