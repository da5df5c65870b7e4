"""Small networks of every kind, for property tests."""

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
