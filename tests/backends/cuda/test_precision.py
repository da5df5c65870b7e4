import pytest

from backends.cuda import precision
from backends.protocol import Settings
from har_model.errors import UsageError


def _settings(name):
    return Settings("fused", name, 1)


@pytest.mark.parametrize("name, expected", [("fp32", "0"), ("mixed", "0"), ("tf32", None)])
def test_tf32_is_forbidden_to_all_libraries_where_it_is_not_asked_for(name, expected):
    assert precision.variables(name).get("NVIDIA_TF32_OVERRIDE") == expected


@pytest.mark.parametrize("name", precision.ALL)
@pytest.mark.parametrize(
    "variable",
    [
        "TF_ENABLE_AUTO_MIXED_PRECISION",
        "TF_ENABLE_AUTO_MIXED_PRECISION_GRAPH_REWRITE",
        "TF_ENABLE_CUBLAS_TENSOR_OP_MATH_FP32",
        "TF_ENABLE_CUDNN_RNN_TENSOR_OP_MATH_FP32",
    ],
)
def test_a_variable_that_changes_the_arithmetic_unasked_is_refused_by_name(name, variable):
    with pytest.raises(UsageError, match=variable):
        precision.check_environment(_settings(name), {variable: "1"})
    precision.check_environment(_settings(name), {variable: "0"})


def test_tf32_that_the_environment_forbids_is_refused():
    with pytest.raises(UsageError, match="NVIDIA_TF32_OVERRIDE"):
        precision.check_environment(_settings("tf32"), {"NVIDIA_TF32_OVERRIDE": "0"})
    precision.check_environment(_settings("fp32"), {"NVIDIA_TF32_OVERRIDE": "0"})


def test_a_tensorflow_without_tf32_is_refused_in_one_sentence_and_only_for_tf32():
    with pytest.raises(UsageError, match="TensorFlow 1.15.5 does not know TF32"):
        precision.check_tensorflow("tf32", "1.15.5", False)
    precision.check_tensorflow("tf32", "1.15.5+nv22.12", True)
    precision.check_tensorflow("fp32", "1.15.5", False)


@pytest.mark.parametrize(
    "name, capability, is_refused",
    [
        ("tf32", (7, 5), True),
        ("tf32", (8, 0), False),
        ("mixed", (6, 1), True),
        ("mixed", (7, 0), False),
        ("fp32", (3, 5), False),
        ("tf32", None, False),
    ],
)
def test_a_gpu_that_would_compute_otherwise_in_silence_is_refused(name, capability, is_refused):
    if not is_refused:
        precision.check_gpu(name, "Some GPU", capability)
        return
    with pytest.raises(UsageError, match="Some GPU has %d.%d" % capability):
        precision.check_gpu(name, "Some GPU", capability)
