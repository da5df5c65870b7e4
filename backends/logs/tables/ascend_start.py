"""What keeps a run from an Ascend NPU: devices, cards of a job, and what is not installed.

Sources: the adapter's code and FAQ, CANN's error texts, logs of users.
"""

from backends.logs.symptom import CONSEQUENCE, FALLBACK, RAN, REFUSED, Symptom

SETTING_UP = (
    Symptom(
        "EE1001 Set device failed, invalid device",
        (
            r"invalid device, set device=(?P<asked>[0-9]{1,6}), "
            r"valid device range is \[(?P<valid>[0-9]{1,6}, ?[0-9]{1,6})\)",
            r"Set device failed, invalid device",
            r"rtSetDevice[^\n]{0,80}(?:ret\[107001\]|device id error)",
        ),
        "{asked} does not exist, valid are {valid}",
        "set ASCEND_DEVICE_ID (older: DEVICE_ID) to one of them",
        REFUSED,
    ),
    Symptom(
        "ASCEND_DEVICE_ID is invalid, should be int",
        (
            r"ASCEND_DEVICE_ID is (?:in)?valid,",
            r"ASCEND_DEVICE_ID should be >= 0",
            r"DEVICE_ID is (?:in)?valid, (?:should be int|not digit)",
            r"DEVICE_ID should be >= 0",
            r"get logic device id by DEVICE_ID failed",
        ),
        "the device number in the environment is no number of a device here",
        "set ASCEND_DEVICE_ID to a logical number of `npu-smi info -m` and unset DEVICE_ID",
        REFUSED,
    ),
    Symptom(
        "EJ0001 Failed to initialize the HCCP process",
        (r"EJ0001\b", r"Maybe the last training process is running"),
        "the previous process still holds the card",
        "wait about 10 s after it ended and try again; look for left-over processes with `npu-smi info`",
        REFUSED,
    ),
    Symptom(
        "E39007 / 507033 open device failed",
        (
            r"open device (?P<device>[0-9]{1,6}) failed",
            r"error code is 507033",
            r"Device_Subprocess_Startup_Timeout",
            r"E39007\b",
        ),
        "{device} could not be opened, and may not be given to this container (logical and physical ids are easily "
        "confused)",
        "set ASCEND_DEVICE_ID (harbench: --device) to a device of the container, /dev/davinci*, and unset "
        "ASCEND_RT_VISIBLE_DEVICES",
        REFUSED,
    ),
    Symptom(
        "EE9999 / EL0004 ... out of memory",
        (
            r"halMemAlloc failed: device_id=(?P<device>[0-9]{1,6}), size=(?P<bytes>[0-9]{1,18})",
            r"(?:driver error:|rtMalloc[^\n]{0,120}|aclrtMalloc[^\n]{0,120}|NPU )out of memory",
            r"EL0004\b",
        ),
        "{bytes} was asked for on {device} and refused, out of memory, as another process holds the card (a framework "
        "takes nearly all of its memory at the start) or the work is too large for it",
        "end left-over processes that `npu-smi info` lists, or make the batch smaller; with many tf.cond branches call "
        "tf.enable_control_flow_v2()",
        REFUSED,
        code="out of memory",
    ),
    Symptom(
        "EI0006 Getting socket times out",
        (r"EI0006\b", r"Getting socket times out"),
        "multi-card set-up waits for a partner that does not come",
        "for a one-card run unset RANK_TABLE_FILE and set RANK_SIZE=1; else look for the rank that failed first",
        REFUSED,
    ),
    Symptom(
        "EI0002 The wait execution of the Notify register times out",
        (r"EI0002\b", r"wait execution of the Notify register times out"),
        "one card waited for another in a collective operation until the time was up",
        "look for the rank that failed first or compiled other graphs (`graphs compiled` of each rank's log)",
        RAN,
    ),
    Symptom(
        "EI0003 ... rankTablePath ... is invalid",
        (r"EI0003\b", r"for parameter \[rankTablePath\] is invalid"),
        "the rank table that RANK_TABLE_FILE names cannot be used",
        "for a one-card run unset RANK_TABLE_FILE; else write the path of a table with this server's devices",
        REFUSED,
    ),
    Symptom(
        "get rank id error; Call hcom_bind_model failed",
        (r"get rank id error", r"Call hcom_bind_model failed"),
        "a function of collective communication was called before that was initialised",
        "run npu_ops.initialize_system() in a session before get_rank_id() and the like",
        REFUSED,
    ),
    Symptom(
        "ra rdev init failed, ret [-17]",
        (r"ra rdev init failed, ret ?\[[-\u2013]17\]",),
        "the device_ip in the rank table is not the address of the device",
        "ask each device with `hccn_tool -i N -ip -g` and write that into the table",
        REFUSED,
    ),
    Symptom(
        "CM_CHIEF_IP and RANK_TABLE_FILE cannot be configured at the same time.",
        (
            r"CM_CHIEF_IP and RANK_TABLE_FILE cannot be configured at the same time",
            r"RANK_SIZE and CM_WORK(?:ER)?_SIZE cannot be configured at the same time",
        ),
        "two ways to name the cards of a job are set at once",
        "unset CM_CHIEF_IP and its like, or RANK_TABLE_FILE and RANK_SIZE; one card needs neither",
        REFUSED,
    ),
    Symptom(
        "CM_CHIEF_IP and RANK_TABLE_FILE are all not be configured.",
        # With "[GePlugin] " before it, it is a note of every run on one card (tf_adapter/util/ge_plugin.cc).
        (r"(?<!\[GePlugin\] )CM_CHIEF_IP and RANK_TABLE_FILE are all not be configured",),
        "RANK_SIZE asks for several cards and nothing names them",
        "set RANK_SIZE=1 for one card, or give RANK_TABLE_FILE",
        REFUSED,
    ),
    Symptom(
        "Failed create npu instance on device",
        (r"Failed create npu instance on device(?: (?P<device>[0-9]{1,6}))?",),
        "one process can open one device, and another was opened before {device}",
        "start a process for each device",
        REFUSED,
    ),
    Symptom(
        "Failed open npu device 0",
        (r"Failed open npu device (?P<device>[0-9]{1,6})",),
        "{device} could not be opened",
        "read the reason behind the message; look with `npu-smi info` whether the device is healthy and free",
        REFUSED,
        CONSEQUENCE,
    ),
    Symptom(
        "dcmi module initialize failed; There is no NPU card on this server.",
        (
            r"dcmi mod(?:ule|el) initialize[d]? failed",
            r"There is no NPU card on this server",
            r"libascend_hal\.so[^\n]{0,40}: cannot open shared object",
        ),
        "the Ascend driver does not answer",
        "run `npu-smi info` on the host; give a container /dev/davinci*, /dev/davinci_manager and the driver's folder",
        REFUSED,
    ),
    Symptom(
        "No module named 'npu_bridge'",
        (r"No module named '?npu_bridge\b", r"No module named '?npu_device\b"),
        "the Ascend adapter for TensorFlow is not installed for this Python",
        "source CANN's and tfplugin's set_env.sh and use the vendor's Python 3.7; no package index has it",
        REFUSED,
    ),
    Symptom(
        "_tf_adapter.so: cannot open shared object file; cannot import name 'npu_bridge_handle'",
        (
            r"_tf_adapter\.so: cannot open shared object file",
            r"cannot import name '?npu_bridge_handle",
            r"lib(?:ge_runner|fmk_parser|graph|ascendcl|indextransform)\.so[0-9.]*: cannot open shared object",
        ),
        "the adapter's package is there, its library or CANN is not",
        "source CANN's set_env.sh and tfplugin's in the shell that starts the run, and look at LD_LIBRARY_PATH",
        REFUSED,
    ),
    Symptom(
        "libhccl.so: cannot open shared object file",
        (r"libhccl\.so: cannot open shared object file", r"Failed to load the backend extension: torch_npu"),
        "torch_npu is installed and CANN is not found",
        "source CANN's set_env.sh, or set TORCH_DEVICE_BACKEND_AUTOLOAD=0 where no NPU is meant",
        REFUSED,
    ),
    Symptom(
        "Two accelerators cannot be used at the same time in PyTorch: npu and cuda",
        (r"Two accelerators cannot be used at the same time in PyTorch",),
        "torch_npu refuses a PyTorch that was built for CUDA",
        "give each its own virtual environment",
        REFUSED,
    ),
)

