import pytest

from tests import small_dataset


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    """No test reads or fills the user's cache, or finds data by accident."""
    monkeypatch.setenv("HARBENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("HARBENCH_DATA", raising=False)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")


@pytest.fixture
def root(tmp_path):
    """A small dataset in the official layout."""
    return small_dataset.write(str(tmp_path / "UCI HAR Dataset"))
