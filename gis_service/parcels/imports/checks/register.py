"""What is asked of every staged row before it may become a parcel. To add a check, add a function.

The checks see the whole register; land outside the importer's own scope is told of, but not named.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Numeric,
    Select,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import aliased

from gis_service.access.models import Area
from gis_service.core.db import Scope
from gis_service.core.srid import STORAGE_SRID
from gis_service.parcels import rules
from gis_service.parcels.imports.checks.catalogue import MOST_OVERLAPS, OVERLAPS, SHAPES, Frame, check
from gis_service.parcels.imports.notes import Level
from gis_service.parcels.models import ImportBatch, ImportIssue, Parcel, ParcelVersion, StagedRow

NO_AREA_M2 = 0.1
"""Below this an outline is a line drawn twice, not land."""

SMALL_M2 = 10.0
"""Parcels below this are usually slivers left over by an overlay (product default)."""

HUGE_M2 = 5_000_000.0
"""Parcels above 5 km² are usually a whole layer or a wrong unit (product default)."""

COVERAGE_M2 = 25_000_000.0
"""自然资发〔2020〕95号 item 18: large-scale maps of more than 25 km² of continuous land are 秘密."""

SAME_DEGREES = 5e-9
"""Half a millimetre in degrees: points nearer than that are one point."""

S, PAIR = SHAPES.c, OVERLAPS.c


def _rows(frame: Frame) -> ColumnElement[bool]:
    return StagedRow.batch_id == frame.batch_id


def _m2(value: Any) -> ColumnElement[Any]:
    return func.round(cast(value, Numeric), 1)


def _refused(frame: Frame, row_no: Any, why: str = "%") -> ColumnElement[bool]:
    """Whether the reader has already refused a row, for a reason whose code is like `why`."""
    here = and_(ImportIssue.batch_id == frame.batch_id, ImportIssue.row_no == row_no)
    return exists().where(here, ImportIssue.level == Level.ERROR, ImportIssue.code.like(why))


def _in_scope(scope: Scope, area_id: Any, custodian_unit_id: Any) -> ColumnElement[bool]:
    """Whether the importer may touch land of this area and custodian; land of no area is nobody's."""
    if scope.see_all:
        return literal(True)
    inside = or_(area_id.in_(sorted(scope.area_ids)), custodian_unit_id.in_(sorted(scope.unit_ids)))
    return func.coalesce(inside, literal(False))


def _updated(frame: Frame) -> ColumnElement[bool]:
    """Whether a row changes a living parcel of the register (joined as `Parcel`)."""
    return and_(literal(frame.update), Parcel.id.is_not(None), Parcel.retired_on.is_(None))


# --- the outline -------------------------------------------------------------------------------------------------


@check(
    "geometry.missing",
    Level.ERROR,
    title=("每行都有图形", "every row has an outline"),
    zh="没有图形。请补绘地块边界后重新导入。",
    en="The row has no geometry. Draw the boundary and import again.",
)
def geometry_missing(frame: Frame) -> Select[Any]:
    """Rows without an outline of which the reader has not already said why."""
    nothing = and_(StagedRow.geom.is_(None), ~_refused(frame, StagedRow.row_no))
    return select(StagedRow.row_no).where(_rows(frame), nothing, literal(not frame.update))


REASONS_ZH = {
    "Self-intersection": "自相交",
    "Ring Self-intersection": "环自相接",
    "Hole lies outside shell": "洞在外环之外",
    "Holes are nested": "洞中套洞",
    "Nested holes": "洞中套洞",
    "Nested shells": "部件相互嵌套",
    "Interior is disconnected": "内部不连通",
    "Duplicate Rings": "重复的环",
    "Too few points in geometry component": "点数不足",
}


@check(
    "geometry.invalid",
    Level.ERROR,
    title=("图形有效,不自相交", "outlines are valid and do not cross themselves"),
    zh="图形无效:{reason_zh},位置见标记点。请在该处修正边界。",
    en="The geometry is invalid: {reason} at the marked place. Correct the boundary there.",
)
def geometry_invalid(frame: Frame) -> Select[Any]:
    """Outlines that became invalid on the way into degrees; of those invalid as they came the reader has spoken."""
    words = case(REASONS_ZH, value=S.fault, else_=S.fault)
    columns = (S.row_no, S.fault.label("reason"), words.label("reason_zh"), S.fault_place.label("place"))
    return select(*columns).where(S.fault.is_not(None), ~_refused(frame, S.row_no, "geometry.%"))


