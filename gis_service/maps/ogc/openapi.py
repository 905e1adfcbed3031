"""The API document: OpenAPI 3.0.3, complete in itself.

Written here because the framework writes 3.1, marks optional parameters as `anyOf` null, and lists 422 where OGC has
400. Every collection has its own paths, so that its filters can be listed by name.
"""

from collections.abc import Mapping
from typing import Any

from gis_service.maps import crs
from gis_service.maps.asked import parameters
from gis_service.maps.catalogue import Attribute, Catalogue, Layer
from gis_service.maps.cql2.reading import LANGUAGES, MAX_BYTES, TEXT
from gis_service.maps.ogc import writing
from gis_service.maps.ogc.ask import DEFAULT_LIMIT, FILTER, MAX_LIMIT
from gis_service.maps.ogc.edits import Edits
from gis_service.maps.ogc.links import GEOJSON, HTML, JSON, SCHEMA
from gis_service.maps.ogc.schemas import of_attribute
from gis_service.maps.tilesets import api as tilesets

Node = dict[str, Any]

PROBLEM = "application/problem+json"


def document(catalogue: Catalogue, edits: Mapping[str, Edits], *, title: str, version: str, server: str) -> Node:
    paths = {
        "/": {"get": _get("landingPage", "首页 · Landing page", "landingPage", parameters=["f"])},
        "/conformance": {
            "get": _get("conformance", "符合的标准 · Conformance classes", "confClasses", parameters=["f"])
        },
        "/api": {"get": _get("api", "本文档 · This document", "object")},
        "/functions": {"get": _get("functions", "筛选函数 · Functions of filters", "functions", parameters=["f"])},
        "/collections": {"get": _get("collections", "图层清单 · Collections", "collections", parameters=["f"])},
    }
    for layer in catalogue.values():
        paths |= _of_layer(layer)
        if layer.id in edits:
            for path, operations in writing.paths_of(layer, edits[layer.id]).items():
                paths[path] |= operations
    paths |= tilesets.paths_of_sets() | tilesets.paths_of_dataset(list(catalogue.values()))
    return {
        "openapi": "3.0.3",
        "info": {
            "title": title,
            "version": version,
            "description": "OGC API - Features (Part 1, 2, 3, 4, 5) 与矢量瓦片。未列出的参数一律以 400 拒绝。 "
            "Parameters that are not listed are refused with 400.",
        },
        "servers": [{"url": server}],
        "security": [{"bearer": []}, {"basic": []}, {"cookie": []}],
        "tags": [{"name": layer.id, "description": layer.title} for layer in catalogue.values()],
        "paths": paths,
        "components": {
            "securitySchemes": _security(),
            "parameters": _parameters() | writing.PARAMETERS,
            "schemas": SCHEMAS,
            "responses": _responses() | writing.RESPONSES,
        },
    }


def _of_layer(layer: Layer) -> Node:
    here, name = f"/collections/{layer.id}", layer.id
    filters = [_filter(attribute) for attribute in layer.attributes if attribute.filter]
    queryable = [_filter(attribute) for attribute in parameters(layer).values()]
    rows = ["datetime", "as_of"]
    items = _get(
        f"{name}.items", f"{layer.title}:要素 · Features", "featureCollectionGeoJSON", GEOJSON, crs_header=True,
        parameters=["limit", "bbox", "bbox-crs", *rows, "crs", "after", "f", *FILTER, *queryable],
    )  # fmt: skip
    one = _get(
        f"{name}.item", f"{layer.title}:一个要素 · One feature", "featureGeoJSON", GEOJSON, crs_header=True,
        parameters=["featureId", "crs", "as_of", "f"],
    )  # fmt: skip
    schemas = {
        f"{here}/{what}": _get(f"{name}.{what}", f"{layer.title}:{title}", "object", SCHEMA, parameters=["f"])
        for what, title in (("queryables", "可查询的字段 · Queryables"), ("schema", "要素的字段 · Schema"))
    }
    operations = {
        **schemas,
        here: _get(f"{name}.collection", layer.title, "collection", parameters=["f"]),
        f"{here}/items": items,
        f"{here}/items/{{featureId}}": one,
    }
    paths = {path: {"get": {"tags": [name], **operation}} for path, operation in operations.items()}
    return paths | tilesets.paths_of_layer(layer, filters)


def _get(
    operation: str,
    summary: str,
    schema: str,
    kind: str = JSON,
    *,
    parameters: list[str | Node] | None = None,
    crs_header: bool = False,
) -> Node:
    """A GET operation: JSON by schema, a page, and the refusals."""
    found: Node = {
        "description": summary,
        "content": {
            kind: {"schema": {"$ref": f"#/components/schemas/{schema}"}},
            HTML: {"schema": {"type": "string"}},
        },
    }
    if crs_header:
        uri = {"description": "<URI> of the CRS of the coordinates", "schema": {"type": "string"}}
        found["headers"] = {"Content-Crs": uri}
    listed = [{"$ref": f"#/components/parameters/{one}"} if isinstance(one, str) else one for one in parameters or []]
    refusals = {str(code): {"$ref": f"#/components/responses/{code}"} for code in (400, 401, 403, 404)}
    return {"operationId": operation, "summary": summary, "parameters": listed, "responses": {"200": found, **refusals}}


def _filter(attribute: Attribute) -> Node:
    """A queryable as a parameter: the keywords of its schema that OpenAPI 3.0 knows."""
    whole = of_attribute(attribute)
    schema = {key: value for key, value in whole.items() if key in ("type", "format", "enum")}
    return _query(attribute.name, f"{attribute.zh} · {attribute.en}", schema)


