import json
import os
import re
import subprocess
import sys

import pytest

from backends import registry
from bench import environment, record
from tests import strangers

_HANGING = """
import subprocess, sys
from backends.null import NullBackend

class Backend(NullBackend):
    name = "xpu"
    def probe(self):
        subprocess.run([sys.executable, "-S", "-c", "import time; time.sleep(600)"])
"""
_DYING = """
import os
from backends.null import NullBackend

class Backend(NullBackend):
    name = "xpu"
    def probe(self):
        os._exit(9)
"""
_NEEDY = """
import os
from backends.null import NullBackend
from backends.protocol import Probe

class Backend(NullBackend):
    name = "xpu"
    precisions = ("fp16", "fp32")
    loss_scales = ("none", "dynamic")
    def default_loss_scale(self, precision):
        return "dynamic"
    def variables(self, settings, inherited):
        return {"XPU_SCALE": settings.loss_scale + " " + settings.precision}
    def probe(self):
        print("a word of the vendor's")
        return Probe("XPU_SCALE" in os.environ, "The xpu\\nhas %s." % os.environ.get("XPU_SCALE"))
"""
_RUN = ["run", "--backend", "xpu", "--steps", "20", "--data-path", "synthetic", "--trials", "1"]


def _blocks(text):
    """What is shown of each backend, by name."""
    names_and_texts = re.split(r"^(\S+): ", text, flags=re.MULTILINE)[1:]
    return dict(zip(names_and_texts[::2], names_and_texts[1::2]))


def _by_name(text):
    return {one["name"]: one for one in json.loads(text)["backends"]}


def test_every_backend_is_shown_with_what_it_can_do_and_what_its_probe_says_in_lines_that_fit(harbench):
    out, err = harbench("backends")
    shown = _blocks(out)
    assert list(shown) == list(registry.names()) and err == ""
    assert shown["null"].splitlines()[0] == "available" and "measures nothing" in shown["null"]
    assert "    kernels      fused, unrolled\n" in shown["null"]
    assert shown["npu"].splitlines()[0] == "not available" and "Ascend" in shown["npu"]
    assert max(map(len, out.splitlines())) <= 100


def test_json_holds_the_same_with_the_interpreter_that_was_asked(harbench):
    out, err = harbench("backends", "--json")
    null = _by_name(out)["null"]
    assert (
        null["kernels"] == ["fused", "unrolled"] and null["is_available"] is True and null["python"] == sys.executable
    )
    assert null["loss_scales"] == ["none"] and null["state"] == "available" and err == ""


def test_an_interpreter_of_one_backend_that_cannot_run_harbench_costs_that_backend_alone(harbench):
    out, _ = harbench("backends", "--json", "--python", "cpu=/bin/sh")
    found = _by_name(out)
    assert not found["cpu"]["is_available"] and "cannot run harbench" in found["cpu"]["sentence"]
    assert found["cpu"]["kernels"] is None and found["null"]["is_available"]


def test_an_interpreter_that_does_not_exist_is_a_usage_error(harbench):
    _, err = harbench("backends", "--python", "no-such-python", expect=2)
    assert "no-such-python" in err


def _with(method, body):
    return strangers.GOOD % "xpu" + "\n    def %s(self, *_):\n        %s\n" % (method, body)


#: What a package does, and the words of its line.
_BAD = [
    (_HANGING, "within 3 s"),
    (_DYING, "exit code 9"),
    ("import os; os._exit(0)", "exit code 0"),
    ("import os; os.kill(os.getpid(), 6)", "by SIGABRT"),
    ("import sys; sys.exit(0)", "SystemExit: 0"),
    (_with("variables", "raise SystemExit(0)"), "SystemExit: 0"),
    (_with("variables", "return {'A': 5}"), "A is not a text"),
    (_with("variables", "return {'PATH': 'x\\0y'}"), "PATH is not a text"),
    (_with("probe", "print('[' * 100000); print('{\"a\":' * 100000); raise SystemExit"), "SystemExit"),
    (_with("probe", "print('{\"is_available\": 1, \"variables\": [3]}', flush=True); import os; os._exit(0)"),
     "exit code 0"),
]  # fmt: skip


def test_whatever_a_package_does_when_it_is_asked_costs_its_own_backend_alone(harbench, tmp_path):
    for number, (source, _) in enumerate(_BAD):
        name = "xpu%d" % number
        named = source.replace("'xpu'", repr(name)).replace('"xpu"', repr(name))
        strangers.leave(tmp_path / "site", "%s = %s:Backend" % (name, name), package="of-" + name, **{name: named})
    out, _ = harbench("backends", "--json", "--timeout", "3", PYTHONPATH=strangers.beside_ours(tmp_path / "site"))
    found = _by_name(out)
    for number, (_, words) in enumerate(_BAD):
        bad = found["xpu%d" % number]
        assert not bad["is_available"] and words in bad["sentence"] and "package of-xpu%d" % number in bad["sentence"]
        assert "\n" not in bad["sentence"] and "driver" not in bad["sentence"]
    assert found["null"]["is_available"] and found["cpu"]["kernels"] == ["fused", "unrolled"]