@check(
    "geometry.no_area",
    Level.ERROR,
    title=("图形围出了面积", "outlines enclose an area"),
    zh="图形面积只有 {area_m2} 平方米,不成地块。请检查界址点。",
    en="The outline encloses only {area_m2} m², which is no parcel. Check its points.",
)
def geometry_no_area(_frame: Frame) -> Select[Any]:
    return select(S.row_no, func.round(S.area_m2, 3).label("area_m2")).where(S.area_m2 < NO_AREA_M2)


@check(
    "geometry.small",
    Level.WARNING,
    title=("没有 10 平方米以下的碎片", "no slivers below 10 m²"),
    zh="图形面积只有 {area_m2} 平方米,可能是叠加产生的碎片,请核对。",
    en="The outline has only {area_m2} m²; it may be a sliver left over by an overlay.",
)
def geometry_small(_frame: Frame) -> Select[Any]:
    return select(S.row_no, _m2(S.area_m2).label("area_m2")).where(S.area_m2 >= NO_AREA_M2, S.area_m2 < SMALL_M2)


@check(
    "geometry.huge",
    Level.WARNING,
    title=("没有 5 平方公里以上的图形", "no outline above 5 km²"),
    zh="图形面积达 {area_km2} 平方公里,不像一个地块,请核对坐标系和单位。",
    en="The outline has {area_km2} km², which is unlike a parcel; check the coordinate system and the units.",
)
def geometry_huge(_frame: Frame) -> Select[Any]:
    area_km2 = func.round(S.area_m2 / 1_000_000, 1).label("area_km2")
    return select(S.row_no, area_km2).where(S.area_m2 > HUGE_M2)


@check(
    "geometry.repeated_points",
    Level.INFO,
    title=("没有重复的界址点", "no point stands on its predecessor"),
    zh="图形中有 {points} 个与前一点重合的点。",
    en="{points} points of the outline stand on their predecessor.",
)
def repeated_points(frame: Frame) -> Select[Any]:
    count = func.st_npoints(StagedRow.geom) - func.st_npoints(
        func.st_removerepeatedpoints(StagedRow.geom, SAME_DEGREES)
    )
    return select(StagedRow.row_no, count.label("points")).where(_rows(frame), count > 0)


# --- where it lies -----------------------------------------------------------------------------------------------


@check(
    "place.outside_district",
    Level.WARNING,
    title=("都在本区范围内", "all lie within the district"),
    zh="地块不在本区范围内(中心约 {longitude}°E {latitude}°N)。请核对坐标系、带号和 X/Y 顺序。",
    en="The parcel lies outside the district (about {longitude}°E {latitude}°N). Check the coordinate system, the zone and "
    "the order of X and Y.",
)
def outside_district(frame: Frame) -> Select[Any]:
    box = func.st_makeenvelope(*frame.box, STORAGE_SRID)
    center = func.st_centroid(func.st_envelope(S.shape))
    degrees = {
        name: func.round(cast(value, Numeric), 4).label(name)
        for name, value in (("longitude", func.st_x(center)), ("latitude", func.st_y(center)))
    }
    return select(S.row_no, *degrees.values()).where(S.shape.is_not(None), ~S.shape.op("@")(box))


@check(
    "place.outside_scope",
    Level.ERROR,
    title=("都在您的授权范围内", "all lie within your scope"),
    zh="地块位于{area},不在您的授权范围内。请由该片区的土地专员导入。",
    en="The parcel lies in {area}, outside your own scope. The land officer of that area must import it.",
    again=True,
)
def outside_scope(frame: Frame) -> Select[Any]:
    """Land that lies outside, and registered parcels that do so now and would be changed."""
    area_id = case((S.shape.is_not(None), S.area_id), else_=Parcel.area_id)
    where = func.coalesce(select(Area.name).where(Area.id == area_id).scalar_subquery(), "片区之外")
    custodian = func.coalesce(S.custodian_unit_id, Parcel.custodian_unit_id) if frame.update else S.custodian_unit_id
    here = and_(S.shape.is_not(None), ~_in_scope(frame.scope, S.area_id, custodian))
    stays = [_in_scope(frame.scope, Parcel.area_id, unit) for unit in (Parcel.custodian_unit_id, custodian)]
    known = and_(_updated(frame), ~and_(*stays))
    found = select(S.row_no, where.label("area")).outerjoin(Parcel, Parcel.id == S.known_id)
    return found.where(or_(here, known))