GOING_WITHOUT = (
    Symptom(
        "Can't register an optimizer by name: NpuOptimizer",
        (r"Can't register an optimizer by name: NpuOptimizer",),
        "TensorFlow does not know NpuOptimizer, passes over it and computes on the CPU without an error",
        "import npu_bridge (from npu_bridge.npu_init import *) before the session is made",
        FALLBACK,
        code="NpuOptimizer ignored",
        # NpuOptimizer is no optimiser of grappler even with the library: passes of the adapter read its parameters.
        unless=(
            r"\[GePlugin\] Initialize ge success",
            r"\btf_adapter/[A-Za-z0-9_./-]{1,200}:[0-9]",
            r":[0-9]{1,7}\] The model has been compiled on the Ascend AI processor",
        ),
    ),
    Symptom(
        "Run online process and skip the optimizer",
        (r"Run online process and skip the optimizer",),
        "use_off_line is False or NpuOptimizer is missing in the session's configuration, so it stays on the host",
        'set parameter_map["use_off_line"].b = True in the configuration of every session',
        FALLBACK,
        CONSEQUENCE,
        code="use_off_line",
    ),
    Symptom(
        "ERROR, your task haven't used Ascend NPU",
        (r"your task haven't used Ascend NPU",),
        "the script found no compiled graph in its own log, so the NPU did not do the work, whatever the exit code",
        "give every session NpuOptimizer with use_off_line, and leave TF_CPP_MIN_LOG_LEVEL unset",
        FALLBACK,
        CONSEQUENCE,
        code="NPU not used",
    ),
)
