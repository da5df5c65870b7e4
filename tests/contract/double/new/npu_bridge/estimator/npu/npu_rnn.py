"""An unrolled recurrent network."""

from npu_bridge.common.rnn import npu_dynamic_rnn  # noqa: F401
