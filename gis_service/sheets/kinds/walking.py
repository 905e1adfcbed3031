"""What a sheet knows of walks: tracks as far as they may be opened, and how a track is drawn with its direction and times."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from sqlalchemy import select
from sqlalchemy.orm import Session

from gis_service.core.clock import BEIJING
from gis_service.geo.tracks import fixes
from gis_service.geo.tracks.fixes import Track
from gis_service.maps.catalogue import Look
from gis_service.parcels.models import Parcel
from gis_service.patrols.models import FieldPhoto, Patrol
from gis_service.patrols.walks import operations, queries
from gis_service.sheets.composing.content import Chapter, Entry
from gis_service.sheets.drawing.items import PAPER, Circle, Item, Path, group
from gis_service.sheets.gather import Desk
from gis_service.sheets.kinds.common import Scene
from gis_service.sheets.mapping.frame import line_path
from gis_service.sheets.mapping.placing import Label, Line, around

INK = "#1F5FA8"
TRACK = Look(stroke=INK, stroke_width=2.2)
BREAK = Look(stroke=INK, stroke_width=0.9, dash=(4, 4))
ARROW_MM, ARROWS_APART_MM = 2.2, 28.0
FINE_MM = 0.08
"""A track is thinned to this on paper: what no eye can see."""
STEPS_MIN = (1, 2, 5, 10, 15, 20, 30, 60, 120, 240)
MOST_TIMES = 12


@dataclass(frozen=True)
class Walk:
    """A walk with what belongs to it. The track is None where it is closed to the asker, or was thinned."""

    patrol: Patrol
    track: Track | None
    visits: Sequence[Any]
    seen: Sequence[Any]
    covered: Sequence[Any]
    photos: Sequence[FieldPhoto]
    is_own: bool
    is_open: bool
    """Whether the asker may know whose walk it is: their own, or one they gave a reason for."""


def walk(desk: Desk, patrol: Patrol, area_id: int | None = None) -> Walk:
    """All of a walk; of visits, findings and parcels only those of an area where one is named. A track of another is opened where the asker gave a reason and may; the desk then remembers it."""
    session, own = desk.session, patrol.inspector_id == desk.scope.actor_id
    opens = not own and bool(desk.reason) and "track.read" in desk.may
    track = None
    if own and patrol.thinned_at is None:
        track = operations.track_of(queries.parts_of(session, patrol.id))
    elif opens and patrol.thinned_at is None:
        with operations.seeing_tracks(session):
            track = operations.track_of(queries.parts_of(session, patrol.id))
        desk.opened.append(patrol.id)
    visits, seen = queries.visits_of(session, patrol.id), queries.observations_of(session, patrol.id)
    covered = queries.coverage_of(session, patrol.id)
    if area_id is not None:
        here = _parcels_of(session, area_id)
        visits = [row for row in visits if row[0].parcel_id in here]
        covered = [row for row in covered if row[0].parcel_id in here]
        seen = [row for row in seen if row[0].area_id == area_id]
    seen = [row for row in seen if row[0].seen_at <= desk.moment]
    return Walk(
        patrol, track, visits, seen, covered,
        queries.photos_of(session, patrol.id), own, own or opens,
    )  # fmt: skip


def _parcels_of(session: Session, area_id: int) -> frozenset[int]:
    return frozenset(session.scalars(select(Parcel.id).where(Parcel.area_id == area_id)))


def clock(at: datetime) -> str:
    return f"{at.astimezone(BEIJING):%H:%M}"


def lasted(desk: Desk, seconds: float) -> str:
    """A time in hours and minutes."""
    minutes = round(seconds / 60)
    if minutes < 60:
        return desk.t(f"{minutes} 分", f"{minutes} min")
    return desk.t(f"{minutes // 60} 小时 {minutes % 60:02} 分", f"{minutes // 60} h {minutes % 60:02} min")


def draw_track(scene: Scene, track: Track, *, times: bool, width: float = 0.45, opens: bool = True) -> None:
    """The line, dashed where nothing is known, with arrows in the direction of walking and the time now and then."""
    frame = scene.frame
    paper = shapely.get_coordinates(frame.paper(shapely.LineString(np.column_stack([track.x, track.y]))))
    runs = [paper[piece] for piece in fixes.pieces(track) if piece.stop - piece.start > 1]
    lines = [shapely.simplify(shapely.LineString(run), FINE_MM) for run in runs]
    inside = shapely.intersection(shapely.MultiLineString(lines), frame.box)
    breaks = [shapely.LineString([a[-1], b[0]]) for a, b in pairwise(runs)]
    between = shapely.intersection(shapely.MultiLineString(breaks), frame.box)
    items: list[Item] = []
    if not between.is_empty:
        items.append(line_path(between, stroke=INK, width=0.2, dash=(0.9, 0.9)))
    items.append(line_path(inside, stroke=INK, width=width))
    items += [arrow for line in lines for arrow in _arrows(line, frame.box)]
    scene.items.append(group("轨迹 · track", items))
    scene.board.line(inside)
    if times:
        _times(scene, track, paper)
    if opens:
        t = scene.desk.t
        entries = [Entry(t("巡查轨迹(箭头为方向)", "Track (arrows: direction)"), "line", TRACK)]
        if not between.is_empty:
            entries.append(Entry(t("轨迹中断", "No track between"), "line", BREAK))
        scene.chapters.append(Chapter(t("轨迹", "Track"), tuple(entries)))


def _arrows(line: shapely.LineString, room: shapely.Polygon) -> Iterator[Path]:
    """Small triangles on the line, the tip forwards."""
    count = max(1, int(line.length / ARROWS_APART_MM))
    for n in range(count):
        at = line.length * (n + 0.5) / count
        here, ahead = line.interpolate(at), line.interpolate(min(line.length, at + 1))
        length = math.hypot(ahead.x - here.x, ahead.y - here.y)
        if length < 0.2 or not room.contains(shapely.Point(here).buffer(ARROW_MM)):
            continue
        ux, uy = (ahead.x - here.x) / length, (ahead.y - here.y) / length
        tip = (here.x + ux * ARROW_MM / 2, here.y + uy * ARROW_MM / 2)
        back = (here.x - ux * ARROW_MM / 2, here.y - uy * ARROW_MM / 2)
        side = ARROW_MM * 0.36
        ring = (tip, (back[0] - uy * side, back[1] + ux * side), (back[0] + uy * side, back[1] - ux * side))
        yield Path((ring,), closed=True, fill=INK, stroke=PAPER, width=0.12)


def _times(scene: Scene, track: Track, paper: np.ndarray) -> None:
    """Start, end, and round times between them, each on a dot of the line."""
    step = next((each for each in STEPS_MIN if (track.t[-1] - track.t[0]) / 60 / each <= MOST_TIMES), STEPS_MIN[-1])
    start, end = (datetime.fromtimestamp(float(track.t[n]), BEIJING) for n in (0, -1))
    first = start.replace(minute=0, second=0, microsecond=0)
    rounds = [first + timedelta(minutes=n * step) for n in range(int((end - first).total_seconds() / 60 / step) + 1)]
    margin = timedelta(minutes=step / 3)
    dots: list[Item] = []
    wanted = [(start, True), (end, True), *((at, False) for at in rounds if start + margin < at < end - margin)]
    for at, is_end in wanted:
        n = int(np.searchsorted(track.t, at.timestamp() - 0.5))
        x, y = paper[min(n, len(paper) - 1)]
        if not scene.frame.box.contains(shapely.Point(x, y)):
            continue
        radius = 1.1 if is_end else 0.6
        dots.append(Circle(x, y, radius, fill=INK if is_end else PAPER, stroke=INK, width=0.25))
        scene.board.wall(shapely.Point(x, y).buffer(radius))
        ends = {start: scene.desk.t("起 ", "start "), end: scene.desk.t("止 ", "end ")}
        label = Label(
            (Line(f"{ends.get(at, '') if is_end else ''}{clock(at)}", 2.6 if is_end else 2.4, bold=is_end, fill=INK),)
        )
        if not scene.board.put_best(label, around(x, y, label, from_mm=radius + 0.3), most_mm=8) and is_end:
            scene.board.leave_out(label.lines[0].said)
    scene.items.append(group("时间 · times", dots))
