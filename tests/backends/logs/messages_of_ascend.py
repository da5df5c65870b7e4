"""A small log for each known message of CANN, its adapter and torch_npu; the words around it are ours."""

from tests.backends.logs.case import Case

CASES = (
    Case(
        "EE1001",
        "RuntimeError: rtSetDevice failed, ret[107001]\n"
        "EE1001: The argument is invalid.Reason: Set device failed, invalid device, set device=4, valid device range "
        "is [0, 2)\n",
        ("number 4", "0 to 1", "ASCEND_DEVICE_ID"),
        "no",
    ),
    Case("EE1001", "rtSetDevice execute failed, reason=[device id error]\n", ("ASCEND_DEVICE_ID",), "no"),
    Case(
        "should be int",
        "tensorflow.python.framework.errors_impl.InvalidArgumentError: ASCEND_DEVICE_ID is invalid, should be int, "
        "such as 0.\n",
        ("number of a device", "npu-smi info -m"),
        "no",
    ),
    Case("should be int", "DEVICE_ID is valid, not digit.\n", ("unset DEVICE_ID",), "no"),
    Case(
        "EJ0001",
        "EJ0001: Failed to initialize the HCCP process. Reason: Maybe the last training process is running.\n",
        ("previous process", "10 s"),
        "no",
    ),
    Case("E39007", "open device 3 failed, runtime result = 507033.\n", ("Device 3", "ASCEND_RT_VISIBLE_DEVICES"), "no"),
    Case("E39007", "NPU function error: c10_npu::SetDevice, error code is 507033\n", ("not be given",), "no"),
    Case(
        "EL0004",
        "EE9999: Inner Error!\n  halMemAlloc failed: device_id=2, size=1073741824, type=2, drvRetCode=6!\n",
        ("1 GiB", "device 2", "another process"),
        "no",
    ),
    Case(
        "EL0004",
        "EE9999: Inner Error!\nrtMalloc execute failed, reason=[driver error:out of memory]\n",
        ("npu-smi",),
        "no",
    ),
    Case("EI0006", "EI0006: Getting socket times out. Reason: 1. Nobody connects.\n", ("RANK_SIZE=1", "partner"), "no"),
    Case(
        "EI0002",
        "EI0002: The wait execution of the Notify register times out. Reason: none of ours.\n",
        ("waited for another", "graphs"),
        "yes, then failed",
    ),
    Case(
        "EI0003",
        "[GePlugin] Initialize ge failed, ret : failed\nError Message is:\n"
        "EI0003: In [HcomInitByFile], value [0] for parameter [rankTablePath] is invalid.\n",
        ("rank table", "RANK_TABLE_FILE"),
        "no",
    ),
    Case("get rank id error", "ValueError: get rank id error\n", ("initialize_system",), "no"),
    Case("get rank id error", "[ERROR] HCCL(1,python): Call hcom_bind_model failed\n", ("before that was init",), "no"),
    Case("ra rdev init", "[ERROR] HCCP: ra rdev init failed, ret [-17]\n", ("device_ip", "hccn_tool"), "no"),
    Case(
        "cannot be configured",
        "E tf_adapter/util/ge_plugin.cc:220] [GePlugin] CM_CHIEF_IP and RANK_TABLE_FILE cannot be configured at the "
        "same time.\n",
        ("Two ways", "unset"),
        "no",
    ),
    Case(
        "all not be configured",
        "ValueError: CM_CHIEF_IP and RANK_TABLE_FILE are all not be configured.\n",
        ("several cards", "RANK_SIZE=1"),
        "no",
    ),
    Case(
        "Failed create npu instance",
        "RuntimeError: Failed create npu instance on device 1 as existed instance on 0\n",
        ("before device 1", "process for each"),
        "no",
    ),
    Case("Failed open npu device", "RuntimeError: Failed open npu device 5 : busy\n", ("Device 5", "npu-smi"), "no"),
    Case("dcmi module", "dcmi module initialize failed. ret is -8005\n", ("driver does not answer",), "no"),
    Case("dcmi module", "There is no NPU card on this server.\n", ("davinci_manager",), "no"),
    Case("'npu_bridge'", "ModuleNotFoundError: No module named 'npu_bridge'\n", ("not installed", "set_env.sh"), "no"),
    Case(
        "npu_bridge_handle",
        "/opt/npu_bridge/_tf_adapter.so: cannot open shared object file: No such file or directory\n"
        "Traceback (most recent call last):\nImportError: cannot import name 'npu_bridge_handle' from "
        "'npu_bridge.helper'\n",
        ("its library or CANN is not", "LD_LIBRARY_PATH"),
        "no",
    ),
    Case(
        "libhccl.so",
        "ImportError: libhccl.so: cannot open shared object file: No such file or directory\n",
        ("CANN is not found", "TORCH_DEVICE_BACKEND_AUTOLOAD=0"),
        "no",
    ),
    Case(
        "Two accelerators",
        "RuntimeError: Two accelerators cannot be used at the same time in PyTorch: npu and cuda.\n",
        ("own virtual environment",),
        "no",
    ),
    Case(
        "Can't register an optimizer",
        "tensorflow/core/grappler/optimizers/meta_optimizer.cc:1] Can't register an optimizer by name: NpuOptimizer\n",
        ("CPU without an error", "import npu_bridge"),
        "no",
    ),
    Case(
        "Run online process",
        "tf_adapter/optimizers/om_partition_subgraphs_pass.cc:1] Run online process and skip the optimizer\n",
        ("stays on the host", "use_off_line"),
        "no",
    ),
    Case(
        "haven't used Ascend NPU",
        "ERROR, your task haven't used Ascend NPU, please check your npu Migration.\n",
        ("did not do the work", "NpuOptimizer"),
        "no",
    ),
    Case(
        "'precision_mode' and",
        "InternalError: 'precision_mode' and 'precision_mode_v2' can not be assigned at the same time.\n",
        ("exclude one another", "one of them"),
        "no",
    ),
    Case(
        "modify_mixlist",
        "modify_mixlist is assigned, please ensure that precision_mode is assigned to 'allow_mix_precision'\n",
        ("mixed precision", "allow_mix_precision"),
        "no",
    ),
    Case(
        "value '' is invalid",
        "option precision_mode value '' is invalid, it should be one of the list:[force_fp32]\n",
        ("Precision_mode", "wrong field"),
        "no",
    ),
    Case(
        "jit_compile",
        "InvalidArgumentError: The data type of jit_compile is invalid. Expected string type.\n",
        ("Jit_compile", '.s = b"true"'),
        "no",
    ),
    Case(
        "dump_path must be set",
        "if use dump function, dump_path must be set.\n",
        ("dump_path", "turn dumping off"),
        "no",
    ),
    Case("profiling_options must", "profiling_options must be set when use profiling\n", ("turn profiling off",), "no"),
    Case(
        "the path ...",
        "F npu_attrs.cc:1] the path /home/none/out is invalid.\n",
        ("/home/none/out", "make that folder"),
        "no",
    ),
    Case("graph_run_mode", "F npu_attrs.cc:1] graph_run_mode value must be 0 or 1\n", ("out of its range",), "no"),
    Case("graph_run_mode", "dump mode should be one of the list:[input, output, all]\n", ("out of its range",), "no"),
    Case("loss scale", "ValueError: loss scale must be at least 1.\n", ("below 1",), "no"),
    Case("Placeholder", "Placeholder not support\n", ("tf.control_dependencies", "before that block"), "no"),
    Case("input_shape[0]", "ValueError: Expected input_shape[0] to be known, got None\n", ("drop_remainder",), "no"),
    Case(
        "memory_optimizer.cc",
        "tensorflow/core/grappler/optimizers/memory_optimizer.cc 12 (core dump)\n",
        ("memory optimiser", "take out the line"),
        "no",
    ),
    Case(
        "EZ3003",
        "Unsupported_Operator(EZ3003): No supported Ops kernel and engine are found for [n1], optype [SparseTensor].\n"
        "[GEOP] call ge session add graph failed, kernel: GeOp1_0\n",
        ("operator SparseTensor", "mix_compile_mode"),
        "no",
    ),
    Case(
        "EZ3002",
        "EZ3002: 2024-01-01 Optype [Foo] of Ops kernel [AIcoreEngine] is unsupported. Reason: dtype.\n",
        ("Operator Foo", "not supported"),
        "no",
    ),
    Case(
        "E40021",
        "E40021: [PID: 1] Failed to compile Op [trans_Cast_2,]. (oppath: none)\nEZ9999: Inner Error!\n",
        ("operator trans_Cast_2", "could not be compiled"),
        "no",
    ),
    Case(
        "v1 control operator",
        "node cond/Merge(Merge) is v1 control operator, which is not supported, please convert to v2 control "
        "operator\n",
        ("dynamic shapes", "enable_control_flow_v2"),
        "no",
    ),
    Case(
        "add graph failed",
        "[GEOP] call ge session add graph failed, kernel: GeOp2_0\n",
        ("could not be compiled",),
        "no",
    ),
    Case("build graph failed", "[GEOP] GE session build graph failed, domi_ret : 1\n", ("Error Message is",), "no"),
    Case(
        "Initialize ge failed",
        "2024-01-01 00:00:00: F tf_adapter/util/ge_plugin.cc:1] [GePlugin] Initialize ge failed, ret : failed\n"
        "Fatal Python error: Aborted\n",
        ("could not be started", "npu-smi"),
        "no",
    ),
    Case("Tdt host init failed", "[GePlugin] Tdt host init failed, tdt error code : 11\n", ("exit code 134",), "no"),
    Case(
        "shuffle buffer",
        "Filling up shuffle buffer (this may take a while): 9 of 90\nGeOp3_0GEOP::::DoRunAsync Failed\n",
        ("input pipeline was too slow", "shuffle smaller"),
        "yes, then failed",
    ),
    Case(
        "E30008",
        "GeOp2_0GEOP::::DoRunAsync Failed\nError Message is :\nE30008: AI CPU operator execution time out.\n",
        ("GetNext", "op_execute_timeout"),
        "yes, then failed",
    ),
    Case(
        "aicore error",
        "EZ9999: Inner Error!\nEZ9999  The error from device(5), serial number is 1, there is an aicore error, core "
        "id is 0\n",
        ("AI Core error on device 5", "fault kernel_name"),
        "yes, then failed",
    ),
    Case(
        "aicore error",
        "EZ9999: The error from device(chipid:4, dieId:0), serial number is 2, there is an aivec error exception\n",
        ("device 4",),
        "yes, then failed",
    ),
    Case("EE1002", "EE1002: Stream synchronize timeout. Reason: ours\n", ("in the time given",), "yes, then failed"),
    Case(
        "retCode=0x91",
        "[ERROR] RUNTIME(1)model execute error, retCode=0x91, [the model stream execute failed].\n",
        ("while it executed a graph", "first error before it"),
        "yes, then failed",
    ),
    Case("EE9999 / EZ9999", "EH9999: Inner Error!\n", ("inner error", "lines below"), "not proven"),
    Case("EH0001", "EH0001: The argument is invalid.\n", ("reason and the solution",), "not proven"),
    Case("EE9999 / EZ9999", "E19999: Inner Error!\n", ("inner error", "lines below"), "not proven"),
    Case("EH0001", "[ERROR] E90000: Compile operator failed\n", ("reason and the solution",), "not proven"),
    Case("retCode=0x91", "E x.cc:1] [GEOP] Run graph async failed.\n", ("executed a graph",), "yes, then failed"),
    Case("[GePlugin] ... failed", "E x.cc:1] [GEOP] Something of ours failed\n", ("~/ascend/log",), "not proven"),
    Case(
        "End of sequence",
        "W tf_adapter/kernels/geop_npu.cc:1] [GEOP] Out of range: End of sequence.\n",
        (),
        "not proven",
    ),
    Case("JOB_ID", "[GePlugin] can not find Environment variable : JOB_ID\n", (), "not proven"),
    Case(
        "is none, use default",
        "[GePlugin] DEVICE_ID and ASCEND_DEVICE_ID is none, use default device id : 0\n",
        (),
        "not proven",
    ),
    Case("Insert op success", "tf_adapter/optimizers/add.cc:1] Insert op success\n", (), "not proven"),
    Case("non-GPU devices", "tf_adapter/x] There is non-GPU devices in `tf.distribute.Strategy`\n", (), "not proven"),
)
