"""Shapes of runs, scores and cells on the wire."""

import json
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from gis_service.core.clock import BEIJING
from gis_service.risk import rules
from gis_service.risk.errors import PeriodWrong
from gis_service.risk.models import RiskRun
from gis_service.risk.rules import RunKind

MOST_YEARS = 10


class RunIn(BaseModel):
    """A run by hand: of what was known at the end of a day (none: now); hotspots of the events between two days, both included."""

    model_config = ConfigDict(extra="forbid")
    kind: RunKind
    as_of: date | None = None
    since: date | None = None
    until: date | None = None

    def moment(self, now: datetime) -> datetime:
        """The end of the day, or now where the day is today."""
        if self.as_of is None or self.as_of == now.astimezone(BEIJING).date():
            return now
        return _ends(self.as_of)

    def period(self, as_of: datetime) -> tuple[datetime, datetime] | None:
        """The days as moments, not past `as_of`; raises `PeriodWrong`."""
        if self.since is None and self.until is None:
            return None
        since = _begins(self.since or date.min.replace(year=2000))
        until = min(_ends(self.until), as_of) if self.until else as_of
        if not (self.since and since < until and until - since <= timedelta(days=366 * MOST_YEARS)):
            raise PeriodWrong(years=MOST_YEARS)
        return since, until


def _begins(day: date) -> datetime:
    return datetime.combine(day, time(), BEIJING)


def _ends(day: date) -> datetime:
    return _begins(day + timedelta(days=1))


RUN_FIELDS = (
    "id",
    "kind",
    "state",
    "as_of",
    "since",
    "until",
    "standing",
    "counts",
    "made_at",
    "ended_at",
    "asked_by_name",
)


def run_out(run: RiskRun | None) -> dict[str, Any] | None:
    """A run without its weights; the page asks for those by themselves."""
    if run is None:
        return None
    parameters = run.parameters if run.kind == RunKind.HOTSPOT else {}
    return {**{name: getattr(run, name) for name in RUN_FIELDS}, "parameters": parameters}


def features_out(rows: list[dict[str, Any]]) -> dict[str, Any]:
    features = [
        {"type": "Feature", "geometry": json.loads(row["shape"]), "properties": {k: v for k, v in row.items() if k != "shape"}}
        for row in rows
    ]  # fmt: skip
    return {"type": "FeatureCollection", "features": features}


def model_out() -> dict[str, Any]:
    """The model as it is explained: factors with sources, levels, how past events count, and the back-test."""
    told = rules.data()
    words = ("code", "zh", "en", "source", "source_en", "knots", "values", "per_log", "most")
    factors = [{key: line[key] for key in words if key in line} for line in told["factor"]]
    return {"factors": factors, **{name: told[name] for name in ("levels", "past", "hotspot", "suggest", "backtest")}}


Level = Literal["high", "medium", "low"]
Id = Annotated[int, Field(ge=1)]
