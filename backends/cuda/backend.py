"""What a GPU answers to harbench's questions; the modules beside this one decide and look up."""

import os
from typing import Any, Dict, List, Mapping, Optional, Tuple

from backends.cuda import condition, placement, probe, proof, variables
from backends.cuda import precision as precisions
from backends.engines.tensorflow.backend import TensorFlowBackend
from backends.findings import Finding
from backends.proof import Evidence, Proof
from backends.protocol import (
    KERNEL_FUSED,
    KERNEL_UNROLLED,
    LOSS_SCALE_DYNAMIC,
    LOSS_SCALE_FIXED,
    LOSS_SCALE_NONE,
    BackendUnavailable,
    Probe,
    Settings,
)
from backends.telemetry.source import Pids, Source
from har_model.config import Workload
from har_model.errors import UsageError


class CudaBackend(TensorFlowBackend):
    """Runs the graph on one NVIDIA GPU; a step that lies on the host, in whole or in part, is a failed trial."""

    name = "gpu"
    kernels = (KERNEL_FUSED, KERNEL_UNROLLED)
    precisions = precisions.ALL
    loss_scales = (LOSS_SCALE_NONE, LOSS_SCALE_FIXED, LOSS_SCALE_DYNAMIC)
    where_a_probe_fails = "see whether `nvidia-smi` answers, restart the host, or reinstall the NVIDIA driver"

    # ---- in the parent ---------------------------------------------------------------------------------------------

    def probe(self) -> Probe:
        """Device nodes, driver, TensorFlow's build and the libraries that it needs; no framework is imported."""
        return probe.probe(os.environ)

    def default_loss_scale(self, precision: str) -> str:
        """Dynamic in mixed precision, whose small gradients would vanish without."""
        return LOSS_SCALE_DYNAMIC if precision == precisions.MIXED else LOSS_SCALE_NONE

    def check(self, settings: Settings, variables_of_trial: Mapping[str, str]) -> None:
        """As every backend, and that no variable changes the arithmetic or the timing beside what is asked."""
        super().check(settings, variables_of_trial)
        precisions.check_environment(settings, variables_of_trial)
        if variables_of_trial.get("CUDA_LAUNCH_BLOCKING", "") not in ("", "0"):
            raise UsageError("CUDA_LAUNCH_BLOCKING has the host wait for each operation of a step: unset it.")

    def check_options(self, settings: Settings) -> None:
        """Refuse an option that does not exist, or a value that it has not."""
        for name, value in settings.options.items():
            if name not in placement.OPTIONS:
                raise UsageError(
                    "The gpu backend has no option %r; it has %s." % (name, ", ".join(sorted(placement.OPTIONS)))
                )
            if value not in placement.OPTIONS[name]:
                raise UsageError(
                    "--option %s=%s is not known; choose %s." % (name, value, " or ".join(placement.OPTIONS[name]))
                )

    def variables(self, settings: Settings, inherited: Mapping[str, str]) -> Dict[str, str]:
        """One GPU visible, memory taken as needed, TF32 forbidden where it is not asked for."""
        return dict(variables.of_trial(settings.device, inherited), **precisions.variables(settings.precision))

    def telemetry(self, settings: Settings, variables_of_trial: Mapping[str, str], pids: Pids) -> List[Source]:
        """The GPU through NVML, or nvidia-smi where that cannot be reached."""
        entry = variables.device_of(None, variables_of_trial)
        if entry is None:
            return []
        from backends.telemetry import nvidia_gpu

        return [nvidia_gpu.source(entry, pids)]

    def judge(self, claim: Proof, evidence: Evidence) -> Proof:
        """The session's placement, unless the log or NVML contradicts it."""
        return proof.judge(claim, evidence)

    def explain(self, log: str) -> Optional[str]:
        """What is known of the messages of CUDA, cuDNN and TensorFlow."""
        from backends.logs import reading

        return reading.explain(log)

    def examine(self, device: Optional[int], environment: Mapping[str, str]) -> List[Finding]:
        """What NVML tells of the GPU; it changes nothing."""
        return condition.examine(device, environment)

    # ---- in the trial ----------------------------------------------------------------------------------------------

    def compile_caches(self, settings: Settings) -> Tuple[str, ...]:
        """Where the driver keeps kernels that it compiled for a GPU newer than TensorFlow's build."""
        if os.environ.get("CUDA_CACHE_DISABLE") == "1":
            return ()
        return (os.environ.get("CUDA_CACHE_PATH") or os.path.expanduser("~/.nv/ComputeCache"),)

    def place(self, workload: Workload, settings: Settings) -> Any:
        """The placement on TensorFlow's GPU; fails before anything is built where that would not do what is asked.

        Raises:
            BackendUnavailable: TensorFlow has no GPU.
            UsageError: the GPU is of a generation that cannot compute so.
        """
        gpu = self._gpu(settings)
        precisions.check_gpu(settings.precision, gpu.name, gpu.compute_capability)
        return placement.place(workload, settings, gpu)

    def _gpu(self, settings: Settings) -> Any:
        from backends.engines.tensorflow import gpus

        listed = gpus.listed(placement.session_config(settings))
        if not listed:
            raise BackendUnavailable(self._why_no_gpu())
        return listed[0]

    def _why_no_gpu(self) -> str:
        found = self.probe()
        if not found.is_available:
            return found.sentence
        return "TensorFlow set up no GPU and would compute on the host's cores: the trial's log says why."
