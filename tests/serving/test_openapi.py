"""The OpenAPI description: every route has an example, which fits what the route takes and
gives."""

import jsonschema
import pytest
from record_examples import REQUESTS, ask, build, client

from rag.serving.described import JSON_MEDIA_TYPE, examples


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    return client(build(tmp_path_factory.mktemp("described")))


@pytest.fixture(scope="module")
def described(server):
    return server.get("/openapi.json", auth=("editor", "secret")).json()


def operations(described):
    return [
        (f"{method.upper()} {path}", one)
        for path, ones in described["paths"].items()
        for method, one in ones.items()
    ]


def test_every_route_says_what_it_does_and_has_an_example_of_what_it_takes_and_gives(described):
    for name, operation in operations(described):
        assert operation["description"] and operation["tags"], name
        assert "example" in operation["responses"]["200"]["content"][JSON_MEDIA_TYPE], (
            f"{name}: add it to tests/record_examples.py, and run that"
        )
        for content in operation.get("requestBody", {}).get("content", {}).values():
            assert "example" in content, name
        for parameter in operation.get("parameters", ()):
            assert "example" in parameter or not parameter["required"], (name, parameter["name"])


def test_no_example_is_of_a_route_that_is_not_there(described):
    assert set(examples()) == {name for name, _ in operations(described)}


def test_examples_fit_the_schemas(described):
    for name, operation in operations(described):
        for content in (
            operation["responses"]["200"]["content"][JSON_MEDIA_TYPE],
            *operation.get("requestBody", {}).get("content", {}).values(),
        ):
            jsonschema.validate(
                content["example"], {**content["schema"], "components": described["components"]}
            )


def test_what_comes_today_fits_the_schemas_and_has_the_parts_of_the_example(server, described):
    told = dict(operations(described))
    for request in REQUESTS:
        reply = ask(server, *request)
        content = told[f"{request[0]} {request[1]}"]["responses"]["200"]["content"][JSON_MEDIA_TYPE]
        assert reply.status_code == 200
        jsonschema.validate(
            reply.json(), {**content["schema"], "components": described["components"]}
        )
        assert reply.json().keys() == content["example"].keys()


def test_a_server_with_a_password_says_how_to_come_in(server, described):
    assert {one["scheme"] for one in described["components"]["securitySchemes"].values()} == {
        "basic",
        "bearer",
    }
    assert described["security"] and server.get("/openapi.json").status_code == 401
