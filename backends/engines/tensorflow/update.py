"""One optimiser update: gradients, clipping by global norm, Adam, under the names of the port's checkpoint."""

from collections import OrderedDict
from typing import Any, Mapping, Tuple

from backends.engines.tensorflow.compat import tf1
from har_model.config import TrainingConfig

Tensor = Any

#: Scope of the optimiser's variables in the port's checkpoints.
OPTIMIZER_SCOPE = "OptimizeLoss"
#: The port's step counter, an int32 variable that was given no name.
GLOBAL_STEP = "Variable"


def build(
    loss: Tensor, variables: Mapping[str, Any], training: TrainingConfig
) -> Tuple[Any, "OrderedDict[str, Tensor]"]:
    """The operation that updates every variable, and the unclipped gradients by variable name."""
    gradients = tf1.gradients(loss, list(variables.values()))
    clipped, _ = tf1.clip_by_global_norm(gradients, training.clip_norm)
    global_step = tf1.get_variable(GLOBAL_STEP, [], tf1.int32, tf1.zeros_initializer(), trainable=False)
    with tf1.variable_scope(OPTIMIZER_SCOPE):
        rate = tf1.get_variable(
            "learning_rate", [], initializer=tf1.constant_initializer(training.learning_rate), trainable=False
        )
        optimizer = tf1.train.AdamOptimizer(rate)
        # The loss reads the variables too: without this the update could overtake it.
        with tf1.control_dependencies([loss]):
            update = optimizer.apply_gradients(list(zip(clipped, variables.values())), global_step=global_step)
    return update, OrderedDict(zip(variables, gradients))
