"""Writes `docs/reference`: pages built from the code itself, so that they cannot say anything else.

    .venv/bin/python -m gis_service.reference docs/reference

A test compares the pages in the repository with what is built here. Chinese words that the code does not have stand in
`docs/reference/words.toml`.
"""

import ast
import importlib
import inspect
import pkgutil
import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import typer
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

import gis_service
from gis_service import cli
from gis_service.access.edge import _Door
from gis_service.access.rules import PERMISSIONS, Role
from gis_service.conducts import CONDUCTS
from gis_service.core import srid
from gis_service.core.errors import Refusal
from gis_service.core.http import CONFLICTS
from gis_service.exports.fields import Field, all_fields
from gis_service.exports.rules import FORMATS, Format
from gis_service.kpi.catalogue import CATALOGUE as KPIS
from gis_service.kpi.catalogue import GROUPS as KPI_GROUPS
from gis_service.kpi.catalogue import NOT_KNOWN_EN, NOT_KNOWN_ZH, PERIODS, UNIT_ROLES, Indicator
from gis_service.kpi.catalogue import OWNERS as KPI_OWNERS
from gis_service.main import create_app
from gis_service.maps.catalogue import Catalogue, Layer
from gis_service.maps.ogc.routes import READ
from gis_service.papers.catalogue import KINDS, PROCEDURES, PaperKind, shipped
from gis_service.papers.docx.package import document_text
from gis_service.papers.facts import Group, groups
from gis_service.papers.fill import DASH, LINE
from gis_service.parcels import vocabulary as spoken
from gis_service.parcels.imports import notes
from gis_service.parcels.imports.checks.catalogue import CATALOGUE as CHECKS
from gis_service.parcels.reading.messages.catalogue import CATALOGUE as READING
from gis_service.parcels.rules import AXES
from gis_service.parcels.topology import operations as _topology  # noqa: F401  (the rules enter the catalogue)
from gis_service.parcels.topology.catalogue import CATALOGUE as TOPOLOGY
from gis_service.parcels.topology.catalogue import WAYS
from gis_service.procedures.diagram import svg
from gis_service.procedures.operations import SIDES
from gis_service.procedures.rules import Clock, Measure, Procedure, Step
from gis_service.services import Services
from gis_service.settings import ROOT, Settings

FOLDER = ROOT / "docs" / "reference"
PICTURES = ROOT / "docs" / "pictures" / "procedures"
COMMAND = ".venv/bin/python -m gis_service.reference docs/reference"


def main(folder: Path) -> None:
    """Write every page into `folder`."""
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")
    PICTURES.mkdir(parents=True, exist_ok=True)
    for name, text in pictures().items():
        (PICTURES / name).write_text(text, encoding="utf-8")


def pages() -> dict[str, str]:
    """File name → text of every generated page."""
    return {f"{write.__name__.replace('_', '-')}.md": write() for write in PAGES}


def pictures() -> dict[str, str]:
    """File name → SVG of the diagram of every procedure."""
    return {f"{conduct.procedure.noun}.svg": svg(conduct.procedure) + "\n" for conduct in CONDUCTS}


# --- how a page is put together ------------------------------------------------------------------------------------


@cache
def words() -> dict[str, dict[str, Any]]:
    """What people call the settings, roles, permissions and routes."""
    return tomllib.loads((FOLDER / "words.toml").read_text("utf-8"))


def page(title: str, about: str, *parts: str) -> str:
    mark = f"<!-- 由程序生成,勿手改 · generated, do not edit: {COMMAND} -->"
    return "\n\n".join([f"# {title}", mark, about, *parts]) + "\n"


