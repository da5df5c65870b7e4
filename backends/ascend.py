"""A Huawei Ascend NPU, through TensorFlow and its adapter. So far it only says what is missing."""

import glob
import importlib.util
import os
from typing import Any

from backends.engines.tensorflow.backend import TensorFlowBackend
from backends.protocol import KERNEL_FUSED, KERNEL_UNROLLED, BackendUnavailable, Probe, Settings
from har_model.config import Workload

_NOT_YET = "the npu backend of this version cannot measure yet: use --backend cpu, or records made elsewhere"


class AscendBackend(TensorFlowBackend):
    """A probe that says in one sentence what this host lacks."""

    name = "npu"
    kernels = (KERNEL_FUSED, KERNEL_UNROLLED)
    precisions = ("mixed",)

    def probe(self) -> Probe:
        """Device nodes, management node and adapter package, looked for without touching the device."""
        if not glob.glob("/dev/davinci[0-9]*"):
            return Probe(
                False,
                "This host shows no Ascend NPU (no /dev/davinci0): run on an Ascend host, or give the container its "
                "devices with ASCEND_VISIBLE_DEVICES.",
            )
        if not os.path.exists("/dev/davinci_manager"):
            return Probe(
                False,
                "An Ascend device node is there but /dev/davinci_manager is not: give the container that node too, or "
                "install the driver.",
            )
        if importlib.util.find_spec("npu_bridge") is None and importlib.util.find_spec("npu_device") is None:
            return Probe(
                False,
                "The Ascend adapter for TensorFlow is missing (no package npu_bridge): source CANN's and tfplugin's "
                "set_env.sh and use the vendor's Python 3.7.",
            )
        return Probe(False, "An Ascend NPU and its adapter are there, but " + _NOT_YET + ".")

    def place(self, workload: Workload, settings: Settings) -> Any:
        """Refused: nothing pretends to measure."""
        raise BackendUnavailable(self.probe().sentence)
