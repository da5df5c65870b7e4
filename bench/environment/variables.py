"""The environment variables that change what is measured, and none that could hold a secret."""

import os
import re
from typing import Dict

_RELEVANT_PREFIXES = (
    "TF_", "OMP_", "GOMP_", "KMP_", "MKL_", "OPENBLAS_", "ONEDNN_", "DNNL_", "XLA_", "CUDA_", "NVIDIA_", "ASCEND_",
    "DEVICE_ID", "JOB_ID", "RANK_", "HARBENCH_", "MALLOC_", "LD_PRELOAD",
)  # fmt: skip

#: Names that begin alike and are secrets: NVIDIA_API_KEY, and Terraform's TF_VAR_... and TF_TOKEN_...
_SECRET = re.compile(r"KEY|TOKEN|SECRET|PASS|CREDENTIAL|^TF_VAR_|^TF_CLI_", re.IGNORECASE)


def relevant() -> Dict[str, str]:
    """Name to value, in order of name."""
    return {
        name: os.environ[name]
        for name in sorted(os.environ)
        if name.startswith(_RELEVANT_PREFIXES) and not _SECRET.search(name)
    }