@check(
    "place.other_area",
    Level.WARNING,
    title=("文件写的片区与图形位置一致", "areas named in the file agree with where the land lies"),
    zh="文件写的片区是“{said}”,图形却位于“{found}”;按图形登记,请核对。",
    en="The file says area '{said}', but the outline lies in '{found}', which is used; please check.",
)
def other_area(frame: Frame) -> Select[Any]:
    said, found = aliased(Area), aliased(Area)
    names: list[Any] = [said.name.label("said"), found.name.label("found")]
    return (
        select(StagedRow.row_no, *names)
        .join(SHAPES, S.row_no == StagedRow.row_no)
        .join(said, said.id == cast(StagedRow.fields["area_id"].astext, BigInteger))
        .join(found, found.id == S.located_id)
        .where(_rows(frame), said.id != found.id)
    )


@check(
    "batch.coverage",
    Level.WARNING,
    title=("连片面积不超过 25 平方公里(保密)", "no more than 25 km² of continuous land (secrecy)"),
    zh="本文件共覆盖 {area_km2} 平方公里,超过 25 平方公里。连片大比例尺成果超过 25 平方公里属于秘密级"
    "(自然资发〔2020〕95号),请确认来源和密级。",
    en="The file covers {area_km2} km², more than 25 km². Large-scale maps of more than 25 km² of continuous land are "
    "classified (自然资发〔2020〕95号); make sure where it comes from and that it is not.",
)
def coverage(_frame: Frame) -> Select[Any]:
    total = func.sum(S.area_m2)
    return select(func.round(total / 1_000_000, 1).label("area_km2")).having(total > COVERAGE_M2)


@check(
    "batch.same_file",
    Level.WARNING,
    title=("这个文件没有导入过", "the file was not imported before"),
    zh="同一个文件已作为批次 {other} 导入过({file_name})。",
    en="The very same file was imported before as batch {other} ({file_name}).",
)
def same_file(frame: Frame) -> Select[Any]:
    other = aliased(ImportBatch)
    columns: list[Any] = [other.id.label("other"), other.file_name]
    return (
        select(*columns)
        .join(ImportBatch, ImportBatch.file_sha256 == other.file_sha256)
        .where(ImportBatch.id == frame.batch_id, other.id != ImportBatch.id, other.state == "accepted")
        .order_by(other.id.desc())
        .limit(1)
    )


# --- other parcels -----------------------------------------------------------------------------------------------


@check(
    "parcel.overlap",
    Level.WARNING,
    title=("不与已登记地块重叠", "no overlap with registered parcels"),
    zh="与已登记地块“{other}”重叠 {area_m2} 平方米。",
    en="Overlaps the registered parcel '{other}' by {area_m2} m².",
)
def overlap_with_register(_frame: Frame) -> Select[Any]:
    other = func.coalesce(PAIR.other, "权限范围外")
    return _overlaps(PAIR.other_row.is_(None), other.label("other"), _m2(PAIR.area_m2).label("area_m2"))


@check(
    "parcel.overlap_in_file",
    Level.WARNING,
    title=("文件内互不重叠", "no overlap within the file"),
    zh="与本文件第 {other_row} 行(“{other}”)重叠 {area_m2} 平方米。",
    en="Overlaps row {other_row} of this file ('{other}') by {area_m2} m².",
)
def overlap_in_file(_frame: Frame) -> Select[Any]:
    return _overlaps(PAIR.other_row.is_not(None), PAIR.other_row, PAIR.other, _m2(PAIR.area_m2).label("area_m2"))


def _overlaps(which: ColumnElement[bool], *columns: Any) -> Select[Any]:
    return select(PAIR.row_no, *columns).where(which, PAIR.area_m2 > rules.OVERLAP_TOLERANCE_M2)


@check(
    "parcel.overlap_slight",
    Level.INFO,
    title=("没有细小重叠", "no slight overlaps"),
    zh="与“{other}”有 {area_cm2} 平方厘米的细小重叠,在测量取整范围内。",
    en="Overlaps '{other}' by a slight {area_cm2} cm², which rounding of surveys explains.",
)
def overlap_slight(_frame: Frame) -> Select[Any]:
    """Overlaps too small to matter, told so that nobody need look for them."""
    area_cm2 = func.round(PAIR.area_m2 * 10_000, 1).label("area_cm2")
    other = func.coalesce(PAIR.other, "权限范围外").label("other")
    return select(PAIR.row_no, other, area_cm2).where(PAIR.area_m2 <= rules.OVERLAP_TOLERANCE_M2)


