"""Landing page, conformance, collections and tilesets, as plain dictionaries."""

from typing import Any

from gis_service.maps import crs
from gis_service.maps.catalogue import Catalogue, Layer
from gis_service.maps.cql2.functions import listed
from gis_service.maps.memory import BBox
from gis_service.maps.ogc.links import (
    FUNCTIONS_REL,
    GEOJSON,
    HTML,
    JSON,
    OPENAPI,
    QUERYABLES_REL,
    SCHEMA,
    SCHEMA_REL,
    TILESETS,
    Site,
    link,
)
from gis_service.maps.tilesets import documents as tilesets

Document = dict[str, Any]

CONFORMS = [
    *(
        f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{name}"
        for name in ("core", "oas30", "html", "geojson")
    ),
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
    *(
        f"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/{name}"
        for name in ("queryables", "queryables-query-parameters", "filter", "features-filter")
    ),
    *(
        f"http://www.opengis.net/spec/ogcapi-common-5/1.0/conf/{name}"
        for name in (
            "create-replace-delete",
            "update",
            "optimistic-locking-etags",
            "return-resource-representation-in-response",
            "handling",
        )
    ),
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/features",
    *(
        f"http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/{name}"
        for name in ("schemas", "advanced-property-roles", "returnables-and-receivables", "queryables")
    ),
    *(
        f"http://www.opengis.net/spec/cql2/1.0/conf/{name}"
        for name in (
            "cql2-text",
            "cql2-json",
            "basic-cql2",
            "advanced-comparison-operators",
            "case-insensitive-comparison",
            "accent-insensitive-comparison",
            "basic-spatial-functions",
            "basic-spatial-functions-plus",
            "spatial-functions",
            "temporal-functions",
            "array-functions",
            "property-property",
            "arithmetic",
            "functions",
        )
    ),
    *(
        f"http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/{name}"
        for name in ("core", "landing-page", "json", "html")
    ),
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
    *(
        f"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/{name}"
        for name in (
            "core",
            "tileset",
            "tilesets-list",
            "dataset-tilesets",
            "geodata-tilesets",
            "collections-selection",
            "mvt",
            "oas30",
        )
    ),
    "http://www.opengis.net/spec/tms/2.0/conf/tilematrixset",
    "http://www.opengis.net/spec/tms/2.0/conf/json-tilematrixset",
]
"""What is declared is tested (tests/conformance), and nothing else is declared."""


def landing(site: Site, title: str) -> Document:
    return {
        "title": title,
        "description": "国有空闲地、片区与界址点,按登录人员的数据范围提供。 "
        "Idle state-owned land, areas and boundary points, within the data scope of whoever is signed in.",
        "links": [
            link(site.to("/api"), "service-desc", OPENAPI, "接口文档(OpenAPI 3.0)· API document"),
            link(site.to("/api.html"), "service-doc", HTML, "接口说明 · API, for people"),
            link(site.to("/conformance"), "conformance", JSON, "符合的标准 · Conformance"),
            link(site.to("/collections"), "data", JSON, "图层 · Collections"),
            link(site.to("/functions"), FUNCTIONS_REL, JSON, "筛选函数 · Functions of filters"),
            *tilesets.links_of_landing(site),
        ],
    }


def conformance() -> Document:
    return {"conformsTo": CONFORMS}


def functions() -> Document:
    return {"functions": listed(), "links": []}


def collections(site: Site, catalogue: Catalogue, extents: dict[str, BBox]) -> Document:
    return {
        "links": [],
        "crs": list(crs.SUPPORTED),
        "collections": [collection(site, layer, extents[layer.id]) for layer in catalogue.values()],
    }


def collection(site: Site, layer: Layer, extent: BBox) -> Document:
    """Every collection carries what it says in the list: id, title, description and extent are the same in both."""
    here = f"/collections/{layer.id}"
    return {
        "id": layer.id,
        "title": layer.title,
        "description": f"{layer.description} {layer.description_en}",
        "itemType": "feature",
        "crs": list(crs.SUPPORTED),
        "storageCrs": crs.STORED.uri,
        "extent": {
            "spatial": {"bbox": [list(extent)], "crs": crs.CRS84},
            "temporal": {"interval": [[None, None]], "trs": "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"},
        },
        "links": [
            link(site.to(here, f="json"), "self", JSON, layer.title),
            link(site.to(here, f="html"), "alternate", HTML, layer.title),
            link(site.to(f"{here}/items"), "items", GEOJSON, "要素 · Features"),
            link(site.to(f"{here}/items", f="html"), "items", HTML, "要素网页 · Features as pages"),
            link(site.to(f"{here}/schema"), SCHEMA_REL, SCHEMA, "要素的字段 · Schema"),
            link(site.to(f"{here}/schema"), "describedby", SCHEMA, "要素的字段 · Schema"),
            link(site.to(f"{here}/queryables"), QUERYABLES_REL, SCHEMA, "可查询的字段 · Queryables"),
            link(site.to(f"{here}/tiles"), TILESETS, JSON, "矢量瓦片 · Vector tiles"),
        ],
    }
