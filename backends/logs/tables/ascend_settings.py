"""Settings that the Ascend adapter refuses (tf_adapter/util/npu_attrs.cc), many of them by ending the process."""

from backends.logs.symptom import REFUSED, Symptom

SETTINGS = (
    Symptom(
        "'precision_mode' and 'precision_mode_v2' can not be assigned at the same time.",
        (r"'precision_mode' and 'precision_mode_v2' can not be assigned at the same time",),
        "precision_mode and precision_mode_v2 exclude one another",
        "set one of them",
        REFUSED,
    ),
    Symptom(
        "modify_mixlist is assigned, please ensure that precision_mode is assigned to 'allow_mix_precision'",
        (r"modify_mixlist is assigned, please ensure",),
        "modify_mixlist needs a mixed precision mode",
        "set precision_mode to allow_mix_precision, or drop modify_mixlist",
        REFUSED,
    ),
    Symptom(
        "option precision_mode value '' is invalid",
        (r"option (?P<option>[a-z_0-9]{1,40}) value '[^'\n]{0,60}' is invalid",),
        "{option} has a value that the adapter does not know (an empty one was written to the wrong field, .b for .s)",
        "write one of the values that the message lists, as text to .s",
        REFUSED,
    ),
    Symptom(
        "The data type of jit_compile is invalid. Expected string type.",
        (r"The data type of (?P<option>[a-z_0-9]{1,40}) is invalid\. Expected string type",),
        "{option} was set as a truth value and is a text",
        'write it as .s = b"true", b"false" or b"auto"',
        REFUSED,
    ),
    Symptom(
        "if use dump function, dump_path must be set.",
        (r"if use dump function, dump_path must be set",),
        "dumping is on and has no folder",
        "set dump_path to a folder that exists, or turn dumping off, which no timed run may have",
        REFUSED,
    ),
    Symptom(
        "profiling_options must be set when use profiling",
        (r"profiling_options must be set when use profiling",),
        "profiling is on and has no options",
        "turn profiling off for a timed run, else set profiling_options",
        REFUSED,
    ),
    Symptom(
        "the path ... is not directory.; the path ... is invalid.; the path ... does't have read, write permissions.",
        (r"the path (?P<path>[^\n]{1,200}?) (?:is not directory|is invalid|does't have read, write permissions)\.",),
        "the adapter was given the folder {path}, which is not there or may not be written",
        "make that folder, or turn off what asks for it (profiling, dump)",
        REFUSED,
    ),
    Symptom(
        "graph_run_mode value must be 0 or 1, and other values out of range",
        (
            r"graph_run_mode value must be 0 or 1",
            r"(?:dump mode|dump debug mode|op select impl mode|aoe mode)[^\n]{0,60} should be one of the list",
            r"dynamic_graph_execute_mode should be lazy_recompile or dynamic_execute",
            r"enable_exception_dump should be one of 0, 1 and 2",
            r"input_shape, dynamic_dims and dynamic_node_type should use together",
            r"op_select_implmode must be set",
            r"local rank id should be in \[0,7\]",
        ),
        "an option of NpuOptimizer has a value out of its range, and the adapter ends the process for it",
        "correct the option that the message names",
        REFUSED,
    ),
    Symptom(
        "loss scale must be at least 1.",
        (r"loss scale must be at least 1",),
        "the loss scale is below 1",
        "give the loss scale manager 1 or more; 1 is no scaling",
        REFUSED,
    ),
    Symptom(
        "Placeholder not support",
        (r"Placeholder not support",),
        "the loss scale manager was made inside tf.control_dependencies",
        "make it before that block",
        REFUSED,
    ),
    Symptom(
        "Expected input_shape[0] to be known",
        (r"Expected input_shape\[[01]\] to be known",),
        "DynamicRNN needs a number of time steps and a batch size that are known when the graph is built",
        "give the input a static shape, and batch with drop_remainder=True",
        REFUSED,
    ),
    Symptom(
        "tensorflow/core/grappler/optimizers/memory_optimizer.cc ... (core dump)",
        (r"grappler/optimizers/memory_optimizer\.cc[^\n]{0,200}(?:core dump|Check failed)",),
        "TensorFlow's own memory optimiser crashed, although it is off for this network",
        "take out the line memory_optimization = RewriterConfig.OFF",
        REFUSED,
    ),
)
