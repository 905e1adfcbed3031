"""A phone of the tests: it writes records as the field app does, and sends them as it is told."""

import hashlib
import io
import itertools
import json
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx2 as httpx
from PIL import Image

CHUNK = 64 * 1024
_pictures = itertools.count(1)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def picture(side: int = 60) -> bytes:
    """A JPEG that no other is equal to."""
    n = next(_pictures)
    out = io.BytesIO()
    Image.new("RGB", (side, side), (n % 251, n // 251 % 251, 90)).save(out, "JPEG", comment=f"{n} {uuid4()}".encode())
    return out.getvalue()


def position(lon: float = 113.5205, lat: float = 22.3905, **more: Any) -> dict[str, Any]:
    return {"lon": lon, "lat": lat, "accuracy_m": 6.0, "at": ms(), **more}


def ms() -> int:
    return int(time.time() * 1000)


@dataclass
class Phone:
    """One person's queue on one phone."""

    by: int
    device: UUID = field(default_factory=uuid4)
    clock_ms: int = 0
    """How far its clock is ahead."""
    app: str = "1.0.0"
    seq: int = 0
    patrol: str | None = None
    files: dict[str, bytes] = field(default_factory=dict)
    records: list[dict[str, Any]] = field(default_factory=list)

    def write(self, kind: str, body: dict[str, Any], *, files: list[str] | None = None, **more: Any) -> dict[str, Any]:
        """A record as it is sent: uuid, text, hash."""
        self.seq += 1
        uuid = str(uuid4())
        if kind == "patrol.start":
            self.patrol = uuid
        envelope = {
            "uuid": uuid, "kind": kind, "seq": self.seq, "made_at": ms() + self.clock_ms, "by": self.by, "device": str(self.device),
            "patrol": None if kind == "patrol.start" else self.patrol, "schema": 1, "app": self.app, "files": files or [],
            "body": body, **more,
        }  # fmt: skip
        text = json.dumps(envelope, ensure_ascii=False, separators=(",", ":"))
        sent = {"uuid": uuid, "text": text, "sha256": sha256(text.encode())}
        self.records.append(sent)
        return sent

    def photo(self, **more: Any) -> dict[str, Any]:
        content = picture()
        self.files[sha256(content)] = content
        return {
            "sha256": sha256(content),
            "kind": "original",
            "media_type": "image/jpeg",
            "size_bytes": len(content),
            **more,
        }

    def start(self, **body: Any) -> dict[str, Any]:
        return self.write("patrol.start", body)

    def track(self, points: int = 5, **body: Any) -> dict[str, Any]:
        at = ms() + self.clock_ms
        fixes = [[113.52 + n * 1e-5, 22.39, at + n * 1000, 5.0, None, 1.2, None] for n in range(points)]
        return self.write("track", {"fixes": fixes, "gaps": [], **body})

    def visit(self, parcel_id: int, *, photos: int = 0, **body: Any) -> dict[str, Any]:
        taken = [self.photo() for _ in range(photos)]
        said = {"parcel_id": parcel_id, "came_at": ms(), "all_fine": True, "form": "visit", "form_version": 1, "answers": {},
                "position": position(), "photos": taken, **body}  # fmt: skip
        return self.write("visit", said, files=[each["sha256"] for each in taken])

    def observation(self, *, photos: int = 0, **body: Any) -> dict[str, Any]:
        taken = [self.photo() for _ in range(photos)]
        said = {"item": "NEW_WASTE", "form": "finding", "form_version": 1, "answers": {"kind": "建筑垃圾"}, "quantity": 3.5,
                "quantity_unit": "m3", "position": position(), "photos": taken, **body}  # fmt: skip
        return self.write("observation", said, files=[each["sha256"] for each in taken])

    def correction(self, of: str, **changes: tuple[Any, Any]) -> dict[str, Any]:
        said = {field: {"was": was, "now": now} for field, (was, now) in changes.items()}
        return self.write("correction", {"of": of, "changes": said, "reason": "看错了"})

    def edit(self, noun: str, id_: int, seen: int, *, photos: int = 0, **changes: tuple[Any, Any]) -> dict[str, Any]:
        taken = [self.photo() for _ in range(photos)]
        said = {field: {"was": was, "now": now} for field, (was, now) in changes.items()}
        body = {"noun": noun, "id": id_, "seen": seen, "changes": said, "photos": taken}
        return self.write("facility.edit", body, files=[each["sha256"] for each in taken])

    def end(self, records: int | None = None, **body: Any) -> dict[str, Any]:
        count = sum(json.loads(each["text"]).get("patrol") == self.patrol for each in self.records) + 1
        return self.write("patrol.end", {"at": ms(), "records": count if records is None else records, **body})

    # ---- sending

    def batch(self, records: list[dict[str, Any]] | None = None, **more: Any) -> dict[str, Any]:
        device = {"id": str(self.device), "name": "测试手机", "app": self.app, "holds": {"records": len(records or [])}}
        return {"device": device | more, "sent_at": ms() + self.clock_ms, "records": records or []}

    def send(self, person: httpx.Client, *records: dict[str, Any]) -> list[dict[str, Any]]:
        answer = person.post("/api/v1/field/inbox", json=self.batch(list(records)))
        assert answer.status_code == 200, answer.text
        return list(answer.json()["verdicts"])

    def send_files(self, person: httpx.Client, *hashes: str) -> None:
        for each in hashes or self.files:
            answer = upload(person, self.files[each])
            assert answer.status_code == 200, answer.text
            assert answer.json()["stored"]


def upload(person: httpx.Client, content: bytes, *, chunk: int = CHUNK, offset: int = 0) -> httpx.Response:
    """A whole file in pieces, from an offset on."""
    answer = piece(person, content, offset, chunk)
    while answer.status_code == 200 and not answer.json()["stored"]:
        answer = piece(person, content, answer.json()["offset"], chunk)
    return answer


def piece(
    person: httpx.Client, content: bytes, offset: int, chunk: int = CHUNK, name: str | None = None
) -> httpx.Response:
    headers = {"Upload-Offset": str(offset), "Upload-Length": str(len(content)), "Content-Type": "image/jpeg",
               "X-File-Name": "%E7%85%A7%E7%89%87.jpg"}  # fmt: skip
    return person.put(
        f"/api/v1/field/files/{name or sha256(content)}", content=content[offset : offset + chunk], headers=headers
    )
