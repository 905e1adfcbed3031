"""What may be sent about cases, clues, parties and law, and what pages are told."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from gis_service.cases.clues import rules as clue_rules
from gis_service.cases.clues.models import Clue, ClueFile
from gis_service.cases.clues.queries import Candidate
from gis_service.cases.clues.rules import Source, WasteKind
from gis_service.cases.law.models import LegalBasis
from gis_service.cases.parties.rules import LinkRole, PartyKind
from gis_service.procedures.schemas import Sent, Text

Lon = Annotated[float, Field(ge=-180, le=180)]
Lat = Annotated[float, Field(ge=-90, le=90)]
Short = Annotated[Text, Field(max_length=60)]


class ClueIn(Sent):
    source: Source
    waste_kind: WasteKind
    what: Annotated[Text, Field(max_length=500)] = ""
    place: tuple[Lon, Lat] | None = None
    place_text: Text = ""
    quantity_m3: Annotated[Decimal, Field(ge=0, lt=10**8)] | None = None
    happened_from: datetime | None = None
    happened_to: datetime | None = None
    seen_at: datetime | None = None
    camera_id: int | None = None
    reporter_name: Short = ""
    reporter_phone: Annotated[Text, Field(max_length=30)] = ""
    wants_answer: bool = False


class MergeIn(Sent):
    into_id: int
    reason: Text = ""


class WhyIn(Sent):
    reason: Text


class OpenIn(Sent):
    title: Annotated[Text, Field(min_length=2)]
    despite: Text = ""
    """Why it is another dumping than those it looks like."""
    happened_from: date | None = None
    happened_to: date | None = None
    unit_id: int | None = None


class BasisIn(Sent):
    basis_ids: Annotated[list[int], Field(min_length=1, max_length=30)]
    act_from: date
    act_to: date


class LinkIn(Sent):
    role: LinkRole
    note: Text = ""


class PartyIn(LinkIn):
    kind: PartyKind
    name: Annotated[Text, Field(min_length=1, max_length=120)]
    known_id: int | None = None
    """The party it is known to be; else a new one, or the unit of this credit code."""
    credit_code: Annotated[str, Field(pattern=r"^([0-9A-Za-z]{18})?$")] = ""
    id_number: Annotated[str, Field(pattern=r"^[0-9A-Za-z]{0,20}$")] = ""
    phone: Annotated[str, Field(pattern=r"^[0-9+\- ]{0,25}$")] = ""
    address: Text = ""


class SecretIn(Sent):
    id_number: Annotated[str, Field(pattern=r"^[0-9A-Za-z]{0,20}$")] | None = None
    phone: Annotated[str, Field(pattern=r"^[0-9+\- ]{0,25}$")] | None = None
    address: Text | None = None


class VehicleIn(LinkIn):
    plate: Annotated[Text, Field(min_length=1, max_length=20)]
    vehicle_type: Short | None = None
    haulier: Annotated[Text, Field(max_length=120)] | None = None


class HaulierIn(LinkIn):
    name: Annotated[Text, Field(min_length=1, max_length=120)]
    licence_no: Short | None = None


class SiteIn(LinkIn):
    name: Annotated[Text, Field(min_length=1, max_length=120)]
    builder: Annotated[Text, Field(max_length=120)] | None = None
    place: tuple[Lon, Lat] | None = None
    place_text: Text = ""


# --- out ------------------------------------------------------------------------------------------------------------


def clue_out(clue: Clue, place: Sequence[float] | None, *, area: str | None = None) -> dict[str, Any]:
    """A clue as officers see it in lists and on its page: that there is a reporter, never who."""
    zh, en = clue_rules.STATE_WORDS[clue_rules.ClueState(clue.state)]
    kind, source = clue_rules.KIND_WORDS[clue.waste_kind], clue_rules.SOURCE_WORDS[clue.source]
    return {
        "id": clue.id, "tracking_no": clue.tracking_no, "state": clue.state, "state_zh": zh, "state_en": en, "source": clue.source,
        "source_zh": source[0], "source_en": source[1], "waste_kind": clue.waste_kind, "kind_zh": kind[0], "kind_en": kind[1],
        "quantity_m3": None if clue.quantity_m3 is None else str(clue.quantity_m3), "what": clue.what, "place": place,
        "place_text": clue.place_text, "area_id": clue.area_id, "area": area, "happened_from": clue.happened_from,
        "happened_to": clue.happened_to, "seen_at": clue.seen_at, "reason": clue.reason, "merged_into_id": clue.merged_into_id,
        "case_id": clue.case_id, "decided_at": clue.decided_at, "decided_by": clue.decided_by_name, "created_at": clue.created_at,
        "created_by": clue.created_by_name, "has_reporter": clue.has_reporter, "camera_id": clue.camera_id,
    }  # fmt: skip


def clue_file_out(file: ClueFile) -> dict[str, Any]:
    return {
        "sha256": file.sha256, "name": file.name, "media_type": file.media_type, "size_bytes": file.size_bytes,
        "has_thumbnail": file.thumbnail_sha256 is not None, "added_at": file.added_at, "added_by": file.added_by_name,
    }  # fmt: skip


def candidate_out(candidate: Candidate) -> dict[str, Any]:
    return {
        "noun": candidate.noun, "id": candidate.id, "no": candidate.no, "title": candidate.title, "state": candidate.state,
        "score": candidate.found.score, "lines": [vars(line) for line in candidate.found.lines],
    }  # fmt: skip


def legal_basis_out(basis: LegalBasis) -> dict[str, Any]:
    return {
        "id": basis.id, "law": basis.law, "article": basis.article, "effective_from": basis.effective_from,
        "effective_to": basis.effective_to, "title": basis.title, "title_en": basis.title_en, "quote": basis.quote,
        "summary": basis.summary, "subject": basis.subject, "kinds": basis.kinds, "source": basis.source, "confirmed": basis.confirmed,
    }  # fmt: skip
