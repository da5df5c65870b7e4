import pytest

from backends.logs import reading
from backends.logs.ending import ending

TRACEBACK = 'Traceback (most recent call last):\n  File "train.py", line 3, in train_step\n    go()\n'
COMPILED = "I geop_npu.cc:822] The model has been compiled on the Ascend AI processor, current graph id is: 1\n"


@pytest.mark.parametrize(
    "text, error",
    [
        (TRACEBACK + "ValueError: no\n", "ValueError: no"),
        (
            TRACEBACK + "tensorflow.python.framework.errors_impl.InternalError: gone\n\nteardown\n",
            "InternalError: gone",
        ),
        (TRACEBACK + "KeyError: 1\n\nDuring handling of it:\n\n" + TRACEBACK + "OSError: 2\n", "OSError: 2"),
        (TRACEBACK + "KeyboardInterrupt\n", "KeyboardInterrupt"),
        (TRACEBACK + "KeyError: 3\n", "KeyError: 3"),
    ],
)
def test_the_last_exception_is_how_a_program_ended(text, error):
    found = ending(text)
    assert found is not None and found.error.startswith(error.split(":")[0])
    read = reading.read(COMPILED + text)
    assert (read.is_used, read.has_failed, read.diagnosis) == ("yes, then failed", True, None)
    assert reading.explain(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "step 3 loss 0.5\n",
        "MeanSquaredError: 0.25\n",
        "TraceBack (most recent call last):\n        rtMalloc\n",
        TRACEBACK + "ValueError: caught\nstep 4 loss 0.5\n",
    ],
)
def test_a_program_that_went_on_or_shows_no_exception_did_not_end_by_one(text):
    assert ending(text) is None and not reading.read(text).has_failed


@pytest.mark.parametrize(
    "behind, error",
    [
        ("MyProblem: the data is bad\n", "MyProblem: the data is bad"),
        ("StopIteration\n", "StopIteration"),
        ("a.b.OutOfMemory: 3 GiB\nmake it smaller\n", "OutOfMemory: 3 GiB"),
        ("", "an exception whose last line is missing"),
    ],
)
def test_a_traceback_ends_a_program_whatever_its_exception_is_called(behind, error):
    assert ending("step 1 loss 0.5\n" + TRACEBACK + behind).error == error
    assert reading.read(COMPILED + TRACEBACK + behind).is_used == "yes, then failed"
