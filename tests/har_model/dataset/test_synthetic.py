import numpy as np
import pytest

from har_model.dataset import synthetic
from har_model.dataset.signals import TEST_COUNTS, TRAIN_COUNTS

#: The same on every NumPy: a change here is a change of the synthetic dataset and belongs into the change log.
_FINGERPRINT = "3ab96597bf71de2c36b6fe5810eb44d5b37a4326ca2a9395a976ec1d503dfbb5"


@pytest.fixture(scope="module")
def data():
    return synthetic.generate()


def test_it_is_the_same_to_the_bit_in_every_world(data):
    assert data.fingerprint == _FINGERPRINT


def test_it_has_the_shape_and_the_classes_of_the_real_one(data):
    assert data.train.windows.shape == (7352, 128, 9) and data.test.windows.shape == (2947, 128, 9)
    assert tuple(data.train.class_counts()) == TRAIN_COUNTS and tuple(data.test.class_counts()) == TEST_COUNTS
    assert data.train.windows.dtype == np.float32 and np.abs(data.train.windows).max() < 3
    assert data.kind == "synthetic" and not data.is_complete


def test_no_test_window_is_a_training_window(data):
    train = {window.tobytes() for window in data.train.windows}
    assert not any(window.tobytes() in train for window in data.test.windows)


def test_a_linear_model_on_raw_windows_learns_next_to_nothing(data):
    def design(split):
        flat = split.windows.reshape(len(split.labels), -1).astype(np.float64)
        return np.concatenate([flat, np.ones((len(flat), 1))], axis=1)

    inputs = design(data.train)
    gram = inputs.T @ inputs + 10.0 * np.eye(inputs.shape[1])
    coefficients = np.linalg.solve(gram, inputs.T @ np.eye(6)[data.train.labels])
    accuracy = np.mean(np.argmax(design(data.test) @ coefficients, axis=1) == data.test.labels)
    assert accuracy < 0.35  # chance is 0.18; the network reaches 0.75 within five epochs, see tests/e2e


@pytest.mark.parametrize("n", [6, 7, 100, 1000])
def test_any_size_keeps_the_proportions(n):
    counts = synthetic.generate(n_train=n, n_test=6).train.class_counts()
    assert sum(counts) == n
    assert all(abs(count - n * official / sum(TRAIN_COUNTS)) < 1 for count, official in zip(counts, TRAIN_COUNTS))


def test_another_seed_gives_other_windows():
    one, other = synthetic.generate(20, 6, seed=0), synthetic.generate(20, 6, seed=1)
    assert one.fingerprint != other.fingerprint
