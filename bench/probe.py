"""Asks a backend, in the interpreter and environment of a trial, whether it can run. `python -m bench.probe BACKEND`.

Prints one JSON object. The parent runs it so that the answer is that of the trial's Python, not of its own.
"""

import json
import platform
import sys
from typing import List

import bench
from backends import registry


def main(arguments: List[str]) -> None:
    """Print what the backend's probe says, and from where harbench was imported."""
    probe = registry.create(arguments[0]).probe()
    answer = {
        "is_available": probe.is_available,
        "sentence": probe.sentence,
        "python": platform.python_version(),
        "harbench": bench.__file__,
    }
    print("\n" + json.dumps(answer))


if __name__ == "__main__":
    main(sys.argv[1:])
