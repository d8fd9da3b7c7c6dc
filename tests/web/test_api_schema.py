"""The API against its own description: whatever is sent, no failure of the server, and answers as described."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.web.site import TRACES, Site
from tests.web.test_walker import Objects, objects_of

EXAMPLES = 25
"""For each operation and mode: what fits the description, and what does not."""

CHECKS = (
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance,
)  # fmt: skip
QUIET = settings(
    max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@pytest.fixture(scope="module")
def objects(site: Site) -> Objects:
    return objects_of(site, "rep")


def operations(site: Site) -> Iterator[Any]:
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", site.app)
    for result in schema.get_all_operations():
        yield result.ok()


def test_the_description_is_complete(site: Site) -> None:
    document = site.app.test_client().get("/api/openapi.json").json
    assert document is not None
    described = {
        (method.upper(), path) for path, item in document["paths"].items() for method in item if method != "parameters"
    }
    served = {
        (method, rule.rule.replace("<uuid:", "{").replace(">", "}"))
        for rule in site.app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert described == served
    assert document["security"] == [{"bearer": []}]


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.name)
@pytest.mark.parametrize("name", ["rep", "admin"])
def test_answers_are_as_described(site: Site, objects: Objects, mode: GenerationMode, name: str) -> None:
    api = site.api(name)
    seen: set[int] = set()
    for operation in operations(site):
        strategy = operation.as_strategy(generation_mode=mode)

        @QUIET
        @seed(1)
        @given(case=strategy, is_known=st.booleans())
        def check(case: Any, is_known: bool) -> None:
            for argument in case.path_parameters or {}:
                if is_known:  # else hardly any id would be known
                    case.path_parameters[argument] = objects.ids[argument]
            # Called through WSGI, the client would have to decompress by itself.
            response = case.call(headers={**api.headers, "Accept-Encoding": "identity"})
            case.validate_response(response, checks=CHECKS)
            seen.add(response.status_code)
            assert not any(trace in response.text for trace in TRACES)

        check()
    assert {200, 422} <= seen if mode is GenerationMode.POSITIVE else 422 in seen
