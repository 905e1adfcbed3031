"""What a sheet refuses, and what to do then."""

from gis_service.core.errors import Refusal


class TooLarge(Refusal):
    code, status = "sheets.too_large", 422
    zh = "“{what}”在 1:{scale} 下仍放不进图框。请缩小范围,或选更大的纸张。"
    en = "'{what}' does not fit the frame even at 1:{scale}. Choose less land or a larger page."


class TooManyPages(Refusal):
    code, status = "sheets.too_many_pages", 422
    zh = "清单超过 {limit} 页,不宜作图幅附表。请缩小范围,或用“导出”取表格。"
    en = "The lists would take more than {limit} pages. Choose less land, or export a table instead."


class TooMany(Refusal):
    code, status = "sheets.too_many", 422
    zh = "“{what}”有 {count} 宗地块,一张图最多 {limit} 宗。请按较小的片区出图。"
    en = "'{what}' has {count} parcels; a sheet takes {limit}. Choose a smaller area."


class TooManyWalks(Refusal):
    code, status = "sheets.too_many_walks", 422
    zh = "“{what}”在该期间有 {count} 次以上巡查,一张图最多 {limit} 次。请缩短期间。"
    en = "'{what}' has {count} walks or more in that period; a sheet takes {limit}. Choose a shorter period."


class NothingToShow(Refusal):
    code, status = "sheets.nothing", 404
    zh = "“{what}”在该时点没有可以上图的内容。请检查编号和时点。"
    en = "There is nothing of '{what}' to draw at that moment. Check the number and the moment."


class BrokenTemplate(Refusal):
    """A template file of a sheet cannot be used."""

    code, status = "sheets.template_broken", 500
    zh = "图幅模板 {file} 有误,{key}:{fault}。请对照同目录的其他模板改正。"
    en = "Sheet template {file}, {key}: {fault}. Correct it after the model of the others in its folder."


class TooSlow(Refusal):
    code, status = "sheets.too_slow", 503
    zh = "出图超过 {seconds} 秒,已停止。请降低分辨率或缩小范围后重试。"
    en = "Printing took longer than {seconds} s and was stopped. Choose a lower resolution or less land and try again."


class PressBusy(Refusal):
    code, status = "sheets.busy", 503
    zh = "正在为他人出图,请稍候十秒再试。"
    en = "Sheets of others are being printed; try again in ten seconds."


class CannotPrint(Refusal):
    code, status = "sheets.cannot_print", 500
    zh = "图幅无法排版:{reason}"
    en = "The sheet could not be set: {reason}"


class TooFine(Refusal):
    code, status = "sheets.too_fine", 422
    zh = "{wide}×{high} mm 的图幅按 {dpi} dpi 输出有 {megapixels} 百万像素,最多 {limit}。请降低分辨率。"
    en = "A page of {wide} by {high} mm at {dpi} dpi has {megapixels} million pixels; {limit} are allowed. Lower the resolution."


class NoSuchPage(Refusal):
    code, status = "sheets.no_such_page", 404
    zh = "该图共 {pages} 页,没有第 {page} 页。"
    en = "The sheet has {pages} pages; there is no page {page}."
