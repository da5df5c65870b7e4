"""requirements/setup-env.sh over an interpreter that does not run; no environment is made."""

import os
import subprocess

import pytest

from bench import environment

#: As pyenv's shim answers for a version that is installed and not chosen: the cause first, then advice.
_SHIM = """#!/bin/sh
echo 'out of the way'
printf '%s\\n' '' 'pyenv: python3.7: command not found' '' 'Note: See pyenv help' '      at the same time.' >&2
exit 127
"""
_SILENT = "#!/bin/sh\nexit 1\n"


@pytest.mark.parametrize(
    "script, words", [(_SHIM, " (pyenv: python3.7: command not found)"), (_SILENT, "")], ids=["shim", "silent"]
)
def test_an_interpreter_that_does_not_run_is_refused_with_its_own_words(tmp_path, script, words):
    script_path = os.path.join(environment.packages_root(), "requirements", "setup-env.sh")
    if not os.path.isfile(script_path):
        pytest.skip("needs a checkout")
    shim = tmp_path / "python 3.7"
    shim.write_text(script)
    shim.chmod(0o755)
    answer = subprocess.run(
        ["sh", script_path],
        cwd=environment.packages_root(),
        env=dict(os.environ, PYTHON=str(shim)),
        capture_output=True,
    )
    said = answer.stderr.decode("utf-8")
    start = "PYTHON=%s does not run as a Python interpreter%s: give the full path of one; harbench needs " % (
        shim,
        words,
    )
    assert answer.returncode == 2 and answer.stdout == b"" and said.startswith(start) and said.count("\n") == 1
