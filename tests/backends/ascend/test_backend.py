"""The NPU backend in the parent: what it asks for, refuses, and watches."""

import pytest

from backends import registry
from backends.ascend import adapter
from backends.ascend.backend import AscendBackend
from backends.protocol import BackendUnavailable, Settings
from backends.telemetry import logical_npu
from har_model.errors import UsageError
from tests.contract import host


def _settings(**given):
    return Settings(**dict({"kernel": "fused", "precision": "allow_mix_precision", "threads": 1}, **given))


def _check(tmp_path, settings, inherited=(), cards=2):
    backend = AscendBackend()
    root = tmp_path / "root"
    host.add_device_nodes(root, cards) if cards else root.mkdir()
    variables = dict(inherited, HARBENCH_ASCEND_ROOT=str(root))
    needed = backend.variables(settings, variables)
    backend.check(settings, dict(variables, **needed))
    return needed


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name in ("ASCEND_DEVICE_ID", "DEVICE_ID", "ASCEND_RT_VISIBLE_DEVICES"):
        monkeypatch.delenv(name, raising=False)


def test_the_command_finds_it_by_its_name():
    backend = registry.create("npu")
    assert isinstance(backend, AscendBackend) and backend.has_profiler
    # The first of each is what is meant where nothing is asked for: as the published script ran.
    assert (backend.kernels[0], backend.precisions[0], backend.loss_scales[0]) == (
        "unrolled", "allow_mix_precision", "none",
    )  # fmt: skip
    assert backend.default_loss_scale("allow_mix_precision") == "none"


@pytest.mark.parametrize("device, number", [(None, "0"), (0, "0"), (1, "1")])
def test_a_device_that_is_there_is_taken(tmp_path, device, number):
    assert _check(tmp_path, _settings(device=device))["ASCEND_DEVICE_ID"] == number


def test_a_device_beyond_the_nodes_is_refused(tmp_path):
    with pytest.raises(UsageError, match="no device 2 here: 2 device node.*from 0 to 1"):
        _check(tmp_path, _settings(device=2))


def test_without_a_node_the_probe_speaks_and_not_the_check(tmp_path):
    _check(tmp_path, _settings(device=7), cards=0)


def test_a_device_by_env_is_refused_since_the_doctor_would_look_at_another(tmp_path):
    with pytest.raises(UsageError, match="ASCEND_DEVICE_ID is not for --env"):
        _check(tmp_path, _settings(), {"ASCEND_DEVICE_ID": "1"})


def test_a_device_by_the_hosts_environment_is_taken(tmp_path, monkeypatch):
    monkeypatch.setenv("ASCEND_DEVICE_ID", "1")
    assert _check(tmp_path, _settings(), {"ASCEND_DEVICE_ID": "1"})["ASCEND_DEVICE_ID"] == "1"


@pytest.mark.parametrize(
    "settings, word",
    [
        (_settings(kernel="cudnn"), "--kernel cudnn"),
        (_settings(precision="fp32"), "--precision fp32"),
        (_settings(options={"use_off_line": "false"}), "use_off_line"),
        (_settings(options={"memory_optimization": "maybe"}), "memory_optimization"),
    ],
)
def test_what_the_adapter_has_not_is_refused(tmp_path, settings, word):
    with pytest.raises(UsageError, match=word):
        _check(tmp_path, settings)


@pytest.mark.parametrize("loss_scale", ["none", "1024", "dynamic"])
def test_every_kind_of_loss_scaling_is_there(tmp_path, loss_scale):
    _check(tmp_path, _settings(loss_scale=loss_scale))


def test_a_profiled_run_may_have_the_profilers_variable_and_a_timed_one_may_not(tmp_path):
    _check(tmp_path, _settings(profile_folder="profile"), {"PROFILING_MODE": "true"})
    with pytest.raises(UsageError, match="PROFILING_MODE=true is set"):
        _check(tmp_path, _settings(), {"PROFILING_MODE": "true"})


@pytest.mark.parametrize("profile_folder", [None, "profile"])
def test_the_chip_is_watched_and_while_profiling_without_its_utilisation(profile_folder, monkeypatch):
    given = {}
    monkeypatch.setattr(logical_npu, "LogicalNpu", lambda number, pids, **named: given.update(named, number=number))
    AscendBackend().telemetry(_settings(profile_folder=profile_folder), {"ASCEND_DEVICE_ID": "3"}, set)
    assert given == {"number": 3, "tells_utilisation": profile_folder is None}


def test_compiled_operators_outlive_a_process_unless_that_is_switched_off(monkeypatch):
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.delenv("ASCEND_CACHE_PATH", raising=False)
    backend = AscendBackend()
    assert backend.compile_caches(_settings()) == ("/home/me/atc_data",)
    assert backend.compile_caches(_settings(options={"op_compiler_cache_mode": "disable"})) == ()


def test_operators_that_are_compiled_anew_make_no_first_step_warm(monkeypatch):
    monkeypatch.setenv("HOME", "/home/me")
    forced = {"op_compiler_cache_mode": "force", "graph_compiler_cache_dir": "/graphs"}
    assert AscendBackend().compile_caches(_settings(options=forced)) == ("/graphs",)


def test_a_failed_trials_log_is_explained():
    log = "F tf_adapter/util/ge_plugin.cc:366] [GePlugin] Initialize ge failed, ret : 4294967295\n"
    assert "The graph engine could not be started" in AscendBackend().explain(log)
    assert AscendBackend().explain("all went well\n") is None


def test_an_adapter_that_is_not_there_says_what_sets_the_environment_up_on_this_host(tmp_path, monkeypatch):
    host.add_cann_20(tmp_path)
    monkeypatch.setenv("HARBENCH_ASCEND_ROOT", str(tmp_path))
    with pytest.raises(BackendUnavailable, match="set the variables that docs/ascend.md shows for CANN 20.x"):
        adapter.load()