def test_the_probe_is_asked_with_the_variables_that_a_trial_of_the_defaults_would_have(harbench, tmp_path):
    strangers.leave(tmp_path / "site", "xpu = strange:Backend", strange=_NEEDY)
    out, _ = harbench("backends", "--json", PYTHONPATH=strangers.beside_ours(tmp_path / "site"))
    found = _by_name(out)["xpu"]
    assert found["is_available"] and found["sentence"] == "The xpu has dynamic fp16."
    assert found["precisions"] == ["fp16", "fp32"] and found["loss_scales"] == ["none", "dynamic"]


def test_a_broken_package_is_listed_with_its_sentence_and_refused_by_run(harbench, tmp_path):
    strangers.leave(tmp_path / "site", "xpu = strange:Backend\ncpu = strange:Backend", strange="import nothing_there")
    path = strangers.beside_ours(tmp_path / "site")
    out, err = harbench("backends", PYTHONPATH=path)
    shown = _blocks(out)["xpu"]
    assert shown.startswith("not available\n") and "nothing_there" in shown and "'cpu'" in err
    _, err = harbench(*_RUN, PYTHONPATH=path, expect=4)
    assert "nothing_there" in err
    out, _ = harbench("run", "--backend", "null", *_RUN[3:], PYTHONPATH=path)
    assert "complete in" in out


# What the doctor cannot look at spoils no trial.
@pytest.mark.parametrize("method, expect", [("check", 4), ("probe", 4), ("telemetry", 4), ("examine", 0)])
def test_a_package_that_leaves_python_does_not_end_a_run_without_a_word(harbench, tmp_path, method, expect):
    source = _with(method, "raise SystemExit(0)")
    strangers.leave(tmp_path / "site", "xpu = strange:Backend", strange=source)
    path = strangers.beside_ours(tmp_path / "site")
    _, err = harbench(*_RUN, PYTHONPATH=path, expect=expect)
    assert "package strange" in err and "fails in its %s" % method in err and "SystemExit: 0" in err


def test_a_judgement_that_leaves_python_leaves_a_record_without_proof(harbench, tmp_path):
    strangers.leave(tmp_path / "site", "xpu = strange:Backend", strange=_with("judge", "raise SystemExit(0)"))
    harbench(*_RUN, PYTHONPATH=strangers.beside_ours(tmp_path / "site"), expect=6)
    (document,), faults = record.read_all([str(tmp_path / "results")])
    assert document["proof"]["state"] == "unproven" and "package strange" in document["proof"]["evidence"]
    assert faults == []


def _documented_package():
    """Text of each file that docs/adding-a-backend.md shows, by its name, which is the first word of its first line."""
    page = os.path.join(environment.packages_root(), "docs", "adding-a-backend.md")
    with open(page, encoding="utf-8") as file:
        blocks = re.findall(r"^```\w+\n(# (\S+\.(?:py|cfg))\b.*?)^```$", file.read(), flags=re.MULTILINE | re.DOTALL)
    return {name: text for text, name in blocks}


def test_the_documented_package_installed_by_pip_brings_a_backend_that_is_listed_and_measures(harbench, tmp_path):
    source, site = tmp_path / "source", tmp_path / "site"
    source.mkdir()
    for name, text in _documented_package().items():
        (source / name).write_text(text, encoding="utf-8")
    (source / "harbench_xpu.py").write_text(strangers.GOOD % "xpu" + "\nXpuBackend = Backend\n", encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index", "--no-deps"]
    done = subprocess.run(
        pip + ["--no-build-isolation", "--target", str(site), str(source)], stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )  # fmt: skip
    if done.returncode != 0 and (b"No module named" in done.stdout or b"BackendUnavailable" in done.stdout):
        pytest.skip("needs pip, setuptools and wheel in this environment")
    assert done.returncode == 0, done.stdout.decode("utf-8", "replace")
    path = strangers.beside_ours(site)
    out, _ = harbench("backends", PYTHONPATH=path)
    assert _blocks(out)["xpu"].startswith("available\n")
    out, _ = harbench(*_RUN, PYTHONPATH=path)
    assert "complete in" in out
    (document,), faults = record.read_all([str(tmp_path / "results")])
    assert document["job"]["backend"] == "xpu" and len(document["steps"]["seconds"]) == 20 and faults == []
    out, _ = harbench("report", PYTHONPATH=path)
    assert "XPU deep-lstm" in out and "simulated" in out
