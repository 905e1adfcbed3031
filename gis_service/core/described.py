"""The API document that FastAPI makes of the routes, with the refusals and the files of this service, which it does not know of."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Response

PROBLEM = {
    "type": "object",
    "description": "RFC 9457,中英文各一句 · a sentence in Chinese and in English",
    "required": ["type", "title", "status", "code", "title_zh", "title_en", "errors"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string", "description": "按 Accept-Language · in the language asked for"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "供程序判断 · for programs"},
        "title_zh": {"type": "string"},
        "title_en": {"type": "string"},
        "errors": {"type": "array", "items": {"type": "object"}},
        "request_id": {"type": "string"},
    },
}
REFUSALS = {
    "Refused": "被拒绝:参数、内容、登录、权限、版本或状态不符 · Refused: parameters, content, signing in, rights, version or state",
    "Unavailable": "暂时不可用,见 Retry-After · Not available for now; see Retry-After",
}
OF_EVERY_ROUTE = {"4XX": "Refused", "503": "Unavailable"}
NEVER = "422"
"""FastAPI documents its own answer to invalid content; ours is a problem document (400)."""


def described(app: FastAPI) -> dict[str, Any]:
    """The document: every operation may refuse by a problem document."""
    document = app.openapi()
    parts = document.setdefault("components", {})
    for name in ("HTTPValidationError", "ValidationError"):
        parts.get("schemas", {}).pop(name, None)
    parts.setdefault("schemas", {})["Problem"] = PROBLEM
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    parts["responses"] = {name: {"description": told, "content": content} for name, told in REFUSALS.items()}
    for operation in (one for path in document["paths"].values() for one in path.values() if "responses" in one):
        answers = operation["responses"]
        if answers.get(NEVER, {}).get("description") == "Validation Error":
            del answers[NEVER]
        for status, name in OF_EVERY_ROUTE.items():
            answers.setdefault(status, {"$ref": f"#/components/responses/{name}"})
    return document


def sends(*types: str, also: int | None = None) -> dict[str, Any]:
    """For the decorator of a route that sends a file: without it the API document would promise JSON.
    `also` is another success without content, such as 204."""
    content = {each: {"schema": {"type": "string", "format": "binary"}} for each in types}
    responses: dict[int, Any] = {200: {"description": HTTPStatus.OK.phrase, "content": content}}
    if also is not None:
        responses[also] = {"description": HTTPStatus(also).phrase}
    return {"response_class": Response, "responses": responses}


def answers(*statuses: int) -> dict[str, Any]:
    """For the decorator of a route that answers JSON with other successes beside its usual one."""
    content: dict[str, Any] = {"application/json": {"schema": {}}}
    return {"responses": {each: {"description": HTTPStatus(each).phrase, "content": content} for each in statuses}}
