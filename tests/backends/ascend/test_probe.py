"""Whether a host can run on an NPU: what is missing is said in one sentence, whatever the import does."""

import os
import subprocess
import sys
import time

import pytest

from backends.ascend import probe
from tests.contract import host


@pytest.fixture
def look(tmp_path, monkeypatch):
    """Call it with what importing the adapter does: its program, instead of the import."""

    def call(program="", cards=1, missing=(), cann="8"):
        variables = host.build(tmp_path, variant=None, cann=cann, cards=cards)
        monkeypatch.setattr(probe, "_IMPORTS", {"npu_bridge": program, "npu_device": program})
        absent = set(missing)
        monkeypatch.setattr(probe.importlib.util, "find_spec", lambda name: None if name in absent else object())
        found = probe.probe(variables)
        assert "\n" not in found.sentence
        return found

    return call


def test_a_host_without_a_device_says_what_to_do(look):
    found = look(cards=0)
    assert not found.is_available and found.sentence.startswith("This host shows no Ascend NPU (no /dev/davinci0)")


def test_a_container_without_the_managing_node_says_so(look, tmp_path):
    look()
    os.unlink(str(tmp_path / "root" / "dev" / "davinci_manager"))
    found = look(cards=0)
    assert not found.is_available and "/dev/davinci_manager is not" in found.sentence


@pytest.mark.parametrize(
    "cann, scripts",
    [
        ("8", "source /usr/local/Ascend/ascend-toolkit/set_env.sh"),
        ("newest", "source /usr/local/Ascend/cann/set_env.sh"),
        ("20", "set the variables that docs/ascend.md shows for CANN 20.x, which has no set_env.sh"),
    ],
)
def test_a_python_without_the_adapter_says_which_scripts_to_source(look, cann, scripts):
    found = look(missing=("npu_bridge", "npu_device"), cann=cann)
    assert not found.is_available
    assert "no package npu_bridge" in found.sentence and scripts + ", and use" in found.sentence


def test_an_adapter_without_tensorflow_says_so(look):
    found = look(missing=("tensorflow",))
    assert not found.is_available and "has the Ascend adapter but no TensorFlow" in found.sentence


#: TensorFlow prints it on every host without a GPU.
_CUDA = (
    "print('W] Could not load dynamic library libcudart.so; dlerror: libcudart.so: cannot open shared object file')\n"
)
_LIBRARY = _CUDA + (
    "print('/opt/npu_bridge/_tf_adapter.so: cannot open shared object file: No such file or directory')\n"
    "raise ImportError('cannot import name npu_bridge_handle')"
)


def test_a_library_that_is_missing_is_named_and_it_is_not_one_of_cuda(look):
    found = look(_LIBRARY)
    assert not found.is_available
    assert "the library _tf_adapter.so cannot be loaded" in found.sentence and "source /usr/local" in found.sentence


def test_a_library_of_cann_is_named_too(look):
    found = look("raise ImportError('libge_runner.so: cannot open shared object file: No such file or directory')")
    assert "the library libge_runner.so cannot be loaded" in found.sentence


def test_another_error_of_the_import_is_quoted(look):
    found = look(_CUDA + "raise ImportError('numpy.core.multiarray failed to import')")
    assert not found.is_available
    assert "cannot be imported (ImportError: numpy.core.multiarray failed to import)" in found.sentence


def test_an_abort_ends_the_import_alone_and_its_last_words_are_quoted(look):
    found = look(
        "import os\nos.write(2, b'F tf_adapter/util/ge_plugin.cc:366] [GePlugin] Initialize ge failed, ret : 1\\n')\n"
        "os.abort()"
    )
    assert not found.is_available
    assert "by SIGABRT" in found.sentence and "[GePlugin] Initialize ge failed, ret : 1" in found.sentence


def test_an_import_that_says_nothing_and_fails_is_a_sentence_too(look):
    assert "(it said nothing)" in look("import sys\nsys.exit(3)").sentence


@pytest.mark.parametrize(
    "program, words",
    [
        ("import sys\nprint('no licence')\nsys.exit(0)", "with exit code 0 (no licence)"),
        ("import os\nos._exit(0)", "with exit code 0 (it said nothing)"),
        ("print('libge_runner.so: cannot open shared object file')\nraise SystemExit", "library libge_runner.so"),
    ],
)
def test_an_import_that_leaves_python_without_an_error_is_no_import(look, program, words):
    found = look(program)
    assert not found.is_available and words in found.sentence


def test_an_adapter_that_closes_its_output_or_talks_on_is_imported_all_the_same(look):
    assert look("import sys\nsys.stdout = sys.stderr = None").is_available
    assert look("import atexit, os\nos.write(1, b'no line end')\natexit.register(print, 'farewell')").is_available


def test_an_import_that_hangs_is_ended(look, monkeypatch):
    monkeypatch.setattr(probe, "_IMPORT_SECONDS", 0.5)
    start = time.monotonic()
    found = look("import time\ntime.sleep(600)")
    assert not found.is_available and "did not end within" in found.sentence and "hangs" in found.sentence
    assert time.monotonic() - start < 30


def test_nobody_waits_for_what_an_import_leaves_behind(look):
    start = time.monotonic()
    left = "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])"
    assert look(left).is_available and time.monotonic() - start < 30


@pytest.mark.parametrize("cards", [1, 8])
def test_a_host_that_has_everything_is_ready(look, cards):
    found = look(cards=cards)
    assert found.is_available and found.sentence == (
        "The NPU backend is ready: %d device node(s), adapter npu_bridge." % cards
    )
    assert "npu_device" in look(missing=("npu_bridge",)).sentence


@pytest.mark.skipif(sys.platform != "linux", reason="device nodes are Linux's")
def test_device_nodes_are_counted_by_number_whatever_stands_beside_them(tmp_path):
    host.add_device_nodes(tmp_path, 12)
    host.write(tmp_path, "dev/davinci_manager_docker")
    host.write(tmp_path, "dev/davinci1x")
    assert probe.device_numbers(str(tmp_path)) == list(range(12))


def _probe_with_the_double(tmp_path, **script):
    if probe.importlib.util.find_spec("tensorflow") is None:
        pytest.skip("needs TensorFlow")
    variables = dict(os.environ, **host.build(tmp_path, variant="new", script=script))
    variables["PYTHONPATH"] = os.pathsep.join([variables["PYTHONPATH"], str(host.HERE.parent.parent)])
    program = "import os; from backends.ascend import probe; print(probe.probe(os.environ).sentence)"
    return subprocess.run([sys.executable, "-c", program], env=variables, stdout=subprocess.PIPE).stdout.decode()


@pytest.mark.slow
@pytest.mark.parametrize(
    "script, sentence",
    [({}, "The NPU backend is ready"), ({"missing": "library"}, "the library _tf_adapter.so cannot be loaded")],
)
def test_the_double_is_probed_as_an_adapter_would_be(tmp_path, script, sentence):
    assert sentence in _probe_with_the_double(tmp_path, **script)
