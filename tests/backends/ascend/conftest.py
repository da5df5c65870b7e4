"""The contract double's adapters, each imported once, for tests of graphs."""

from tests.contract.conftest import adapter, new, old  # noqa: F401
