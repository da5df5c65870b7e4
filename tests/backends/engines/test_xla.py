import pytest

from backends.engines.tensorflow import xla


@pytest.mark.parametrize("flags", ["--tf_xla_auto_jit=2", "--tf_xla_cpu_global_jit --tf_xla_auto_jit=fusible"])
def test_an_environment_that_has_xla_compile_is_told_with_its_flags(flags):
    assert xla.asked_by({"TF_XLA_FLAGS": flags}) == "as TF_XLA_FLAGS asks: " + flags


@pytest.mark.parametrize("flags", ["", "--tf_xla_cpu_global_jit", "--tf_xla_auto_jit=2 --tf_xla_auto_jit=0"])
def test_an_environment_that_does_not_is_passed_over(flags):
    assert xla.asked_by({}) is None and xla.asked_by({"TF_XLA_FLAGS": flags}) is None


def test_on_the_hosts_cores_it_compiles_only_where_that_is_asked_too():
    assert xla.asked_by({"TF_XLA_FLAGS": "--tf_xla_auto_jit=2"}, is_cpu=True) is None
    assert xla.asked_by({"TF_XLA_FLAGS": "--tf_xla_auto_jit=2 --tf_xla_cpu_global_jit"}, is_cpu=True) is not None


def test_flags_may_lie_in_a_file(tmp_path):
    (tmp_path / "flags").write_text("--tf_xla_auto_jit=2\n--tf_xla_cpu_global_jit\n")
    said = xla.asked_by({"TF_XLA_FLAGS": str(tmp_path / "flags")}, is_cpu=True)
    assert said == "as TF_XLA_FLAGS asks: --tf_xla_auto_jit=2 --tf_xla_cpu_global_jit"
    assert xla.asked_by({"TF_XLA_FLAGS": str(tmp_path / "none")}).startswith("unknown")


def test_one_that_forbids_it_goes_before_what_is_asked_of_the_session():
    assert xla.asked_by({"TF_XLA_FLAGS": "--tf_xla_auto_jit=-1"}).startswith("off, as TF_XLA_FLAGS asks: ")
