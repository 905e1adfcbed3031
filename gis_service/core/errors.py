"""Expected refusals: a code, a status, and one sentence in each language.

    Refusal
     ├─ BadRequest          a parameter cannot be understood
     ├─ NotFound            it does not exist, or not for this reader
     ├─ NotSignedIn         nobody is signed in
     ├─ Forbidden           somebody is, and may not
     ├─ Stale               somebody else changed it meanwhile
     ├─ NoVersionSeen       an edit must say which version it saw
     └─ …                   each package's errors.py

Only surprises are logged as errors; a refusal is an answer.
"""

from typing import Any


class Refusal(Exception):
    """Base of everything a person is told in a sentence; subclasses fill `zh` and `en` with their facts."""

    code = "refused"
    status = 409
    zh = "操作被拒绝。"
    en = "The operation was refused."

    def __init__(
        self, *, errors: list[dict[str, Any]] | None = None, headers: dict[str, str] | None = None, **facts: Any
    ):
        self.facts, self.errors, self.headers = facts, errors or [], headers or {}
        super().__init__(self.sentence("en"))

    def sentence(self, lang: str) -> str:
        return (self.zh if lang == "zh" else self.en).format(**self.facts)

    def problem(self, lang: str, **more: Any) -> dict[str, Any]:
        """The refusal as a problem document (RFC 9457)."""
        return {
            "type": f"urn:gis-service:problem:{self.code}",
            "title": self.sentence(lang),
            "status": self.status,
            "code": self.code,
            "title_zh": self.sentence("zh"),
            "title_en": self.sentence("en"),
            "errors": self.errors,
            **{key: value for key, value in self.facts.items() if isinstance(value, str | int | float | dict | list)},
            **more,
        }


class BadRequest(Refusal):
    code, status = "request.bad", 400
    zh = "参数 {parameter} 的值“{value}”无法理解,请检查后重试。"
    en = "Parameter {parameter} cannot be '{value}'; check it and try again."


class UnknownParameter(Refusal):
    code, status = "request.unknown_parameter", 400
    zh = "不认识的参数:{parameter}。请对照接口文档。"
    en = "Unknown parameter: {parameter}. See the API document."


class InvalidBody(Refusal):
    code, status = "request.invalid", 400
    zh = "提交的内容有误,请按下列提示修改。"
    en = "The content sent is not valid; see the list."


class NotFound(Refusal):
    code, status = "not_found", 404
    zh = "没有找到{what}“{key}”,或无权查看。"
    en = "No {what} '{key}', or none you may see."


class NotSignedIn(Refusal):
    code, status = "access.not_signed_in", 401
    zh = "请先登录。"
    en = "Please sign in first."


class Forbidden(Refusal):
    code, status = "access.forbidden", 403
    zh = "您的角色没有“{permission}”权限,如需要请联系安全管理员。"
    en = "Your roles do not include '{permission}'; ask the security administrator if you need it."


class CrossSite(Refusal):
    code, status = "access.cross_site", 403
    zh = "请求来自其他网站,已拒绝。请在本系统页面内操作。"
    en = "The request came from another site and was refused. Use the pages of this service."


class Stale(Refusal):
    code, status = "stale", 412
    zh = "{what}“{key}”在您打开之后已被他人修改,请对照两个版本后再保存。"
    en = "{what} '{key}' was changed by somebody else since you opened it; compare both versions before saving."


class NoVersionSeen(Refusal):
    code, status = "version_not_named", 428
    zh = "修改前请说明所见版本(If-Match)。"
    en = "Say which version you saw (If-Match) before changing it."


class Conflict(Refusal):
    """A constraint of the database said no; the sentence is looked up by the constraint's name."""

    code, status = "conflict", 409
    zh = "与已有数据冲突({constraint}):{sentence_zh}"
    en = "Conflicts with existing data ({constraint}): {sentence_en}"


class Unavailable(Refusal):
    code, status = "unavailable", 503
    zh = "数据库暂时不可用,请稍后重试。数据未受影响。"
    en = "The database is not available just now; try again shortly. No data was lost."
