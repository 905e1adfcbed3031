"""A record's text into an envelope and a body, or the reason why not. Pure: nobody can send a text that raises anything else."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from gis_service.patrols.inbox.verdicts import Refused
from gis_service.patrols.inbox.wire import BODIES, Envelope, Wire
from gis_service.patrols.rules import RecordKind

MOST_BIGINT = 2**63 - 1


@dataclass(frozen=True)
class Said:
    """What a record says: its envelope, its body as understood, and the body as written."""

    envelope: Envelope
    body: Wire
    raw: dict[str, Any]
    made_at: datetime


@dataclass(frozen=True)
class Glimpse:
    """What can be seen of a record without judging it, for the columns beside its text."""

    kind: str | None = None
    seq: int | None = None
    by: int | None = None
    device: UUID | None = None
    patrol: UUID | None = None
    files: tuple[str, ...] = ()
    app: str | None = None
    made_at: datetime | None = None


def sha256(text: str) -> str:
    """Of the text in UTF-8; halves of surrogate pairs count as what a browser writes for them (U+FFFD)."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def glimpse(text: str, uuid: UUID) -> Glimpse:
    """Never raises: what is not there, or not what it should be, is left out."""
    try:
        found = _object(text)
    except Refused:
        return Glimpse()
    kind = _text(found.get("kind"), 40)
    files = found.get("files")
    return Glimpse(
        kind=kind,
        seq=_number(found.get("seq")),
        by=_number(found.get("by")),
        device=uuid_of(found.get("device")),
        patrol=uuid if kind == RecordKind.START else uuid_of(found.get("patrol")),
        files=tuple(each for each in files if isinstance(each, str))[:200] if isinstance(files, list) else (),
        app=_text(found.get("app"), 40),
        made_at=_moment(found.get("made_at")),
    )


def glimpse_count(text: str) -> int | None:
    """How many records an end says there are."""
    try:
        body = _object(text).get("body")
    except Refused:
        return None
    return _number(body.get("records")) if isinstance(body, dict) else None


def read(text: str, uuid: UUID) -> Said:
    """Raises `Refused` for what can never become rows by itself. What is unknown is let through, what is missing has its default."""
    found = _object(text)
    if uuid_of(found.get("uuid")) != uuid:
        raise Refused("field.other_uuid")
    kind = found.get("kind")
    if kind not in set(RecordKind):
        raise Refused("field.unknown_kind", kind=str(kind)[:40])
    try:
        envelope = Envelope.model_validate(found)
        body = BODIES[envelope.kind].model_validate(envelope.body)
    except ValidationError as fault:
        raise Refused("field.shape", reason=_fault(fault)) from None
    if envelope.seq > MOST_BIGINT:
        raise Refused("field.shape", reason="seq")
    return Said(envelope, body, envelope.body, moment(envelope.made_at))


def moment(ms: float) -> datetime:
    """The instant `ms` milliseconds after 1970. Raises `Refused` where there is none."""
    found = _moment(ms)
    if found is None:
        raise Refused("field.shape", reason=f"time {ms}"[:60])
    return found


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text, parse_constant=_no_constant)
        if not isinstance(found, dict):
            raise Refused("field.unreadable", reason="no object")
        return dict(_storable(found)) if "\\u" in text else found
    except (ValueError, RecursionError) as fault:
        raise Refused("field.unreadable", reason=type(fault).__name__) from None


def _no_constant(word: str) -> Any:
    raise ValueError(word)


def _storable(value: Any) -> Any:
    """The value with what no database text can hold (NUL, half of a surrogate pair) replaced by a sign for it."""
    if isinstance(value, str):
        return value.replace("\x00", "␀").encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_storable(each) for each in value]
    if isinstance(value, dict):
        return {_storable(key): _storable(each) for key, each in value.items()}
    return value


def _fault(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, first['loc']))[:80]}: {first['msg'][:120]}"


def _text(value: Any, most: int) -> str | None:
    return value[:most] if isinstance(value, str) else None


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_BIGINT else None


def uuid_of(value: Any) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _moment(value: Any) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
