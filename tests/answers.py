"""What a command answered that was run as a user runs it."""

import os
import subprocess
from typing import Dict, Mapping, NamedTuple, Sequence


class Answer(NamedTuple):
    """Exit code, stdout, stderr."""

    code: int
    out: str
    err: str


def environment_without(*prefixes: str) -> Dict[str, str]:
    """The variables of this process but for those that begin so."""
    return {name: value for name, value in os.environ.items() if not name.startswith(prefixes)}


def run(command: Sequence[str], folder: str, environment: Mapping[str, str]) -> Answer:
    """Run a command to its end; no traceback may reach a user."""
    done = subprocess.run(list(command), cwd=folder, env=dict(environment), capture_output=True)
    answer = Answer(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))
    assert "Traceback" not in answer.out + answer.err
    return answer
