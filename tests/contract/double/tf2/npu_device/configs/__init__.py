"""Options of single runs."""

from npu_device.common import absent

run_context_options = absent.a_class("NpuRunContextOptions", "")
