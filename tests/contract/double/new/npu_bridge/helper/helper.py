"""The handle of the adapter's shared object; absent, after a printed line, where it cannot be loaded."""

import npu_bridge
from npu_bridge.common import loading, variant

try:
    npu_bridge_handle = loading.load_library(npu_bridge.__file__, variant.NEW)
except Exception as error:  # as the adapter does: what is wrong shows at the next import
    print(str(error))


def get_gen_ops():
    """The operations of the shared object."""
    return npu_bridge_handle


#: TensorFlow's version, not the adapter's.
version = "v1.15.0"
