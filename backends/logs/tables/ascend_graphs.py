"""What goes wrong while an Ascend NPU compiles and executes graphs, and what only looks wrong.

A reason is matched and not a code where a code is generic: EE9999, EZ9999 and EH9999 say only "inner error".
Sources: the adapter's code and FAQ, CANN's error texts, logs of users.
"""

from backends.logs.symptom import CONSEQUENCE, FAILED, GENERIC, HARMLESS, RAN, REFUSED, Symptom

COMPILING = (
    Symptom(
        "EZ3003 No supported Ops kernel and engine are found",
        (
            r"No supported Ops kernel and engine are found for \[[^\]\n]{0,200}\], optype \[(?P<op>[^\]\n]{1,80})\]",
            r"EZ3003\b",
        ),
        "the NPU has no kernel for {op} with this type and shape",
        "replace it, change its type (float64 is not supported), or set mix_compile_mode so that it stays on the host",
        REFUSED,
    ),
    Symptom(
        "EZ3002 Optype [..] of Ops kernel [AIcoreEngine] is unsupported",
        (r"Optype \[(?P<op>[^\]\n]{1,80})\] of Ops kernel \[[^\]\n]{0,80}\] is unsupported", r"EZ3002\b"),
        "{op} is not supported by the NPU's kernels as it is used here",
        "read the reason behind it; change type or shape, replace it, or set mix_compile_mode",
        REFUSED,
    ),
    Symptom(
        "E40021 / EZ9999 / EH9999 Failed to compile Op",
        (r"Failed to compile Op \[(?P<op>[^\],\n]{1,120})", r"E40021\b"),
        "the kernel of {op} could not be compiled",
        "read the compiler's message in the host log (~/ascend/log); often the toolkit is not complete",
        REFUSED,
    ),
    Symptom(
        "node ... is v1 control operator, which is not supported",
        (r"is v1 control operator, which is not supported",),
        "a network with dynamic shapes uses control flow of TensorFlow 1 (Switch, Merge)",
        "call tf.enable_control_flow_v2() and tf.enable_resource_variables(), or set ENABLE_FORCE_V2_CONTROL=1",
        REFUSED,
    ),
    Symptom(
        "[GEOP] call ge session add graph failed; [GEOP] GE session build graph failed",
        (r"\[GEOP\] call ge session add graph failed", r"\[GEOP\] GE session (?:add|build) graph failed"),
        "a graph could not be compiled for the NPU",
        "read the text behind `Error Message is`, or the host log in ~/ascend/log",
        REFUSED,
        CONSEQUENCE,
    ),
    Symptom(
        "[GePlugin] Initialize ge failed; [GePlugin] Tdt host init failed",
        (r"\[GePlugin\] (?:Initialize ge|Tdt host init|Open TsdClient|Initialize parser) failed",),
        "the graph engine could not be started, and the adapter ended the process (exit code 134), as the device is "
        "busy, driver and firmware do not fit CANN, or the user may not open it",
        "look with `npu-smi info` for another process, compare the versions, and add the user to the driver's group",
        REFUSED,
        CONSEQUENCE,
    ),
)

