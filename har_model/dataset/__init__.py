"""The dataset: UCI HAR from text files, or a synthetic stand-in of the same shape."""

from typing import Optional

from har_model.dataset import locate, synthetic, uci_har
from har_model.dataset.signals import Dataset, Split

__all__ = ["Dataset", "Split", "load"]


def load(data_path: Optional[str] = None) -> Dataset:
    """The dataset by the search order of `locate`, or the synthetic one where there is none.

    Args:
        data_path: a folder, `synthetic`, or None for the search order.

    Raises:
        DataError: what was named or found is not the dataset, or is broken.
    """
    root = locate.locate(data_path)
    return synthetic.generate() if root is None else uci_har.read(root)
