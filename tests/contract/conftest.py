"""The variants of the double, each imported once for all tests."""

from typing import Iterator

import pytest

from tests.contract.adapters import Adapter, open_adapter


def _serve(variant: str) -> Iterator[Adapter]:
    adapter = open_adapter(variant)
    yield adapter
    adapter.close()


@pytest.fixture(scope="session")
def old() -> Iterator[Adapter]:
    yield from _serve("old")


@pytest.fixture(scope="session")
def new() -> Iterator[Adapter]:
    yield from _serve("new")


@pytest.fixture(scope="session")
def tf2() -> Iterator[Adapter]:
    yield from _serve("tf2")


@pytest.fixture(params=["old", "new"])
def adapter(request: pytest.FixtureRequest) -> Adapter:
    """Each of the two adapters for TensorFlow 1."""
    return request.getfixturevalue(request.param)
