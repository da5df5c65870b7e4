"""What goes wrong while an NVIDIA GPU works, and what only looks wrong."""

from backends.logs.symptom import CONSEQUENCE, HARMLESS, NOTICE, RAN, Symptom

RUNNING = (
    Symptom(
        "OOM when allocating tensor ... on .../device:GPU:0; CUDA out of memory. Tried to allocate ...",
        (
            r"OOM when allocating tensor[^\n]{0,300}(?:device:GPU|/gpu:|allocator GPU)",
            r"CUDA out of memory\.? Tried to allocate",
            r"Dst tensor is not initialized",
            r"torch\.(?:cuda\.)?OutOfMemoryError",
        ),
        "the memory of the GPU was not enough",
        "make the batch smaller, or end other processes that `nvidia-smi` lists",
        RAN,
        code="out of memory",
    ),
    Symptom(
        "CUDA_ERROR_ILLEGAL_ADDRESS: an illegal memory access was encountered",
        (r"CUDA_ERROR_ILLEGAL_ADDRESS", r"an illegal memory access was encountered"),
        "a kernel used memory that is not its own",
        "repeat with CUDA_LAUNCH_BLOCKING=1 to find it (never for timing), and try another version of the framework",
        RAN,
    ),
    Symptom(
        "CUDA_ERROR_ECC_UNCORRECTABLE; GPU is lost",
        (r"CUDA_ERROR_ECC_UNCORRECTABLE", r"uncorrectable ECC error", r"GPU is lost", r"has fallen off the bus"),
        "the GPU itself failed",
        "read `dmesg` for Xid lines, restart the host, and measure on another GPU",
        RAN,
        code="GPU hardware",
    ),
    Symptom(
        "CUDA_ERROR_LAUNCH_FAILED: unspecified launch failure; CUDA_ERROR_LAUNCH_TIMEOUT",
        (r"CUDA_ERROR_LAUNCH_(?:FAILED|TIMEOUT)", r"unspecified launch failure"),
        "a kernel failed on the GPU",
        "read `dmesg` for Xid lines and look at temperature and power; try another version of driver or framework",
        RAN,
    ),
    Symptom(
        "libdevice not found at ./libdevice.10.bc",
        (r"libdevice not found at", r"Can't find libdevice directory"),
        "XLA cannot find CUDA's libdevice",
        "set XLA_FLAGS=--xla_gpu_cuda_data_dir to the CUDA folder, or turn jit off",
        NOTICE,
        CONSEQUENCE,
        code="libdevice",
    ),
    Symptom(
        "Failed to get convolution algorithm; No DNN in stream executor; CUDNN_STATUS_EXECUTION_FAILED",
        (
            r"(?P<status>CUDNN_STATUS_(?!SUCCESS|NOT_SUPPORTED)[A-Z_]+)",
            r"Failed to get convolution algorithm",
            r"No DNN in stream executor",
            r"DNN library (?:is not found|initialization failed)",
        ),
        "an operation of cuDNN failed ({status})",
        "read the first error above it; often the memory of the GPU is full or cuDNN is not the one that was built for",
        RAN,
        CONSEQUENCE,
        code="cuDNN",
    ),
    Symptom(
        "Blas GEMM launch failed; CUBLAS_STATUS_EXECUTION_FAILED",
        (r"Blas (?:x?GEMM|SGEMM|GEMV|xGEMV)[A-Za-z]* launch failed", r"(?P<status>CUBLAS_STATUS_(?!SUCCESS)[A-Z_]+)"),
        "a matrix product failed on the GPU",
        "end other processes on the GPU; on a GPU newer than the build use a newer framework",
        RAN,
        CONSEQUENCE,
        code="cuBLAS",
    ),
)

NO_FAILURE = (
    Symptom(
        "CUDA kernels will be jit-compiled from PTX, which could take 30 minutes or longer.",
        (
            r"not built with CUDA kernel binaries compatible with compute capability (?P<capability>[0-9.]+[0-9])",
            r"jit-compiled from PTX",
        ),
        "the GPU is newer than the build ({capability}), so kernels are compiled from PTX at the start, for up to 30 "
        "minutes or longer",
        "let the start take its time (10 minutes are too short a limit), do not count it as step time, or use a build "
        "for this GPU",
        NOTICE,
        code="JIT from PTX",
    ),
    Symptom(
        "failed to allocate ... from device: CUDA_ERROR_OUT_OF_MEMORY",
        (
            r"failed to allocate [^\n]{1,60} from device: (?:CUDA_ERROR_OUT_OF_MEMORY|RESOURCE_EXHAUSTED)",
            r"CUDA_ERROR_OUT_OF_MEMORY",
        ),
        "the GPU had less free memory than TensorFlow asked for at first, as another process uses it",
        "end that process (`nvidia-smi` lists it); a time that was taken beside it is no measurement",
        NOTICE,
        CONSEQUENCE,
    ),
    Symptom(
        "ran out of memory trying to allocate ... this is not a failure",
        (r"ran out of memory trying to allocate [^\n]{0,200}this is not a failure",),
        "with more free memory an operator might have been faster",
        "nothing to do",
        HARMLESS,
    ),
    Symptom(
        "successful NUMA node read from SysFS had negative value (-1)",
        (r"successful NUMA node read from SysFS had negative value",),
        "the kernel does not say next to which processor the GPU sits, which is harmless",
        "nothing to do",
        HARMLESS,
    ),
)
