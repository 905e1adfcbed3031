"""The refusals of imports."""

from dataclasses import asdict

from gis_service.core.errors import Refusal
from gis_service.parcels.reading.result import Unreadable


class FileUnreadable(Refusal):
    """The file as a whole could not be read; the reader's own sentence says why."""

    code, status = "import.unreadable", 422
    zh = "{sentence_zh}"
    en = "{sentence_en}"

    @classmethod
    def from_reader(cls, fault: Unreadable) -> "FileUnreadable":
        said = {
            "level": "error",
            "code": fault.code,
            **asdict(fault.place),
            "message": fault.zh,
            "message_en": fault.en,
        }
        made = cls(errors=[said], sentence_zh=fault.zh, sentence_en=fault.en)
        made.code = fault.code
        return made


class ImportBroke(Refusal):
    """Something nobody expected; the log has the rest."""

    code, status = "import.broke", 500
    zh = "导入批次 {batch_id} 处理时出现意外错误,已记录,没有写入任何数据。请联系管理员。"
    en = "Something unexpected happened to import batch {batch_id}; it was recorded and nothing was written. Tell the administrator."


class TooComplex(Refusal):
    """The checks ran into the time limit of a statement."""

    code, status = "import.too_complex", 422
    zh = "检查用时过长,已中止,没有写入任何数据。文件可能含有大量相互交叠的图形,请清理或拆分后重试。"
    en = (
        "The checks took too long and were stopped; nothing was written. The file may hold masses of outlines that cross "
        "each other: clean or split it and try again."
    )


class Classified(Refusal):
    """A row is marked 秘密 or higher: nothing of the file is taken in."""

    code, status = "secrecy.classified", 422
    zh = "第 {row} 行:{sentence_zh}整个文件未导入。"
    en = "Row {row}: {sentence_en} Nothing of the file was taken in."


class WrongState(Refusal):
    """An act that the state of the batch does not allow."""

    code, status = "import.wrong_state", 409
    zh = "导入批次 {batch_id} 的状态是“{state_zh}”,不能{act_zh}。"
    en = "Import batch {batch_id} is {state}; it cannot be {act} now."


class FileRefused(Refusal):
    """An error of the file as a whole stands against taking any row."""

    code, status = "import.file_refused", 409
    zh = "文件整体未通过检查,不能导入。请按下列提示修正后重新上传。"
    en = "The file as a whole did not pass the checks and cannot be imported. Correct it as listed and upload it again."


class RowsRefused(Refusal):
    """All or nothing: some rows have errors, so none was taken."""

    code, status = "import.rows_refused", 409
    zh = (
        "共 {rows} 行,其中 {refused} 行有错误,因此一行也没有导入。请修正文件后重新上传;"
        "或选择“只导入合格的 {acceptable} 行”(good_rows)。"
    )
    en = (
        "{refused} of {rows} rows have errors, so none was imported. Correct the file and upload it again, or choose to "
        "take only the {acceptable} good rows (good_rows)."
    )


class NothingToLand(Refusal):
    code, status = "import.nothing_to_land", 409
    zh = "没有可以导入的行:{rows} 行全部有错误。"
    en = "There is no row to import: all {rows} have errors."


class NothingChanged(Refusal):
    """An update in which every row is as the register has it."""

    code, status = "import.nothing_changed", 409
    zh = "没有需要更新的内容:{rows} 行都与台账一致。"
    en = "There is nothing to update: all {rows} rows are as the register has them."


class RegisterMoved(Refusal):
    """Parcels were changed after the preview of an update: what was seen would not be what is written."""

    code, status = "import.register_moved", 409
    zh = "预览之后,有 {count} 行对应的地块已被修改(第 {rows} 行)。请重新检查,看过变化后再导入。"
    en = "Since the preview, the parcels of {count} rows were changed (rows {rows}). Check again and look at the changes first."


class NoSuchFix(Refusal):
    """A mend by a name that does not exist."""

    code, status = "import.no_such_fix", 400
    zh = "没有“{fix}”这种修正,只有:{known}。"
    en = "There is no mend '{fix}', only: {known}."


class NothingToMend(Refusal):
    """No row to which the mend applies."""

    code, status = "import.nothing_to_mend", 409
    zh = "没有可以这样修正的行,可能已被修正或图形不适用。"
    en = "There is no row that can be mended so; perhaps it was mended already, or its outline does not allow it."


class BuiltOn(Refusal):
    """Parcels of the batch were changed after it was accepted; taking it back would lose that work."""

    code, status = "import.built_on", 409
    zh = "不能撤销:导入之后有 {count} 个地块已被修改或使用:{parcels}。请逐个处理这些地块。"
    en = "The import cannot be taken back: {count} of its parcels were changed or used since: {parcels}. Deal with them one by one."


class OutsideScope(Refusal):
    """Some of the batch's parcels have come under somebody else's care."""

    code, status = "import.outside_scope", 403
    zh = "不能撤销:批次中有 {count} 个地块不在您的授权范围内。请由有权管理全部地块的土地专员撤销。"
    en = "The import cannot be taken back: {count} of its parcels are outside your scope. Ask a land officer of all land."


class PointsNotUnderstood(Refusal):
    """Control points that are no list of four numbers each."""

    code, status = "import.control_points", 400
    zh = "控制点无法识别({where})。每个点四个数:文件中的横坐标 x、纵坐标 y,EPSG:4547 的东坐标、北坐标;至少两个点。"
    en = (
        "The control points are not understood ({where}). Each is four numbers: x (east) and y (north) in the file, easting and "
        "northing in EPSG:4547; at least two points."
    )


class UploadTooLarge(Refusal):
    code, status = "import.too_large", 413
    zh = "文件超过上限 {limit_mb} MB。请分批导出后上传。"
    en = "The file is larger than the {limit_mb} MB allowed. Export and upload it in parts."


class LengthRequired(Refusal):
    code, status = "import.length_required", 411
    zh = "上传时须说明长度(Content-Length)。"
    en = "An upload must say its length (Content-Length)."
