"""What `make bench-npu` runs, from the command to the tables, with contract doubles in place of the adapter."""

import os
import sys

import pytest

from bench import cli
from tests import fresh_copy
from tests.contract import host
from tests.contract.npu_bench import (
    DOUBLE_TEXT,
    HAS_TENSORFLOW_1,
    SEEN_BY_NPU_SMI,
    WHY_NOT,
    harbench,
    pretended_host,
    records,
)

needs_tensorflow_1 = pytest.mark.skipif(not HAS_TENSORFLOW_1, reason=WHY_NOT)
_SMALL = ("--kernel", "fused", "--batch-size", "5", "--steps", "12", "--warmup", "1", "--trials", "1")


def _run(tmp_path, variables, data_path, *arguments):
    return harbench(tmp_path, variables, "run", "--backend", "npu", "--data-path", data_path, *_SMALL + arguments)


@needs_tensorflow_1
@pytest.mark.slow
def test_make_bench_npu_sets_everything_up_beside_the_hosts_own_tensorflow_and_runs(tmp_path, data_path):
    checkout = fresh_copy.copy_checkout(tmp_path)
    variables = dict(pretended_host(tmp_path, "new"), PYTHON=sys.executable, HARBENCH_DATA=data_path)
    variables["PYTHONPATH"] = str(host.DOUBLE / "new")
    answer = fresh_copy.make(checkout, variables, "bench-npu", "ARGS=" + " ".join(_SMALL))
    assert answer.code == 0, answer.out + answer.err
    assert "  simulated (%s): " % DOUBLE_TEXT in answer.out and ".venv/3.7-own is ready" in answer.err
    (document,) = records(checkout)
    assert document["status"] == "complete" and document["proof"]["state"] == "simulated"
    report = fresh_copy.make(checkout, variables, "report", "TENSORFLOW=own")
    assert report.code == 0 and "simulated" in report.out and "(measured" not in report.out


# ---- a run that goes well --------------------------------------------------------------------------------------------


@needs_tensorflow_1
@pytest.mark.parametrize(
    "variant, kernel",
    [
        ("new", "fused"),
        pytest.param("old", "fused", marks=pytest.mark.slow),
        pytest.param("new", "unrolled", marks=pytest.mark.slow),
        pytest.param("old", "unrolled", marks=pytest.mark.slow),
    ],
)
def test_a_run_with_a_double_is_a_simulation_and_says_so_everywhere(tmp_path, data_path, variant, kernel):
    variables = pretended_host(tmp_path, variant, script=SEEN_BY_NPU_SMI)
    answer = _run(tmp_path, variables, data_path, "--kernel", kernel, "--loss-scale", "dynamic")
    assert answer.code == 0, answer.err
    assert "  simulated (%s): " % DOUBLE_TEXT in answer.out
    (document,) = records(tmp_path)
    assert document["status"] == "complete" and document["proof"]["state"] == "simulated"
    assert document["description"]["device"] == document["proof"]["device"] == DOUBLE_TEXT
    stack = document["description"]["stack"]
    assert (stack["cann"], stack["firmware"]) == ("8.0.RC3", "1.23.0.rc2")
    assert document["description"]["effective"]["adapter"] == "npu_bridge, " + variant
    assert document["updates"] == {"applied": 12, "loss_scale": 2.0**32}
    assert len(document["steps"]["seconds"]) == 12 and document["caches"]["state"] in ("cold", "warm")
    seen = document["telemetry"]["device"]
    assert (seen["name"], seen["id"], seen["is_process_seen"]) == ("910ProB", "npu 0 chip 0", True)
    assert {one["check"]: one["state"] for one in document["doctor"]}["npu-health"] == "PASS"
    report = harbench(tmp_path, variables, "report").out
    assert "simulated" in report and "(measured" not in report and "measured," not in report


@needs_tensorflow_1
@pytest.mark.slow
def test_a_run_on_what_looks_like_a_device_is_measured(tmp_path, data_path):
    variables = pretended_host(tmp_path, "new", is_marked=False, smi={"growth_mb_per_s": 100})
    answer = _run(tmp_path, variables, data_path)
    assert answer.code == 0 and "simulated" not in answer.out
    (document,) = records(tmp_path)
    assert document["proof"]["state"] == "proven" and document["proof"]["device"] == "Ascend 910ProB"
    assert "(measured" in harbench(tmp_path, variables, "report").out


