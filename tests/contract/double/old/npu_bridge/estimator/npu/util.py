"""Iterations sunk into one run, and small things."""

from npu_bridge.common import absent
from npu_bridge.common.loops import IterationPerLoop, check_positive_integer, set_iteration_per_loop  # noqa: F401


def npu_compile(sess, *fetches):
    """Run the fetches once, which compiles them."""
    sess.run(fetches)


set_graph_exec_config = absent.function(
    "set_graph_exec_config",
    """fetch, dynamic_input=False, dynamic_graph_execute_mode="dynamic_execute", dynamic_inputs_shape_range=None,
    is_train_graph=False""",
)
variable_initializer_in_host = absent.function("variable_initializer_in_host", "var_list")
