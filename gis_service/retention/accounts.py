"""Each day: accounts that nobody uses are disabled, and whoever can enable them again is told."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from gis_service.access import unused
from gis_service.access.actor import EVERYTHING
from gis_service.access.models import User
from gis_service.access.profiles import PROFILES
from gis_service.core import clock, db
from gis_service.notifications import operations as notifications
from gis_service.notifications import queries as readers
from gis_service.notifications.rules import Level
from gis_service.services import Services
from gis_service.settings import Settings

NIGHTLY = "20 19 * * *"
"""03:20 in Beijing, when nobody is signing in."""
NAMED = 20
"""Accounts that the message names; the page of accounts shows all."""


def days_of(settings: Settings) -> int:
    """After how many days without use an account is disabled; 0: never. The setting goes before the profile."""
    chosen = settings.unused_account_days
    return PROFILES[settings.security_profile].unused_days if chosen is None else chosen


def run(services: Services, *, now: datetime | None = None) -> list[str]:
    """Disable and tell; returns the names of the accounts."""
    days = days_of(services.settings)
    if not days:
        return []
    at = now or clock.now()
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        shut = unused.disable(session, days=days, at=at)
        if shut:
            _tell(session, shut, days, at)
        return [user.username for user in shut]


def _tell(session: Session, shut: Sequence[User], days: int, at: datetime) -> None:
    names = "、".join(f"{user.display_name}({user.username})" for user in shut[:NAMED])
    names_en = ", ".join(user.username for user in shut[:NAMED])
    more, more_en = ("…", ", …") if len(shut) > NAMED else ("", "")
    notifications.tell(
        session, user_ids=readers.users_with(session, "user.change"), kind="account", level=Level.WARN,
        title_zh=f"{len(shut)} 个账户 {days} 天未使用,已停用", title_en=f"{len(shut)} accounts unused for {days} days were disabled",
        body_zh=f"{names}{more}。仍需使用的,请在“管理 → 账户”中恢复。",
        body_en=f"{names_en}{more_en}. Enable those that are still needed on the page of accounts.",
        link="/desk/admin/accounts", subject="accounts", dedupe_key=f"accounts/unused/{at:%Y-%m-%d}",
    )  # fmt: skip
