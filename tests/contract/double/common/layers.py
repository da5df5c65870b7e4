"""The layer that the adapter's recurrent layers derive from: TensorFlow's `tf.layers.Layer`, or a plain one.

TensorFlow 2 no longer has it. The plain one names its variables as that one does.
"""

from typing import Any, List

import tensorflow as tf


class _PlainLayer:
    """As much of `tf.layers.Layer` as DynamicRNN uses."""

    def __init__(self) -> None:
        self.built = False
        self._scope: Any = None
        self._created: List[Any] = []

    def add_variable(self, name: str, shape: Any, dtype: Any, initializer: Any, trainable: bool = True) -> Any:
        """A variable of the layer, as `tf.layers.Layer.add_variable` makes it."""
        made = tf.compat.v1.get_variable(name, shape, dtype, initializer, trainable=trainable)
        self._created.append(made)
        return made

    @property
    def variables(self) -> List[Any]:
        """All variables of the layer."""
        return self._created

    @property
    def trainable_variables(self) -> List[Any]:
        """The variables that training changes."""
        trained = tf.compat.v1.trainable_variables()
        return [item for item in self._created if any(item is other for other in trained)]

    weights = variables
    trainable_weights = trainable_variables

    def build(self, input_shape: Any) -> None:
        """The end of building."""
        self.built = True

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """What a layer computes."""
        raise NotImplementedError

    def __call__(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        if self._scope is None:
            with tf.compat.v1.variable_scope(None, default_name=_snake_case(type(self).__name__)) as scope:
                self._scope = scope
        scope = tf.compat.v1.variable_scope(self._scope, auxiliary_name_scope=False)
        with scope, tf.name_scope(self._scope.original_name_scope):
            if not self.built:
                self.build(inputs.shape)
            return self.call(inputs, *args, **kwargs)


def _snake_case(name: str) -> str:
    """As TensorFlow names a layer after its class: DynamicRNN is dynamic_rnn."""
    parts, capitals = [], True
    for letter in name:
        if letter.isupper() and not capitals:
            parts.append("_")
        parts.append(letter.lower())
        capitals = letter.isupper()
    return "".join(parts)


Layer: Any = tf.compat.v1.layers.Layer if tf.__version__.startswith("1.") else _PlainLayer
