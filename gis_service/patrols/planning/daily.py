"""巡查日报 (handbook §7.6): tasks due and done, parcels walked, problems new, closed and late, cases, three photos; as facts and as a workbook.

Problems and cases are read from the common table of proceedings: patrols know neither rectifications nor cases.
"""

from datetime import date, datetime, time
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.drawing.image import Image
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from sqlalchemy import ColumnElement, case, cast, distinct, func, literal_column, select
from sqlalchemy import Date as SqlDate
from sqlalchemy.orm import InstrumentedAttribute, Session

from gis_service.access.models import Area, Unit
from gis_service.core.clock import BEIJING
from gis_service.files.store import FileStore
from gis_service.parcels.imports.report import safe
from gis_service.parcels.models import Parcel
from gis_service.patrols.items import ITEMS
from gis_service.patrols.models import FieldPhoto, Observation, Patrol, Visit
from gis_service.patrols.planning.models import PatrolTask
from gis_service.patrols.rules import PhotoKind, TaskState
from gis_service.procedures.models import Proceeding
from gis_service.procedures.workdays import DAY

DISTRICT = "区巡查员"
PHOTOS = 3
THIN = Side(style="thin", color="9AA0A6")


def sheet(session: Session, on: date, area_id: int | None, at: datetime) -> dict[str, Any]:
    """The facts of one day in Beijing, in the sight of who asks; `at` is the cut-off where the day is not over."""
    begins = datetime.combine(on, time(), BEIJING)
    ends = min(begins + DAY, at)
    day = _Day(session, on, begins, ends, area_id)
    by_unit = day.by_unit()
    return {
        "on": on, "as_of": ends, "area": session.scalar(select(Area.name).where(Area.id == area_id)) if area_id else None,
        "tasks": {key: sum(row[key] for row in by_unit) for key in ("due", "done", "missed", "under_way")},
        "walks": day.walks(), "by_unit": by_unit, "problems": day.problems(), "cases": day.cases(), "found": day.found(),
        "photos": day.photos(),
    }  # fmt: skip


