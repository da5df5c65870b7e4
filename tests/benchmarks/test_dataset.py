"""Parsing the dataset's text files, and generating the synthetic stand-in."""

import pytest

from har_model import dataset
from har_model.dataset import synthetic, uci_har
from tests import small_dataset


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("HARBENCH_CACHE", str(tmp_path / "cache"))
    return small_dataset.write(str(tmp_path / "UCI HAR Dataset"), n_train=500, n_test=200)


def test_parse_text(benchmark, root, monkeypatch):
    monkeypatch.setattr(uci_har.cache, "load", lambda *arguments: None)
    assert len(benchmark(dataset.load, root).train.labels) == 500


def test_load_from_cache(benchmark, root):
    dataset.load(root)
    assert len(benchmark(dataset.load, root).train.labels) == 500


def test_generate_synthetic(benchmark):
    assert len(benchmark(synthetic.generate, 500, 200).train.labels) == 500
