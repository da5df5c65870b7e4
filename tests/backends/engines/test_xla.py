import pytest

from backends.engines.tensorflow import xla


@pytest.mark.parametrize("flags", ["--tf_xla_auto_jit=2", "--tf_xla_cpu_global_jit --tf_xla_auto_jit=fusible"])
def test_an_environment_that_has_xla_compile_is_told_with_its_flags(flags):
    assert xla.asked_by({"TF_XLA_FLAGS": flags}) == "as TF_XLA_FLAGS asks: " + flags


@pytest.mark.parametrize("environment", [{}, {"TF_XLA_FLAGS": ""}, {"TF_XLA_FLAGS": "--tf_xla_cpu_global_jit"}])
def test_an_environment_that_does_not_is_passed_over(environment):
    assert xla.asked_by(environment) is None