def _query(name: str, description: str, schema: Node) -> Node:
    return {
        "name": name, "in": "query", "required": False, "description": description, "schema": schema, "style": "form",
        "explode": False,
    }  # fmt: skip


def _path(name: str, schema: Node) -> Node:
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _parameters() -> Node:
    uris = {"type": "string", "format": "uri", "default": crs.CRS84, "enum": list(crs.SUPPORTED)}
    box = {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}}
    whole = {"type": "integer", "minimum": 0}
    return {
        "f": _query("f", "格式 · Format", {"type": "string", "enum": ["json", "html"], "default": "json"}),
        "limit": _query(
            "limit", "每页要素数 · Features per page",
            {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
        ),
        "bbox": _query("bbox", "范围(按 bbox-crs 的轴序)· Box, in the axis order of bbox-crs", box),
        "bbox-crs": _query("bbox-crs", "bbox 的坐标系 · CRS of bbox", uris),
        "crs": _query("crs", "返回坐标的坐标系 · CRS of the coordinates returned", uris),
        "datetime": _query("datetime", "更新时间:时刻或区间 · Time of change: instant or interval", {"type": "string"}),
        "as_of": _query("as_of", "截至某日或某时的状态 · The state on a day or at an instant", {"type": "string"}),
        "after": _query("after", "下一页的起点,取自 next 链接 · Place of the next page, from a next link", {"type": "string"}),
        "filter": _query("filter", "CQL2 筛选表达式 · CQL2 filter", {"type": "string", "maxLength": MAX_BYTES}),
        "filter-lang": _query(
            "filter-lang", "筛选语言 · Language of the filter", {"type": "string", "enum": list(LANGUAGES), "default": TEXT}
        ),
        "filter-crs": _query("filter-crs", "筛选中坐标的坐标系 · CRS of coordinates in the filter", uris),
        "tileFormat": _query("f", "格式 · Format", {"type": "string", "enum": ["mvt"], "default": "mvt"}),
        "featureId": _path("featureId", {"type": "integer", "format": "int64"}),
        "tileMatrix": _path("tileMatrix", whole),
        "tileRow": _path("tileRow", whole),
        "tileCol": _path("tileCol", whole),
    }  # fmt: skip


def _security() -> Node:
    return {
        "bearer": {"type": "http", "scheme": "bearer", "description": "个人访问令牌 · Personal access token"},
        "basic": {"type": "http", "scheme": "basic", "description": "令牌作密码 · The token as password"},
        "cookie": {"type": "apiKey", "in": "cookie", "name": "gis_session", "description": "登录会话 · Session"},
    }


def _responses() -> Node:
    said = {
        400: "参数有误 · A parameter is wrong or unknown",
        401: "未登录 · Not signed in",
        403: "没有权限 · Not permitted",
        404: "没有找到 · Not found",
    }
    content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/problem"}}}
    return {str(code): {"description": text, "content": content} for code, text in said.items()}


def _object(required: list[str], **properties: Node) -> Node:
    return {"type": "object", "required": required, "properties": properties}


def _list_of(item: Node) -> Node:
    return {"type": "array", "items": item}


def _schema(name: str) -> Node:
    return {"$ref": f"#/components/schemas/{name}"}


STRING: Node = {"type": "string"}
LINKS = _list_of(_schema("link"))
SCHEMAS: Node = {
    "object": {"type": "object"},
    "binary": {"type": "string", "format": "binary"},
    "link": _object(["href", "rel"], href=STRING, rel=STRING, type=STRING, title=STRING, templated={"type": "boolean"}),
    "landingPage": _object(["links"], title=STRING, description=STRING, links=LINKS),
    "confClasses": _object(["conformsTo"], conformsTo=_list_of(STRING)),
    "extent": {
        "type": "object",
        "properties": {
            "spatial": {"type": "object", "properties": {"bbox": _list_of(_list_of({"type": "number"})), "crs": STRING}},
            "temporal": {
                "type": "object",
                "properties": {"interval": _list_of(_list_of({**STRING, "nullable": True})), "trs": STRING},
            },
        },
    },
    "collection": _object(
        ["id", "links"], id=STRING, title=STRING, description=STRING, links=LINKS, extent=_schema("extent"),
        itemType=STRING, crs=_list_of(STRING), storageCrs=STRING,
    ),
    "collections": _object(["links", "collections"], links=LINKS, collections=_list_of(_schema("collection"))),
    "geometry": {"type": "object", "nullable": True, "required": ["type", "coordinates"],
                 "properties": {"type": STRING, "coordinates": {"type": "array", "items": {}}}},
    "featureGeoJSON": _object(
        ["type", "geometry", "properties"], type={"type": "string", "enum": ["Feature"]}, id={"type": "integer"},
        geometry=_schema("geometry"), properties={"type": "object", "nullable": True}, links=LINKS,
    ),
    "featureCollectionGeoJSON": _object(
        ["type", "features"], type={"type": "string", "enum": ["FeatureCollection"]},
        features=_list_of(_schema("featureGeoJSON")), links=LINKS, timeStamp={"type": "string", "format": "date-time"},
        numberMatched={"type": "integer", "minimum": 0}, numberReturned={"type": "integer", "minimum": 0},
    ),
    "functions": _object(
        ["functions"], links=LINKS,
        functions=_list_of(_object(
            ["name", "returns"], name=STRING, description=STRING, returns=_list_of(STRING),
            arguments=_list_of(_object(["type"], title=STRING, description=STRING, type=_list_of(STRING))),
        )),
    ),
    "problem": _object(
        ["type", "title", "status"], type=STRING, title=STRING, title_zh=STRING, title_en=STRING, code=STRING,
        status={"type": "integer"}, errors=_list_of({"type": "object"}), request_id=STRING,
    ),
}  # fmt: skip
