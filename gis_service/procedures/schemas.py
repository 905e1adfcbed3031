"""What may be sent to a proceeding, and what its page is told."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from gis_service.papers.catalogue import KINDS
from gis_service.procedures.clocks import Reading, most_pressing
from gis_service.procedures.models import AmountItem, Proceeding, ProceedingFile, ProceedingPaper, ProceedingStep
from gis_service.procedures.rules import Clock, Fact, Procedure, Step

Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
Long = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000)]


class Sent(BaseModel):
    model_config = ConfigDict(extra="forbid")


class StepIn(Sent):
    action: Annotated[str, Field(max_length=60)]
    facts: dict[str, Any] = Field(default_factory=dict)
    reason: Annotated[str, Field(max_length=5_000)] = ""
    happened_on: date | None = None


class OpeningIn(Sent):
    title: Annotated[Text, Field(min_length=2)]
    facts: dict[str, Any] = Field(default_factory=dict)
    area_id: int | None = None
    unit_id: int | None = None
    counterpart_unit_id: int | None = None
    parent_id: int | None = None
    parcel_ids: Annotated[list[int], Field(max_length=500)] = Field(default_factory=list)
    place: tuple[Annotated[float, Field(ge=-180, le=180)], Annotated[float, Field(ge=-90, le=90)]] | None = None
    place_text: Text | None = None
    happened_on: date | None = None
    reason: Annotated[str, Field(max_length=5_000)] = ""


class PaperIn(Sent):
    """A paper to be made from its template. `text` is what the officer writes, a paragraph each; `said` fills what the template
    asks for by name and the proceeding does not know; `columns` and `items` are a list; `pictures` are ids of its files."""

    kind: Annotated[str, Field(max_length=60)]
    text: Annotated[list[Long], Field(max_length=200)] = Field(default_factory=list)
    said: dict[Annotated[str, Field(max_length=60)], Text] = Field(default_factory=dict)
    addressee: Text | None = None
    columns: Annotated[list[Text], Field(max_length=12)] = Field(default_factory=list)
    items: Annotated[list[Annotated[list[Text], Field(max_length=12)]], Field(max_length=500)] = Field(
        default_factory=list
    )
    pictures: Annotated[list[int], Field(max_length=24)] = Field(default_factory=list)


class Why(Sent):
    reason: Annotated[Text, Field(min_length=1)]


class SignatureIn(Sent):
    side: Annotated[str, Field(pattern="^(giving|receiving|witness)$")]
    person: Annotated[Text, Field(min_length=1, max_length=60)]
    drawn_png: Annotated[str, Field(max_length=400_000)] | None = None
    """The drawn signature: PNG in base64."""


class AmountIn(Sent):
    head: Annotated[str, Field(max_length=60)]
    stage: Annotated[str, Field(pattern="^(estimated|claimed|agreed|ordered|paid)$")]
    amount_yuan: Annotated[Decimal, Field(ge=0, lt=10**12, decimal_places=2)]
    basis: Text = ""
    told_on: date


class ChargeIn(Sent):
    """Who conducts it and who answers; None leaves as it is."""

    officer_id: int | None = None
    unit_id: int | None = None
    counterpart_unit_id: int | None = None


# --- out ------------------------------------------------------------------------------------------------------------


def reading_out(reading: Reading) -> dict[str, Any]:
    return {
        "code": reading.clock.code,
        "zh": reading.clock.zh,
        "en": reading.clock.en,
        "started_at": reading.started_at,
        "due_at": reading.due_at,
        "due_on": reading.due_on,
        "ended_at": reading.ended_at,
        "stand": reading.stand,
        "sure": reading.sure,
        "basis": reading.clock.basis,
        "whose": reading.clock.whose,
        "length": length_out(reading.clock),
    }


def length_out(clock: Clock) -> dict[str, Any]:
    return {"count": clock.length, "measure": clock.measure}


def brief_out(
    procedure: Procedure, proceeding: Proceeding, clocks: Sequence[Reading], *, units: Mapping[int, str], areas: Mapping[int, str]
) -> dict[str, Any]:  # fmt: skip
    """A line of a list: what it is, where it stands, what is due first."""
    state = procedure.by_code[proceeding.state]
    pressing = most_pressing(clocks)
    return {
        "id": proceeding.id,
        "noun": procedure.noun,
        "proceeding_no": proceeding.proceeding_no,
        "title": proceeding.title,
        "state": {"code": state.code, "zh": state.zh, "en": state.en, "final": state.final},
        "area": areas.get(proceeding.area_id or 0),
        "area_id": proceeding.area_id,
        "unit": units.get(proceeding.unit_id or 0),
        "unit_id": proceeding.unit_id,
        "counterpart": units.get(proceeding.counterpart_unit_id or 0),
        "counterpart_unit_id": proceeding.counterpart_unit_id,
        "officer_id": proceeding.officer_id,
        "place_text": proceeding.place_text,
        "opened_at": proceeding.opened_at,
        "closed_at": proceeding.closed_at,
        "version": proceeding.row_version,
        "pressing": reading_out(pressing) if pressing else None,
    }


def step_out(
    procedure: Procedure, entry: ProceedingStep, words: tuple[str, str], texts: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    state = procedure.by_code[entry.after]
    return {
        "seq": entry.seq,
        "action": entry.action,
        "action_zh": words[0],
        "action_en": words[1],
        "before": entry.before,
        "after": entry.after,
        "after_zh": state.zh,
        "after_en": state.en,
        "actor": entry.actor_name,
        "at": entry.at,
        "happened_on": entry.happened_on,
        "reason": entry.reason,
        "facts": list(texts),
        "papers": entry.papers,
        "hash": entry.hash,
    }


def fact_out(fact: Fact) -> dict[str, Any]:
    return {
        "name": fact.name,
        "zh": fact.zh,
        "en": fact.en,
        "kind": fact.kind,
        "required": fact.required,
        "choices": [{"code": code, "zh": zh, "en": en} for code, zh, en in fact.choices],
        "unit": fact.unit,
        "least": fact.least,
    }


def offer_out(
    step: Step, *, stays: bool, allowed: bool, why_not: tuple[str, str] | None, missing: Sequence[str]
) -> dict[str, Any]:
    """A button: what it does, what it asks for, and why it cannot be pressed yet."""
    return {
        "action": step.action,
        "zh": step.zh,
        "en": step.en,
        "to": step.to,
        "stays": stays,
        "is_return": step.is_return,
        "needs_reason": step.says_why,
        "facts": [fact_out(fact) for fact in step.facts],
        "papers": [
            {"kind": kind, "zh": KINDS[kind].zh, "en": KINDS[kind].en, "missing": kind in missing}
            for kind in step.papers
        ],
        "signatures": list(step.signatures),
        "allowed": allowed,
        "why_not_zh": why_not[0] if why_not else None,
        "why_not_en": why_not[1] if why_not else None,
        "basis": step.basis,
    }


def paper_out(paper: ProceedingPaper) -> dict[str, Any]:
    kind = KINDS[paper.kind]
    return {
        "id": paper.id,
        "kind": paper.kind,
        "kind_zh": kind.zh,
        "kind_en": kind.en,
        "title": paper.title,
        "doc_no": paper.doc_no,
        "formats": [
            name
            for name, there in (("pdf", paper.pdf_sha256), ("docx", paper.docx_sha256), ("file", paper.file_sha256))
            if there
        ],
        "file_name": paper.file_name,
        "as_of": paper.as_of,
        "step_id": paper.step_id,
        "made_at": paper.made_at,
        "made_by": paper.made_by_name,
        "withdrawn_at": paper.withdrawn_at,
        "withdrawn_reason": paper.withdrawn_reason,
    }


def file_out(file: ProceedingFile, place: Sequence[float] | None) -> dict[str, Any]:
    return {
        "id": file.id,
        "name": file.name,
        "label": file.label,
        "media_type": file.media_type,
        "size_bytes": file.size_bytes,
        "sha256": file.sha256,
        "has_thumbnail": file.thumbnail_sha256 is not None,
        "taken_at": file.taken_at,
        "place": place,
        "added_at": file.added_at,
        "added_by": file.added_by_name,
    }


def amount_out(item: AmountItem) -> dict[str, Any]:
    return {
        "id": item.id,
        "head": item.head,
        "stage": item.stage,
        "amount_yuan": str(item.amount_yuan),
        "basis": item.basis,
        "told_on": item.told_on,
        "added_by": item.added_by_name,
    }


def table_out(procedure: Procedure) -> dict[str, Any]:
    """The procedure itself, for pages and for whoever builds on the interface."""
    return {
        "noun": procedure.noun,
        "plural": procedure.plural,
        "zh": procedure.zh,
        "en": procedure.en,
        "states": [{"code": s.code, "zh": s.zh, "en": s.en, "final": s.final} for s in procedure.states],
        "opening": [fact_out(fact) for fact in procedure.opening],
        "paper_kinds": [{"kind": kind, "zh": KINDS[kind].zh, "en": KINDS[kind].en, "has_template": bool(KINDS[kind].template)} for kind in procedure.paper_kinds],
        "steps": [
            {"at": list(s.starts), "action": s.action, "to": s.to, "zh": s.zh, "en": s.en, "permission": s.permission, "is_return": s.is_return}
            for s in procedure.steps
        ],
        "clocks": [{"code": c.code, "zh": c.zh, "en": c.en, **length_out(c), "basis": c.basis, "whose": c.whose} for c in procedure.clocks],
    }  # fmt: skip


class CalendarRow(Sent):
    day: date
    is_working: bool
    name: Text = ""


class CalendarIn(Sent):
    """The exceptions of one or more whole years, as the yearly notice gives them: as rows, or as the text of a CSV file."""

    source: Annotated[Text, Field(min_length=1)]
    days: Annotated[list[CalendarRow], Field(max_length=1_000)] = Field(default_factory=list)
    csv: Annotated[str, Field(max_length=100_000)] = ""
