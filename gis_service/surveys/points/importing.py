"""A file of points: read, looked at in its parcel, and kept all or none."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.surveys.errors import PointsRefused
from gis_service.surveys.models import Survey, SurveyPoint
from gis_service.surveys.points import operations, placing
from gis_service.surveys.points.operations import Source
from gis_service.surveys.points.schemas import fault_out
from gis_service.surveys.reading import apart
from gis_service.surveys.reading.places import Box
from gis_service.surveys.reading.result import Read


@dataclass(frozen=True)
class Trial:
    """A file as it would come in: what was read, and every doubt with its place."""

    read: Read
    issues: list[dict[str, Any]]

    @property
    def errors(self) -> list[dict[str, Any]]:
        return [each for each in self.issues if each["level"] == "error"]


def tried(session: Session, survey: Survey, path: Path, name: str, *, crs: int | None, box: Box | None) -> Trial:
    """Read a file and see whether its points lie in the survey's parcel. Changes nothing."""
    found = apart.read(path, name, crs=crs, box=box)
    issues = [_issue_out(each) for each in found.issues]
    outline = placing.outline_of(session, survey)
    issues += [fault_out(level, fault, file=name) for level, _, fault in placing.faults(outline, found.logs)]
    if not found.points and not any(each["level"] == "error" for each in issues):
        issues.append(_nothing(name))
    return Trial(found, issues)


def _issue_out(issue: Any) -> dict[str, Any]:
    return {
        "level": issue.level, "code": issue.code, "file": issue.file, "sheet": issue.sheet, "row": issue.row, "field": issue.field,
        "message": issue.zh, "message_en": issue.en,
    }  # fmt: skip


def _nothing(name: str) -> dict[str, Any]:
    return {
        "level": "error", "code": "no_points", "file": name, "sheet": "", "row": None, "field": "",
        "message": "文件里没有钻孔或探坑,请用模板填写。", "message_en": "The file holds no holes; fill in the template.",
    }  # fmt: skip


def accept(
    session: Session, actor: Actor, survey: Survey, trial: Trial, source: Source, name: str
) -> list[SurveyPoint]:
    """Keep every point of a file without errors; raises `PointsRefused` with all of them, and then nothing was kept."""
    if trial.errors:
        raise PointsRefused(file=name, count=len(trial.errors), errors=trial.errors)
    return operations.keep(session, actor, survey, list(trial.read.logs), source)


def trial_out(trial: Trial) -> dict[str, Any]:
    return {
        "format": trial.read.format, "crs": trial.read.crs,
        "counts": {"points": trial.read.points, "accepted": len(trial.read.logs), "refused": len(trial.read.refused), "layers": trial.read.layers},
        "points": [
            {"point_no": log.point_no, "kind": log.kind, "total_depth_m": str(log.total_depth_m), "layers": len(log.layers), "waste": bool(log.waste)}
            for log in trial.read.logs
        ],
        "issues": trial.issues,
    }  # fmt: skip
