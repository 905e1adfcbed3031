"""Tells the past of a proceeding: opened, its papers made, its photos taken, its steps, each at its own moment.

What happened happened: what would stand in the way today does not stop a story from being told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw
from sqlalchemy import select
from sqlalchemy.orm import Session

from gis_service.access.actor import Actor, Grant
from gis_service.access.models import Unit
from gis_service.access.rules import Role
from gis_service.core.clock import BEIJING
from gis_service.files.store import FileStore
from gis_service.papers.catalogue import KINDS
from gis_service.parcels.attachments.operations import Kept
from gis_service.parcels.attachments.picture_child import SIDE
from gis_service.parcels.models import Parcel
from gis_service.procedures import filing, operations, queries, rules, writing
from gis_service.procedures.conduct import Conduct, no_blockers
from gis_service.procedures.filing import Office
from gis_service.procedures.models import Proceeding
from gis_service.procedures.operations import Opening, Told
from gis_service.procedures.schemas import PaperIn

PHOTO_BYTES = 4 << 20
LAND, LAND_TWO = "土地专员 陈晓岚(示例)", "土地专员 何嘉敏(示例)"
PATROL, CASES, LEADER = "巡查员 黄国强(示例)", "案件专员 罗文辉(示例)", "分管领导 周明(示例)"
GUARD = "管护单位 梁伟(示例)"


def at(day: str, time: str = "10:00") -> datetime:
    """A moment in Beijing."""
    return datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=BEIJING)


def person(name: str) -> Actor:
    """Somebody of the sample; they have no account, only a name in the log."""
    return Actor(None, name, grants=tuple(Grant(role) for role in Role))


@dataclass(frozen=True)
class Move:
    """One step of a story, `days` after the one before it."""

    action: str
    days: int = 0
    who: str = LAND
    facts: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    text: Sequence[str] = ()
    """What the officer wrote into its papers."""
    photos: Sequence[str] = ()
    """Labels of photos added before it."""


class Teller:
    """Writes stories into the database and their papers and photos into the store."""

    def __init__(self, session: Session, store: FileStore, district_code: str):
        self.session, self.store, self.district_code = session, store, district_code
        self.office = Office(district_code, "GXQ", "珠高新", "珠海高新区(示例)", "http://127.0.0.1:8000")
        self.units: dict[str, int] = dict(session.execute(select(Unit.code, Unit.id)).all())

    def open(
        self, conduct: Conduct, who: str, title: str, facts: Mapping[str, Any], when: datetime, **more: Any
    ) -> Proceeding:
        opening = Opening(title, facts, at=when, **more)
        return operations.open_proceeding(self.session, told(conduct), person(who), self.district_code, opening)

    def tell(self, conduct: Conduct, proceeding: Proceeding, moves: Sequence[Move], begun: datetime) -> datetime:
        """Take all steps; returns the moment of the last."""
        moment = begun
        for move in moves:
            moment += timedelta(days=move.days, minutes=35)
            for label in move.photos:
                self.photo(proceeding, label, moment - timedelta(minutes=10), move.who)
            self.move(conduct, proceeding, move, moment)
        return moment

    def move(self, conduct: Conduct, proceeding: Proceeding, move: Move, moment: datetime) -> None:
        step = rules.step_of(conduct.procedure, proceeding.state, move.action)
        for kind in step.papers if step else ():
            self.paper(conduct, proceeding, kind, moment - timedelta(minutes=5), move)
        heard = Told(move.facts, move.reason, at=moment)
        actor = person(move.who)
        operations.advance(
            self.session, told(conduct), actor, proceeding.id, move.action, seen=proceeding.row_version, told=heard
        )

    def paper(self, conduct: Conduct, proceeding: Proceeding, kind: str, moment: datetime, move: Move) -> None:
        """The paper from its template; where others make it, a drawn sheet that says what it stands for."""
        actor = person(move.who)
        if KINDS[kind].template:
            pictures = self._newest_photos(proceeding) if "pictures" in KINDS[kind].groups else []
            asked = PaperIn(kind=kind, text=list(move.text), pictures=pictures)
            facts = writing.facts_for(
                self.session, conduct, proceeding, asked, at=moment, office=self.office, store=self.store
            )
            made = filing.make_paper(
                self.session, self.store, actor, conduct.procedure, proceeding, kind,
                facts=facts, office=self.office, as_of=moment,
            )  # fmt: skip
        else:
            kept = self._kept(sheet(proceeding.id), f"{KINDS[kind].zh}(示例).pdf", "PDF")
            made = filing.upload_paper(self.session, self.store, actor, conduct.procedure, proceeding, kind, kept)
            made.as_of = moment
        made.made_at = moment
        self.session.flush()

    def _newest_photos(self, proceeding: Proceeding) -> list[int]:
        """The newest photo of each label."""
        newest = {file.label: file.id for file in queries.files_of(self.session, proceeding.id)}
        return list(newest.values())

    def photo(self, proceeding: Proceeding, label: str, moment: datetime, who: str) -> None:
        image = scene(proceeding.id + 31 * moment.day, label)
        kept = self._kept(image, f"{label}.jpg", "JPEG")
        image.thumbnail((SIDE, SIDE))  # made here: our own drawings need no cell to be decoded in
        kept = replace(kept, small_sha256=self._kept(image, f"{label}.jpg", "JPEG").sha256)
        made = filing.add_file(self.session, self.store, person(who), proceeding, kept, label=label, taken_at=moment)
        made.added_at = moment
        self.session.flush()

    def _kept(self, image: Image.Image, name: str, form: str) -> Kept:
        out = BytesIO()
        image.save(out, form, quality=80)
        out.seek(0)
        sha256, size = self.store.put(out, limit_bytes=PHOTO_BYTES)
        return Kept(sha256, size, name)

    def parcels(self, custodian: str) -> list[Parcel]:
        """Parcels in a unit's care, by number."""
        asked = select(Parcel).where(Parcel.custodian_unit_id == self.units[custodian], Parcel.retired_on.is_(None))
        return list(self.session.scalars(asked.order_by(Parcel.parcel_no)))