@needs_tensorflow_1
@pytest.mark.slow
def test_a_run_that_nothing_proves_ends_with_6_and_enters_no_table(tmp_path, data_path):
    variables = pretended_host(tmp_path, "new", is_marked=False, script={"sentinel": False})
    answer = _run(tmp_path, variables, data_path)
    assert answer.code == 6
    assert "no figures: Nothing proves that the Ascend 910ProB did the work" in answer.out
    assert "Nothing proves that the Ascend 910ProB did the work" in answer.err and "windows/s" not in answer.out
    (document,) = records(tmp_path)
    assert (document["status"], document["proof"]["state"]) == ("complete", "unproven")
    report = harbench(tmp_path, variables, "report").out
    assert not [word for word in ("measured", "simulated", "unproven") if "(%s" % word in report]


@needs_tensorflow_1
@pytest.mark.slow
def test_a_run_that_the_host_did_has_failed_and_enters_no_table(tmp_path, data_path):
    variables = pretended_host(tmp_path, "new", is_marked=False, script={"sentinel": False})
    # For the trial npu-smi is another one, so that the device stays idle.
    answer = _run(tmp_path, variables, data_path, "--env", 'FAKE_NPU_SMI={"cards": 1}')
    assert answer.code == 6 and "The Ascend 910ProB did not do the work: all of it ran on the host" in answer.err
    (document,) = records(tmp_path)
    assert (document["status"], document["proof"]["state"]) == ("failed", "on host")
    report = harbench(tmp_path, variables, "report").out
    assert not [word for word in ("measured", "simulated", "on host") if "(%s" % word in report]


@needs_tensorflow_1
@pytest.mark.slow
def test_a_profiled_run_leaves_traces_and_no_figures(tmp_path, data_path):
    variables = pretended_host(tmp_path, "new")
    answer = _run(tmp_path, variables, data_path, "--profile")
    assert answer.code == 0 and "windows/s" not in answer.out
    (document,) = records(tmp_path)
    assert document["job"]["is_profiled"] and document["artifacts"]["profile"].endswith("/profile")
    assert os.listdir(str(tmp_path / "results" / document["artifacts"]["profile"]))
    assert "(simulated" not in harbench(tmp_path, variables, "report").out


@needs_tensorflow_1
@pytest.mark.slow
def test_a_profiled_run_without_a_trace_ends_with_5_and_names_none(tmp_path, data_path):
    variables = pretended_host(tmp_path, "new", script={"traces": False})
    answer = _run(tmp_path, variables, data_path, "--profile")
    assert answer.code == 5 and "left no trace in 1 of 1 trials" in answer.err
    (document,) = records(tmp_path)
    assert document["status"] == "complete" and "profile" not in document["artifacts"]


# ---- what is found before anything is started ------------------------------------------------------------------------


@pytest.fixture
def refused(tmp_path, data_path, monkeypatch, capsys):
    """Call it with arguments of `harbench run` and variables of the host: exit code and sentence."""

    def call(*arguments, **variables):
        found = dict(host.build(tmp_path, variant=None), **variables)
        for name, value in found.items():
            monkeypatch.setenv(name, value)
        asked = ["run", "--backend", "npu", "--data-path", data_path, "--out", str(tmp_path / "results")]
        code = cli._run(asked + list(arguments))
        err = capsys.readouterr().err
        assert err.startswith("harbench: ") and err.count("\n") == 1
        assert not (tmp_path / "results").exists()
        return code, err

    return call


