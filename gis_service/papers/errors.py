"""The refusals of papers: of templates, of what is filled into them, and of what a font cannot print."""

from gis_service.core.errors import Refusal
from gis_service.core.http import CONFLICTS

FAULTS: dict[str, tuple[str, str, str, str]] = {
    "not_docx": (
        "不是 DOCX 文件",
        "it is not a DOCX file",
        "请在 Word 或 WPS 中另存为“Word 文档 (.docx)”",
        "save it as 'Word document (.docx)'",
    ),
    "too_large": (
        "文件过大,或展开后过大",
        "the file is too large, or grows too large when unpacked",
        "请删去大图,文件不超过 5 MB",
        "remove large pictures; a template has at most 5 MB",
    ),
    "active": (
        "含有宏、控件或嵌入对象“{found}”",
        "it carries a macro, control or embedded object '{found}'",
        "请删去后另存为 .docx",
        "remove it and save as .docx",
    ),
    "external": (
        "引用了文件之外的内容“{found}”",
        "it refers to something outside the file: '{found}'",
        "请删去超链接、链接的图片或附加的模板",
        "remove hyperlinks, linked pictures and attached templates",
    ),
    "broken_xml": (
        "文件内部结构有误({found})",
        "its inner structure is not sound ({found})",
        "请在 Word 或 WPS 中打开并重新保存",
        "open it in Word or WPS and save it again",
    ),
    "unsupported": (
        "含有不能打印的内容:{found}",
        "it has something that cannot be printed: {found}",
        "请改为普通段落、表格或嵌入式图片",
        "use plain paragraphs, tables and pictures in line with the text",
    ),
    "tag_syntax": (
        "字段写法有误:{found}",
        "a field is not written rightly: {found}",
        "字段写作 {{{{ 名称 }}}},循环写作 {{%tr for 项 in 列表 %}} … {{%tr endfor %}}",
        "a field is {{{{ name }}}}, a loop {{%tr for item in list %}} … {{%tr endfor %}}",
    ),
    "tag_forbidden": (
        "字段中有不允许的写法:{found}",
        "a field does what a template may not do: {found}",
        "模板只能使用字段、for 循环和 if 条件",
        "a template knows fields, for and if only",
    ),
    "picture": (
        "图片“{found}”不是 PNG 或 JPEG,或已损坏",
        "the picture '{found}' is no PNG or JPEG, or is damaged",
        "请换成 PNG 或 JPEG",
        "use a PNG or JPEG",
    ),
}
"""What may be wrong with a template: what it is in both languages, and what to do about it in both."""


class TemplateRefused(Refusal):
    """A template is refused with the place and the remedy."""

    code, status = "paper.template", 400
    zh = "模板不能使用:{place_zh}{what_zh}。{remedy_zh}。"
    en = "The template cannot be used: {place_en}{what_en}; {remedy_en}."


def fault(name: str, *, place: str = "", found: str = "") -> TemplateRefused:
    """The refusal for a fault of `FAULTS`; `place` is the text near which it was found."""
    what_zh, what_en, remedy_zh, remedy_en = (words.format(found=found[:80]) for words in FAULTS[name])
    near = " ".join(place.split())[:40]
    return TemplateRefused(
        fault=name,
        place_zh=f"在“{near}”处," if near else "",
        place_en=f"near '{near}', " if near else "",
        what_zh=what_zh,
        what_en=what_en,
        remedy_zh=remedy_zh,
        remedy_en=remedy_en,
    )


class UnknownField(Refusal):
    """A template asks for a field that this kind of paper does not have."""

    code, status = "paper.unknown_field", 400
    zh = "“{kind}”没有字段“{field}”(写在“{near}”处)。请改正或删去;可用的字段见参考页“文书”。"
    en = "'{kind}' has no field '{field}' (near '{near}'). Correct or remove it; the reference page of papers lists the fields."


class OnlyUploaded(Refusal):
    """Some papers come from others, such as a ruling of a court."""

    code, status = "paper.only_uploaded", 409
    zh = "“{kind}”由其他单位出具,本系统不生成,请上传原件。"
    en = "'{kind}' is made by others; upload the original, it is not made here."


class PictureRefused(Refusal):
    code, status = "paper.picture", 400
    zh = "图片“{caption}”不是 PNG 或 JPEG,或已损坏,不能印入文书。"
    en = "The picture '{caption}' is no PNG or JPEG, or is damaged, and cannot be printed."


class CharactersMissing(Refusal):
    """A font would print boxes, or nothing."""

    code, status = "paper.characters", 409
    zh = "字体“{font}”没有“{characters}”(出现在“{near}”中),不能打印。请改用其他写法,或由管理员换一种字体(GIS_PAPER_FONTS)。"
    en = (
        "The font '{font}' has no '{characters}' (in '{near}') and cannot print it. Write it differently, or have the "
        "administrator choose another font (GIS_PAPER_FONTS)."
    )


class FontMissing(Refusal):
    code, status = "paper.font", 503
    zh = "没有安装打印用的字体“{font}”。请安装(例如 fonts-noto-cjk),或在 GIS_PAPER_FONTS 中指定已安装的字体。"
    en = "The font '{font}' for printing is not installed. Install it (such as fonts-noto-cjk) or name another in GIS_PAPER_FONTS."


class PaperTooLong(Refusal):
    code, status = "paper.too_long", 413
    zh = "文书过长:共 {characters} 字,上限 {limit} 字。请分成几份。"
    en = "The paper is too long: {characters} characters of at most {limit}. Make several of it."


class NoSuchVersion(Refusal):
    code, status = "paper.no_such_version", 404
    zh = "“{kind}”没有第 {version} 版模板。"
    en = "'{kind}' has no template of version {version}."


CONFLICTS |= {
    "pk_paper_template": (
        "他人刚刚上传了同一种文书的模板,请刷新后重试。",
        "somebody else has just uploaded a template of this kind; reload and try again.",
    ),
    "ck_paper_template_note": ("请说明改了什么。", "say what was changed."),
}
