"""What keeps TensorFlow or PyTorch from an NVIDIA GPU. Sources: TensorFlow's code, issues and logs of users."""

from backends.logs.cuda import GOES_WITHOUT, MISSING_OF_DRIVER, MISSING_OF_TOOLKIT
from backends.logs.symptom import CONSEQUENCE, FALLBACK, REFUSED, Symptom

GOING_WITHOUT = (
    Symptom(
        "Could not load dynamic library 'libcudart.so.11.0'",
        (MISSING_OF_TOOLKIT,),
        "TensorFlow cannot load {library}, so it goes on with the CPU without an error and a GPU timing would be a CPU "
        "timing",
        "install the CUDA and cuDNN that this TensorFlow was built for, and add their folder to LD_LIBRARY_PATH",
        FALLBACK,
        code="CUDA library missing",
    ),
    Symptom(
        "Could not load dynamic library 'libcuda.so.1'; Could not find cuda drivers on your machine",
        (
            MISSING_OF_DRIVER,
            r"Could not find cuda drivers on your machine",
            r"failed call to cuInit: (?:INTERNAL: CUDA error: Failed call to cuInit: )?UNKNOWN ERROR \(303\)",
            r"NVIDIA-SMI has failed because it couldn't communicate",
            r"Failed to initialize NVML: Driver Not Loaded",
        ),
        "no NVIDIA driver was found, so TensorFlow goes on with the CPU",
        "install the driver, or give the container its GPU with `--gpus all`; without a GPU this is as it should be",
        FALLBACK,
        code="no NVIDIA driver",
    ),
    Symptom(
        "CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected",
        (r"CUDA_ERROR_NO_DEVICE", r"no CUDA-capable device is detected", r"No CUDA GPUs are available"),
        "CUDA shows no device, so the work goes on with the CPU",
        "look at CUDA_VISIBLE_DEVICES (empty or -1 hides all) and `nvidia-smi`",
        FALLBACK,
    ),
    Symptom(
        "kernel version ... does not match DSO version ...",
        (
            r"kernel version (?P<driver>[0-9.]+) does not match DSO version (?P<user>[0-9.]+)",
            r"Failed to initialize NVML: Driver/library version mismatch",
            r"CUDA_ERROR_SYSTEM_DRIVER_MISMATCH",
        ),
        "the driver in the kernel ({driver}) is not the one of libcuda ({user}), so no GPU can be used",
        "restart the host after a driver update, or take the driver out of the container",
        FALLBACK,
        code="driver mismatch",
    ),
    Symptom(
        "Ignoring visible gpu device ... The minimum required Cuda capability is ...",
        (
            r"Ignoring visible gpu device \([^\n]{0,80}?name: (?P<gpu>[^,\n]{1,80}),[^\n]{0,120}?with Cuda compute "
            r"capability (?P<capability>[0-9.]+[0-9])\. "
            r"The minimum required Cuda capability is (?P<minimum>[0-9.]+[0-9])",
            r"Ignoring visible gpu device [^\n]{0,300}?The minimum required Cuda capability is",
        ),
        "TensorFlow leaves out {gpu}, for which this build is too new ({capability}, at least {minimum} is needed)",
        "use a TensorFlow built for this GPU, or another GPU",
        FALLBACK,
        code="compute capability",
    ),
    Symptom(
        "Ignoring visible gpu device ... with Cuda multiprocessor count",
        (
            r"Ignoring visible gpu device \([^\n]{0,80}?name: (?P<gpu>[^,\n]{1,80}),[^\n]{0,120}?"
            r"with (?:Cuda|core) (?:multiprocessor )?count",
            r"Ignoring visible gpu device [^\n]{0,300}?with (?:Cuda|core) (?:multiprocessor )?count",
        ),
        "TensorFlow leaves out {gpu} as too small beside another one",
        "choose one GPU with CUDA_VISIBLE_DEVICES, or set TF_MIN_GPU_MULTIPROCESSOR_COUNT",
        FALLBACK,
        code="GPU too small",
    ),
    Symptom(
        "/device:XLA_GPU:0 without a GPU device",
        (r"device:XLA_GPU:[0-9]",),
        "there is an XLA_GPU device and no GPU device, so operators run on the CPU, mostly for want of a CUDA library",
        "look for `Could not load dynamic library` and install what it names",
        FALLBACK,
        CONSEQUENCE,
        code="XLA_GPU only",
        unless=(r"device:GPU:[0-9]",),
    ),
    Symptom(
        "Cannot dlopen some GPU libraries. Skipping registering GPU devices...",
        GOES_WITHOUT,
        "TensorFlow registers no GPU as libraries are missing, and goes on with the CPU",
        "install the CUDA and cuDNN that this TensorFlow was built for, and add their folder to LD_LIBRARY_PATH",
        FALLBACK,
        CONSEQUENCE,
        code="CUDA library missing",
    ),
    Symptom(
        "failed call to cuInit: CUDA_ERROR_UNKNOWN: unknown error",
        (r"failed call to cuInit: (?P<error>[^\n]{1,80})",),
        "CUDA could not be started ({error}), so the work goes on with the CPU",
        "run `nvidia-smi`; after an update of the driver restart the host",
        FALLBACK,
        CONSEQUENCE,
        code="cuInit",
    ),
)