@pytest.mark.parametrize(
    "option, words",
    [
        ("use_off_line=false", "use_off_line is not taken: harbench sets it itself (off, the graph runs on the host)"),
        ("precision_mode=force_fp16", "use --precision"),
        ("precision_mode_v2=fp16", "use --precision"),
        ("profiling_mode=true", "use --profile"),
        ("enable_dump=true", "a dump slows every step"),
        ("dump_path=/tmp", "a dump slows every step"),
        ("auto_tune_mode=RL,GA", "tuning takes place inside the steps"),
        ("aoe_mode=2", "tuning takes place inside the steps"),
        ("iterations_per_loop=10", "each step is fed and timed by itself"),
        ("enable_data_pre_proc=true", "there is no data pipeline"),
        ("dynamic_input=true", "windows have one shape"),
        ("session_device_id=1", "use --device"),
        ("autotune_tune_mode=RL", "look at its spelling"),
        ("sump_mode=all", "look at its spelling"),
        ("sfusion_switch_file=/x", "look at its spelling (fusion_switch_file"),
        ("jit_compile=1", "jit_compile is true or false or auto"),
        ("deterministic=yes", "whole number"),
        ("mix_compile_mode=maybe", "true or false"),
        ("memory_optimization=on", "off or default"),
        ("modify_mixlist=/no/such/file", "whole path of a file"),
        ("fusion_switch_file=%s" % __file__, "which is not JSON"),
        ("graph_memory_max_size=1024", "no effect in the current version"),
        ("stream_max_parallel_num=banana", "of a form such as DNN_VM_AICPU:10,AIcoreEngine:1"),
        ("hccl_timeout=-5", "0 to 2147483647"),
    ],
)
def test_an_option_that_the_adapter_would_ignore_or_die_of_is_a_usage_error(refused, option, words):
    code, err = refused("--option", option)
    assert code == 2 and words in err


@pytest.mark.parametrize(
    "arguments, words",
    [
        (("--precision", "fp64"), "--precision fp64 is not for the npu backend; choose allow_mix_precision or"),
        (("--precision", "mixed_hif8"), "--precision mixed_hif8 is not for the npu backend"),
        (("--kernel", "cudnn"), "--kernel cudnn is not for the npu backend"),
        (("--loss-scale", "0.5"), "--loss-scale"),
        (("--device", "1"), "There is no device 1 here: 1 device node(s), so logical numbers go from 0 to 0."),
        (("--env", "ASCEND_DEVICE_ID=1"), "--device"),
        (("--env", "PROFILING_MODE=true"), "PROFILING_MODE=true is set: the profiler would be on"),
    ],
)
def test_what_the_device_has_not_is_a_usage_error(refused, arguments, words):
    code, err = refused(*arguments)
    assert code == 2 and words in err


@pytest.mark.parametrize(
    "name, value",
    [
        ("PROFILING_MODE", "true"), ("DUMP_GE_GRAPH", "2"), ("AOE_MODE", "2"), ("RANK_TABLE_FILE", "/etc/hccl.json"),
        ("CM_CHIEF_IP", "10.0.0.1"), ("CM_WORKER_SIZE", "8"), ("ASCEND_RT_VISIBLE_DEVICES", "3"),
    ],
)  # fmt: skip
def test_a_variable_that_would_spoil_the_run_is_a_usage_error(refused, name, value):
    code, err = refused(**{name: value})
    assert code == 2 and "%s=%s" % (name, value) in err


def test_a_host_without_the_adapter_is_told_what_to_source(refused):
    code, err = refused()
    assert code == 4 and "no package npu_bridge" in err and "ascend-toolkit/set_env.sh" in err


def test_a_host_without_a_device_is_told_so(refused, tmp_path):
    host.write(tmp_path, "empty/file")
    code, err = refused(HARBENCH_ASCEND_ROOT=str(tmp_path / "empty"))
    assert code == 4 and "no Ascend NPU (no /dev/davinci0)" in err


@needs_tensorflow_1
@pytest.mark.slow
@pytest.mark.parametrize(
    "missing, words",
    [("library", "the library _tf_adapter.so cannot be loaded"), ("package", "cannot be imported (Mod")],
)
def test_an_adapter_that_cannot_be_imported_is_found_before_a_trial(tmp_path, data_path, missing, words):
    answer = _run(tmp_path, pretended_host(tmp_path, "new", script={"missing": missing}), data_path)
    assert answer.code == 4 and words in answer.err and records(tmp_path) == []