RUNNING = (
    Symptom(
        "Filling up shuffle buffer ... GEOP::::DoRunAsync Failed",
        (r"Filling up shuffle buffer",),
        "the input pipeline was too slow, and the shuffle buffer still filling when the device timed out",
        "make the shuffle smaller, or turn off getnext off-loading (enable_data_pre_proc=False)",
        RAN,
        needs=(r"DoRunAsync Failed|retCode=0x91",),
    ),
    Symptom(
        "E30008 AI CPU operator execution time out",
        (r"E30008\b", r"AI CPU operator execution time out", r"reason=\[aicpu timeout\]"),
        "an operator on the device's CPU timed out, mostly GetNext waiting for an input pipeline that is too slow",
        "make the pre-processing faster or raise op_execute_timeout",
        RAN,
    ),
    Symptom(
        "EZ9999 there is an aicore error",
        (
            r"error from device\((?:chipid:)?(?P<device>[0-9]{1,6})[^\n]{0,80}there is an ai(?:core|vec) e",
            r"there is an ai(?:core|vec) (?:error|exception)",
            r"Aicore kernel execute failed",
        ),
        "AI Core error on {device}",
        "find `fault kernel_name` in ~/ascend/log, repeat on another card, and report it with that log if it stays",
        RAN,
    ),
    Symptom(
        "EE1002 Stream synchronize timeout",
        (r"EE1002\b", r"[Ss]tream synchronize timeout"),
        "the device did not finish its work in the time given",
        "look for the operator or the rank that hangs; raise stream_sync_timeout only for work known to be long",
        RAN,
    ),
    Symptom(
        "GEOP::::DoRunAsync Failed; model execute error, retCode=0x91",
        (
            r"GEOP::::DoRunAsync Failed",
            r"model execute error, retCode=0x[0-9a-f]+",
            r"\[GEOP\] call ge session RunGraphAsync Failed",
            r"\[GEOP\] Run graph async failed",
        ),
        "the device failed while it executed a graph",
        "read the first error before it, and the host log in ~/ascend/log; a slow input pipeline is a common reason",
        RAN,
        CONSEQUENCE,
    ),
    Symptom(
        "EE9999 / EZ9999 / EH9999 / E19999 Inner Error",
        (r"E[A-Z0-9]9999: ?(?:\[PID[^\n]{0,60})?Inner Error", r"E[A-Z]9999\b"),
        "CANN reports an inner error; its code says no more",
        "read the lines below it for the reason, and the host log in ~/ascend/log",
        FAILED,
        GENERIC,
    ),
    Symptom(
        "EH0001: ... and other codes of CANN",
        (
            r"(?<![A-Za-z0-9])E[B-PZ][0-8][0-9]{3}(?::|\))",
            r"\(E[0-9]{5}\):",
            # Any other begins a message: the line, or what stands behind a logger's prefix.
            r"(?:^|[\]:-])[ \t]{0,16}E(?:[A-Z][0-9]{4,5}|[0-9]{5})(?::|  )",
            r"(?:^|\])[ \t]{0,16}E[0-9]{4}: ?[A-Z]",
        ),
        "CANN reports an error of its own",
        "read the reason and the solution that stand behind the code",
        FAILED,
        GENERIC,
    ),
    Symptom(
        "[GEOP] ... failed; [GePlugin] ... failed",
        (r"\[(?:GEOP|GePlugin)\] [^\n]{0,200}?\b[Ff]ailed\b",),
        "the adapter reports a failure",
        "read the lines around it, and the host log in ~/ascend/log",
        FAILED,
        GENERIC,
    ),
)

NO_FAILURE = (
    Symptom(
        "[GEOP] Out of range: End of sequence",
        (r"\[GEOP\] Out of range: End of sequence",),
        "the end of the dataset was reached",
        "nothing to do",
        HARMLESS,
    ),
    Symptom(
        "[GePlugin] can not find Environment variable : JOB_ID",
        (r"can not find Environment variable : JOB_ID",),
        "JOB_ID is not set, which is harmless",
        "set it to any number to silence the warning",
        HARMLESS,
    ),
    Symptom(
        "[GePlugin] DEVICE_ID and ASCEND_DEVICE_ID is none, use default device id : 0",
        (r"DEVICE_ID and ASCEND_DEVICE_ID is none, use default device id : 0",),
        "no device was named, so the work went to device 0",
        "set ASCEND_DEVICE_ID where that is not the one meant",
        HARMLESS,
    ),
    Symptom(
        "Insert op success",
        (r"Insert op success",),
        "iterations_per_loop took effect, so one call of sess.run is several steps",
        "divide times by it",
        HARMLESS,
    ),
    Symptom(
        "There is non-GPU devices in `tf.distribute.Strategy`, not using nccl allreduce.",
        (r"There is non-GPU devices in [`']tf\.distribute\.Strategy",),
        "TensorFlow sees no GPU for its strategy, which is right on an NPU",
        "nothing to do",
        HARMLESS,
    ),
)
