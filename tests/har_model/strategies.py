"""Small networks and LSTMs of every kind, for property tests."""

import numpy as np
from hypothesis import strategies as st

from har_model.config import NetworkConfig


def networks(max_length: int = 6) -> "st.SearchStrategy[NetworkConfig]":
    """Any configuration, small enough to compute in milliseconds."""
    return st.builds(
        NetworkConfig,
        n_hidden=st.integers(1, 4).map(lambda half: 2 * half),
        n_layers_in_highway=st.integers(0, 3),
        n_stacked_layers=st.integers(1, 3),
        bidirectional=st.booleans(),
        window_length=st.integers(1, max_length),
        n_channels=st.integers(1, 4),
        n_classes=st.integers(2, 6),
        dropout_between_layers=st.booleans(),
    )


@st.composite
def canonical_lstms(draw, kinds=(np.float16, np.float32, np.float64)):
    """Canonical kernel, bias and number of inputs of an LSTM, of any bits: -0.0, denormals, infinities, NaN."""
    n_inputs, n = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    kind = np.dtype(draw(st.sampled_from(kinds)))
    size = 4 * n * (n_inputs + n + 1)
    raw = draw(st.binary(min_size=size * kind.itemsize, max_size=size * kind.itemsize))
    values = np.frombuffer(raw, kind)
    return values[: -4 * n].reshape(n_inputs + n, 4 * n), values[-4 * n :], n_inputs