class _Day:
    """One day's rows of one area, or of all land in sight."""

    def __init__(self, session: Session, on: date, begins: datetime, ends: datetime, area_id: int | None):
        self.session, self.on, self.begins, self.ends, self.area_id = session, on, begins, ends, area_id

    def _here(self, column: InstrumentedAttribute[int | None]) -> list[ColumnElement[bool]]:
        return [] if self.area_id is None else [column == self.area_id]

    def by_unit(self) -> list[dict[str, Any]]:
        """Tasks whose last day is this one, by who walks; what was cancelled was not due."""
        state = PatrolTask.state
        asked = (
            select(
                PatrolTask.unit_id, func.coalesce(Unit.name, DISTRICT).label("unit"), func.count().label("due"),
                func.count().filter(state == TaskState.DONE).label("done"),
                func.count().filter(state == TaskState.MISSED).label("missed"),
                func.count().filter(state == TaskState.STARTED).label("under_way"),
            )
            .outerjoin(Unit, Unit.id == PatrolTask.unit_id)
            .where(PatrolTask.due_on == self.on, state != TaskState.CANCELLED, *self._here(PatrolTask.area_id))
            .group_by(PatrolTask.unit_id, Unit.name)
            .order_by(Unit.name.is_not(None), Unit.name)
        )  # fmt: skip
        return [dict(row) for row in self.session.execute(asked).mappings()]

    def walks(self) -> dict[str, Any]:
        """Walks that began this day: how many, by how many people, over how many metres; parcels visited, and how many were fine."""
        during = (Patrol.started_at >= self.begins, Patrol.started_at < self.ends, *self._here(Patrol.area_id))
        row = self.session.execute(
            select(func.count(), func.count(distinct(Patrol.inspector_id)), func.sum(Patrol.length_m)).where(*during)
        ).one()
        seen = (Visit.came_at >= self.begins, Visit.came_at < self.ends)
        visits = select(
            func.count(distinct(Visit.parcel_id)), func.count(distinct(case((~Visit.all_fine, Visit.parcel_id))))
        ).where(*seen)
        if self.area_id is not None:
            visits = visits.join(Parcel, Parcel.id == Visit.parcel_id).where(Parcel.area_id == self.area_id)
        parcels, faulty = self.session.execute(visits).one()
        return {"walks": row[0], "people": row[1], "length_m": float(row[2] or 0), "parcels": parcels, "faulty": faulty}

    def problems(self) -> dict[str, int]:
        """Rectifications opened and closed this day; open at its end; and of these, past the day they were to be put right by."""
        here = self._here(Proceeding.area_id)
        of_kind = (Proceeding.noun == "rectification", *here)
        still = (
            Proceeding.opened_at < self.ends,
            (Proceeding.closed_at.is_(None)) | (Proceeding.closed_at >= self.ends),
        )
        by = cast(Proceeding.facts["correct_by"].astext, SqlDate)
        asked = select(
            func.count().filter(Proceeding.opened_at >= self.begins, Proceeding.opened_at < self.ends),
            func.count().filter(Proceeding.closed_at >= self.begins, Proceeding.closed_at < self.ends),
            func.count().filter(*still),
            func.count().filter(*still, by < self.on),
        ).where(*of_kind)
        new, closed, open_, late = self.session.execute(asked).one()
        return {"new": new, "closed": closed, "open": open_, "late": late}

    def cases(self) -> dict[str, int]:
        asked = select(
            func.count().filter(Proceeding.opened_at >= self.begins, Proceeding.opened_at < self.ends),
            func.count().filter(Proceeding.closed_at >= self.begins, Proceeding.closed_at < self.ends),
        ).where(Proceeding.noun == "case", *self._here(Proceeding.area_id))
        new, closed = self.session.execute(asked).one()
        return {"new": new, "closed": closed}

    def found(self) -> list[dict[str, Any]]:
        """What was seen this day, by check item, the gravest first."""
        weight: ColumnElement[int] = literal_column("array_position(array['high', 'medium', 'low'], max(severity))")
        asked = (
            select(Observation.item_code, func.count().label("n"), func.max(Observation.severity).label("severity"))
            .where(
                Observation.seen_at >= self.begins, Observation.seen_at < self.ends, *self._here(Observation.area_id)
            )
            .group_by(Observation.item_code)
            .order_by(weight, func.count().desc(), Observation.item_code)
        )
        rows = self.session.execute(asked).mappings()
        return [{"code": row["item_code"], "n": row["n"], **_names(row["item_code"])} for row in rows]

    def photos(self) -> list[dict[str, Any]]:
        """Three photos of what was seen, the gravest first; where nothing was seen, of visits."""
        weight: ColumnElement[int] = case(
            (Observation.severity == "high", 0),
            (Observation.severity == "medium", 1),
            (Observation.id.is_not(None), 2),
            else_=3,
        )
        asked = (
            select(
                FieldPhoto.sha256, FieldPhoto.thumbnail_sha256, FieldPhoto.taken_at, FieldPhoto.caption,
                Parcel.parcel_no, Parcel.parcel_name, Observation.item_code, Observation.description,
            )
            .join(Patrol, Patrol.id == FieldPhoto.patrol_id)
            .outerjoin(Observation, Observation.client_uuid == FieldPhoto.record_uuid)
            .outerjoin(Visit, Visit.client_uuid == FieldPhoto.record_uuid)
            .outerjoin(Parcel, Parcel.id == func.coalesce(Observation.parcel_id, Visit.parcel_id))
            .where(
                FieldPhoto.kind == PhotoKind.ORIGINAL, FieldPhoto.thumbnail_sha256.is_not(None),
                FieldPhoto.media_type.like("image/%"), Patrol.started_at >= self.begins, Patrol.started_at < self.ends,
                *self._here(Patrol.area_id),
            )
            .order_by(weight, FieldPhoto.taken_at.desc(), FieldPhoto.id)
            .limit(PHOTOS)
        )  # fmt: skip
        return [{**row, **_names(row["item_code"])} for row in self.session.execute(asked).mappings()]


