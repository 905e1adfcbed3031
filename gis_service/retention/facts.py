"""The table: what is kept for how long, counted from when, what stays of it, and why that long."""

from dataclasses import dataclass

from gis_service.settings import Settings


@dataclass(frozen=True)
class Rule:
    """`days` is a number, or the name of the setting that has it."""

    code: str
    days: int | str
    what_zh: str
    what_en: str
    since_zh: str
    since_en: str
    left_zh: str
    left_en: str
    basis_zh: str
    basis_en: str

    def keep_days(self, settings: Settings) -> int:
        return self.days if isinstance(self.days, int) else int(getattr(settings, self.days))


RULES = (
    Rule(
        "reporters", "reporter_keep_days", "举报人的姓名、电话", "names and phones of reporters",
        "线索不予处理,或案件办结", "the clue was dismissed, or its case closed", "线索本身及其处理经过", "the clue, and what became of it",
        "《个人信息保护法》第十九条:实现处理目的所必要的最短时间;不少于六个月,因为办结后六个月内可提起行政诉讼(《行政诉讼法》第四十六条)",
        "Personal Information Protection Law art. 19: no longer than needed; at least the six months in which a case may be taken to court "
        "(Administrative Litigation Law art. 46)",
    ),
    Rule(
        "tracks", "track_keep_days", "巡查轨迹的定位点", "the fixes of patrol tracks",
        "巡查开始", "the patrol began", "到位情况、断点、疑点、照片和检查记录", "presence, gaps, doubts, photos and findings",
        "个人行踪,《个人信息保护法》第二十八条;考核以半年为限", "whereabouts of a person, art. 28 of the same law; work is reviewed within half a year",
    ),
    Rule(
        "sessions", "session_keep_days", "登录会话(地址、浏览器)", "sign-ins (address, browser)",
        "结束,或最后一次使用", "they ended, or were last used", "审计记录", "the audit trail",
        "《网络安全法》:网络日志留存不少于六个月", "Cybersecurity Law: network logs are kept six months at least",
    ),
    Rule(
        "answers", 7, "按 Idempotency-Key 留存的答复", "answers kept by Idempotency-Key",
        "答复", "the answer", "所做的修改", "the change itself",
        "手机离线一周之后的重发另有记录编号去重", "a phone that repeats itself after a week is known by its records' own ids",
    ),
    Rule(
        "exports", "export_keep_days", "后台导出的文件", "files exported in the background",
        "导出完成(期限当时写定)", "the export was done (its end is set then)", "谁在何时导出了什么", "who exported what, and when",
        "可随时重做", "they can be made again",
    ),
    Rule(
        "uploads", "field_upload_days", "手机没有传完的文件", "files that a phone did not finish sending",
        "最后一段到达", "their last piece came", "已完整的文件", "files that are whole",
        "手机里还有原件", "the phone has the original",
    ),
)  # fmt: skip
"""In the order in which they are carried out: persons first."""
