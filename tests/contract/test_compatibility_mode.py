"""The adapter for TensorFlow 2 in its compatibility mode: whole trials on its double."""

import pytest

from bench import record
from tests.contract.npu_bench import DOUBLE_TEXT, HAS_TENSORFLOW_2, proof_of, said

pytestmark = pytest.mark.skipif(not HAS_TENSORFLOW_2, reason="needs TensorFlow 2")


def test_a_trial_goes_to_the_device_with_every_option_told(trial):
    outcome = trial("tf2", kernel="unrolled")
    assert outcome.status == record.COMPLETE and len(outcome.steps) == 4
    assert proof_of(outcome)[:2] == ("simulated", DOUBLE_TEXT)
    effective = said(outcome, "description")["effective"]
    assert effective["adapter"] == "npu_device, compatibility mode"
    assert (effective["precision_mode"], effective["use_off_line"]) == ("allow_mix_precision", True)


@pytest.mark.slow
@pytest.mark.parametrize("sentinel, state", [(True, "proven"), (False, "unproven")])
def test_its_lines_and_a_busy_device_prove_the_work(trial, sentinel, state):
    script, smi = {"sentinel": sentinel}, {"growth_mb_per_s": 100}
    assert proof_of(trial("tf2", is_marked=False, kernel="unrolled", script=script, smi=smi))[0] == state


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"kernel": "fused"}, "use --kernel unrolled"),
        pytest.param({"loss_scale": "dynamic"}, "take the adapter for TensorFlow 1.15", marks=pytest.mark.slow),
    ],
)
def test_what_it_does_not_have_is_a_sentence_with_the_way_out(trial, changes, words):
    outcome = trial("tf2", **dict({"kernel": "unrolled"}, **changes))
    assert (outcome.status, outcome.exit_code) == (record.FAILED, 4) and words in outcome.reason
