"""Each night a whole copy, and the newest one restored for trial."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from gis_service.access.actor import EVERYTHING
from gis_service.backup import taking
from gis_service.backup.drill import Drill, drill
from gis_service.backup.keeping import shelf_of
from gis_service.backup.models import BackupRun, Kind, Outcome
from gis_service.backup.shelf import Backup
from gis_service.core import clock, db
from gis_service.core.errors import Refusal
from gis_service.notifications import operations as notifications
from gis_service.notifications import queries as readers
from gis_service.notifications.rules import Level
from gis_service.services import Services

TASK = "backup.night"
NIGHTLY = "30 18 * * *"
"""02:30 in Beijing."""


def night(services: Services) -> None:
    """Copy, remove old copies, restore for trial; each with its result on record, whatever it is."""
    cluster, shelf = services.cluster, shelf_of(services)
    if not (cluster and shelf):
        return
    settings = services.settings

    def copy() -> tuple[str, bool, dict[str, Any]]:
        backup = taking.take(cluster, shelf, services.store, var_dir=settings.var_dir)
        removed = taking.prune(cluster, shelf, settings.backup_keep)
        return backup.name, not backup.facts["files"]["faults"], {**told_of(backup), "removed": removed}

    def trial() -> tuple[str, bool, dict[str, Any]]:
        done = drill(settings, shelf)
        return done.backup, done.good, told_of_drill(done)

    _on_record(services.sessions, Kind.COPY, copy)
    _on_record(services.sessions, Kind.DRILL, trial)


def told_of(backup: Backup) -> dict[str, Any]:
    """The figures of a copy."""
    files = backup.facts["files"]
    return {
        "bytes": backup.facts["bytes"],
        "files": files["count"],
        "file_bytes": files["bytes"],
        "file_faults": files["faults"][:20],
    }


def told_of_drill(done: Drill) -> dict[str, Any]:
    """The figures and proofs of a restore for trial."""
    return {"seconds": round(done.seconds, 1), "proofs": [vars(proof) for proof in done.proofs]}


def _on_record(
    sessions: sessionmaker[Session], kind: Kind, work: Callable[[], tuple[str, bool, dict[str, Any]]]
) -> None:
    """Do it and write down how it went; the administrators are told where it did not go well."""
    began = clock.now()
    try:
        name, good, detail = work()
    except Refusal as refusal:
        name, good, detail = "", False, {"zh": refusal.sentence("zh"), "en": refusal.sentence("en")}
    except Exception as trouble:
        _note(sessions, kind, began, ("", False, {"zh": "程序出错,详见日志。", "en": str(trouble)[:500]}))
        raise
    _note(sessions, kind, began, (name, good, detail))


def _note(sessions: sessionmaker[Session], kind: Kind, began: datetime, how: tuple[str, bool, dict[str, Any]]) -> None:
    name, good, detail = how
    with sessions.begin() as session:
        outcome = Outcome.GOOD if good else Outcome.BAD
        run = BackupRun(kind=kind, outcome=outcome, name=name, began_at=began, detail=detail)
        session.add(run)
        session.flush()
        if not good:
            _tell(session, run)


def _tell(session: Session, run: BackupRun) -> None:
    db.enter(session, EVERYTHING)
    zh, en = ("备份", "The backup") if run.kind == Kind.COPY else ("恢复演练", "The restore for trial")
    notifications.tell(
        session, user_ids=readers.users_with(session, "backup.make"), kind="backup", level=Level.LATE,
        title_zh=f"{zh}未成功", title_en=f"{en} did not go well",
        body_zh="详见 管理 → 备份;也可运行 gis-service db drill 查看。", body_en="See Administration → Backups, or run `gis-service db drill`.",
        link="/desk/admin/backups", subject="backup", dedupe_key=f"backup/{run.id}",
    )  # fmt: skip
