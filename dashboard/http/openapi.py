"""The description of the API, made of its pages: OpenAPI 3.1, https://spec.openapis.org/oas/v3.1.0.

Schemas are those of the types by which bodies are decoded and answers are made, so none is written twice.
"""

import re
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from dashboard.http.access import Role
from dashboard.http.answers import Refused
from dashboard.http.asked import query_of
from dashboard.http.page import JSON, Page, Parameter
from dashboard.http.refusal import answer

PATH = "/api/openapi.json"
_REFERENCE = "#/components/schemas/{name}"
_PART = re.compile(r"\{(\w+)(:\w+)?\}")
_CHANGES = (Role.OFFICER, Role.OPERATOR)
_ABOUT = """What the console uses, and all that is asked and done about alerts.

Whoever shows a token is let in by it: `Authorization: Bearer TOKEN`. `x-role` of each operation names who may: a
monitor sees, an officer acts for the own office, an operator may all. Lists come a page at a time, the newest first:
`next` of a page is the `cursor` of the following one. A refusal is `{"error": "a sentence"}`; after a 503 ask again."""


def description_page(described: Sequence[Page], version: str) -> Page:
    """Of these pages and of itself."""

    async def description(request: Request) -> Response:
        query_of(request, ())
        return answer(content)

    page = Page(PATH, Role.MONITOR, description, summary="This description.", answer=dict[str, Any])
    content = describe((*described, page), version)
    return page


def describe(pages: Sequence[Page], version: str) -> dict[str, Any]:
    """The document, ready for JSON."""
    forms = [Refused, *(form for page in pages for form in _forms(page))]
    schemas, components = msgspec.json.schema_components(forms, ref_template=_REFERENCE)
    schema_of = dict(zip(map(repr, forms), schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for page in pages:
        paths.setdefault(_PART.sub(r"{\1}", page.path), {})[page.method.lower()] = _operation(page, schema_of)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Denyut", "version": version, "description": _ABOUT, "license": {"name": "Apache-2.0"}},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _forms(page: Page) -> Iterator[Any]:
    yield from (parameter.form for parameter in page.query)
    if page.body is not None:
        yield page.body
    yield from _answers(page)


def _answers(page: Page) -> tuple[Any, ...]:
    if page.answer is None:
        return ()
    return page.answer if isinstance(page.answer, tuple) else (page.answer,)


def _operation(page: Page, schema_of: dict[str, Any]) -> dict[str, Any]:
    parts = [name for name, _ in _PART.findall(page.path)]
    parameters = [*map(_path_parameter, parts), *(_parameter(each, schema_of) for each in page.query)]
    operation: dict[str, Any] = {
        "operationId": _name(page),
        "tags": [_tag(page.path)],
        "summary": page.summary,
        "x-role": page.role.value,
        # Without a configured token whoever reaches the address is a monitor.
        "security": {Role.ANYONE: [{}], Role.MONITOR: [{}, {"token": []}]}.get(page.role, [{"token": []}]),
        "responses": _responses(page, parts, schema_of),
    }
    if parameters:
        operation["parameters"] = parameters
    if page.body is not None:
        operation["requestBody"] = {"required": True, "content": {JSON: {"schema": schema_of[repr(page.body)]}}}
    return operation


def _name(page: Page) -> str:
    """Such as "get_alerts_number", "post_alerts_number_acknowledge"."""
    words = re.findall(r"[a-z]+", _PART.sub(r"\1", page.path).removeprefix("/api"))
    return "_".join((page.method.lower(), *words))


def _tag(path: str) -> str:
    return path.removeprefix("/api").split("/")[1]


def _path_parameter(name: str) -> dict[str, Any]:
    schema = {"type": "integer", "minimum": 1, "maximum": 2**53} if name == "number" else {"type": "string"}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _parameter(parameter: Parameter, schema_of: dict[str, Any]) -> dict[str, Any]:
    schema = schema_of[repr(parameter.form)]
    if parameter.usual is not None:
        schema = {**schema, "default": parameter.usual}
    return {"name": parameter.name, "in": "query", "description": parameter.about, "schema": schema}


def _responses(page: Page, parts: Sequence[str], schema_of: dict[str, Any]) -> dict[str, Any]:
    answers = [schema_of[repr(form)] for form in _answers(page)]
    schema = {"anyOf": answers} if len(answers) > 1 else answers[0] if answers else {"type": "string"}
    responses = {str(page.status): {"description": "Done.", "content": {page.media_type: {"schema": schema}}}}
    refused = {JSON: {"schema": schema_of[repr(Refused)]}}
    for status in sorted(_refusals(page, parts)):
        # Of the health of a run, whatever is wrong with it.
        content = {JSON: {"schema": schema}} if page.role is Role.ANYONE and status == 503 else refused
        responses[str(status)] = {"description": f"{HTTPStatus(status).phrase}.", "content": content}
    return responses


def _refusals(page: Page, parts: Sequence[str]) -> set[int]:
    found = {*page.refusals, 500}
    if page.role is not Role.ANYONE:
        found |= {401, 403}
    if page.path.startswith("/api/"):
        found.add(400)
    if parts:
        found.add(404)
    if page.body is not None:
        found |= {400, 413, 415}
    return found
