"""A recorded host: files of /proc, /sys and /etc in a folder, read instead of this machine's."""

import os

import pytest

from bench.environment import processor, system_files


@pytest.fixture
def host(tmp_path, monkeypatch):
    """Call it with {path: text} and the cores that the affinity allows, if there is one."""

    def make(files, cores=(0, 1)):
        for path, text in files.items():
            place = tmp_path / path.lstrip("/")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
        monkeypatch.setattr(system_files, "ROOT", str(tmp_path))
        monkeypatch.setattr(processor, "allowed_cores", lambda: None if cores is None else list(cores))
        monkeypatch.setattr(os, "cpu_count", lambda: 8)
        monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)

    return make
