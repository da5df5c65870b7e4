"""The profiler."""

from npu_bridge.common import absent

Profiler = absent.a_class("Profiler", '*, level="L0", aic_metrics="", output_path=""')
