import os
import stat

import pytest


@pytest.fixture
def fake_tool(tmp_path, monkeypatch):
    """Call it with a name and the lines of a shell script: a tool of that name, first on PATH."""

    def put(name, *lines):
        path = tmp_path / name
        path.write_text("\n".join(["#!/bin/sh", *lines]) + "\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", str(tmp_path) + os.pathsep + os.environ["PATH"])
        return path

    return put