def told(conduct: Conduct) -> Conduct:
    """The same, for what has happened already."""
    return replace(conduct, blockers=no_blockers)


def scene(number: int, label: str) -> Image.Image:
    """A drawn stand-in for a photo: land with a heap and a broken fence before, a whole fence and no heap after."""
    after = "后" in label
    shift = (number * 53) % 180
    made = Image.new("RGB", (960, 640), ("#c8d4dc", "#d6dde2", "#bfcfdb")[number % 3])
    draw = ImageDraw.Draw(made)
    draw.rectangle((0, 400, 960, 640), fill="#9fa27f" if after else "#a9a48c")
    if not after:
        draw.polygon([(180 + shift, 520), (330 + shift, 390), (520 + shift, 430), (640 + shift, 520)], fill="#7d7568")
    for x in range(0, 960, 60):
        if after or not 300 + shift < x < 560 + shift:
            draw.rectangle((x, 330, x + 52, 420), fill="#5f8f6b", outline="#3f6a4b", width=3)
    draw.rectangle((0, 600, 40 + number % 97, 640), fill="#1F5FA8" if after else "#D93025")
    return made


def sheet(number: int) -> Image.Image:
    """A drawn stand-in for a paper of somebody else: lines of text and a seal."""
    made = Image.new("RGB", (620, 877), "#ffffff")
    draw = ImageDraw.Draw(made)
    draw.rectangle((150, 80, 470, 104), fill="#2b2b2b")
    for line in range(18):
        draw.rectangle((80, 160 + line * 30, 540 - (number * 37 + line * 71) % 160, 168 + line * 30), fill="#8b8f94")
    draw.ellipse((400, 700, 520, 820), outline="#c0392b", width=6)
    return made
