"""What decides over handovers just now, for one or for a whole batch, in the same few queries."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, func, or_, select
from sqlalchemy.orm import Session

from gis_service.core import chain, db
from gis_service.core.clock import BEIJING
from gis_service.disposal.queries import waived_for_handover
from gis_service.handover import rules
from gis_service.handover.models import Handover
from gis_service.handover.rules import Photo, Situation
from gis_service.parcels.models import Parcel
from gis_service.parcels.topology.models import TopologyFault
from gis_service.parcels.topology.rules import FaultState
from gis_service.procedures import queries as proceedings
from gis_service.procedures.models import (
    Proceeding,
    ProceedingFile,
    ProceedingPaper,
    ProceedingParcel,
    ProceedingSignature,
    ProceedingStep,
)

Log = list[ProceedingStep]


@dataclass(frozen=True)
class Known:
    """A handover's situation with what it was read from, so that nobody reads it again."""

    situation: Situation
    log: Log
    papers: Sequence[ProceedingPaper]
    signed: frozenset[str]
    """Sides whose signature holds for log and papers as they stand."""


def of(session: Session, ids: Sequence[int]) -> dict[int, Known]:
    """The situation of each handover. Whoever may see a handover is told what blocks it, also where the rest is out of sight."""
    with db.seeing_all(session):
        rows = _parcels(session, ids)
        parcels = [row["parcel_id"] for row in rows]
        in_care = [row["proceeding_id"] for row in rows if row["state"] == "handed_over"]
        faults, open_ones = _faults(session, parcels), _open(session, parcels)
        newer = _newer(session, in_care) if in_care else set()
        waived = waived_for_handover(session, parcels)
        photos, logs = _photos(session, ids), proceedings.logs_of(session, ids)
        papers, signatures = _papers(session, ids), _signatures(session, ids)
    found = {}
    for row in rows:
        id_, parcel_id = row["proceeding_id"], row["parcel_id"]
        signed = _signed(logs[id_], papers[id_], signatures[id_])
        situation = Situation(
            **{name: row[name] for name in SAME},
            retired=row["retired_on"] is not None, has_right_holder=row["right_holder_unit_id"] is not None,
            open_faults=faults[parcel_id], open_cases=open_ones["case", parcel_id],
            open_rectifications=open_ones["rectification", parcel_id],
            checklist=rules.last_look(logs[id_]), photos=photos[id_],
            needs_witness=row["witness_unit_id"] is not None, has_witness="witness" in signed,
            has_newer=row["state"] != "handed_over" or id_ in newer, waste_waived=parcel_id in waived,
        )  # fmt: skip
        found[id_] = Known(situation, logs[id_], papers[id_], signed)
    return found


SAME = (
    "parcel_id", "parcel_no", "state", "geom_source", "fence_status", "sign_count", "survey_status", "waste_found", "disposal_status",
)  # fmt: skip
"""What a situation and the register call alike."""


def _parcels(session: Session, ids: Sequence[int]) -> Sequence[RowMapping]:
    asked = (
        select(
            Handover.proceeding_id, Handover.parcel_id, Handover.witness_unit_id, Proceeding.state, Parcel.parcel_no, Parcel.retired_on,
            Parcel.right_holder_unit_id, Parcel.geom_source, Parcel.fence_status, Parcel.sign_count, Parcel.survey_status,
            Parcel.waste_found, Parcel.disposal_status,
        )
        .join(Proceeding, Proceeding.id == Handover.proceeding_id)
        .join(Parcel, Parcel.id == Handover.parcel_id)
        .where(Handover.proceeding_id.in_(ids))
    )  # fmt: skip
    return session.execute(asked).mappings().all()


def _faults(session: Session, parcels: Sequence[int]) -> Counter[int]:
    """Open errors of outlines, counted for both parcels of a pair."""
    asked = select(TopologyFault.parcel_id, TopologyFault.other_parcel_id).where(
        TopologyFault.state == FaultState.OPEN,
        TopologyFault.level == "error",
        or_(TopologyFault.parcel_id.in_(parcels), TopologyFault.other_parcel_id.in_(parcels)),
    )
    return Counter(id_ for pair in session.execute(asked) for id_ in pair if id_ is not None)


