"""The environment variables that change what is measured, and none that could hold a secret."""

import os
import re
from typing import Dict, Mapping

_RELEVANT_PREFIXES = (
    "TF_", "OMP_", "GOMP_", "KMP_", "MKL_", "OPENBLAS_", "ONEDNN_", "DNNL_", "XLA_", "CUDA_", "NVIDIA_", "ASCEND_",
    "DEVICE_ID", "JOB_ID", "RANK_", "HARBENCH_", "MALLOC_", "LD_PRELOAD", "ENABLE_HF32_EXECUTION",
    "ENABLE_FORCE_V2_CONTROL", "FUSION_TENSOR_SIZE",
)  # fmt: skip

#: Names that begin alike and are secrets: NVIDIA_API_KEY, and Terraform's TF_VAR_... and TF_TOKEN_...
_SECRET = re.compile(r"KEY|TOKEN|SECRET|PASS|CREDENTIAL|^TF_VAR_|^TF_CLI_", re.IGNORECASE)


#: Ours that change what a backend does; the other ones say where things lie, or are options that the job holds.
_OURS = ("HARBENCH_NULL", "HARBENCH_SLOW_DOWN")
#: Names a job to Ascend's runtime, and differs from run to run.
_NAMES_A_JOB = ("JOB_ID",)


def identifying(*layers: Mapping[str, str]) -> Dict[str, str]:
    """Those variables that must be equal for two trials to be replicates.

    Args:
        layers: variables as captured, then those set for the trial alone, which go before.
    """
    merged: Dict[str, str] = {}
    for layer in layers:
        merged.update(layer)
    return {
        name: value
        for name, value in sorted(merged.items())
        if name not in _NAMES_A_JOB and (name in _OURS or not name.startswith("HARBENCH_"))
    }


def relevant() -> Dict[str, str]:
    """Name to value, in order of name."""
    return {
        name: os.environ[name]
        for name in sorted(os.environ)
        if name.startswith(_RELEVANT_PREFIXES) and not _SECRET.search(name)
    }
