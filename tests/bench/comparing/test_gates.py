"""Gates: what is no gate, and when one is met."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.comparing import compare, gates
from bench.comparing.match import Unmatched
from bench.errors import GateNotMet, Inconclusive, NotComparable, UsageError
from tests.bench.sides import cell


@pytest.mark.parametrize(
    "text, expected",
    [
        ("fps>=0.95x", ("fps", ">=", 0.95)),
        (" step-time <= 1.05 x ", ("step-time", "<=", 1.05)),
        ("accuracy>=-1pp", ("accuracy", ">=", -0.01)),
        ("accuracy>=0pp", ("accuracy", ">=", 0.0)),
        ("accuracy>=+0.5pp", ("accuracy", ">=", 0.005)),
    ],
)
def test_a_gate_is_quantity_sign_number_and_unit(text, expected):
    gate = gates.parse(text)
    assert (gate.quantity, gate.direction, gate.bound) == expected and " " not in gate.text


@pytest.mark.parametrize(
    "text, word",
    [
        ("", "no gate"),
        ("fps", "no gate"),
        ("fps>=", "no gate"),
        ("fps>=nanx", "no gate"),
        ("fps>=infx", "no gate"),
        ("fps>=1e3x", "no gate"),
        ("fps>=0.95x and more", "no gate"),
        ("fps>=٣x", "no gate"),
        ("fps>=0.95", "unit x"),
        ("fps>=95%", "unit x"),
        ("fps>=-1pp", "unit x"),
        ("accuracy>=-1%", "unit pp"),
        ("accuracy>=0.99x", "unit pp"),
        ("fps<=0.95x", "must ask for >="),
        ("fps>0.95x", "must ask for >="),
        ("fps==1x", "must ask for >="),
        ("step-time>=1x", "must ask for <="),
        ("accuracy<=1pp", "must ask for >="),
        ("fps>=0x", "nothing can be measured"),
        ("fps>=-1x", "nothing can be measured"),
        ("fps>=" + "9" * 400 + "x", "nothing can be measured"),
        ("accuracy>=-101pp", "nothing can be measured"),
        ("loss<=1x", "'loss'"),
        ("FPS>=1x", "no gate"),
    ],
)
def test_nonsense_is_refused_in_one_sentence(text, word):
    with pytest.raises(UsageError) as caught:
        gates.parse(text)
    assert word in str(caught.value) and str(caught.value).endswith(".") and "\n" not in str(caught.value)


@given(st.sampled_from(["fps>=%sx", "step-time<=%sx"]), st.integers(1, 10**6), st.integers(0, 4))
def test_every_bound_above_nothing_is_read_as_it_is_written(form, number, places):
    digits = "%.*f" % (places, number / 10**places)
    if float(digits) > 0:
        assert gates.parse(form % digits).bound == float(digits)


@given(st.text(max_size=30) | st.text("fps>=<0123.-x accuryp%", max_size=16))
def test_any_text_is_a_gate_that_reads_the_same_again_or_a_usage_error(text):
    try:
        gate = gates.parse(text)
    except UsageError:
        return
    assert gates.parse(gate.text) == gate


@pytest.mark.parametrize(
    "text, low, high, answer",
    [
        ("fps>=0.95x", 0.95, 1.0, gates.MET),
        ("fps>=0.95x", 0.94, 1.0, gates.INCONCLUSIVE),
        ("fps>=0.95x", 0.90, 0.95, gates.INCONCLUSIVE),
        ("fps>=0.95x", 0.90, 0.94, gates.NOT_MET),
        ("step-time<=1.05x", 1.0, 1.05, gates.MET),
        ("step-time<=1.05x", 1.0, 1.06, gates.INCONCLUSIVE),
        ("step-time<=1.05x", 1.06, 1.07, gates.NOT_MET),
        ("accuracy>=-1pp", -0.01, 0.0, gates.MET),
        ("accuracy>=-1pp", -0.02, 0.0, gates.INCONCLUSIVE),
        ("accuracy>=-1pp", -0.03, -0.02, gates.NOT_MET),
    ],
)
def test_only_a_whole_interval_proves_or_disproves(text, low, high, answer):
    assert gates.judge(gates.parse(text), low, high) == answer


@given(st.floats(0.1, 10), st.floats(0.1, 10), st.floats(0.1, 10))
def test_a_gate_on_step_time_is_that_on_speed_upside_down(bound, one, other):
    low, high = sorted([one, other])
    fps = gates.Gate("", gates.FPS, gates.AT_LEAST, bound)
    step_time = gates.Gate("", gates.STEP_TIME, gates.AT_MOST, -bound)
    assert gates.judge(fps, low, high) == gates.judge(step_time, -high, -low)


def _answers(text, pairs, unmatched=()):
    compared = compare.compare(pairs, None, 0.01)
    return gates.answer([gates.parse(text)], compared, unmatched)


def _answer(text, *factors, **changes):
    """What cells whose steps are `factors` times as long say together to a gate."""
    pairs = [(cell("a", factor, **changes), cell("b")) for factor in factors]
    return _answers(text, pairs)[0].answer


def test_over_several_pairs_each_must_hold():
    assert _answer("fps>=0.9x", 1.0) == _answer("fps>=0.9x", 1.0, 1.05) == gates.MET
    assert _answer("fps>=0.9x", 1.0, 2.0) == gates.NOT_MET  # one at half the speed
    assert _answer("fps>=0.9x", 1.0, 1 / 0.9) == gates.INCONCLUSIVE  # one right on the bound
    assert _answer("fps>=0.9x", 2.0, 1 / 0.9) == gates.NOT_MET
    assert _answer("step-time<=1.1x", 1.05) == gates.MET and _answer("step-time<=1.1x", 1.2) == gates.NOT_MET


def test_without_an_interval_a_gate_is_inconclusive():
    assert _answers("fps>=0.1x", [(cell("a", steps=(0.1,)), cell("b"))])[0].answer == gates.INCONCLUSIVE
    assert _answers("accuracy>=-9pp", [(cell("a", steps=(0.1,)), cell("b"))])[0].answer == gates.INCONCLUSIVE


def test_each_answer_raises_its_own_kind():
    gates.require(_answers("fps>=0.5x", [(cell("a"), cell("b"))]))
    for text, kind in (("fps>=2x", GateNotMet), ("fps>=1x", Inconclusive)):
        with pytest.raises(kind, match=text):
            gates.require(_answers(text, [(cell("a"), cell("b"))]))
    unlike = [(cell("a", dataset__n_train=100), cell("b"))]  # one batch an epoch: other epochs trained
    gates.require(_answers("fps>=0.5x", unlike))
    with pytest.raises(NotComparable, match="epochs.trained"):
        gates.require(_answers("accuracy>=-1pp", unlike))


def test_a_cell_that_was_not_compared_leaves_a_gate_open():
    unmatched = [Unmatched("A", cell("c"), "why")]
    answers = _answers("fps>=0.5x", [(cell("a"), cell("b"))], unmatched)
    with pytest.raises(Inconclusive, match="without a partner"):
        gates.require(answers, unmatched)
    with pytest.raises(GateNotMet):
        gates.require(_answers("fps>=2x", [(cell("a"), cell("b"))], unmatched), unmatched)


@pytest.mark.parametrize("text", ["fps>=0.95x", "step-time<=1.05x", "accuracy>=-1pp"])
def test_no_gate_is_met_by_a_training_that_updated_nothing(text):
    idle = cell("a", 0.5, updates={"applied": 0, "loss_scale": 1.0})
    compared = compare.compare([(idle, cell("b"))], None, 0.01)
    with pytest.raises(NotComparable, match="updates .20 of 20 skipped, 100 % against applied"):
        gates.require(gates.answer([gates.parse(text)], compared))
