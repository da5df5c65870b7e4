"""The network on the NPU backend, with a contract double, against the unrolled kernel on the CPU backend."""

import json

import numpy as np
import pytest
from hypothesis import given

from backends.ascend.graph import _InPlaceOfItsOwn
from backends.cpu import CpuBackend
from backends.protocol import BackendUnavailable
from har_model import weights
from har_model.config import PRESETS
from tests.backends.ascend.programs import (
    BATCH,
    EVALUATED,
    SMALL,
    WIDE,
    either,
    reduced,
    reference,
    run_program,
    variables_of,
)
from tests.har_model.strategies import canonical_lstms

_COMPARED = """
names = ["logits", "loss"] + [name for name in model.probe_names() if name.startswith("gradient/")]
found = model.probe(names, windows, labels)
np.savez(%r, evaluated=model.evaluate(evaluated), **{name.replace("/", "|"): found[name] for name in names})
"""


def _assert_equal(adapter, tmp_path, config, kernel):
    path = str(tmp_path / "out.npz")
    run_program(adapter, tmp_path, config, _COMPARED % path, kernel=kernel)
    found = {name.replace("|", "/"): value for name, value in np.load(path).items()}
    model, windows, labels, evaluated = reference(config)
    np.testing.assert_allclose(found.pop("evaluated"), model.evaluate(evaluated), atol=1e-5)
    expected = model.probe(list(found), windows, labels)
    model.close()
    assert len(found) == 2 + len(weights.variable_shapes(config))
    for name, value in found.items():
        np.testing.assert_allclose(value, expected[name], atol=1e-5, rtol=1e-4, err_msg=name)


@pytest.mark.parametrize(
    "adapter, config",
    [("old", SMALL), ("new", WIDE), pytest.param("old", WIDE, marks=pytest.mark.slow)],
    indirect=["adapter"],
    ids=["old-small", "new-wide", "old-wide"],
)
def test_the_fused_kernel_computes_what_the_unrolled_one_computes_on_the_cpu(adapter, tmp_path, config):
    _assert_equal(adapter, tmp_path, config, "fused")


@pytest.mark.slow
@pytest.mark.parametrize("kernel", ["fused", "unrolled"])
@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_every_preset_does_with_both_kernels(adapter, tmp_path, preset, kernel):
    _assert_equal(adapter, tmp_path, reduced(preset, n_stacked_layers=2), kernel)


_VARIABLES = """
with model._graph.as_default():
    trained = [variable.op.name for variable in tf1.trainable_variables()]
    print(json.dumps([trained, [variable.op.name for variable in tf1.global_variables()]]))
"""


@either
@pytest.mark.parametrize("kernel", ["fused", pytest.param("unrolled", marks=pytest.mark.slow)])
def test_the_variables_are_the_canonical_ones_and_lengths_of_sequences(adapter, tmp_path, kernel):
    trained, everything = run_program(adapter, tmp_path, WIDE, _VARIABLES, kernel=kernel).answer()
    canonical = list(weights.variable_shapes(WIDE))
    assert trained == canonical
    slots = ["OptimizeLoss/%s/%s" % (name, slot) for name in canonical for slot in ("Adam", "Adam_1")]
    counters = ["OptimizeLoss/beta1_power", "OptimizeLoss/beta2_power", "OptimizeLoss/learning_rate", "Variable"]
    others = sorted(set(everything) - set(canonical) - set(slots) - set(counters))
    lengths = [name for name in others if name.endswith("dynamicbase/seq_length")]
    assert others == lengths and len(set(everything)) == len(everything)
    # Two branches in two directions, in two towers.
    assert len(lengths) == (2 * 2 * 2 if kernel == "fused" else 0)


_CHECKPOINT = """
model.step(windows, labels)
model.save_checkpoint(%r)
np.savez(%r, evaluated=model.evaluate(evaluated))
"""


