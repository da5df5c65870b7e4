import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.logs import reading
from backends.logs.losses import DIVERGED, Losses, losses

COMPILED = "I geop_npu.cc:822] The model has been compiled on the Ascend AI processor, current graph id is: 1\n"
NO_NUMBER = ["nan", "NaN", "-nan", "inf", "-inf", "Infinity"]


@pytest.mark.parametrize(
    "line",
    [
        "step 3 loss: %s",
        "loss : %s",
        "loss %s",
        "loss=%s, lr=0.1",
        "Loss = %s",
        "{'loss': %s, 'step': 3}",
        "total loss is %s , inference loss is 0.5",
        "train_loss: %s",
        "d_loss: 0.5 g_loss: %s",
        "loss: tensor(%s, device='npu:0')",
        "loss_value: [%s]",
        "cost= %s",
        "10/10 [====] - 2s - loss: %s - accuracy: 0.1 - val_loss: 0.5",
        "| loss | %s |",
        "\u635f\u5931\uff1a%s",
    ],
)
@pytest.mark.parametrize("value", NO_NUMBER)
def test_a_training_that_ends_with_a_loss_that_is_no_number_failed_where_the_device_did_its_work(line, value):
    log = COMPILED + "".join(line % number + "\n" for number in ("0.7", value, value))
    read = reading.read(log)
    assert (read.device, read.is_used, read.has_failed) == ("npu", "yes, then failed", True)
    assert read.diagnosis == DIVERGED and "graphs compiled: 1 (id 1)" in read.facts
    assert any(fact.startswith("losses that are no finite numbers (nan, inf): 2 of ") for fact in read.facts)
    assert not reading.read(COMPILED + (line % "0.7" + "\n") * 3).has_failed


def test_of_a_program_that_ended_well_it_is_a_fact_and_no_failure_of_the_device():
    read = reading.read(COMPILED + "step 1 loss: nan\n", has_ended_well=True)
    assert (read.is_used, read.has_failed, read.diagnosis) == ("yes", False, None)
    assert "losses that are no finite numbers (nan, inf): 1 of the 1 printed" in read.facts


def test_a_training_without_a_proven_device_failed_too_and_nothing_is_proven_by_it():
    read = reading.read("step 1 loss: nan\n")
    assert (read.is_used, read.has_failed, read.diagnosis) == ("not proven", True, DIVERGED)


def test_a_known_cause_is_told_first():
    read = reading.read(COMPILED + "loss: nan\nKilled\n")
    assert "killed the process" in read.diagnosis and DIVERGED.rstrip(".") in read.facts


@pytest.mark.parametrize(
    "lines",
    [
        "loss: nan\nloss: 0.5\n",  # it came back
        "loss: 0.5\nval_loss: nan\n",  # a validation without data
        "loss: 0.5\nTest set: Average loss: nan\n",
    ],
)
def test_one_that_is_no_number_on_the_way_or_in_the_validation_is_a_fact(lines):
    read = reading.read(COMPILED + lines)
    assert (read.is_used, read.has_failed, read.diagnosis) == ("yes", False, None)
    assert "losses that are no finite numbers (nan, inf): 1 of the 2 printed" in read.facts


@pytest.mark.parametrize(
    "line",
    [
        "loss: 0.5",
        "WARNING: if the loss is nan, lower the learning rate",
        "the loss is not nan",
        "loss scale: inf",
        "loss_scale: inf",
        "scaled loss: inf",
        "scaled_loss: inf",
        "loss: info",
        "loss nanoseconds",
        "accuracy: nan",
        "terminate_on_nan is set",
    ],
)
def test_what_is_no_printed_loss_says_nothing(line):
    read = reading.read(COMPILED + "loss: 0.5\n" + line + "\n")
    assert (read.is_used, read.facts) == ("yes", ("graphs compiled: 1 (id 1)",))


@given(st.lists(st.floats() | st.integers(-9, 9), min_size=1, max_size=20))
def test_every_printed_loss_is_counted_and_the_last_decides(values):
    found = losses("".join("step %d loss: %r\n" % item for item in enumerate(values)))
    bad = [value for value in values if value != value or value in (float("inf"), float("-inf"))]
    last = values[-1]
    if bad:
        assert found == Losses(len(values), len(bad), last != last or last in (float("inf"), float("-inf")))
    else:
        assert not found.not_finite and found.fact is None and not found.has_diverged
