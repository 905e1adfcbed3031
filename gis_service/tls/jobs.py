"""What the worker does once a day: tell the administrators before the certificate ends."""

from sqlalchemy.orm import Session, sessionmaker

from gis_service.access.actor import EVERYTHING
from gis_service.core import db
from gis_service.notifications import operations as notifications
from gis_service.notifications import queries as readers
from gis_service.notifications.rules import Level
from gis_service.settings import Settings
from gis_service.tls import keeping

STAGES = (1, 7, 14, 30)
"""Days before the end at which one is told again, read or not."""
ADMINISTRATES = "webhook.change"
"""What only a system administrator may do."""


def warn(sessions: sessionmaker[Session], settings: Settings) -> bool:
    """Tell them; answers whether there was something to tell."""
    known = keeping.in_use(settings)
    if known is None or known.days_left > STAGES[-1]:
        return False
    stage = next(each for each in STAGES if known.days_left <= each)
    over = known.days_left < 0
    with sessions.begin() as session:
        db.enter(session, EVERYTHING)
        notifications.tell(
            session, user_ids=readers.users_with(session, ADMINISTRATES), kind="tls", level=Level.LATE if stage <= 7 else Level.WARN,
            title_zh="HTTPS 证书已到期" if over else f"HTTPS 证书还有 {known.days_left} 天到期",
            title_en="The HTTPS certificate has ended" if over else f"The HTTPS certificate ends in {known.days_left} days",
            body_zh=f"{known.until:%Y-%m-%d} 到期,届时手机和电脑将打不开服务。请运行 gis-service tls make 续签并重新启动;手机无须重装根证书。",
            body_en=f"It ends on {known.until:%Y-%m-%d}; after that no phone opens the service. Run `gis-service tls make` and restart.",
            link="/ca", subject="tls", dedupe_key=f"tls/{known.until:%Y-%m-%d}/{stage}",
        )  # fmt: skip
    return True
