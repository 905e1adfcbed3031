"""A fault as people and programs read it: with its sentence in their language, and with what may be done about it."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints

from gis_service.parcels.topology.catalogue import CATALOGUE, WAYS, Rule, Way
from gis_service.parcels.topology.models import TopologyRun


class Acceptance(BaseModel):
    model_config = ConfigDict(extra="forbid")
    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] | None = None


def etag(fault_id: int, row_version: int) -> str:
    return f'"f{fault_id}.{row_version}"'


def fault_out(row: Any, lang: str) -> dict[str, Any]:
    """A row of the list. Seen from the parcel that the reader may see, where only one of the two is."""
    told = dict(row)
    facts, is_pair = told.pop("facts"), told.pop("is_pair")
    if told["parcel_id"] is None:
        _turn(told)
    entry = CATALOGUE.get(told["rule"])
    measures = {"area_m2": told["area_m2"], "width_m": told["width_m"]}
    names = {"parcel_no": told["parcel_no"], "other": told["other_parcel_no"]}
    told["title"] = _pick(entry.title, lang) if entry else told["rule"]
    told["message"] = entry.sentence(lang, {**facts, **measures, **names}) if entry else told["rule"]
    told["area_m2"], told["width_m"] = _rounded(told["area_m2"], 2), _rounded(told["width_m"], 3)
    told["other_hidden"] = is_pair and told["other_parcel_id"] is None
    told["etag"] = etag(told["id"], told["row_version"])
    return told


def _turn(told: dict[str, Any]) -> None:
    """Put the parcel that the reader may see first."""
    for name in ("id", "no"):
        told[f"parcel_{name}"], told[f"other_parcel_{name}"] = told[f"other_parcel_{name}"], None


def detail_out(row: dict[str, Any], lang: str) -> dict[str, Any]:
    """One fault: its geometry, both parcels as far as they may be seen, and the ways to settle it."""
    parcels = [row.pop(name) for name in ("parcel", "other_parcel")]
    entry = CATALOGUE.get(row["rule"])
    told = fault_out(row, lang)
    told["parcels"] = [parcel for parcel in parcels if parcel["id"] is not None]
    told["ways"] = [way_out(way, lang) for way in (entry.ways if entry else (Way.ACCEPT,))]
    told["owner"] = entry.owner if entry else None
    return told


def way_out(way: Way, lang: str) -> dict[str, str]:
    return {"code": way, "text": _pick(WAYS[way], lang)}


def rule_out(entry: Rule, counts: dict[str, int], lang: str) -> dict[str, Any]:
    zh, en = entry.title
    return {
        "rule": entry.code,
        "level": entry.level,
        "owner": entry.owner,
        "title": zh if lang == "zh" else en,
        **{state: counts.get(state, 0) for state in ("open", "accepted", "resolved")},
    }


def run_out(run: TopologyRun | None) -> dict[str, Any] | None:
    names = ("at", "is_full", "parcels", "found", "opened", "reopened", "resolved", "seconds")
    return None if run is None else {name: getattr(run, name) for name in names}


def _pick(pair: tuple[str, str], lang: str) -> str:
    return pair[0] if lang == "zh" else pair[1]


def _rounded(value: float | None, places: int) -> float | None:
    return None if value is None else round(value, places)
