"""What a run asks of a graph: which operations, and which of them the device lacks."""

from typing import Any, Iterable, List, Optional, Tuple

import tensorflow as tf

from . import script

#: A graph collection: operations that start or stop the graph engine and are computed on the host.
SYSTEM = "npu_double_system"
#: A graph collection: operations by `util.set_iteration_per_loop`, each with its variable of iterations.
LOOPS = "npu_double_loops"
#: The scope of the double's own operations, which stand for kernels of the device.
OWN_SCOPE = "npu_float_status"

# Python has no kernel on a device, and input by queues is unsupported by the documents.
_HOST_TYPES = ("PyFunc", "PyFuncStateless", "EagerPyFunc", "FIFOQueueV2", "RandomShuffleQueueV2", "PaddingFIFOQueueV2")
# Unsupported data types, by the documents.
_HOST_DTYPES = (tf.float64, tf.complex64, tf.complex128)


def ancestors(operations: Iterable[Any], fed: Iterable[Any] = ()) -> List[Any]:
    """The operations that a run executes: those asked for and all that they depend on, up to what is fed."""
    ends = {tensor.op for tensor in fed}
    found, waiting = [], list(operations)
    seen = set(waiting)
    while waiting:
        operation = waiting.pop()
        found.append(operation)
        if operation in ends:
            continue
        before = [tensor.op for tensor in operation.inputs] + list(operation.control_inputs)
        fresh = [item for item in before if item not in seen]
        seen.update(fresh)
        waiting.extend(fresh)
    return found


def _is_on_host(operation: Any) -> bool:
    """Whether `npu_scope.without_npu_compile_scope` left it to TensorFlow."""
    try:
        return bool(operation.get_attr("_without_npu_compile"))
    except ValueError:
        return False


def _is_lacking(operation: Any, lacking: Iterable[str]) -> bool:
    if OWN_SCOPE in operation.name or _is_on_host(operation):
        return False
    return operation.type in lacking or any(output.dtype.base_dtype in _HOST_DTYPES for output in operation.outputs)


def first_lacking(operations: Iterable[Any]) -> Optional[Tuple[str, str]]:
    """Name and type of an operation that the device has no kernel for, or None."""
    lacking = set(_HOST_TYPES) | set(script.read().get("host_ops", ()))
    names = sorted((operation.name, operation.type) for operation in operations if _is_lacking(operation, lacking))
    return names[0] if names else None
