"""A deterministic stand-in for UCI HAR: same shape, same labels, no human activity.

Bit-identical on every NumPy: integers drawn by `RandomState`, sines from a rounded table, a few float64 sums in fixed
order, rounded at the end. Phases, signs and orientations are random in every window, so that a class has no mean of its
own and a linear model on raw windows learns next to nothing; what tells the classes apart is how a window moves:

    0, 1, 2  strong oscillation; the classes differ in its frequency, the frequencies of neighbours overlap a little
    3, 4, 5  weak, slow oscillation; y follows x, opposes x, or lags it by a quarter period
"""

from typing import List, Tuple

import numpy as np

from har_model.dataset.signals import SYNTHETIC, TEST_COUNTS, TRAIN_COUNTS, WINDOW_LENGTH, Dataset, Split, make

#: A full turn, in steps of the sine table.
_TURN = 4096
#: Phases are kept in 1/256 of a table step, so that slow oscillations stay smooth.
_FINE = 256
_SINE = np.round(np.sin(2 * np.pi * np.arange(_TURN) / _TURN), 6)

#: Oscillations a window holds, for each class, in thousandths.
_CYCLES = (5000, 8000, 12000, 6000, 6000, 6000)
_CYCLES_JITTER = 1500
#: Amplitude in thousandths of g, for each class.
_AMPLITUDE = (400, 600, 900, 300, 300, 60)
#: Phase of channel y against x, in turns of the sine table.
_LAG_Y = (_TURN // 4, _TURN // 4, _TURN // 4, 0, _TURN // 2, 0)
_LAG_Z = _TURN // 3
#: Half width of the noise, in thousandths of g: each value is the sum of two uniform draws.
_NOISE = 60


def _oscillation(phase: np.ndarray, rate: np.ndarray) -> np.ndarray:
    """Sine of `phase + rate * t`, both in fine table steps, `[n]` to `[n, T]`."""
    fine = phase[:, None] + rate[:, None] * np.arange(WINDOW_LENGTH)
    return _SINE[(fine // _FINE) % _TURN]


def _noise(draw: np.random.RandomState, n: int) -> np.ndarray:
    shape = (n, WINDOW_LENGTH)
    return (draw.randint(-_NOISE, _NOISE + 1, shape) + draw.randint(-_NOISE, _NOISE + 1, shape)) / 1000.0


def _split(draw: np.random.RandomState, counts: Tuple[int, ...]) -> Split:
    labels = np.repeat(np.arange(len(counts)), counts)
    draw.shuffle(labels)
    n = len(labels)
    cycles = np.array(_CYCLES)[labels] + draw.randint(-_CYCLES_JITTER, _CYCLES_JITTER + 1, n)
    rate = cycles * _TURN * _FINE // (1000 * WINDOW_LENGTH)
    phase = draw.randint(0, _TURN * _FINE, n)
    amplitude = np.array(_AMPLITUDE)[labels] * draw.randint(700, 1301, n) / 1e6
    lags = (np.zeros(n, np.int64), np.array(_LAG_Y)[labels], np.full(n, _LAG_Z))
    body = [amplitude[:, None] * _oscillation(phase + lag * _FINE, rate) + _noise(draw, n) for lag in lags]
    gyro = [
        0.5 * amplitude[:, None] * _oscillation(phase + (lag + _TURN // 4) * _FINE, rate) + _noise(draw, n)
        for lag in lags
    ]
    gravity = [draw.randint(-300, 301, n)[:, None] / 1000.0 for _ in lags]
    total = [one + other for one, other in zip(body, gravity)]
    channels: List[np.ndarray] = body + gyro + total
    return Split(np.round(np.stack(channels, axis=-1), 5).astype(np.float32), labels.astype(np.int32))


def _scaled(counts: Tuple[int, ...], n: int) -> Tuple[int, ...]:
    """The class proportions for `n` windows, the largest remainders rounded up."""
    total = sum(counts)
    scaled = [count * n // total for count in counts]
    by_remainder = sorted(range(len(counts)), key=lambda k: (-(counts[k] * n % total), k))
    for k in by_remainder[: n - sum(scaled)]:
        scaled[k] += 1
    return tuple(scaled)


def generate(n_train: int = sum(TRAIN_COUNTS), n_test: int = sum(TEST_COUNTS), seed: int = 0) -> Dataset:
    """The synthetic dataset of that many windows, classes in the proportions of UCI HAR."""
    draw = np.random.RandomState(seed)
    train = _split(draw, _scaled(TRAIN_COUNTS, n_train))
    test = _split(draw, _scaled(TEST_COUNTS, n_test))
    return make(SYNTHETIC, None, train, test)
