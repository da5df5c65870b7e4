"""Opening the device and making it the default."""

import os

import tensorflow as tf

import npu_device
from npu_device import options
from npu_device.common import absent, device, failures, loading, log, script, variant
from npu_device.common.contract import ContractViolation, Fatal

NPU = "/job:localhost/replica:0/task:0/device:NPU"

gen_npu_ops = loading.load_library(npu_device.__file__, variant.TF2)

_options = None
_instances = {}


def global_options():
    """The options of the device, to be set before it is opened."""
    global _options
    if _options is None:
        _options = options.new_config()
    return _options


class NpuDeviceHandle:
    """An opened device."""

    def __init__(self, device_id):
        self._device_id = device_id
        self.workers_num = 1
        self.worker_id = 0

    def name(self):
        """The name of the device in TensorFlow."""
        return "%s:%d" % (NPU, self._device_id)

    def scope(self):
        """What is made inside is meant for the device; here it stays on the CPU."""
        return tf.device("/CPU:0")

    def is_cluster_worker(self):
        """Whether it is one of several."""
        return False

    def as_default(self):
        """Make the device the default; the handle itself."""
        return self


def _check_ranks():
    """The environment of several ranks, of which the double has none."""
    if os.environ.get("CM_WORKER_SIZE") is not None and os.environ.get("RANK_SIZE") is not None:
        raise ValueError("RANK_SIZE and CM_WORK_SIZE cannot be configured at the same time")
    if int(os.environ.get("RANK_SIZE") or os.environ.get("CM_WORKER_SIZE") or 1) == 1:
        return
    chief, table = os.environ.get("CM_CHIEF_IP"), os.environ.get("RANK_TABLE_FILE")
    if chief is not None and table is not None:
        raise RuntimeError("CM_CHIEF_IP and RANK_TABLE_FILE cannot be configured at the same time.")
    if chief is None and table is None:
        raise RuntimeError("CM_CHIEF_IP and RANK_TABLE_FILE are all not be configured.")
    raise NotImplementedError("the contract double has no distributed training")


def open(device_id=None):
    """Open the device: ASCEND_DEVICE_ID or 0, where none is named."""
    device_id = int(os.environ.get("ASCEND_DEVICE_ID", "0")) if device_id is None else device_id
    if device_id in _instances:
        return _instances[device_id]
    if _instances:
        text = "Failed create npu instance on device {} as existed instance on {}"
        raise RuntimeError(text.format(device_id, list(_instances)))
    _check_ranks()
    if failures.scripted(failures.INIT):
        detail = failures.FAILURES[script.failure()].detail
        raise RuntimeError("Failed open npu device %s : %s" % (device_id, detail))
    for part in (global_options(), global_options().dump_config, global_options().profiling_config):
        part.close_for_changes()
    try:
        device.start()
    except Fatal as fatal:
        log.die(fatal.source, fatal.message)
    _instances[device_id] = NpuDeviceHandle(device_id)
    return _instances[device_id]


def enable_v1():
    """Sessions as in TensorFlow 1, which go to the device where NpuOptimizer is configured."""
    if _instances:
        os.environ["ASCEND_DEVICE_ID"] = str(next(iter(_instances)))
    tf.compat.v1.disable_v2_behavior()


def set_npu_loop_size(loop_size):
    """How many iterations are sunk into one call."""
    if not isinstance(loop_size, int) or loop_size < 1:
        raise ContractViolation("the loop size is a positive integer, not %r" % (loop_size,))
    os.environ["NPU_LOOP_SIZE"] = str(loop_size)


def set_device_sat_mode(mode):
    """0: saturate; 1: produce Inf and NaN."""
    device.set_saturation_mode(mode)


def is_inf_nan_enabled():
    """Whether the device produces Inf and NaN."""
    return not device.saturates()


npu_compat_function = absent.function("npu_compat_function", "func=None, *args, **kwargs")
npu_run_context = absent.function("npu_run_context", "options=None")