def table(head: str, rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; `head` names its columns with bars between."""
    names = [name.strip() for name in head.split("|")]
    lines = [names, ["---"] * len(names), *([_cell(value) for value in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: object) -> str:
    text = "" if value is None else "✓" if value is True else "" if value is False else str(value)
    return " ".join(text.replace("|", r"\|").split())


def code(value: object) -> str:
    return f"`{value}`"


# --- the pages -----------------------------------------------------------------------------------------------------


def settings() -> str:
    """What a deployment may choose."""
    rows = [*_fields(), *_coordinate_systems()]
    return page(
        "设置 · Settings",
        "写成环境变量,或写进项目根目录的 `gis_service.toml`(键名去掉 `GIS_`,小写);环境变量优先。值有误时服务不启动,并说明是哪一项。"
        "最后两项只认环境变量。\n\n"
        "Environment variables, or keys of `gis_service.toml` in the project's folder (without `GIS_`, in small letters); the "
        "environment wins. A wrong value stops the start with a sentence. The last two are read from the environment only.",
        table("环境变量 · variable | 默认 · default | 用途 · what it is for", rows),
    )


def _fields() -> Iterator[tuple[str, str, str]]:
    for name, field in Settings.model_fields.items():
        yield (
            code(f"GIS_{name.upper()}"),
            _default(field.default),
            f"{words()['settings'][name]}<br>{field.description}",
        )


def _default(value: Any) -> str:
    if isinstance(value, Path):
        value = value.relative_to(ROOT)
    if isinstance(value, tuple):
        value = list(value)
    return "—" if value is None else code(str(value).lower() if isinstance(value, bool) else value)


def _coordinate_systems() -> Iterator[tuple[str, str, str]]:
    """The two systems of `core.srid`, with the sentence that stands below each in the source."""
    body = ast.parse(inspect.getsource(srid)).body
    for statement, after in pairwise(body):
        if isinstance(statement, ast.Assign) and isinstance(after, ast.Expr):
            variable, default = [n.value for n in ast.walk(statement) if isinstance(n, ast.Constant)]
            name = str(variable).removeprefix("GIS_")
            yield code(variable), code(default), f"{words()['settings'][name]}<br>{ast.literal_eval(after.value)}"


def commands() -> str:
    """Every command of `gis-service` with its arguments."""
    parts = [_command(name, command) for name, command in _leaves("gis-service", typer.main.get_command(cli.app))]
    return page(
        "命令 · Commands",
        "在项目目录中运行 `.venv/bin/gis-service …`。拒绝时以中英文说明一句,退出码 1;带 `--json` 的命令输出 JSON。\n\n"
        "Run in the project's folder as `.venv/bin/gis-service …`. A refusal is one sentence in both languages and exit code 1; "
        "`--json` prints JSON where it is offered.",
        *parts,
    )


def _leaves(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    """The commands that do something, by the words one types."""
    if not hasattr(command, "commands"):
        yield name, command
        return
    for word, inner in command.commands.items():
        yield from _leaves(f"{name} {word}", inner)


def _command(name: str, command: Any) -> str:
    shown = [p for p in command.params if not p.hidden]
    parts = [f"## {name}", inspect.cleandoc(command.help or "")]
    if shown:
        parts.append(table("参数 · parameter | 必填 · required | 说明 · meaning", map(_parameter, shown)))
    return "\n\n".join(parts)


def _parameter(parameter: Any) -> tuple[str, bool, str | None]:
    given = ", ".join(parameter.opts) if parameter.opts[0].startswith("-") else parameter.name.upper()
    return code(given), bool(parameter.required), parameter.help


def layers() -> str:
    """The layers under `layers/`, with their attributes and legends."""
    catalogue = Catalogue.load()
    overview = [
        (f"[{code(x.id)}](#{x.id})", x.title, x.title_en, x.geometry, code(x.source), bool(x.history), x.visible)
        for x in catalogue.values()
    ]
    return page(
        "图层 · Layers",
        "一个图层是 `layers/` 下的一个目录;网页地图、OGC 要素、矢量瓦片、离线地图都取自它。新增图层见[操作指南](../how-to/add-a-layer.md)。\n\n"
        "A layer is a folder under `layers/`; web map, OGC features, vector tiles and offline maps take it from there. "
        "To add one, see the [how-to](../how-to/add-a-layer.md).",
        table("标识 · id | 名称 | title | 图形 | 来源 · source | 历史 · history | 默认显示 · shown", overview),
        *(_layer(layer, catalogue) for layer in catalogue.values()),
    )


def _layer(layer: Layer, catalogue: Catalogue) -> str:
    legend = [(f"{x['label_zh']} · {x['label_en']}", x.get("sign"), _look(x)) for x in layer.legend()]
    attributes = [
        (code(a.name), a.zh, a.en, a.type, a.unit, a.vocabulary and code(a.vocabulary), a.filter)
        for a in layer.attributes
    ]
    head = "字段 · attribute | 中文 | English | 类型 | 单位 | 词表 · vocabulary | 可筛选 · filter"
    lender = layer.attributes_of and catalogue[layer.attributes_of]
    borrowed = lender and f"字段同 [{code(lender.id)}](#{lender.id})。 · Attributes as there."
    return "\n\n".join(
        [
            f"## {layer.id}",
            f"**{layer.title} · {layer.title_en}**",
            f"{layer.description}\n\n{layer.description_en}",
            table("图例 · legend | 符号 · sign | 图式 · look", legend),
            borrowed or table(head, attributes),
        ]
    )


def _look(entry: dict[str, Any]) -> str:
    told = (entry.get("fill"), entry.get("hatch"), entry.get("stroke") and f"边 {entry['stroke']}")
    return " ".join(str(word) for word in told if word)


def permissions() -> str:
    """Who may do what."""
    roles = [(code(role), *words()["roles"][role]) for role in Role]
    verbs = [
        (code(verb), "<br>".join(words()["permissions"][verb]), *(role in who for role in Role))
        for verb, who in PERMISSIONS.items()
    ]
    short = " | ".join(words()["roles"][role][0] for role in Role)
    return page(
        "权限 · Permissions",
        "一个动作一个词(`名词.动词`),一张表;每个接口只问其中一个。能看到*哪些*地块由角色授予时的片区或单位决定,并由数据库执行"
        "(见[行级策略](../explanation/row-policies.md))。三员(系统管理员、安全管理员、审计员)互不兼任,也不兼业务角色。\n\n"
        "One word for each act, one table; each route asks for exactly one. *Which* parcels are seen follows from the area or unit "
        "of the grant and is enforced by the database (see [row policies](../explanation/row-policies.md)). The three "
        "administrators are different people without business roles.",
        table("角色 · role | 中文 | English", roles),
        table(f"动作 · verb | 含义 · meaning | {short}", verbs),
    )


def procedures() -> str:
    """The table of every procedure: states, steps with what they need, clocks."""
    return page(
        "程序 · Procedures",
        "每个程序是一张表:状态、步骤、期限。按钮、流程图、测试和本页都出自这张表;办理只按表中的步骤进行,退回写明理由,记录只增不改。"
        "依据一栏空着的,是产品默认值。\n\n"
        "Each procedure is one table of states, steps and clocks. Buttons, diagrams, tests and this page come from it; a proceeding "
        "moves by these steps only, a return says why, and the log only grows. Where no basis stands, it is a product default.",
        *(_procedure(conduct.procedure) for conduct in CONDUCTS),
    )


def _procedure(procedure: Procedure) -> str:
    states = [(code(s.code), s.zh, s.en, s.final) for s in procedure.states]
    steps = [
        (
            _way(procedure, step),
            code(step.action),
            f"{step.zh}<br>{step.en}",
            code(step.permission),
            _needs(step),
            step.basis,
        )
        for step in procedure.steps
    ]
    clocks = [
        (code(c.code), f"{c.zh}<br>{c.en}", _length(c), "、".join(c.during or c.starts), c.basis)
        for c in procedure.clocks
    ]
    head = f"## {procedure.noun}\n\n**{procedure.zh} · {procedure.en}**,编号 · numbers `{procedure.letters}2026-0001`"
    return "\n\n".join([
        head,
        f"![{procedure.zh}](../pictures/procedures/{procedure.noun}.svg)",
        table("状态 · state | 中文 | English | 终态 · final", states),
        table("从 → 到 · from → to | 动作 · action | 名称 · name | 权限 · permission | 需要 · needs | 依据 · basis", steps),
        *([table("期限 · clock | 名称 · name | 长度 · length | 起算 · runs in or from | 依据 · basis", clocks)] if clocks else []),
    ])  # fmt: skip


def _way(procedure: Procedure, step: Step) -> str:
    starts = "、".join(procedure.by_code[at].zh for at in step.starts)
    return starts if step.to is None else f"{starts} → {procedure.by_code[step.to].zh}"


def _needs(step: Step) -> str:
    """Facts, papers, signatures and a reason, each by its Chinese name."""
    facts = [fact.zh if fact.required else f"({fact.zh})" for fact in step.facts]
    papers = [f"《{KINDS[kind].zh}》" for kind in step.papers]
    signed = [f"{SIDES[side][0]}签字" for side in step.signatures]
    reason = ["理由"] if step.says_why else []
    others = [f"非“{action}”的办理人" for action in step.other_than]
    return "、".join([*papers, *signed, *facts, *reason, *others])


LENGTHS = {
    Measure.HOURS: "{} 小时 · h",
    Measure.WORKING_DAYS: "{} 个工作日 · working days",
    Measure.DAYS: "{} 日 · days",
    Measure.MONTHS: "{} 个月 · months",
    Measure.YEARS: "{} 年 · years",
    Measure.SET_DATE: "按所定日期 · the date set",
}


def _length(clock: Clock) -> str:
    return LENGTHS[clock.measure].format(clock.length)


def vocabulary() -> str:
    """The stored values and what people call them."""
    parts = []
    for axis, entries in spoken.vocabulary().items():
        zh, en = entries["title"]
        rows = [(code(value), *pair) for value, pair in entries.items() if value != "title"]
        axes = "(六个状态轴之一 · one of the six axes)" if axis in AXES else ""
        parts.append(
            f"## {axis}\n\n**{zh} · {en}** {axes}".rstrip() + "\n\n" + table("值 · value | 中文 | English", rows)
        )
    return page(
        "词表 · Vocabulary",
        "存储的值与显示的词。地块有六个互相独立的状态轴,没有笼统的“状态”。接口:`GET /api/v1/vocabulary`。\n\n"
        "Stored values and the words shown for them. A parcel has six status axes, independent of each other, and no single "
        "“status”. Over HTTP: `GET /api/v1/vocabulary`.",
        *parts,
    )


def refusals() -> str:
    """Every sentence with which the service says no."""
    kinds = sorted(_kinds(), key=lambda kind: (kind.code, kind.zh))
    told = [(code(kind.code), kind.status, kind.zh, kind.en) for kind in kinds]
    conflicts = [(code(name), *sentences) for name, sentences in sorted(CONFLICTS.items())]
    return page(
        "拒绝 · Refusals",
        "接口的拒绝是 `application/problem+json`(RFC 9457):`code` 不变,可据以编程;句子按 `Accept-Language` 用中文或英文,"
        "`errors[]` 指出文件、行、字段;`request_id` 与日志对应。花括号处填入具体事实。\n\n"
        "Over HTTP a refusal is `application/problem+json` (RFC 9457): `code` is stable and may be programmed against; the sentence "
        "is Chinese or English by `Accept-Language`; `errors[]` names file, row and field; `request_id` leads to the log. Facts "
        "are filled in where braces stand.",
        table("代码 · code | HTTP | 中文 | English", told),
        "## 约束冲突 · Constraints\n\n`conflict` 时,按约束名说明。 · With `conflict`, the sentence goes by the constraint's name.",
        table("约束 · constraint | 中文 | English", conflicts),
        "文件无法读取时的代码见[导入检查](import-checks.md)。 · Codes of unreadable files: [import checks](import-checks.md).",
    )


def _kinds() -> Iterator[type[Refusal]]:
    """Every refusal the product can give, wherever it is defined; not those without a sentence of their own."""
    for module in pkgutil.walk_packages(gis_service.__path__, "gis_service."):
        importlib.import_module(module.name)
    waiting = Refusal.__subclasses__()
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__.startswith("gis_service.") and "zh" in vars(kind):
            yield kind


LEVELS = {
    "fatal": "读不了 · cannot be read",
    "error": "错误 · error",
    "warning": "警告 · warning",
    "info": "提示 · info",
}


def import_checks() -> str:
    """Everything an import can say of a file."""
    read, mapped = (
        [(code(c), LEVELS[m.level], m.zh, m.en) for c, m in said.items()] for said in (READING, notes.NOTES)
    )
    asked = [(code(c.code), LEVELS[c.level], c.zh, c.en) for c in CHECKS.values()]
    head = "代码 · code | 级别 · level | 中文 | English"
    return page(
        "导入检查 · Import checks",
        "错误挡住它那一行(或整个文件),提醒请人看一眼,说明只是告知。做法见[导入文件](../how-to/import-a-file.md)。\n\n"
        "An error stops its row (or the whole file), a warning wants a look, an info only tells. How: "
        "[import a file](../how-to/import-a-file.md).",
        "## 读取 · Reading the file",
        table(head, read),
        "## 列与值 · Columns and values",
        table(head, mapped),
        "## 与台账比对 · Against the register",
        table(head, asked),
    )


def topology_rules() -> str:
    """Everything the checks of the register can say of a parcel."""
    rows = [
        (code(r.code), " · ".join(r.title), LEVELS[r.level], OWNERS[r.owner], f"{r.zh}<br>{r.en}", "、".join(WAYS[w][0] for w in r.ways))
        for r in TOPOLOGY.values()
    ]  # fmt: skip
    return page(
        "拓扑规则 · Topology rules",
        "台账作为一整片土地,逐条检查;容差在 `gis_service/parcels/topology/rules.py`。做法见[检查台账](../how-to/check-the-register.md)。\n\n"
        "The register as land, checked rule by rule; tolerances stand in `gis_service/parcels/topology/rules.py`. How: "
        "[check the register](../how-to/check-the-register.md).",
        table("规则 · rule | 名称 · title | 级别 · level | 责任 · owner | 说明 · sentence | 处理办法 · ways", rows),
    )


OWNERS = {"land_officer": "土地专员 · land officer", "surveyor": "测绘单位 · surveyor"}


def export_fields() -> str:
    """The columns of exported parcels, by the names each format gives them."""
    rows = [(code(f.name), f.zh, code(f.en), code(f.shp), f.holds, _note(f)) for f in all_fields()]
    kinds = [(code(f.name), f.zh, f.en, f".{f.suffix}", _systems(f), ", ".join(f.encodings)) for f in FORMATS.values()]
    return page(
        "导出的列 · Columns of exported parcels",
        "列名就是导入认得的列名:导出的文件可以原样导回。GeoPackage、GeoJSON、GeoParquet、CSV、台账用中文(`lang=en` 用英文名),"
        "Shapefile 用拼音首字母(不超过 10 字节),压缩包内附《字段对照》;KML 的 `Data` 用英文名,`displayName` 用中文。做法见"
        "[导出文件](../how-to/take-data-out.md)。\n\n"
        "The headers are those that the import recognises: an exported file comes back as it is. Chinese by default, English names "
        "with `lang=en`; Shapefiles have pinyin initials of at most ten bytes and a table that explains them. How: "
        "[take data out](../how-to/take-data-out.md).",
        "## 格式 · Formats",
        table("格式 · format | 中文 | English | 文件 · file | 坐标系 · CRS | 文字编码 · encoding", kinds),
        "## 列 · Columns",
        table("列 · column | 中文 | English | Shapefile | 内容 · holds | 说明 · remarks", rows),
    )


def _note(field: Field) -> str:
    worded = "[词表 · vocabulary](vocabulary.md#" + field.name + ")" if field.kind in ("word", "words") else ""
    told = "由系统算出,导入不读 · worked out by the register, not read by an import" if field.told else ""
    contact = "须有联系人权限并要求 · only where asked and permitted" if field.contact else ""
    return "; ".join(filter(None, (" · ".join(filter(None, field.means)), worded, told, contact)))


def _systems(format_: Format) -> str:
    kinds = {
        "any": "任意 · any",
        "plane": "CGCS2000 高斯平面 · Gauss planes",
        "degrees": "经纬度 · degrees",
        "none": "—",
    }
    usual = f", EPSG:{format_.crs}" if format_.crs else ""
    return kinds[format_.systems] + usual


def papers() -> str:
    """Every kind of paper, and every field a template may use."""
    parts = ["## 字段 · Fields", *map(_group, groups().values())]
    for procedure, (zh, en) in PROCEDURES.items():
        rows = [_paper(kind) for kind in KINDS.values() if kind.procedure == procedure]
        head = "代码 · code | 文书 | paper | 文号用字 · series | 另可用 · groups beside the usual | 自带模板用到的 facts · facts asked for"
        parts.append(f"## {zh} · {en}\n\n{table(head, rows)}")
    every = frozenset.intersection(*(kind.groups for kind in KINDS.values()))
    usual = "、".join(code(name) for name in groups() if name in every)
    return page(
        "文书 · Papers",
        "模板是 DOCX,字段写在双花括号里,例如 `{{ paper.title }}`;列表写成循环:`{%tr for parcel in parcels %}` … `{%tr endfor %}`(表格行)、"
        "`{%p for paragraph in text %}` … `{%p endfor %}`(段落)、`{%tc for cell in row %}` … `{%tc endfor %}`(单元格)。没有的值单独出现时印成 "
        f"`{LINE}`,在列表中印成 `{DASH}`。所有文书都可用的分组:{usual}。\n\n"
        "A template is a DOCX with fields in double braces and loops as above. A value that is absent prints as a line where it "
        "stands alone and as a dash in a row of a list. The groups named above are open to every paper.",
        *parts,
    )


SHAPES = {
    "one": "单项 · one",
    "many": "列表 · list",
    "named": "按名称 · by name",
    "texts": "文本列表 · list of texts",
    "table": "行的列表,每行是单元格的列表 · list of rows of cells",
}


def _group(group: Group) -> str:
    head = f"### {group.name}\n\n**{group.zh} · {group.en}** ({SHAPES[group.shape]})"
    rows = [(code(name), said.zh, said.en) for name, said in group.fields.items()]
    return f"{head}\n\n{table('字段 · field | 中文 | English', rows)}" if rows else head


def _paper(kind: PaperKind) -> tuple[object, ...]:
    every = frozenset.intersection(*(one.groups for one in KINDS.values()))
    own = " ".join(code(name) for name in groups() if name in kind.groups - every)
    if not kind.template:
        return code(kind.code), kind.zh, kind.en, "", "", "只上传 · uploaded only"
    asked = dict.fromkeys(re.findall(r"facts\.(\w+)\.text", document_text(shipped(kind))))
    return code(kind.code), kind.zh, kind.en, kind.series, own, " ".join(map(code, asked))


def http_routes() -> str:
    """Every address that the service answers, and the permission it asks for."""
    rows = [(method, code(path), verb, _about(method, path, route)) for method, path, verb, route in _routes()]
    return page(
        "HTTP 接口 · HTTP routes",
        "JSON 接口在 `/api/v1/`,登录后可读 `/api/v1/openapi.json`;OGC 接口在 `/ogc/`。会话 Cookie 或个人令牌(只读)均可。"
        "修改须带 `If-Match`;任何 POST 可带 `Idempotency-Key`;分页用上一页给出的 `next`。\n\n"
        "The JSON API is below `/api/v1/` (`/api/v1/openapi.json` describes it), the OGC API below `/ogc/`. A session cookie or a "
        "personal token (which only reads) opens both. Edits carry `If-Match`; any POST may carry `Idempotency-Key`; paging goes "
        "by the `next` of the page before.",
        table("方法 | 地址 · path | 权限 · permission | 用途 · what it is for", rows),
    )


class Nobody(Services):
    """Services of an application that only shows its routes; nothing is connected."""

    engine = sessions = reader = None  # type: ignore[assignment]


def _routes() -> Iterator[tuple[str, str, str, APIRoute]]:
    plain = Settings.model_construct()
    for route in _flat(create_app(plain, Nobody(plain)).routes):
        if isinstance(route, APIRoute):
            held = {*_asked(route.dependant)} or ({READ.permission} if route.path.startswith("/ogc") else set())
            for method in sorted((route.methods or set()) - {"HEAD"}):
                yield method, route.path.replace(":path}", "}"), " ".join(map(code, held)) or "—", route


def _flat(routes: Iterable[Any]) -> Iterator[Any]:
    for route in routes:
        inner = getattr(route, "original_router", None)
        yield from _flat(inner.routes) if inner else [route]


def _asked(dependant: Dependant) -> Iterator[str]:
    if isinstance(dependant.call, _Door):
        yield dependant.call.permission
    for inner in dependant.dependencies:
        yield from _asked(inner)


def _about(method: str, path: str, route: APIRoute) -> str:
    known = words()["routes"].get(f"{method} {path}")
    return " · ".join(known) if known else (inspect.getdoc(route.endpoint) or route.name).splitlines()[0]


def indicators() -> str:
    """`indicators.md`."""
    parts = [
        f"## {zh} · {en}\n\n"
        + table("编号 · code | 指标 · indicator | 口径 · meaning | 分子 / 分母 · of what | 单位 · unit | 期间 · period | 按哪个单位 · by which unit | 责任 · owner",
                [_indicator(each) for each in KPIS.values() if each.group == group])
        for group, (zh, en) in KPI_GROUPS.items()
    ]  # fmt: skip
    return page(
        "指标目录 · Indicators",
        "每个指标的口径。页面、XLSX、接口、命令出的是同一个数;每个数点开是它的明细;分母为 0 的记“—”。\n\n"
        "What each figure means. Page, workbook, API and command give the same number; each opens its rows; 0 in the denominator prints —.\n\n"
        f"{NOT_KNOWN_ZH}\n\n{NOT_KNOWN_EN}",
        "\n\n".join(parts),
    )


def _indicator(each: Indicator) -> tuple[str, ...]:
    of = f"{each.numerator_zh} · {each.numerator_en}"
    if each.den is not None:
        of += f"<br>÷ {each.denominator_zh} · {each.denominator_en}"
    return (
        code(each.code), f"{each.zh}<br>{each.en}", f"{each.sentence_zh}<br>{each.sentence_en}", of,
        each.unit if not each.of else f"{each.unit}({each.of})", " · ".join(PERIODS[each.period]), " · ".join(UNIT_ROLES[each.unit_role]),
        " · ".join(KPI_OWNERS[each.owner]),
    )  # fmt: skip


PAGES: tuple[Callable[[], str], ...] = (
    settings,
    commands,
    layers,
    permissions,
    procedures,
    vocabulary,
    refusals,
    import_checks,
    topology_rules,
    export_fields,
    papers,
    indicators,
    http_routes,
)

if __name__ == "__main__":
    main(Path(sys.argv[1]))