@check(
    "batch.overlaps_cut",
    Level.WARNING,
    title=("重叠已全部列出", "all overlaps are listed"),
    zh="重叠太多,只列出前 {most} 处。文件可能含有大量重复图形,请先清理。",
    en="There are too many overlaps; only the first {most} are told. The file may hold many copies; clean it first.",
)
def overlaps_cut(_frame: Frame) -> Select[Any]:
    per_kind = select(func.count().label("found")).select_from(OVERLAPS).group_by(PAIR.other_row.is_(None)).subquery()
    return select(literal(MOST_OVERLAPS).label("most")).where(exists().where(per_kind.c.found >= MOST_OVERLAPS))


@check(
    "parcel.same_outline",
    Level.WARNING,
    title=("没有完全相同的图形", "no two outlines are the same"),
    zh="图形与本文件第 {other_row} 行(“{other}”)完全相同。",
    en="The outline is the same as that of row {other_row} of this file ('{other}').",
)
def same_outline(_frame: Frame) -> Select[Any]:
    first = SHAPES.alias("first")
    columns: list[Any] = [first.c.row_no.label("other_row"), first.c.parcel_no.label("other")]
    return select(S.row_no, *columns).join(first, first.c.row_no == S.twin_of)


@check(
    "parcel.duplicate_in_file",
    Level.ERROR,
    title=("编号在文件内不重复", "numbers occur once in the file"),
    zh="地块编号“{parcel_no}”在文件中出现 {times} 次。编号不得重复,请改正后重新导入。",
    en="The parcel number '{parcel_no}' occurs {times} times in the file. Numbers are unique; correct them and import again.",
)
def duplicate_in_file(_frame: Frame) -> Select[Any]:
    times = func.count().over(partition_by=S.parcel_no).label("times")
    found = select(S.row_no, S.parcel_no, times).subquery()
    return select(found).where(found.c.times > 1)


@check(
    "parcel.duplicate_no",
    Level.ERROR,
    title=("编号不在台账中(只新增时)", "numbers are new to the register (when only adding)"),
    zh="地块编号“{parcel_no}”已在台账中。要更新已有地块,请选“按编号更新”(--update)重新导入,或在地块页面修改;新地块请换一个编号。",
    en="The parcel number '{parcel_no}' is in the register already. To change that parcel import the file again as an update "
    "(--update), or edit it on its page; give a new parcel another number.",
    again=True,
)
def duplicate_no(_frame: Frame) -> Select[Any]:
    return _known_numbers().where(Parcel.retired_on.is_(None), literal(not _frame.update))


@check(
    "parcel.retired_no",
    Level.ERROR,
    title=("没有使用已出库地块的编号", "no number of a parcel that was struck off"),
    zh="地块编号“{parcel_no}”属于已出库的地块,编号不得再次使用。",
    en="The parcel number '{parcel_no}' belongs to a parcel that was struck off; numbers are never used again.",
    again=True,
)
def retired_no(frame: Frame) -> Select[Any]:
    """Numbers of retired parcels, but for those that only the undoing of an import retired: these come back."""
    mine = _in_scope(frame.scope, Parcel.area_id, Parcel.custodian_unit_id)
    return _known_numbers().where(Parcel.retired_on.is_not(None), ~and_(taken_back(), mine))


def _known_numbers() -> Select[Any]:
    return select(S.row_no, S.parcel_no).join(Parcel, Parcel.id == S.known_id)


def taken_back() -> ColumnElement[bool]:
    """Whether a parcel was retired by the undoing of its import and nothing happened to it since."""
    undone = select(ImportBatch.options["undone_tx"].astext).where(ImportBatch.id == Parcel.import_batch_id)
    last = select(ParcelVersion.c.tx).where(ParcelVersion.c.id == Parcel.id, func.upper_inf(ParcelVersion.c.valid))
    return func.coalesce(undone.scalar_subquery() == last.scalar_subquery(), literal(False))


# --- what the columns say ----------------------------------------------------------------------------------------


