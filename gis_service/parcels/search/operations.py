"""Keeping the search terms: their pinyin is added here. Nothing here commits."""

from sqlalchemy import ARRAY, BigInteger, Text, cast, func, select, text, update
from sqlalchemy.orm import Session

from gis_service.jobs import queue
from gis_service.parcels.search.models import SearchTerm
from gis_service.parcels.search.words import haystack

TASK = "parcels.search"
"""The name under which the filling of waiting terms is enqueued."""

AT_ONCE = 2_000
"""Terms that are filled while somebody waits: a second's work at the most. The rest is left to a job."""


def fill(session: Session, most: int = AT_ONCE) -> int:
    """Add pinyin and initials to terms that wait for them, at most so many; returns how many there were.

    Terms that another transaction is filling are passed over.
    """
    waiting = select(SearchTerm.id, SearchTerm.value).where(SearchTerm.haystack.is_(None)).order_by(SearchTerm.id)
    rows = session.execute(waiting.limit(most).with_for_update(skip_locked=True)).all()
    if rows:
        ids, texts = [row.id for row in rows], [haystack(row.value) for row in rows]
        new = (
            func.unnest(cast(ids, ARRAY(BigInteger)), cast(texts, ARRAY(Text)))
            .table_valued("id", "text", name="new")
            .render_derived()
        )
        session.execute(
            update(SearchTerm).where(SearchTerm.id == new.c.id).values(haystack=new.c.text),
            execution_options={"synchronize_session": False},
        )
    return len(rows)


def fill_or_enqueue(session: Session) -> None:
    """Fill what was just written; where it is much, a job goes on with it."""
    if fill(session) == AT_ONCE:
        queue.enqueue(session, TASK)


def forget(session: Session) -> None:
    """Let all terms wait again, for a change of how texts are read."""
    session.execute(text("update search_term set haystack = null where haystack is not null"))
