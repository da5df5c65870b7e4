"""Runs programs against one variant of the double: imports TensorFlow and the adapter once, then forks for each.

Started as `python adapter_server.py MODULE ...` with the variant on PYTHONPATH. Each line of stdin is a JSON object
with the program's text, the variables to set (null: to remove) and two paths, for its stdout and stderr; each line of
stdout answers with the exit status that `os.waitpid` gave. A program that aborts ends its own process alone.
"""

import importlib
import json
import os
import sys
import traceback


def run(order, names):
    """Execute a program in this process, which is the child; never returns."""
    for descriptor, path in ((1, order["stdout"]), (2, order["stderr"])):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), descriptor)
    for name, value in order["variables"].items():
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = value
    status = 0
    try:
        exec(compile(order["program"], "<program>", "exec"), names)
    except BaseException:
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def main():
    """Serve until stdin ends."""
    import numpy
    import tensorflow as tf

    for module in sys.argv[1:]:
        importlib.import_module(module)
    answers = os.fdopen(os.dup(1), "w")
    if not tf.__version__.startswith("1."):
        tf.compat.v1.disable_eager_execution()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            run(json.loads(line), {"__name__": "program", "tf": tf, "tf1": tf.compat.v1, "np": numpy})
        answers.write("%d\n" % os.waitpid(child, 0)[1])
        answers.flush()


if __name__ == "__main__":
    main()