def _names(code: str | None) -> dict[str, str | None]:
    item = ITEMS.get(code or "")
    return {"item_zh": item.zh if item else None, "item_en": item.en if item else None}


def workbook(facts: dict[str, Any], store: FileStore) -> bytes:
    """The sheet as XLSX, A4 upright, with its photos; no text becomes a formula."""
    book = Workbook()
    page = book.active
    page.title = "巡查日报"
    until = facts["as_of"].astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")
    page["A1"], page["A2"] = (
        f"巡查日报 {facts['on']:%Y-%m-%d}",
        safe(f"范围:{facts['area'] or '全部'};数据截止:{until}"),
    )
    page["A1"].font = Font(bold=True, size=16)
    tasks, walks, problems, cases = facts["tasks"], facts["walks"], facts["problems"], facts["cases"]
    y = _table(page, 4, ("指标", "数量", "说明"), [
        ("应完成任务", tasks["due"], "当日到期,不含已取消"), ("已完成任务", tasks["done"], _share(tasks["done"], tasks["due"])),
        ("逾期任务", tasks["missed"], ""), ("巡查地块", walks["parcels"], f"其中发现问题 {walks['faulty']} 宗"),
        ("巡查次数", walks["walks"], f"{walks['people']} 人,{walks['length_m'] / 1000:.1f} 公里"),
        ("新发现问题", problems["new"], "整改登记"), ("销号问题", problems["closed"], ""),
        ("未销号问题", problems["open"], f"其中超期 {problems['late']} 个"), ("新立案件", cases["new"], f"结案 {cases['closed']} 件"),
    ])  # fmt: skip
    y = _table(
        page,
        y + 1,
        ("巡查单位", "应完成", "已完成", "逾期"),
        [(row["unit"], row["due"], row["done"], row["missed"]) for row in facts["by_unit"]],
    )
    y = _table(page, y + 1, ("检查项", "发现数"), [(row["item_zh"] or row["code"], row["n"]) for row in facts["found"]])
    _pictures(page, y + 1, facts["photos"], store)
    for column, width in zip("ABCD", (30, 14, 34, 12), strict=True):
        page.column_dimensions[column].width = width
    page.page_setup.paperSize, page.page_setup.fitToWidth, page.page_setup.fitToHeight = 9, 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _share(part: int, whole: int) -> str:
    return f"完成率 {100 * part / whole:.1f}%({part}/{whole})" if whole else "当日无到期任务"


def _table(page: Any, y: int, heads: tuple[str, ...], rows: list[tuple[Any, ...]]) -> int:
    """A table from row `y` on; gives the first free row."""
    grid, wrapped = Border(left=THIN, right=THIN, top=THIN, bottom=THIN), Alignment(wrap_text=True, vertical="top")
    for dy, line in enumerate([heads, *rows]):
        for x, value in enumerate(line, 1):
            made = page.cell(y + dy, x, safe(value))
            made.border, made.alignment = grid, wrapped
            if dy == 0:
                made.font, made.fill = Font(bold=True), PatternFill("solid", fgColor="E8EEF5")
    return y + len(rows) + 1


def _pictures(page: Any, y: int, photos: list[dict[str, Any]], store: FileStore) -> None:
    for photo in photos:
        words = (photo["parcel_no"], photo["parcel_name"], photo["item_zh"], photo["description"])
        page.cell(y, 1, safe(" ".join(filter(None, words)) or "现场照片"))
        path = store.path(photo["thumbnail_sha256"])
        if path.exists():
            picture = Image(str(path))
            scale = 320 / picture.width
            picture.width, picture.height = 320, round(picture.height * scale)
            page.add_image(picture, f"A{y + 1}")
            y += round(picture.height / 20) + 2
        else:
            y += 1