@either
def test_a_checkpoint_has_the_ports_names_and_goes_on_on_the_cpu(adapter, tmp_path):
    prefix, path = str(tmp_path / "npu" / "mode.ckpt"), str(tmp_path / "out.npz")
    run_program(adapter, tmp_path, SMALL, _CHECKPOINT % (prefix, path))
    backend = CpuBackend()
    model, windows, labels, evaluated = reference(SMALL)
    model.step(windows, labels)
    ours = str(tmp_path / "cpu" / "mode.ckpt")
    model.save_checkpoint(ours)
    assert dict(backend.checkpoint_shapes(prefix)) == dict(backend.checkpoint_shapes(ours))
    names = list(backend.checkpoint_shapes(ours))
    theirs = backend.checkpoint_weights(prefix, names)
    for name, value in backend.checkpoint_weights(ours, names).items():
        assert theirs[name].dtype == value.dtype, name
        np.testing.assert_allclose(theirs[name], value, atol=1e-5, err_msg=name)
    model.set_weights({name: theirs[name] for name in weights.variable_shapes(SMALL)})
    np.testing.assert_allclose(model.evaluate(evaluated), np.load(path)["evaluated"], atol=1e-5)
    model.close()


@pytest.mark.slow
def test_a_checkpoint_of_the_cpu_goes_on_on_the_npu(new, tmp_path):
    model, windows, labels, evaluated = reference(SMALL)
    model.step(windows, labels)
    prefix, path = str(tmp_path / "cpu" / "mode.ckpt"), str(tmp_path / "out.npz")
    model.save_checkpoint(prefix)
    program = """
from backends.ascend.backend import AscendBackend
model.set_weights(AscendBackend().checkpoint_weights(%r, list(model.get_weights())))
np.savez(%r, evaluated=model.evaluate(evaluated))
"""
    run_program(new, tmp_path, SMALL, program % (prefix, path), has_weights=False)
    np.testing.assert_allclose(np.load(path)["evaluated"], model.evaluate(evaluated), atol=1e-5)
    model.close()


_DROPOUT = """
operations = model._graph.get_operations()
of = {flag: [op.type for op in operations if op.name.startswith("evaluation/") == flag] for flag in (False, True)}
random = [of[flag].count("RandomUniform") for flag in (False, True)]
first = [model.step(windows, labels) for _ in range(2)]
model.set_weights(values)
again = model.step(windows, labels)
tests = [model.evaluate(evaluated).tolist() for _ in range(2)]
print(json.dumps(dict(random=random, first=first[0], again=again, tests=tests)))
"""


@either
def test_training_drops_out_by_the_adapters_operation_and_evaluation_has_none(adapter, tmp_path):
    counted = """
from npu_bridge.npu_init import npu_ops
asked, dropout = [], npu_ops.dropout
def recording(x, keep_prob, noise_shape=None, seed=None, name=None):
    asked.append([isinstance(keep_prob, float), seed])
    return dropout(x, keep_prob, noise_shape, seed, name)
npu_ops.dropout = recording
from tests.backends.ascend.npu_model import open_model
model = open_model(%r)
"""
    asked = dict(network=vars(SMALL), training={"batch_size": BATCH, "keep_prob": 0.5}, evaluation_windows=EVALUATED)
    program = counted % json.dumps(asked) + _DROPOUT + "print(json.dumps(asked))\n"
    outcome = run_program(adapter, tmp_path, SMALL, program)
    calls = outcome.answer()
    # The input's and the last state's: a tensor in training, the number 1.0 in evaluation, which adds no operation.
    assert [is_number for is_number, _ in calls] == [False, False, True, True]
    assert calls[0][1] != calls[1][1]  # each place has a random stream of its own
    found = json.loads(outcome.stdout.strip().splitlines()[-2])
    assert found["random"] == [2, 0]
    assert found["again"] != found["first"]  # other masks
    assert found["tests"][0] == found["tests"][1]


_TOWER = """
shapes = [model._windows.shape.as_list(), model._labels.shape.as_list(), model._evaluated.shape.as_list()]
before = model.evaluate(evaluated)
model.step(windows, labels)
np.savez(%r, before=before, after=model.evaluate(evaluated))
print(json.dumps(shapes))
"""


