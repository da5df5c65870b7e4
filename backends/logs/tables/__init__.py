"""The tables of messages: one for each device, from what stops a run at its start to what is no failure."""

from backends.logs.tables import ascend_graphs, ascend_settings, ascend_start, cuda_start, cuda_work, host

ASCEND = (
    ascend_start.SETTING_UP
    + ascend_start.GOING_WITHOUT
    + ascend_settings.SETTINGS
    + ascend_graphs.COMPILING
    + ascend_graphs.RUNNING
    + ascend_graphs.NO_FAILURE
)
CUDA = cuda_start.GOING_WITHOUT + cuda_start.SETTING_UP + cuda_work.RUNNING + cuda_work.NO_FAILURE
HOST = host.SYMPTOMS
