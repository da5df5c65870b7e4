"""A small log for each known message of TensorFlow and PyTorch on an NVIDIA GPU; the words around it are ours."""

from tests.backends.logs.case import Case

CASES = (
    Case(
        "libcudart",
        "W dso_loader.cc:60] Could not load dynamic library 'libcublas.so.11'; dlerror: not there\n"
        "W gpu_device.cc:1] Cannot dlopen some GPU libraries.\nSkipping registering GPU devices...\n",
        ("libcublas.so.11", "CPU without an error", "LD_LIBRARY_PATH"),
        "no",
    ),
    Case(
        "libcuda.so.1",
        "W dso_loader.cc:64] Could not load dynamic library 'libcuda.so.1'; dlerror: libcuda.so.1: none\n"
        "W cuda_driver.cc:269] failed call to cuInit: UNKNOWN ERROR (303)\n",
        ("No NVIDIA driver", "--gpus all"),
        "no",
    ),
    Case(
        "libcuda.so.1",
        "I cudart_stub.cc:31] Could not find cuda drivers on your machine, GPU will not be used.\n",
        ("CPU",),
        "no",
    ),
    Case(
        "CUDA_ERROR_NO_DEVICE",
        "E cuda_driver.cc:300] failed call to cuInit: CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected\n",
        ("CUDA_VISIBLE_DEVICES",),
        "no",
    ),
    Case(
        "does not match DSO",
        "E cuda_diagnostics.cc:312] kernel version 470.1.3 does not match DSO version 470.2.2 -- cannot find working "
        "devices\n",
        ("470.1.3", "470.2.2", "restart the host"),
        "no",
    ),
    Case(
        "minimum required Cuda capability",
        "Ignoring visible gpu device (device: 0, name: Tesla K80, pci bus id: 0, compute capability: 3.7) with Cuda "
        "compute "
        "capability 3.7. The minimum required Cuda capability is 6.0.\n",
        ("Tesla K80", "compute capability 3.7", "6.0"),
        "no",
    ),
    Case(
        "multiprocessor count",
        "Ignoring visible gpu device (device: 1, name: Quadro K600, pci bus id: 0, compute capability: 3.0) with Cuda "
        "multiprocessor count: 1. The minimum required count is 8.\n",
        ("Quadro K600", "TF_MIN_GPU_MULTIPROCESSOR_COUNT"),
        "no",
    ),
    Case("device:XLA_GPU:0", "devices: ['/device:CPU:0', '/device:XLA_GPU:0']\n", ("XLA_GPU device and no GPU",), "no"),
    Case("Skipping registering", "Skipping registering GPU devices...\n", ("registers no GPU",), "no"),
    Case(
        "cuInit",
        "failed call to cuInit: CUDA_ERROR_UNKNOWN: unknown error\n",
        ("CUDA_ERROR_UNKNOWN", "nvidia-smi"),
        "no",
    ),
    Case(
        "insufficient",
        "InternalError: cudaGetDevice() failed. Status: CUDA driver version is insufficient for CUDA runtime version\n",
        ("driver is older", "newer driver"),
        "no",
    ),
    Case(
        "no kernel image",
        "RuntimeError: CUDA error: no kernel image is available for execution on the device\n",
        ("not built for this GPU", "compute capability"),
        "no",
    ),
    Case("busy or unavailable", "all CUDA-capable devices are busy or unavailable\n", ("nvidia-smi -c 0",), "no"),
    Case("NOT_READY", "CUDA_ERROR_SYSTEM_NOT_READY: system not yet initialized\n", ("fabric",), "no"),
    Case("COMPAT", "CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE\n", ("cuda-compat",), "no"),
    Case(
        "Cannot assign a device",
        "InvalidArgumentError: Cannot assign a device for operation x/MatMul: it was explicitly assigned to "
        "/device:GPU:0\n",
        ("operator x/MatMul", "does not have"),
        "no",
    ),
    Case(
        "not compiled with CUDA", "AssertionError: Torch not compiled with CUDA enabled\n", ("build with CUDA",), "no"
    ),
    Case(
        "Loaded runtime CuDNN",
        "E cuda_dnn.cc:454] Loaded runtime CuDNN library: 9.1.0 but source was compiled with: 9.3.0.  Sorry.\n"
        "INVALID_ARGUMENT: No DNN in stream executor.\n",
        ("9.1.0", "9.3.0", "newer one"),
        "yes, then failed",
    ),
    Case(
        "cudnn handle",
        "E cuda_dnn.cc:334] Could not create cudnn handle: CUDNN_STATUS_INTERNAL_ERROR\n",
        ("CUDNN_STATUS_INTERNAL_ERROR", "TF_FORCE_GPU_ALLOW_GROWTH"),
        "yes, then failed",
    ),
    Case(
        "cublas handle",
        "failed to create cublas handle: CUBLAS_STATUS_NOT_INITIALIZED\n",
        ("memory of the GPU",),
        "yes, then failed",
    ),
    Case(
        "OOM when allocating tensor ... on .../device:GPU",
        "OOM when allocating tensor with shape[9,9] on /job:localhost/replica:0/task:0/device:GPU:0 by allocator "
        "GPU_0_bfc\n",
        ("memory of the GPU was not enough", "batch smaller"),
        "yes, then failed",
    ),
    Case(
        "ILLEGAL",
        "CUDA_ERROR_ILLEGAL_ADDRESS: an illegal memory access was encountered\n",
        ("CUDA_LAUNCH_BLOCKING",),
        "yes, then failed",
    ),
    Case(
        "ECC",
        "Unable to determine the device handle: GPU is lost.\n",
        ("GPU itself failed", "dmesg"),
        "yes, then failed",
    ),
    Case("LAUNCH_FAILED", "CUDA_ERROR_LAUNCH_FAILED: unspecified launch failure\n", ("Xid",), "yes, then failed"),
    Case("libdevice", "InternalError: libdevice not found at ./libdevice.10.bc\n", ("XLA_FLAGS",), "not proven"),
    Case(
        "convolution algorithm",
        "UnknownError: Failed to get convolution algorithm.\n",
        ("first error above",),
        "yes, then failed",
    ),
    Case("GEMM", "InternalError: Blas GEMM launch failed : a.shape=(9, 9)\n", ("matrix product",), "yes, then failed"),
    Case(
        "PTX",
        "W gpu_device.cc:2052] TensorFlow was not built with CUDA kernel binaries compatible with compute capability "
        "9.0. "
        "CUDA kernels will be jit-compiled from PTX, which could take 30 minutes or longer.\n",
        ("compute capability 9.0", "30 minutes", "step time"),
        "not proven",
    ),
    Case(
        "failed to allocate",
        "failed to allocate 15.75G (16914055168 bytes) from device: CUDA_ERROR_OUT_OF_MEMORY: out of memory\n",
        ("less free memory", "nvidia-smi"),
        "not proven",
    ),
    Case(
        "not a failure",
        "Adding visible gpu devices: 0\nAllocator (GPU_0_bfc) ran out of memory trying to allocate 2GiB. The caller "
        "indicates "
        "that this is not a failure, but may mean slower.\n",
        (),
        "not proven",
    ),
    Case(
        "NUMA",
        "Adding visible gpu devices: 0\nsuccessful NUMA node read from SysFS had negative value (-1)\n",
        (),
        "not proven",
    ),
)
