"""TensorFlow checkpoints under the port's names: listed, read and written."""

import os
from typing import Any, Dict, List, Mapping, Sequence

import numpy as np

from backends.engines.tensorflow.compat import tf1
from har_model.errors import DataError


def _reader(path: str) -> Any:
    try:
        return tf1.train.NewCheckpointReader(path)
    except Exception as error:  # TensorFlow 1.15 and 2 raise different classes for the same broken file
        raise DataError(
            "The checkpoint %r cannot be read (%s); give the prefix of its files, without `.index` or `.data-...`."
            % (path, str(error).splitlines()[0] if str(error) else type(error).__name__)
        ) from error


def shapes(path: str) -> Mapping[str, List[int]]:
    """Names and shapes of a checkpoint's variables.

    Raises:
        DataError: there is no readable checkpoint at the prefix `path`.
    """
    return _reader(path).get_variable_to_shape_map()


def read(path: str, names: Sequence[str]) -> Dict[str, np.ndarray]:
    """The named variables of a checkpoint.

    Raises:
        DataError: the checkpoint cannot be read or lacks one of them.
    """
    reader = _reader(path)
    missing = [name for name in names if not reader.has_tensor(name)]
    if missing:
        raise DataError(
            "The checkpoint %r lacks the variable %r: it is of another network; name one of this." % (path, missing[0])
        )
    try:
        return {name: reader.get_tensor(name) for name in names}
    except Exception as error:  # as in `_reader`
        raise DataError(
            "The checkpoint %r is damaged: %s; copy it again." % (path, str(error).splitlines()[0])
        ) from error


def save(saver: Any, session: Any, path: str) -> None:
    """Write every variable of the graph at the prefix `path`, whose folder is made."""
    folder = os.path.dirname(path)
    if folder:
        os.makedirs(folder, exist_ok=True)
    saver.save(session, path, write_meta_graph=False)
