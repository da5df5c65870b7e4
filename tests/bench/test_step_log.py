"""The mapped file of steps: what is there after any end, and what the parent sees while it is written."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from bench import step_log
from bench.step_log import Step, StepWatch, StepWriter

_STEPS = st.lists(
    st.tuples(st.integers(0, 2**40), st.floats(allow_nan=False), st.integers(0, 2**20), st.booleans()), max_size=20
)


@given(_STEPS)
def test_what_is_written_is_read(tmp_path_factory, steps):
    path = str(tmp_path_factory.mktemp("steps") / "steps.bin")
    writer = StepWriter(path, len(steps))
    for elapsed_ns, loss, epoch, is_replay in steps:
        writer.begin(1)
        writer.end(1, elapsed_ns, loss, epoch, is_replay)
    assert step_log.read(path) == [Step(1, ns / 1e9, loss, epoch, replay) for ns, loss, epoch, replay in steps]


def test_a_step_that_has_only_begun_is_no_step(tmp_path):
    path = str(tmp_path / "steps.bin")
    writer, watch = StepWriter(path, 3), StepWatch(path)
    assert watch.under_way() is None
    writer.begin(17)
    assert watch.under_way() == (0, 17) and step_log.read(path) == []
    writer.end(17, 5, 0.5, 0, False)
    assert watch.under_way() is None and len(step_log.read(path)) == 1
    writer.begin(99)
    assert watch.under_way() == (1, 99)


def test_no_file_and_a_file_cut_short_have_no_steps(tmp_path):
    path = tmp_path / "steps.bin"
    assert step_log.read(str(path)) == [] and StepWatch(str(path)).under_way() is None
    path.write_bytes(struct.pack("=q", 1))
    assert step_log.read(str(path)) == [] and StepWatch(str(path)).under_way() is None
