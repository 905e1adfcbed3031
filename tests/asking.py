"""Asking the database of a test whatever the rows are, as somebody who sees all."""

from typing import Any

from sqlalchemy import text

from gis_service.access.actor import EVERYTHING
from gis_service.core import db
from tests.conftest import CloneServices


class Asking:
    """For what has `services`."""

    services: CloneServices

    def rows(self, sql: str, **values: Any) -> list[Any]:
        with self.services.sessions.begin() as session:
            db.enter(session, EVERYTHING)
            return [tuple(row) for row in session.execute(text(sql), values)]

    def one(self, sql: str, **values: Any) -> Any:
        (row,) = self.rows(sql, **values)
        return row[0] if len(row) == 1 else row
