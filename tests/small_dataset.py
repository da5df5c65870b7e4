"""A UCI HAR folder small enough to write in a test."""

import os

import numpy as np

SIGNALS = tuple(kind + axis for kind in ("body_acc_", "body_gyro_", "total_acc_") for axis in "xyz")


def write(root: str, n_train: int = 30, n_test: int = 12) -> str:
    """Write random windows and labels 1..6 below `root` in the official layout; returns `root`."""
    draw = np.random.RandomState(0)
    for split, n in (("train", n_train), ("test", n_test)):
        folder = os.path.join(root, split, "Inertial Signals")
        os.makedirs(folder)
        for signal in SIGNALS:
            np.savetxt(os.path.join(folder, "%s_%s.txt" % (signal, split)), draw.normal(size=(n, 128)), fmt="%16.7e")
        np.savetxt(os.path.join(root, split, "y_%s.txt" % split), np.arange(n) % 6 + 1, fmt="%d")
    return root
