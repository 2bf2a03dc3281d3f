"""A client of the server's routes."""

import pytest
from starlette.testclient import TestClient

from rag import Index
from rag.serving.routes import build_api

QUESTION = "In which province was an elevator emergency drill held?"


@pytest.fixture(scope="module")
def index(sample_index):
    with Index.open(sample_index) as opened:
        yield opened


@pytest.fixture(scope="module")
def client(index):
    # A server's errors are to come back as responses, as they would over a wire.
    return TestClient(
        build_api(index), base_url="http://127.0.0.1:7860", raise_server_exceptions=False
    )