@either
def test_evaluation_is_one_batch_of_static_shape_over_the_same_variables(adapter, tmp_path):
    config, path = reduced("deep-res-lstm", n_stacked_layers=1), str(tmp_path / "out.npz")
    shapes = run_program(adapter, tmp_path, config, _TOWER % path).answer()
    assert shapes == [[BATCH, 6, 9], [BATCH], [EVALUATED, 6, 9]]
    model, windows, labels, evaluated = reference(config)
    # The batch norm takes its statistics over all evaluated windows.
    np.testing.assert_allclose(np.load(path)["before"], model.evaluate(evaluated), atol=1e-5)
    alone = np.concatenate([model.evaluate(evaluated[:2]), model.evaluate(evaluated[2:])])
    assert np.abs(np.load(path)["before"] - alone).max() > 1e-3
    model.step(windows, labels)
    np.testing.assert_allclose(np.load(path)["after"], model.evaluate(evaluated), atol=1e-4)
    model.close()


@either
def test_a_model_says_what_it_runs_on_and_that_nothing_proves_it(adapter, tmp_path):
    program = """
description, proof = model.describe(), model.prove()
print(json.dumps([description.device, description.effective, proof.state]))
"""
    device, effective, state = run_program(adapter, tmp_path, SMALL, program, loss_scale="dynamic").answer()
    assert device == "contract double of the Ascend adapter (no NPU)" and state == "simulated"
    assert effective["adapter"] == "npu_bridge, " + adapter.variant
    assert (effective["kernel"], effective["precision"], effective["loss_scale"]) == (
        "fused", "allow_mix_precision", "dynamic",
    )  # fmt: skip
    assert (effective["device_id"], effective["rank"], effective["use_off_line"]) == ("0", ["0", "1"], True)


def test_a_model_says_what_is_held_against_its_precision(old, tmp_path):
    program = "print(json.dumps(model.describe().effective))"
    assert "precision_limit" not in run_program(old, tmp_path, SMALL, program).answer()
    effective = run_program(old, tmp_path, SMALL, program, precision="force_fp16").answer()
    assert "inference only" in effective["precision_limit"]


def _error(adapter, tmp_path, **settings):
    program = """
from tests.backends.ascend.npu_model import open_model
from har_model.errors import HarbenchError
try:
    open_model(%r)
except HarbenchError as error:
    print(json.dumps([type(error).__name__, str(error)]))
"""
    asked = dict(settings, network=vars(SMALL), training={}, evaluation_windows=EVALUATED)
    return adapter.run("import json" + program % json.dumps(asked), None, variables_of(tmp_path)).answer()


@pytest.mark.parametrize(
    "settings, words",
    [
        ({"precision": "mixed_float16"}, "the old one, does not know the precision mixed_float16"),
        ({"options": {"deterministic": "1"}}, "the old one, does not know deterministic"),
        ({"options": {"op_select_implmode": "high_precision_for_all"}}, "dies of high_precision_for_all"),
    ],
)
def test_what_the_old_adapter_would_ignore_or_die_of_ends_before_the_session(old, new, tmp_path, settings, words):
    kind, sentence = _error(old, tmp_path, **settings)
    assert kind == "UsageError" and words in sentence


@given(canonical_lstms())
def test_dynamic_rnn_is_given_the_canonical_weights_to_the_bit_and_in_its_own_shape(lstm):
    kernel, bias, n_inputs = lstm
    own, n = _InPlaceOfItsOwn(kernel, bias), bias.shape[0] // 4
    weight = own(None, "fused_lstm/dynamic_rnn/dynamicrnn/w", [n_inputs + n, 4 * n])
    offset = own(None, "fused_lstm/dynamic_rnn/dynamicrnn/b", [4 * n])
    assert weight is kernel and weight.shape == (n_inputs + n, 4 * n)
    assert offset is bias and offset.shape == (4 * n,)
    own.check()


def test_a_layer_that_makes_its_own_variables_is_refused_and_not_trained_in_silence():
    own = _InPlaceOfItsOwn("kernel", "bias")
    assert own(None, "fused_lstm/dynamic_rnn/dynamicrnn/w", [13, 16]) == "kernel"
    made = own(
        lambda name, *_, **__: "new " + name, "fused_lstm/dynamic_rnn/dynamicbase/seq_length", [7], trainable=False
    )
    assert made == "new fused_lstm/dynamic_rnn/dynamicbase/seq_length"
    with pytest.raises(BackendUnavailable, match="use --kernel unrolled"):
        own.check()
    assert own(None, "fused_lstm/dynamic_rnn/dynamicrnn/b", [16]) == "bias"
    own.check()