SETTING_UP = (
    Symptom(
        "CUDA driver version is insufficient for CUDA runtime version",
        (
            r"CUDA driver version is insufficient for CUDA runtime version",
            r"possibly insufficient driver version",
            r"The NVIDIA driver on your system is too old",
        ),
        "the driver is older than the CUDA that the framework brings",
        "install a newer driver, or a framework built for an older CUDA",
        REFUSED,
        code="driver too old",
    ),
    Symptom(
        "no kernel image is available for execution on the device",
        (
            r"no kernel image is available for execution on the",
            r"CUDA_ERROR_NO_BINARY_FOR_GPU",
            r"device kernel image is invalid",
            r"CUDA_ERROR_INVALID_IMAGE",
        ),
        "the framework was not built for this GPU and cannot compile for it",
        "use a build that names the GPU's compute capability",
        REFUSED,
        code="no kernel image",
    ),
    Symptom(
        "all CUDA-capable devices are busy or unavailable",
        (r"all CUDA-capable devices are busy or unavailable", r"CUDA_ERROR_DEVICES?_UNAVAILABLE"),
        "another process has the GPU for itself",
        "end it, or leave the exclusive mode with `nvidia-smi -c 0`",
        REFUSED,
        code="GPU busy",
    ),
    Symptom(
        "CUDA_ERROR_SYSTEM_NOT_READY: system not yet initialized",
        (r"CUDA_ERROR_SYSTEM_NOT_READY", r"system not yet initialized"),
        "GPUs behind NVSwitch wait for their fabric manager",
        "start nvidia-fabricmanager of the driver's version",
        REFUSED,
    ),
    Symptom(
        "CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE: forward compatibility was attempted on non supported HW",
        (r"CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE", r"forward compatibility was attempted on non supported HW"),
        "the compatibility library of CUDA works only on data-centre GPUs",
        "take cuda-compat off LD_LIBRARY_PATH and install a newer driver",
        REFUSED,
    ),
    Symptom(
        "Cannot assign a device for operation ...: ... /device:GPU:0",
        (r"Cannot assign a device for operation '?(?P<op>[^\s:']{1,120})'?:[^\n]{0,400}(?:device:GPU|/gpu:)",),
        "the script places {op} on a GPU that TensorFlow does not have",
        "look above for what kept TensorFlow from the GPU; allow_soft_placement only hides it",
        REFUSED,
        CONSEQUENCE,
    ),
    Symptom(
        "Torch not compiled with CUDA enabled",
        (r"Torch not compiled with CUDA enabled", r"[Bb]inary (?:was )?not compiled with CUDA"),
        "this build of the framework has no part for GPUs",
        "install the build with CUDA",
        REFUSED,
        code="built without CUDA",
    ),
    Symptom(
        "Loaded runtime CuDNN library: 7.0.5 but source was compiled with: 7.4.2.",
        (
            r"Loaded runtime CuDNN library: (?P<loaded>[0-9]+(?:\.[0-9]+)*)(?: \([^)\n]{0,60}\))? "
            r"but source was compiled with:? (?P<built>[0-9]+(?:\.[0-9]+)*)",
        ),
        "cuDNN {loaded} was loaded and the framework was built with {built}",
        "install that cuDNN or a newer one of the same major version, and look for an older one on LD_LIBRARY_PATH",
        REFUSED,
        code="cuDNN mismatch",
    ),
    Symptom(
        "Could not create cudnn handle: CUDNN_STATUS_INTERNAL_ERROR",
        (r"[Cc]ould not create cudnn handle: (?P<status>CUDNN_STATUS_[A-Z_]+)",),
        "cuDNN could not be started ({status}), as the memory of the GPU is full or cuDNN does not fit the driver",
        "end other processes on the GPU or set TF_FORCE_GPU_ALLOW_GROWTH=true; then compare the versions",
        REFUSED,
        code="cuDNN",
    ),
    Symptom(
        "failed to create cublas handle: CUBLAS_STATUS_NOT_INITIALIZED",
        (r"failed to create cublas handle: (?P<status>[A-Za-z_ ]{1,60})",),
        "cuBLAS could not be started ({status}), mostly because the memory of the GPU is full",
        "end other processes on the GPU or set TF_FORCE_GPU_ALLOW_GROWTH=true",
        REFUSED,
        code="cuBLAS",
    ),
)
