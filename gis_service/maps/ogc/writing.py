"""The operations that change features, as the API document has them (Part 4)."""

from typing import Any

from gis_service.maps import crs
from gis_service.maps.catalogue import Layer
from gis_service.maps.ogc.edits import ITEM, ITEMS, Edits
from gis_service.maps.ogc.links import GEOJSON

Node = dict[str, Any]

MERGE_PATCH = "application/merge-patch+json"
WORDS = {
    "POST": ("create", "新建要素 · Create a feature"),
    "PUT": ("replace", "整个替换要素 · Replace a feature"),
    "PATCH": ("update", "修改要素的一部分 · Change parts of a feature"),
    "DELETE": ("delete", "撤销要素(出库、拆除) · Withdraw a feature"),
}
REFUSED = {
    409: "与登记规则冲突 · Against a rule of the register",
    411: "没有说明内容长度 · The length is not said",
    412: "要素已被他人修改,没有写入 · Changed by somebody else; nothing was written",
    413: "内容过大 · Too large",
    415: "内容类型不支持 · The media type is not supported",
    428: "没有说明所见版本(If-Match) · If-Match is missing",
}


def _header(name: str, description: str, schema: Node, *, required: bool = False) -> Node:
    return {"name": name, "in": "header", "required": required, "description": description, "schema": schema}


PARAMETERS: Node = {
    "ifMatch": _header("If-Match", "所见版本的 ETag · The ETag of what was seen", {"type": "string"}, required=True),
    "prefer": _header(
        "Prefer", "return=minimal|representation, handling=strict|lenient", {"type": "string", "example": "return=minimal"}
    ),
    "contentCrs": _header(
        "Content-Crs",
        "<URI>:所发坐标的坐标系,默认 CRS84 · CRS of the coordinates sent",
        {"type": "string", "default": f"<{crs.CRS84}>"},
    ),
    "changeReason": {
        "name": "change_reason", "in": "query", "required": False, "schema": {"type": "string"},
        "description": "撤销的原因;可编辑的令牌有自己的事由 · Why; a token for editing has its own reason",
    },
    "changeDocument": {
        "name": "change_document", "in": "query", "required": False, "schema": {"type": "string"},
        "description": "依据文件的文号 · Number of a registered document",
    },
}  # fmt: skip
RESPONSES: Node = {
    str(code): {
        "description": text,
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/problem"}}},
    }
    for code, text in REFUSED.items()
}


def paths_of(layer: Layer, edits: Edits) -> Node:
    """Path → method → operation."""
    here = f"/collections/{layer.id}/items"
    return {
        path: {method.lower(): _operation(layer, method) for method in methods if method in edits.permissions}
        for path, methods in ((here, ITEMS), (f"{here}/{{featureId}}", ITEM))
    }


def _operation(layer: Layer, method: str) -> Node:
    verb, words = WORDS[method]
    own = ["changeReason", "changeDocument"] if method == "DELETE" else ["contentCrs", "prefer"]
    on_one = [] if method == "POST" else ["featureId", "ifMatch"]
    codes = (400, 401, 403, 404, 409, 411, 413, 415, *(() if method == "POST" else (412, 428)))
    found: Node = {
        "operationId": f"{layer.id}.{verb}",
        "tags": [layer.id],
        "summary": f"{layer.title}:{words}",
        "parameters": [{"$ref": f"#/components/parameters/{name}"} for name in (*on_one, *own)],
        "responses": _done(method) | {str(code): {"$ref": f"#/components/responses/{code}"} for code in codes},
    }
    if method != "DELETE":
        found["requestBody"] = {"required": True, "content": _content(MERGE_PATCH if method == "PATCH" else GEOJSON)}
    return found


def _content(kind: str) -> Node:
    name = "object" if kind == MERGE_PATCH else "featureGeoJSON"
    return {kind: {"schema": {"$ref": f"#/components/schemas/{name}"}}}


def _done(method: str) -> Node:
    text = {"schema": {"type": "string"}}
    tag = {"ETag": {**text, "description": "所写版本 · The version written"}}
    if method == "POST":
        place = {"Location": {**text, "description": "新要素的地址 · The new feature's address"}}
        return {"201": {"description": "已新建 · Created", "headers": tag | place, "content": _content(GEOJSON)}}
    if method == "DELETE":
        return {"204": {"description": "已撤销 · Withdrawn"}}
    return {
        "200": {"description": "已写入 · Written", "headers": tag, "content": _content(GEOJSON)},
        "204": {"description": "已写入 · Written", "headers": tag},
    }
