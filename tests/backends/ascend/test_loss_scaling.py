"""Updates that a loss scaling leaves out: counted, and without a trace in the variables."""

import numpy as np
import pytest

from tests.backends.ascend.programs import SMALL, reference, run_program

_SIX_STEPS = """
losses = [model.step(windows, labels) for _ in range(6)]
updates = model.updates()
print(json.dumps([losses, updates.applied, updates.loss_scale, model.describe().effective["overflow"]]))
"""


_SCALED = [
    ("none", {"overflow_at_steps": [2]}, 6, None),  # nobody looks
    ("1024", {}, 6, 1024.0),
    ("1024", {"overflow_at_steps": [2, 4]}, 4, 1024.0),
    ("dynamic", {"overflow_at_steps": [2, 3]}, 4, 2.0**31),  # halved after two
    ("dynamic", {"overflow_at_steps": [2], "saturates": True}, 5, 2.0**32),
]


@pytest.mark.parametrize(
    "adapter, loss_scale, script, applied, scale",
    [
        pytest.param(name, *case, marks=() if (name, number) in (("new", 2), ("old", 3)) else pytest.mark.slow)
        for name in ("new", "old")
        for number, case in enumerate(_SCALED)
    ],
    indirect=["adapter"],
)
def test_a_skipped_update_is_counted_and_the_scale_follows(adapter, tmp_path, loss_scale, script, applied, scale):
    losses, found, found_scale, overflow = run_program(
        adapter, tmp_path, SMALL, _SIX_STEPS, script, loss_scale=loss_scale
    ).answer()
    assert (found, found_scale) == (applied, scale)
    model, windows, labels, _ = reference(SMALL)
    # A skipped update leaves the variables: the next loss is the same again.
    expected = [model.step(windows, labels) for _ in range(applied)]
    model.close()
    skipped = script.get("overflow_at_steps", []) if loss_scale != "none" else []
    before = [step - 1 - sum(each < step for each in skipped) for step in range(1, 7)]  # updates before each step
    repeated = [expected[number] for number in before if number < applied]
    np.testing.assert_allclose(losses[: len(repeated)], repeated, rtol=1e-4)
    saturates = script.get("saturates", adapter.variant == "old")
    words = "infinities" if not saturates else "unseen" if loss_scale == "none" else "its status flag is looked at"
    assert words in overflow
