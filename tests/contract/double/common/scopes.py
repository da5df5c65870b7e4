"""Scopes that mark operations for the graph engine."""

import contextlib
from typing import Any, Iterator

import tensorflow as tf
from tensorflow.core.framework import attr_value_pb2


@contextlib.contextmanager
def attribute(name: str, **value: Any) -> Iterator[None]:
    """Give the operations made inside an attribute; `value` is one field of an AttrValue."""
    marked = {name: attr_value_pb2.AttrValue(**value)}
    with tf.compat.v1.get_default_graph()._attr_scope(marked):
        yield


def without_npu_compile_scope() -> Any:
    """The operations inside stay on the host."""
    return attribute("_without_npu_compile", b=True)


def keep_dtype_scope() -> Any:
    """The operations inside keep the data type that the graph says."""
    return attribute("_keep_dtype", i=1)
