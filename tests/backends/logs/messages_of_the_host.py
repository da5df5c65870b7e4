"""A small log for each known message of the host; the words around it are ours."""

from tests.backends.logs.case import Case

CASES = (
    Case(
        "C:/",
        "python: can't open file 'D:\\work\\train.py': [Errno 2] No such file or directory\n",
        ("Windows path", "D:\\work"),
        "no",
    ),
    Case(
        "'...': [Errno 2]",
        "python: can't open file 'train.py': [Errno 2] No such file or directory\n",
        ("no script train.py",),
        "no",
    ),
    Case(
        "resource variable",
        "FailedPreconditionError: Error while reading resource variable a/b from Container: localhost. Sorry.\n",
        ("Variable a/b", "constant"),
        "partly",
    ),
    Case(
        "Table not",
        "OP_REQUIRES failed at lookup_table_op.cc:809 : Failed precondition: Table not initialized.\n",
        ("mix_compile",),
        "partly",
    ),
    Case(
        "OutOfRangeError",
        "tensorflow.python.framework.errors_impl.OutOfRangeError: End of sequence\n\t [[node IteratorGetNext]]\n",
        ("asked its dataset for more", "catch tf.errors.OutOfRangeError"),
        "not proven",
    ),
    Case(
        "OutOfRangeError",
        "tensorflow.python.framework.errors_impl.OutOfRangeError: 2 root error(s) found.\n"
        "  (0) Out of range: End of sequence\n\t [[{{node IteratorGetNext}}]]\n",
        ("did not catch the end",),
        "not proven",
    ),
    Case("No space", "OSError: [Errno 28] No space left on device\n", ("disk is full",), "not proven"),
    Case(
        "std::bad_alloc",
        "terminate called after throwing an instance of 'std::bad_alloc'\n",
        ("memory of the host",),
        "not proven",
    ),
    Case(
        "No module named '...'", "ModuleNotFoundError: No module named 'pandas'\n", ("no module pandas",), "not proven"
    ),
    Case("Killed", "run.sh: line 3: 123 Killed python3 train.py\n", ("killed the process",), "not proven"),
    Case("Killed", "  3%|#  | 1/30 [00:01<00:29]Killed\n", ("killed the process",), "not proven"),
    Case("Killed", "[1]+  Killed                  python3 train.py\n", ("killed the process",), "not proven"),
    Case("Killed", "oom-kill: Memory cgroup out of memory\n", ("killed the process",), "not proven"),
    Case(
        "137", "[ModelArts Service Log][task] ret code: 137\n", ("ended with an error", "137 is a kill"), "not proven"
    ),
    Case("137", "CalledProcessError: returned non-zero exit status 1.\n", ("lines before",), "not proven"),
    Case("F .../file.cc", "F0000 00:00:1742.76   82189 a/b_c.cc:20] Check failed\n", ("of level F",), "not proven"),
    Case("Segmentation", "Segmentation fault (core dumped)\n", ("native code",), "not proven"),
    Case("Segmentation", "Bus error (core dumped)\n", ("native code",), "not proven"),
    Case("Segmentation", "run.sh: 行 3: 12 段错误 (核心已转储) python3 a.py\n", ("native code",), "not proven"),
    Case("Killed", "run.sh：行 3：  12 已杀死   python3 a.py\n", ("killed the process",), "not proven"),
    Case("Aborted", "已放弃 (核心已转储)\n", ("SIGABRT",), "not proven"),
    Case("Aborted", "terminate called after throwing an instance of 'std::logic_error'\n", ("SIGABRT",), "not proven"),
    Case("Aborted", "double free or corruption (!prev)\n", ("SIGABRT",), "not proven"),
    Case("Terminated", "Terminated\n", ("before its time",), "not proven"),
    Case(
        "Terminated",
        "slurmstepd: error: *** JOB 5 ON n1 CANCELLED AT 2026-01-01 DUE TO TIME LIMIT ***\n",
        ("before its time",),
        "not proven",
    ),
    Case("timeout", "timeout: sending signal TERM to command 'python3'\n", ("before its time",), "not proven"),
    Case("testcase", "Run testcase failed!\n", ("own test of the run",), "not proven"),
    Case("Zeile", "run.sh: Zeile 3:   123 Unterbrechung           python3 a.py\n", ("signal",), "not proven"),
    Case("Zeile", "run.sh: line 3:   123 Hangup                  python3 a.py\n", ("signal",), "not proven"),
    Case("make", "make: *** [Makefile:3: train] Error 1\n", ("ended with an error",), "not proven"),
    Case("srun", "srun: error: n1: task 0: Exited with exit code 1\n", ("ended with an error",), "not proven"),
    Case("Aborted", "Fatal Python error: Aborted\n", ("SIGABRT",), "not proven"),
    Case("bogomips", "Failed to find bogomips in /proc/cpuinfo\n", (), "not proven"),
)
