import os
import subprocess
import sys

import pytest

from bench import environment

#: The command, watching the host less long than a second before it measures, which adds up over all tests.
_QUICKLY = "from bench import checkup, cli; checkup._WATCHED_SECONDS = 0.2; cli.main()"


@pytest.fixture
def harbench(tmp_path, tmp_path_factory):
    def call(*arguments, expect=0, **variables):
        used = {name: value for name, value in os.environ.items() if not name.startswith("HARBENCH_")}
        used.update(PYTHONPATH=environment.packages_root(), PYTHONIOENCODING="utf-8")
        used.update(variables, HARBENCH_CACHE=str(tmp_path_factory.getbasetemp() / "cache"))
        answer = subprocess.run(
            [sys.executable, "-c", _QUICKLY] + list(arguments), cwd=str(tmp_path), capture_output=True, env=used,
        )  # fmt: skip
        out, err = answer.stdout.decode("utf-8"), answer.stderr.decode("utf-8")
        assert answer.returncode == expect, (answer.returncode, out, err)
        assert "Traceback" not in out + err
        assert expect == 0 or len(err.splitlines()) == 1, err  # no empty line either
        return out, err

    return call
