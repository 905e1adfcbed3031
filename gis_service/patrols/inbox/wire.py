"""What phones send and what they are answered: the contract with the field app (`web/src/field/queue/wire.ts` says the same).

A record travels as the *text* the phone wrote when it was saved, with the SHA-256 of that text: the server checks the hash, keeps the
text as it came and answers with the same hash as receipt. So no two sides ever have to agree on how a number is written.

    text = {"uuid", "kind", "seq", "made_at", "by", "device", "patrol", "schema": 1, "app", "files": [sha256…], "body": {…}}

Old apps come back late: a body may lack what was added since, and may hold what is no longer known; neither is a reason to refuse.
Positions are WGS 84 longitude and latitude as the browser gives them; CGCS2000 differs by less than a metre, far below their accuracy.
"""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from gis_service.patrols.rules import TRACK_BATCH, GapReason, PhotoKind, RecordKind, Verdict

SCHEMA = 1
Sha256 = str


class Wire(BaseModel):
    """What is not known is let through: a newer app may say more."""

    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)


class Position(Wire):
    """Where the phone was: degrees (WGS 84), accuracy in metres (68 %), when (ms since 1970, the phone's clock)."""

    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)
    accuracy_m: float = Field(ge=0)
    at: int
    altitude_m: float | None = None
    mock: bool = False
    moved_by_hand: bool = False


class Photo(Wire):
    """A file of a record: its hash at capture; a stamped copy names the original it was made of."""

    sha256: Sha256 = Field(pattern="^[0-9a-f]{64}$")
    kind: PhotoKind
    of: Sha256 | None = None
    media_type: str = "image/jpeg"
    size_bytes: int = Field(ge=0)
    taken_at: int | None = None
    position: Position | None = None
    bearing_deg: float | None = None
    from_album: bool = False
    exif: dict[str, Any] | None = None
    caption: str | None = Field(None, max_length=500)


class Start(Wire):
    """patrol.start: the record's own uuid names the patrol in all that follow."""

    task_id: int | None = None
    area_id: int | None = None
    weather: str | None = Field(None, max_length=50)
    position: Position | None = None


class Gap(Wire):
    from_: int = Field(alias="from")
    to: int
    reason: GapReason = GapReason.UNKNOWN


class Track(Wire):
    """track: fixes in the order of time, `[lon, lat, ms, accuracy_m, altitude_m, speed_m_s, heading_deg]` (the last three may be null)."""

    fixes: list[list[float | None]] = Field(min_length=1, max_length=TRACK_BATCH)
    gaps: list[Gap] = []
    mock: bool = False


class VisitBody(Wire):
    """visit: the check list of one parcel. `answers` are those of the form, by question name."""

    parcel_id: int
    came_at: int
    left_at: int | None = None
    all_fine: bool
    form: str
    form_version: int
    answers: dict[str, Any] = {}
    position: Position | None = None
    photos: list[Photo] = []


class ObservationBody(Wire):
    """observation: something seen. `geometry` is GeoJSON (point, line or polygon) when it was drawn or moved by hand."""

    parcel_id: int | None = None
    visit: UUID | None = None
    item: str
    form: str
    form_version: int
    answers: dict[str, Any] = {}
    quantity: float | None = Field(None, ge=0, le=1e9)
    quantity_unit: str | None = Field(None, max_length=20)
    severity: Literal["low", "medium", "high"] | None = None
    description: str | None = Field(None, max_length=4000)
    geometry: dict[str, Any] | None = None
    position: Position | None = None
    photos: list[Photo] = []


class Change(Wire):
    was: Any = None
    now: Any = None


class Correction(Wire):
    """correction: fields of an observation said anew; the observation is named by the uuid of its record."""

    of: UUID
    changes: dict[str, Change] = Field(min_length=1)
    reason: str | None = Field(None, max_length=500)


class FacilityEdit(Wire):
    """facility.edit: the condition (or another fact) of a fence, sign or camera, as `seen` (its row_version) was on the phone."""

    noun: Literal["fences", "signs", "cameras"]
    id: int
    seen: int
    changes: dict[str, Change] = Field(min_length=1)
    position: Position | None = None
    photos: list[Photo] = []


class End(Wire):
    """patrol.end: how many records the phone made on this walk, so that the server knows when all are here."""

    at: int
    records: int = Field(ge=0)
    remark: str | None = Field(None, max_length=2000)
    photos: list[Photo] = []


BODIES: dict[RecordKind, type[Wire]] = {
    RecordKind.START: Start,
    RecordKind.TRACK: Track,
    RecordKind.VISIT: VisitBody,
    RecordKind.OBSERVATION: ObservationBody,
    RecordKind.CORRECTION: Correction,
    RecordKind.FACILITY: FacilityEdit,
    RecordKind.END: End,
}


class Envelope(Wire):
    """What every record says of itself."""

    uuid: UUID
    kind: RecordKind
    seq: int = Field(ge=0)
    made_at: int
    by: int
    device: UUID
    patrol: UUID | None = None
    schema_: int = Field(alias="schema")
    app: str = Field(max_length=40)
    files: list[Sha256] = []
    body: dict[str, Any]


class Sent(BaseModel):
    """One record on its way: `uuid` stands outside too, so that even a text that nobody can read is kept and answered."""

    uuid: UUID
    text: str = Field(max_length=2_000_000)
    sha256: Sha256 = Field(pattern="^[0-9a-f]{64}$")


class Holds(BaseModel):
    """What the phone still holds, unsent, this batch included; `lost`: what was unsent when its browser cleared its storage."""

    records: int = 0
    files: int = 0
    bytes: int = 0
    lost_records: int = 0
    lost_files: int = 0


class Storage(BaseModel):
    persisted: bool | None = None
    quota: int | None = None
    usage: int | None = None


class Device(BaseModel):
    id: UUID
    name: str = Field(max_length=100)
    app: str = Field(max_length=40)
    public_key: dict[str, Any] | None = None
    storage: Storage = Storage()
    holds: Holds = Holds()


class Batch(BaseModel):
    """POST /api/v1/field/inbox. An empty batch is a heartbeat: what the phone holds is noted."""

    device: Device
    person: int | None = None
    """Whose queue this is. On a shared phone somebody else may sign in while it is on its way: then it is not taken at all."""
    sent_at: int
    records: list[Sent] = Field(max_length=200)


class Reason(BaseModel):
    code: str
    text: str
    """The sentence in the reader's language, to be shown on the phone."""
    waits_for: list[str] = []
    """held: uuids or file hashes that are missing."""


class Receipt(BaseModel):
    """One verdict. `sha256` is that of the text the server keeps; the phone compares it with its own before it lets anything go."""

    uuid: UUID
    verdict: Verdict
    sha256: Sha256
    received_at: datetime
    reason: Reason | None = None
    row: dict[str, Any] | None = None


class Answer(BaseModel):
    server_time: datetime
    verdicts: list[Receipt]
    oldest_app: str
    """Apps older than this are asked to update as soon as nothing waits; their records are taken all the same."""


class FileState(BaseModel):
    """GET/PUT /api/v1/field/files/{sha256}: how much of it is here. `stored` true: whole, and its hash was checked."""

    sha256: Sha256
    size_bytes: int
    offset: int
    stored: bool
