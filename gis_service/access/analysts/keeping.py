"""What the worker does each minute: logins that are over are shut, and nobody holds a transaction open for long.

Rows are gone for them at once, by the row policies; this ends their connections as well.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from gis_service.access.analysts import roles
from gis_service.access.analysts.models import AnalystAccount
from gis_service.access.analysts.operations import Connect
from gis_service.access.models import User

LONGEST_MIN = 10
"""Minutes a transaction of an analyst may last: it keeps locks that a migration waits for, and old rows that cannot be cleared."""


def settle(sessions: sessionmaker[Session], connect: Connect, *, at: datetime) -> list[str]:
    """Shut what is over; returns the SQL that our user may not run."""
    with sessions() as session:
        known = set(session.scalars(select(AnalystAccount.role_name)))
        good = set(
            session.scalars(
                select(AnalystAccount.role_name)
                .join(User, User.id == AnalystAccount.user_id)
                .where(AnalystAccount.ended_at.is_(None), AnalystAccount.valid_until > at, User.state == "active")
            )
        )
    if not known:
        return []
    with connect() as connection:
        open_now = roles.connected(connection)
        over = [role for role in sorted(known - good) if role in open_now or roles.can_login(connection, role)]
        asked = [order for role in over for order in roles.shut(connection, role)]
        roles.end_long_work(connection, LONGEST_MIN)
    return asked
