"""One optimiser update: gradients, clipping by global norm, Adam, under the names of the port's checkpoint."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Callable, List, Mapping, Optional, Tuple

from backends.engines.tensorflow.compat import tf1
from har_model.config import TrainingConfig

Tensor = Any

#: Scope of the optimiser's variables in the port's checkpoints.
OPTIMIZER_SCOPE = "OptimizeLoss"
#: The port's step counter, an int32 variable that was given no name.
GLOBAL_STEP = "Variable"


#: From an optimiser to one that scales the loss, and the tensor of the scale; None where there is no scaling.
LossScaling = Callable[[Any], Tuple[Any, Optional[Tensor]]]


def unscaled(optimizer: Any) -> Tuple[Any, Optional[Tensor]]:
    """No loss scaling."""
    return optimizer, None


@dataclass(frozen=True)
class Update:
    """The graph's update.

    Args:
        operation: updates every variable, or none where a loss scaling finds an overflow.
        gradients: unscaled and unclipped, by variable name.
        global_step: counts the updates that were applied.
        loss_scale: None without loss scaling.
        variables: the optimiser's own, as they stand in the port's checkpoint.
    """

    operation: Any
    gradients: "OrderedDict[str, Tensor]"
    global_step: Any
    loss_scale: Optional[Tensor]
    variables: List[Any]


def build(
    loss: Tensor, variables: Mapping[str, Any], training: TrainingConfig, scaling: LossScaling = unscaled
) -> Update:
    """Add the update to the graph. Gradients are unscaled before they are clipped."""
    global_step = tf1.get_variable(GLOBAL_STEP, [], tf1.int32, tf1.zeros_initializer(), trainable=False)
    with tf1.variable_scope(OPTIMIZER_SCOPE) as scope:
        rate = tf1.get_variable(
            "learning_rate", [], initializer=tf1.constant_initializer(training.learning_rate), trainable=False
        )
    optimizer, loss_scale = scaling(tf1.train.AdamOptimizer(rate))
    pairs = optimizer.compute_gradients(
        loss, var_list=list(variables.values()), gate_gradients=tf1.train.Optimizer.GATE_NONE
    )
    gradients = [gradient for gradient, _ in pairs]
    clipped, _ = tf1.clip_by_global_norm(gradients, training.clip_norm)
    # Adam names its powers by the name scope; entered by its name a second time that would be another one.
    is_same = tf1.variable_scope(scope, auxiliary_name_scope=False), tf1.name_scope(scope.original_name_scope)
    # The loss reads the variables too: without the dependency the update could overtake it.
    with is_same[0], is_same[1], tf1.control_dependencies([loss]):
        operation = optimizer.apply_gradients(list(zip(clipped, variables.values())), global_step=global_step)
    return Update(
        operation,
        OrderedDict(zip(variables, gradients)),
        global_step,
        loss_scale,
        [global_step] + tf1.global_variables(OPTIMIZER_SCOPE + "/"),
    )