@check(
    "area.differs",
    Level.WARNING,
    title=("登记面积与图形计算面积相符", "registered areas agree with the outlines"),
    zh="登记面积 {registered} 平方米与图形计算面积 {computed} 平方米相差 {difference} 平方米。",
    en="The registered area of {registered} m² differs by {difference} m² from the {computed} m² of the outline.",
)
def areas_differ(frame: Frame) -> Select[Any]:
    """The rule of `rules.areas_differ`, in the plane the area was computed in."""
    registered, computed = StagedRow.area_registered_m2, StagedRow.area_computed_m2
    difference = func.abs(registered - computed)
    allowed = func.greatest(rules.AREA_TOLERANCE_M2, rules.AREA_TOLERANCE_SHARE * computed)
    columns = (registered.label("registered"), computed.label("computed"), difference.label("difference"))
    return select(StagedRow.row_no, *columns).where(_rows(frame), difference > allowed)


@check(
    "handover.no_custodian",
    Level.ERROR,
    title=("已移交的都写明了管护单位", "parcels handed over name their custodian"),
    zh="移交情况为“已移交管护”,但没有可识别的管护单位。请补充后重新导入。",
    en="The parcel is said to be handed over, but no registered custodian unit is named. Add it and import again.",
)
def no_custodian(frame: Frame) -> Select[Any]:
    handed_over = StagedRow.fields["handover_status"].astext == rules.HandoverStatus.HANDED_OVER.value
    has_one = exists().where(Parcel.id == StagedRow.known_id, Parcel.custodian_unit_id.is_not(None))
    missing = and_(~StagedRow.fields.has_key("custodian_unit_id"), ~has_one)
    return select(StagedRow.row_no).where(_rows(frame), handed_over, missing)


# --- updates ---------------------------------------------------------------------------------------------------


@check(
    "update.unmatched",
    Level.ERROR,
    title=("更新:每行都能找到地块或自带图形", "update: every row has its parcel or an outline"),
    zh="台账中没有在册的地块“{parcel_no}”,文件中又没有图形,既不能更新也不能新增。请核对编号。",
    en="There is no living parcel '{parcel_no}' and the row has no outline: nothing to change, nothing to add. Check the number.",
    again=True,
)
def update_unmatched(frame: Frame) -> Select[Any]:
    nothing = and_(StagedRow.geom.is_(None), StagedRow.known_id.is_(None), literal(frame.update))
    columns: list[Any] = [StagedRow.row_no, StagedRow.parcel_no]
    return select(*columns).where(_rows(frame), nothing, ~_refused(frame, StagedRow.row_no, "geometry.%"))


@check(
    "update.new",
    Level.WARNING,
    title=("更新:没有台账之外的编号", "update: no number that is new to the register"),
    zh="台账中没有“{parcel_no}”,将作为新地块登记。如本意是更新,请核对编号。",
    en="The register has no '{parcel_no}'; it will be added as a new parcel. If an update was meant, check the number.",
    again=True,
)
def update_new(frame: Frame) -> Select[Any]:
    fresh = and_(StagedRow.geom.is_not(None), StagedRow.known_id.is_(None), literal(frame.update))
    columns: list[Any] = [StagedRow.row_no, StagedRow.parcel_no]
    return select(*columns).where(_rows(frame), fresh)


@check(
    "update.unchanged",
    Level.INFO,
    title=("更新:每行都有变化", "update: every row changes something"),
    zh="无变化:与台账一致,不写入新版本。",
    en="No change: the row is as the register has it, and no version is written.",
    again=True,
)
def update_unchanged(frame: Frame) -> Select[Any]:
    same = and_(literal(frame.update), func.jsonb_array_length(StagedRow.changes) == 0)
    return select(StagedRow.row_no).where(_rows(frame), same)


@check(
    "update.empty_cells",
    Level.INFO,
    title=("更新:没有空单元格", "update: no empty cells"),
    zh="更新时空单元格不改动台账中的值(共 {cells} 处)。要清空某项,请在地块页面修改。",
    en="Empty cells leave the register's values alone ({cells} of them). To empty a field, edit the parcel on its page.",
)
def update_empty_cells(frame: Frame) -> Select[Any]:
    named = func.jsonb_array_elements(ImportBatch.columns).table_valued("value").lateral()
    name = cast(named.c.value, JSONB)["name"].astext
    cell = func.coalesce(StagedRow.attributes[name].astext, "")
    empty = (
        select(func.count().label("cells"))
        .select_from(StagedRow)
        .join(ImportBatch, ImportBatch.id == StagedRow.batch_id)
        .join(named, literal(True))
        .where(_rows(frame), StagedRow.known_id.is_not(None), literal(frame.update))
        .where(cast(named.c.value, JSONB)["field"].astext.is_not(None), cell == "")
        .subquery()
    )
    return select(empty.c.cells).where(empty.c.cells > 0)
