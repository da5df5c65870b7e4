import numpy as np
import pytest

from backends import proof
from backends.cpu import CpuBackend, batch_slices
from backends.protocol import Settings
from har_model import weights
from har_model.config import NetworkConfig, TrainingConfig, Workload
from har_model.errors import DataError
from tests.parity.engine import open_model

_SMALL = NetworkConfig(n_hidden=4, n_stacked_layers=1, window_length=6, n_channels=3, n_classes=3)


def _batch(n=8, seed=0):
    draw = np.random.RandomState(seed)
    return draw.normal(size=(n, 6, 3)).astype(np.float32), draw.randint(0, 3, n).astype(np.int32)


@pytest.mark.parametrize(
    "independent, threads, slices", [(1, 1, 1), (1, 2, 2), (2, 2, 1), (3, 2, 1), (3, 8, 3), (6, 64, 11)]
)
def test_lstms_times_slices_fill_the_cores(independent, threads, slices):
    assert batch_slices(independent, threads) == slices
    assert independent * slices >= threads


def test_the_settings_in_the_record_are_those_of_the_session():
    model = open_model(_SMALL, "fused", threads=3)
    description = model.describe()
    assert description.framework == "tensorflow"
    assert description.effective["inter_op_threads"] == 3
    assert description.effective["intra_op_threads"] == 1
    assert description.effective["batch_slices"] == 3
    assert model.prove().state == proof.PROVEN
    model.close()


@pytest.mark.parametrize("kernel", ["fused", "unrolled"])
def test_the_same_seed_gives_the_same_losses_and_another_seed_others(kernel):
    windows, labels = _batch()

    def losses(seed):
        model = open_model(_SMALL, kernel, keep_prob=0.5, seed=seed)
        values = [model.step(windows, labels) for _ in range(4)]
        model.close()
        return values

    assert losses(1) == losses(1)
    assert losses(1) != losses(2)


def test_training_drops_out_and_evaluation_does_not():
    windows, labels = _batch()
    model = open_model(_SMALL, "fused", keep_prob=0.5)
    initial = model.get_weights()
    first = model.step(windows, labels)
    model.set_weights(initial)
    assert model.step(windows, labels) != first  # other masks, other loss
    np.testing.assert_array_equal(model.evaluate(windows), model.evaluate(windows))
    model.close()


def test_initial_weights_are_the_canonical_ones():
    model = open_model(_SMALL, "fused", seed=9)
    expected = weights.initial_weights(_SMALL, 9)
    for name, value in model.get_weights().items():
        np.testing.assert_array_equal(value, expected[name])
    model.close()


@pytest.mark.parametrize("damage", ["missing", "shape"])
def test_weights_that_do_not_fit_are_refused_by_name(damage):
    model = open_model(_SMALL, "fused")
    values = dict(model.get_weights())
    name = next(iter(values))
    values.pop(name) if damage == "missing" else values.update({name: np.zeros((1, 1), np.float32)})
    with pytest.raises(DataError, match=name):
        model.set_weights(values)
    model.close()


def test_a_checkpoint_comes_back_and_carries_the_ports_names(tmp_path):
    backend = CpuBackend()
    windows, labels = _batch()
    model = open_model(_SMALL, "fused")
    model.step(windows, labels)
    prefix = str(tmp_path / "output" / "mode.ckpt")
    model.save_checkpoint(prefix)
    shapes = backend.checkpoint_shapes(prefix)
    trained = list(weights.variable_shapes(_SMALL))
    slots = ["OptimizeLoss/%s/%s" % (name, slot) for name in trained for slot in ("Adam", "Adam_1")]
    counters = ["OptimizeLoss/beta1_power", "OptimizeLoss/beta2_power", "OptimizeLoss/learning_rate", "Variable"]
    assert sorted(shapes) == sorted(trained + slots + counters)
    read = backend.checkpoint_weights(prefix, trained)
    for name, value in model.get_weights().items():
        np.testing.assert_array_equal(read[name], value)
    assert backend.checkpoint_weights(prefix, ["Variable"])["Variable"] == 1
    model.close()


@pytest.mark.parametrize("content", [None, b"", b"not a checkpoint" * 50])
def test_a_broken_checkpoint_is_one_sentence(tmp_path, content):
    backend = CpuBackend()
    backend.prepare()
    prefix = str(tmp_path / "mode.ckpt")
    if content is not None:
        for ending in (".index", ".data-00000-of-00001"):
            (tmp_path / ("mode.ckpt" + ending)).write_bytes(content)
    with pytest.raises(DataError) as caught:
        backend.checkpoint_shapes(prefix)
    assert "\n" not in str(caught.value)


def test_an_unknown_kernel_never_reaches_the_graph():
    assert set(CpuBackend.kernels) == {"fused", "unrolled"}
    workload = Workload("custom", _SMALL, TrainingConfig(), 0)
    backend = CpuBackend()
    backend.prepare()
    with pytest.raises(Exception, match="kernel"):
        backend.open(workload, Settings("quantum", "fp32", 1))
