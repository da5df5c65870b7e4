import pytest

from backends.engines.tensorflow import xla


@pytest.mark.parametrize("flags", ["--tf_xla_auto_jit=2", "--tf_xla_cpu_global_jit --tf_xla_auto_jit=fusible"])
def test_an_environment_that_has_xla_compile_is_told_with_its_flags(flags):
    assert xla.asked_by({"TF_XLA_FLAGS": flags}) == "as TF_XLA_FLAGS asks: " + flags


@pytest.mark.parametrize("flags", ["", "--tf_xla_cpu_global_jit", "--tf_xla_auto_jit=2 --tf_xla_auto_jit=0"])
def test_an_environment_that_does_not_is_passed_over(flags):
    assert xla.asked_by({}) is None and xla.asked_by({"TF_XLA_FLAGS": flags}) is None


def test_one_that_forbids_it_goes_before_what_is_asked_of_the_session():
    assert xla.asked_by({"TF_XLA_FLAGS": "--tf_xla_auto_jit=-1"}).startswith("off, as TF_XLA_FLAGS asks: ")
