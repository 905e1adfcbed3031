"""The job that works an estimate out."""

from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from gis_service.access.actor import EVERYTHING
from gis_service.core import db
from gis_service.geo.volumes import CannotEstimate
from gis_service.surveys.estimates import library
from gis_service.surveys.estimates.models import VolumeEstimate

BROKE = {
    "code": "volume.broke",
    "zh": "估算时系统出现意外错误,已记录。请重新估算;再次出错请告知管理员。",
    "en": "Something unexpected happened and was recorded. Estimate again; if it happens again, tell the administrator.",
}


def work_out(sessions: sessionmaker[Session], estimate_id: int) -> None:
    """Work a queued estimate out; done twice it changes nothing. The numbers are worked out between two short transactions."""
    with sessions.begin() as session:
        db.enter(session, EVERYTHING)
        found = session.get_one(VolumeEstimate, estimate_id)
        if found.state != "queued":
            return
        inputs = found.inputs
    try:
        told = answer_to(inputs)
    except Exception:
        _keep(sessions, estimate_id, {"state": "failed", "failure": BROKE})
        raise
    _keep(sessions, estimate_id, told)


def _keep(sessions: sessionmaker[Session], estimate_id: int, told: dict[str, Any]) -> None:
    with sessions.begin() as session:
        db.enter(session, EVERYTHING)
        kept = session.get_one(VolumeEstimate, estimate_id, with_for_update=True)
        for name, value in told.items():
            setattr(kept, name, value)


def answer_to(inputs: dict[str, Any]) -> dict[str, Any]:
    """What a row is told of its inputs: result, versions and figures, or why it could not be worked out."""
    try:
        result, versions = library.worked_out(inputs)
    except CannotEstimate as fault:
        return {"state": "failed", "failure": {"code": fault.code, "zh": fault.zh, "en": fault.en}}
    return {"state": "done", "result": result, "versions": versions, **_figures(result)}


def _figures(result: dict[str, float]) -> dict[str, Decimal]:
    """Low, best and high as they are shown: to a tenth of a m³."""
    return {name: Decimal(f"{result[name]:.1f}") for name in ("low_m3", "best_m3", "high_m3")}
