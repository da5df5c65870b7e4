"""From the words of a command line to the jobs of its cells."""

import os
import sys

import pytest

from bench.commands import cell_options
from bench.commands.quantities import CPUS
from bench.environment import processor
from bench.errors import UsageError

_BASE = {
    "backend": "null", "preset": "deep-lstm", "kernel": None, "precision": None, "batch_size": 100, "replay": "carry",
    "threads": None, "cpus": None, "python": (), "variables": ("A=1",), "seed": 3, "mode": "performance",
    "epochs": None, "steps": 40, "warmup": 10, "data_path": None, "loss_scale": None,
    "device": None, "device_options": (),
}  # fmt: skip


def _jobs(*cells, **options):
    base = dict(_BASE, **options)
    base["replay"] = cell_options.REPLAYS[0]
    return [cell_options.job_of(cell) for cell in cell_options.merged(base, cells)]


def test_a_command_without_cells_has_one():
    (job,) = _jobs()
    assert (job.backend, job.steps, job.variables, job.python) == ("null", 40, {"A": "1"}, sys.executable)


def test_a_cell_says_only_what_differs():
    one, other = _jobs("--kernel unrolled --batch-size 7", "--env A=2 --env 'B=x y'")
    assert (one.kernel, one.workload.training.batch_size, one.variables) == ("unrolled", 7, {"A": "1"})
    assert (other.kernel, other.workload.training.batch_size, other.variables) == ("fused", 100, {"A": "2", "B": "x y"})
    assert one.workload.seed == other.workload.seed == 3


def test_the_environments_defaults_do_not_undo_the_commands_own_options(monkeypatch):
    monkeypatch.setenv("HARBENCH_BATCH_SIZE", "9")
    (job,) = _jobs("--kernel unrolled", batch_size=50)
    assert job.workload.training.batch_size == 50


def test_an_interpreter_is_given_for_a_backend_or_for_all(tmp_path):
    link = tmp_path / "python"
    os.symlink(sys.executable, str(link))
    assert _jobs(python=(str(link),))[0].python == str(link)  # a link is kept: a venv is one
    assert _jobs(python=("null=" + str(link),))[0].python == str(link)
    assert _jobs(python=("cpu=" + str(link),))[0].python == sys.executable
    assert _jobs("--python %s" % link)[0].python == str(link)


@pytest.mark.parametrize(
    "cell, word",
    [
        ("--kernell fused", "--kernell"),
        ("--trials 3", "--trials"),  # of the run, not of a cell
        ("'", "quotation"),
        ("fused", "fused"),
        ("--python /no/such/python", "/no/such/python"),
        ("--python tpu=python3", "tpu"),
        ("--env NAME", "NAME=VALUE"),
        ("--env =3", "NAME=VALUE"),
        ("--env B=1 --env B=2", "--env B is given as '1' and as '2'"),
        ("--option xla=on --option xla=off", "--option xla is given as 'on' and as 'off'"),
        ("--option xla=on --option xla=", "--option xla is given as 'on' and as ''"),
        ("--cpus 4000", "may not use"),
        ("--cpus 3-", "0,2-3"),
        ("--cpus a", "0,2-3"),
        ("--cpus 2-1", "0,2-3"),
    ],
)
def test_nonsense_is_one_sentence(cell, word):
    with pytest.raises(UsageError) as error:
        _jobs(cell)
    assert word in str(error.value) and "\n" not in str(error.value)
    assert "?." not in str(error.value) and ".." not in str(error.value)


@pytest.mark.parametrize("wrong, used", [("--batch-size 0", "--batch-size"), ("", "HARBENCH_BATCH_SIZE")])
def test_a_wrong_value_is_blamed_on_the_option_or_the_variable_that_gave_it(monkeypatch, wrong, used):
    monkeypatch.setenv("HARBENCH_BATCH_SIZE", "-1")
    with pytest.raises(UsageError) as error:
        _jobs(wrong)
    assert "Invalid value for '%s': " % used in str(error.value) and "env var" not in str(error.value)


@pytest.mark.parametrize("name, option", [("variables", "--env"), ("device_options", "--option")])
def test_one_name_with_two_values_is_refused_without_a_cell_too_and_in_no_order(name, option):
    for given in (("xla=on", "xla=off"), ("xla=off", "b=1", "xla=on")):
        for cells in ((), ("--kernel fused",)):
            with pytest.raises(UsageError, match="%s xla is given as" % option):
                _jobs(*cells, **{name: given})


def test_one_value_may_be_given_twice_and_a_cell_goes_before_the_command():
    (job,) = _jobs(device_options=("xla=on", "xla=on"), variables=("A=1", "A=1"))
    assert (job.options, job.variables) == ({"xla": "on"}, {"A": "1"})
    one, other = _jobs("--option xla=off", "--option jit=1", device_options=("xla=on", "b=2"))
    assert one.options == {"xla": "off", "b": "2"} and other.options == {"xla": "on", "b": "2", "jit": "1"}


def test_cores_are_read_as_taskset_reads_them():
    assert CPUS.convert("3,0-1,1", None, None) == (0, 1, 3)
    assert CPUS.to_text((0, 1, 3)) == "0,1,3"


def test_pinned_cores_are_the_cores_to_fill():
    core = min(processor.allowed_cores())
    assert _jobs("--cpus %d" % core)[0].threads == 1