def _open(session: Session, parcels: Sequence[int]) -> Counter[tuple[str, int]]:
    """Open cases and rectifications, by noun and parcel."""
    asked = (
        select(Proceeding.noun, ProceedingParcel.parcel_id, func.count())
        .join(ProceedingParcel, ProceedingParcel.proceeding_id == Proceeding.id)
        .where(
            Proceeding.noun.in_(("case", "rectification")),
            ~Proceeding.is_closed,
            ProceedingParcel.parcel_id.in_(parcels),
        )
        .group_by(Proceeding.noun, ProceedingParcel.parcel_id)
    )
    return Counter({(noun, parcel_id): count for noun, parcel_id, count in session.execute(asked)})


def _newer(session: Session, ids: Sequence[int]) -> set[int]:
    """Those after which a later handover of the same parcel was signed."""
    later = select(Handover.parcel_id, func.max(Handover.proceeding_id)).join(
        Proceeding, Proceeding.id == Handover.proceeding_id
    )
    signed = later.where(Proceeding.state == "handed_over").group_by(Handover.parcel_id)
    last = dict(session.execute(signed.where(Handover.parcel_id.in_(_parcels_of(ids)))).all())
    asked = select(Handover.proceeding_id, Handover.parcel_id).where(Handover.proceeding_id.in_(ids))
    return {id_ for id_, parcel_id in session.execute(asked) if last.get(parcel_id, id_) > id_}


def _parcels_of(ids: Sequence[int]) -> Any:
    return select(Handover.parcel_id).where(Handover.proceeding_id.in_(ids))


def _photos(session: Session, ids: Sequence[int]) -> Mapping[int, list[Photo]]:
    """Photos of the four sides. The clock of a phone is not trusted beyond the moment the photo came in."""
    f = ProceedingFile
    asked = select(f.proceeding_id, f.label, func.least(f.taken_at, f.added_at), f.id).where(
        f.proceeding_id.in_(ids), f.removed_at.is_(None), f.label.in_(rules.PHOTO_SIDES), f.media_type.like("image/%")
    )
    found: dict[int, list[Photo]] = defaultdict(list)
    for id_, side, at, file_id in session.execute(asked.order_by(f.id)):
        found[id_].append(Photo(side, at.astimezone(BEIJING).date(), file_id))
    return found


def _papers(session: Session, ids: Sequence[int]) -> Mapping[int, list[ProceedingPaper]]:
    found: dict[int, list[ProceedingPaper]] = defaultdict(list)
    asked = select(ProceedingPaper).where(ProceedingPaper.proceeding_id.in_(ids)).order_by(ProceedingPaper.id)
    for paper in session.scalars(asked):
        found[paper.proceeding_id].append(paper)
    return found


def _signatures(session: Session, ids: Sequence[int]) -> Mapping[int, list[ProceedingSignature]]:
    found: dict[int, list[ProceedingSignature]] = defaultdict(list)
    for signature in session.scalars(select(ProceedingSignature).where(ProceedingSignature.proceeding_id.in_(ids))):
        found[signature.proceeding_id].append(signature)
    return found


def _signed(log: Log, papers: Sequence[ProceedingPaper], signatures: Sequence[ProceedingSignature]) -> frozenset[str]:
    """As `procedures.queries.to_be_signed`, from what was read already."""
    under = chain.link(log[-1].hash, {"papers": [_content(paper) for paper in papers if is_waiting(paper)]})
    return frozenset(each.side for each in signatures if each.what_sha256 == under or _took(each, log))


def _took(signature: ProceedingSignature, log: Log) -> bool:
    return signature.step_id is not None and signature.step_id == log[-1].id


def is_waiting(paper: ProceedingPaper) -> bool:
    """In the file, and no step took it yet."""
    return paper.step_id is None and paper.withdrawn_at is None


def _content(paper: ProceedingPaper) -> str | None:
    return paper.pdf_sha256 or paper.file_sha256
