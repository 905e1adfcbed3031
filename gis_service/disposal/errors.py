"""The refusals of disposal projects, sites, carriers and manifests."""

from gis_service.core.errors import Refusal
from gis_service.core.http import CONFLICTS


class NoParcel(Refusal):
    code, status = "disposal.no_parcel", 422
    zh = "处置项目至少涉及一宗地块。"
    en = "A disposal project concerns at least one parcel."


class EstimateOrder(Refusal):
    code, status = "disposal.estimate_order", 422
    zh = "估算方量应为下限 ≤ 估算值 ≤ 上限,现为 {low}、{best}、{high} m³。"
    en = "An estimate goes low ≤ best ≤ high; told were {low}, {best}, {high} m³."


class BodiesUnreadable(Refusal):
    code, status = "disposal.bodies_unreadable", 422
    zh = "填埋体编号“{value}”无法识别,应为以逗号分隔的编号,如 12,15。"
    en = "Waste bodies '{value}' cannot be read; write their numbers separated by commas, such as 12,15."


class BodyTaken(Refusal):
    code, status = "disposal.body_taken", 409
    zh = "填埋体 {body} 已列入未销号的处置项目 {no}。"
    en = "Waste body {body} belongs to the open project {no} already."


class BaseNotClean(Refusal):
    code, status = "disposal.base_not_clean", 422
    zh = "坑底 {points} 个采样点中只有 {clean} 个合格,不能通过验槽。请办理“验槽不合格,继续开挖”。"
    en = "Only {clean} of {points} points of the base are clean; it does not pass. Take the step 'base not clean, dig on'."


class HazardUntold(Refusal):
    code, status = "disposal.hazard_untold", 422
    zh = "属于危险废物的,须登记国家危险废物转移联单号;本系统不开具危险废物联单。"
    en = "Hazardous waste moves on the national manifest: give its number here. This service writes none for it."


class NotFenced(Refusal):
    code, status = "disposal.not_fenced", 422
    zh = "发现疑似危险废物须先停工围挡,再登记。"
    en = "Where hazardous waste is suspected, stop and fence off the place first, then record it."


class NothingBuried(Refusal):
    code, status = "disposal.nothing_buried", 409
    zh = "地块 {parcel_no} 没有查明地下固废,或处置已经验收,无须批准带病供地、移交。"
    en = "No waste is known on parcel {parcel_no}, or its removal was accepted; nothing need be waived."


class WaiverRevoked(Refusal):
    code, status = "disposal.waiver_revoked", 409
    zh = "该批准已于 {day} 由 {who} 撤销。"
    en = "{who} revoked it on {day} already."


class SiteUnknown(Refusal):
    code, status = "disposal.partner_unknown", 422
    zh = "没有编号为 {key} 的{what}。请先登记。"
    en = "There is no {what_en} number {key}. Enter it first."


class PlateUnreadable(Refusal):
    code, status = "disposal.plate_unreadable", 422
    zh = "车牌“{plate}”无法识别,应如“粤C12345”。"
    en = "'{plate}' is no number plate; write it as 粤C12345."


class ManifestDiffers(Refusal):
    code, status = "manifest.differs", 409
    zh = "联单 {manifest_no} 已用同一编号(UUID)登记,内容不同,没有覆盖。改正请先作废原联单,再登记新的。"
    en = "Manifest {manifest_no} was recorded under the same UUID with other content; it was not overwritten. Void it and record a new one."


class ProjectNotOpen(Refusal):
    code, status = "manifest.project_not_open", 409
    zh = "项目 {no} 现为“{state_zh}”,不能再登记联单。"
    en = "Project {no} is at '{state_en}' and takes no manifests."


class NotOfProject(Refusal):
    code, status = "manifest.not_of_project", 422
    zh = "{what}不属于项目 {no}:{value}。"
    en = "This {what_en} is not of project {no}: {value}."


class ManifestState(Refusal):
    code, status = "manifest.state", 409
    zh = "联单 {manifest_no} 现为“{state_zh}”,不能{act_zh}。"
    en = "Manifest {manifest_no} is '{state_en}'; it cannot be {act_en}."


class ManifestRefused(Refusal):
    code, status = "manifest.refused", 422
    zh = "联单没有登记:有 {count} 项需要改正。"
    en = "The manifest was not recorded: {count} things must be put right."


class FlagDecided(Refusal):
    code, status = "manifest.flag_decided", 409
    zh = "该疑点已由 {who} 裁定:{verdict_zh}。"
    en = "{who} decided on it already: {verdict_en}."


class TableUnreadable(Refusal):
    code, status = "manifest.table_unreadable", 422
    zh = "联单表“{name}”无法读取:{why_zh}"
    en = "The table of manifests '{name}' cannot be read: {why_en}"


class TableRefused(Refusal):
    code, status = "manifest.table_refused", 422
    zh = "联单表“{name}”有 {count} 处错误,没有导入任何一行。请按清单改正后重新上传。"
    en = "The table '{name}' has {count} errors; no row was taken. Put them right and upload it again."


class TableBroke(Refusal):
    """Something nobody expected; the log has the rest."""

    code, status = "manifest.table_broke", 500
    zh = "导入联单表“{name}”时系统出现意外错误,没有导入任何一行。请重新上传;再次出错请把编号 {table_id} 告知管理员。"
    en = "Something unexpected stopped the table '{name}'; no row was taken. Upload it again; if it happens again, tell the administrator its number {table_id}."


CONFLICTS |= {
    "ck_parcel_supply_after_disposal": (
        "该地块查明有地下固废,处置未验收,不能公告供地或供应。须先通过处置验收,或由领导在处置项目中“批准带病移交、供地”(记名)。",
        "waste is buried on the parcel and its removal is not accepted: have it accepted, or waived by a leader's name, before supply.",
    ),
    "uq_disposal_body_open": (
        "该填埋体已列入另一个未销号的处置项目。",
        "the waste body belongs to another open project.",
    ),
    "uq_manifest_ticket": (
        "同一消纳场所的这张磅单刚刚被另一份联单使用。",
        "another manifest has just used this ticket of this site.",
    ),
    "uq_manifest_no": ("这个联单号刚刚被登记。", "this manifest number has just been recorded."),
    "uq_disposal_site_district_code_name": ("已有同名的消纳场所。", "a site of this name is there already."),
    "uq_carrier_permit_district_code_permit_no": ("该核准文号已登记。", "this permit is entered already."),
    "ck_carrier_permit_valid": ("核准有效期的止期早于起期。", "the permit ends before it begins."),
    "ck_disposal_removal": ("清运结束早于开始。", "removal ended before it began."),
}
