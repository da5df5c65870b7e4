import json
import sys

import pytest

from backends import other_packages, registry
from backends.protocol import BackendUnavailable
from backends.telemetry.sampler import Sampler
from har_model.errors import UsageError
from tests import strangers
from tests.backends.telemetry.test_sampler import Given


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Stands for site-packages; what is imported from it is forgotten afterwards."""
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)
    other_packages.found.cache_clear()
    yield tmp_path
    other_packages.found.cache_clear()
    for name in set(sys.modules) - before:
        if getattr(sys.modules[name], "__file__", None) and str(tmp_path) in str(sys.modules[name].__file__):
            del sys.modules[name]


def test_a_backend_of_another_package_is_one_of_the_names_and_can_be_made(folder):
    strangers.leave(folder, "xpu = strange_one:Backend", strange_one=strangers.GOOD % "xpu")
    assert "xpu" in registry.names() and registry.create("xpu").probe().is_available
    assert registry.refused() == ()


def test_a_class_inside_another_one_can_be_named(folder):
    source = strangers.GOOD % "xpu" + "\nclass Holder:\n    Inner = Backend\n"
    strangers.leave(folder, "xpu = strange_nested:Holder.Inner", strange_nested=source)
    assert registry.create("xpu").name == "xpu"


@pytest.mark.parametrize(
    "source, words",
    [
        ("import no_such_module_of_anybody", "ModuleNotFoundError"),
        ("1 / 0", "ZeroDivisionError"),
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        ("raise GeneratorExit('enough')", "GeneratorExit: enough"),
        (strangers.GOOD % "xpu" + "    def __init__(self):\n        raise SystemExit\n", "SystemExit"),
        (strangers.GOOD % "xpu" + "    engine = ''\n", "its engine must be"),
        (strangers.GOOD % "xpu" + "    engine = 5j\n", "its engine must be"),
        (strangers.GOOD % "xpu" + "    has_speed = 'maybe'\n", "its has_speed must be True or False"),
        (strangers.GOOD % "xpu" + "    has_profiler = 1\n", "its has_profiler must be True or False"),
        (strangers.GOOD % "xpu" + "    kernels = property(lambda self: 1 / 0)\n", "ZeroDivisionError"),
        (strangers.GOOD % "xpu" + "    judge = property(lambda self: print)\n", "AttributeError"),
        (strangers.GOOD % "xpu" + "    precisions = ('\\ud800',)\n", "precisions must be a tuple of words"),
        ("Other = 1", "AttributeError"),
        ("Backend = 1", "TypeError"),
        ("from backends.protocol import Backend", "TypeError"),  # abstract
        ("class Backend: name = 'xpu'", "must be a backends.protocol.Backend"),
        (strangers.GOOD % "ypu", "its name must be 'xpu', not 'ypu'"),
        (strangers.GOOD % "xpu" + "    kernels = ()\n", "kernels must be a tuple of words"),
        (strangers.GOOD % "xpu" + "    kernels = ('my kernel',)\n", "letters, digits"),
        (strangers.GOOD % "xpu" + "    precisions = 'fp32'\n", "precisions must be a tuple of words"),
        (strangers.GOOD % "xpu" + "    loss_scales = ('magic',)\n", "none, fixed, dynamic"),
    ],
)
def test_a_broken_backend_is_one_sentence_and_exit_code_4_when_it_is_asked_for(folder, source, words):
    strangers.leave(folder, "xpu = strange_broken:Backend", strange_broken=source)
    assert "xpu" in registry.names()
    with pytest.raises(BackendUnavailable, match=words) as error:
        registry.create("xpu")
    assert error.value.exit_code == 4 and "\n" not in str(error.value) and "strange" in str(error.value)
    assert registry.create("null").name == "null"


@pytest.mark.parametrize("name, words", [("cpu", "harbench has one"), ("my xpu", "letters"), ("x=y", "letters")])
def test_a_name_that_is_ours_or_no_name_is_left_out_and_said(folder, name, words):
    # An = ends a name in such a list: `x=y = m:C` is the name x and the value `y = m:C`.
    strangers.leave(folder, "%s = strange_name:Backend" % name, strange_name="raise SystemError")
    if name == "x=y":
        with pytest.raises(BackendUnavailable):
            registry.create("x")
        return
    assert registry.names() == tuple(registry.BUILT_IN)
    (sentence,) = registry.refused()
    assert words in sentence and "strange" in sentence
    assert registry.create("cpu").name == "cpu"


def test_of_two_packages_with_one_name_neither_is_taken(folder):
    strangers.leave(folder, "xpu = one:Backend", package="first")
    strangers.leave(folder, "xpu = two:Backend", package="second")
    with pytest.raises(UsageError):
        registry.create("xpu")
    (sentence,) = registry.refused()
    assert "first" in sentence and "second" in sentence


@pytest.mark.parametrize(
    "text", ["[harbench.backends]\nno sign\n", "[harbench.backends]\nxpu = \n", "[harbench.backends", "[x]\n\x00"]
)
def test_a_damaged_list_of_entry_points_costs_nobody_else_anything(folder, text):
    strangers.leave(folder, text, package="damaged")
    strangers.leave(folder, "xpu = strange_beside:Backend", strange_beside=strangers.GOOD % "xpu", package="sound")
    for name in set(registry.names()) - {"xpu"} - set(registry.BUILT_IN):
        with pytest.raises(BackendUnavailable):
            registry.create(name)
    if text != "[harbench.backends]\nxpu = \n":
        assert registry.create("xpu").name == "xpu"
    assert registry.create("null").name == "null"


def test_bytes_that_are_no_text_cost_nobody_else_anything(folder):
    strangers.leave(folder, "xpu = a:B", package="bytes")
    (folder / "bytes-1.0.dist-info" / "entry_points.txt").write_bytes(b"[harbench.backends]\n\xff = a:B\n")
    assert registry.names() == tuple(registry.BUILT_IN)


def test_without_the_library_the_backends_of_others_are_not_seen_and_the_sentence_says_so(monkeypatch, folder):
    monkeypatch.setattr(other_packages, "_metadata", lambda: None)
    assert registry.names() == tuple(registry.BUILT_IN)
    with pytest.raises(UsageError, match="importlib-metadata"):
        registry.create("xpu")


_CALLS = {
    "probe": (),
    "default_loss_scale": ("fp32",),
    "check": (None, {}),
    "variables": (None, {}),
    "telemetry": (None, {}, set),
    "judge": (None, None),
    "explain": ("",),
    "examine": (None, {}),
}


@pytest.mark.parametrize(
    "body, words",
    [
        ("1 / 0", "ZeroDivisionError"),
        ("raise SystemExit(0)", r"strange_answers.py line \d+, SystemExit: 0\)"),
        ("raise GeneratorExit", "GeneratorExit: without a word"),
        ("return 7", "with a int, not a "),
    ],
)
@pytest.mark.parametrize("method", sorted(_CALLS))
def test_a_method_that_fails_or_answers_nonsense_is_one_sentence_and_exit_code_4(folder, method, body, words):
    if method == "check" and body == "return 7":
        pytest.skip("check answers nothing")
    source = strangers.GOOD % "xpu" + "\n    def %s(self, *_):\n        %s\n" % (method, body)
    strangers.leave(folder, "xpu = strange_answers:Backend", strange_answers=source)
    with pytest.raises(BackendUnavailable, match=words) as error:
        getattr(registry.create("xpu"), method)(*_CALLS[method])
    assert method in str(error.value) and "strange" in str(error.value) and "\n" not in str(error.value)


def test_an_error_of_ours_in_a_method_of_a_stranger_passes_as_it_is(folder):
    source = strangers.GOOD % "xpu" + (
        "\n    def check(self, settings, variables):\n"
        "        from har_model.errors import UsageError\n        raise UsageError('Not that.')\n"
    )
    strangers.leave(folder, "xpu = strange_usage:Backend", strange_usage=source)
    with pytest.raises(UsageError, match="^Not that.$"):
        registry.create("xpu").check(None, {})


def _answering(folder, method, body, imports=""):
    source = strangers.GOOD % "xpu" + "\n    def %s(self, *_):\n        %s\n" % (method, body)
    strangers.leave(folder, "xpu = strange_inside:Backend", strange_inside=imports + source)
    return registry.create("xpu")


_IMPORTS = """
from backends.findings import Finding
from backends.proof import Proof
from backends.protocol import Probe
from backends.telemetry.source import Source

class Xpu(Source):
    name, columns = "xpu", ("xpu_watts",)
    def read(self): return {}

class Odd(Xpu):
    def __init__(self, **changes): self.__dict__.update(changes)
"""


@pytest.mark.parametrize(
    "method, answer, words",
    [
        ("probe", "Probe('yes', 'It is.')", "is_available is a str, not a bool"),
        ("probe", "Probe(True, 5)", "sentence is no text"),
        ("probe", "Probe(True, ' ')", "sentence is no text"),
        ("default_loss_scale", "'much'", "no loss scale"),
        ("default_loss_scale", "'nan'", "no loss scale"),
        ("default_loss_scale", "'0.5'", "no loss scale"),
        ("variables", "{'A': 5}", "A is not a text without NUL"),
        ("variables", "{'PATH': 'x\\0y'}", "PATH is not a text without NUL"),
        ("variables", "{'A': '\\ud800'}", "A is not a text"),
        ("variables", "{5: 'a'}", "no name of a variable"),
        ("variables", "{'': 'a'}", "no name of a variable"),
        ("variables", "{'A=B': 'a'}", "no name of a variable"),
        ("variables", "{'A\\0': 'a'}", "no name of a variable"),
        ("telemetry", "[1, 2]", "a list with a int in it, not a Source"),
        ("telemetry", "[Xpu(), None]", "a list with a NoneType in it"),
        ("telemetry", "[Odd(name=7)]", "a Source whose name"),
        ("telemetry", "[Odd(columns='watts')]", "a Source whose columns"),
        ("telemetry", "[Odd(columns=(3,))]", "a Source whose columns"),
        ("telemetry", "[Odd(patience_seconds='long')]", "patience_seconds"),
        ("telemetry", "[Odd(patience_seconds=1e300)]", "patience_seconds"),
        ("telemetry", "[type('Late', (Xpu,), {'first_patience_seconds': -1})()]", "whose first_patience_seconds"),
        ("judge", "Proof('perhaps', 'xpu', 'said so')", "state is none of proven, "),
        ("judge", "Proof('proven', 'xpu', None)", "device or evidence"),
        ("explain", "'\\ud800'", "a str that is no text"),
        ("examine", "[3]", "a list with a int in it, not a Finding"),
        ("examine", "[Finding('xpu', 'GOOD', 'It is.')]", "state is none of PASS, "),
        ("examine", "[Finding('xpu', 'PASS', None)]", "check, sentence or remedy"),
        ("examine", "[Finding('xpu', 'PASS', 'It is.', 7)]", "check, sentence or remedy"),
    ],
)
def test_an_answer_that_is_wrong_inside_is_one_sentence_that_names_the_package(folder, method, answer, words):
    backend = _answering(folder, method, "return %s" % answer, _IMPORTS)
    with pytest.raises(BackendUnavailable, match=words) as error:
        getattr(backend, method)(*_CALLS[method])
    assert "answers to %s with " % method in str(error.value) and "package strange" in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "method, answer",
    [
        ("default_loss_scale", "'1024'"),
        ("default_loss_scale", "'dynamic'"),
        ("variables", "{'A': '', 'B': 'x=y'}"),
        ("explain", "None"),
        ("explain", "'It is too hot.'"),
        ("examine", "[Finding('xpu', 'WARN', 'It is hot.', 'Cool it.')]"),
        ("judge", "Proof('on host', 'xpu', 'said so')"),
    ],
)
def test_a_right_answer_passes_as_it_is(folder, method, answer):
    namespace = {}
    exec(_IMPORTS, namespace)
    answered = getattr(_answering(folder, method, "return %s" % answer, _IMPORTS), method)(*_CALLS[method])
    assert answered == eval(answer, namespace)


@pytest.mark.parametrize("method", sorted(_CALLS))
def test_an_interruption_while_a_stranger_is_asked_stays_an_interruption(folder, method):
    with pytest.raises(KeyboardInterrupt):
        getattr(_answering(folder, method, "raise KeyboardInterrupt"), method)(*_CALLS[method])


def _source(folder, **bodies):
    lines = ["class Mine(Xpu):"] + ["    def %s(self): %s" % item for item in bodies.items()]
    imports = _IMPORTS + "\n".join(lines) + "\n"
    (source,) = _answering(folder, "telemetry", "return [Mine()]", imports).telemetry(*_CALLS["telemetry"])
    return source


def test_a_source_of_a_stranger_is_read_as_it_is(folder):
    source = _source(
        folder, read="return {'xpu_watts': 3.5, 'other': None}", totals="return {'xpu_joules': 7}",
        observation="return {'tool': 'xpu-smi', 'seen': [1, None]}",
    )  # fmt: skip
    assert (source.name, source.columns, source.patience_seconds) == ("xpu", ("xpu_watts",), 2.0)
    assert source.first_patience_seconds == 2.0
    assert source.read() == {"xpu_watts": 3.5, "other": None} and source.totals() == {"xpu_joules": 7}
    assert source.observation() == {"tool": "xpu-smi", "seen": [1, None]}


def test_the_start_waits_for_a_source_of_a_stranger_as_long_as_it_says(folder):
    answer = "return [type('Late', (Xpu,), {'first_patience_seconds': 33.0})()]"
    (source,) = _answering(folder, "telemetry", answer, _IMPORTS).telemetry(*_CALLS["telemetry"])
    assert (source.patience_seconds, source.first_patience_seconds) == (2.0, 33.0)


@pytest.mark.parametrize("method", ["read", "totals", "observation"])
@pytest.mark.parametrize(
    "body, words",
    [
        ("raise SystemExit(0)", "SystemExit: 0"),
        ("return 7", "a int, not a dict"),
        ("return {'a': float('nan')}", "no finite number|JSON cannot hold"),
        ("return {'a': object()}", "no finite number|JSON cannot hold"),
    ],
)
def test_a_source_that_fails_is_told_in_the_record_and_harms_neither_the_trial_nor_the_others(
    folder, method, body, words
):
    source = _source(folder, **{method: body})
    with pytest.raises(BackendUnavailable, match=words):
        getattr(source, method)()
    sampler = Sampler([source, Given(2.0)], 0.001)
    sampler.start()
    columns = sampler.stop(patience_seconds=60)
    (fault,) = columns["faults"]
    assert "package strange" in fault and columns["cpu_seconds"][0] == 2.0
    assert json.dumps(columns, allow_nan=False)


def test_a_package_with_damaged_metadata_costs_nobody_else_anything(folder):
    strangers.leave(folder, "xpu = strange_damaged:Backend", package="damaged")
    (folder / "damaged-1.0.dist-info" / "METADATA").write_bytes(b"Name: \xff\n")
    strangers.leave(folder, "ypu = strange_sound:Backend", strange_sound=strangers.GOOD % "ypu", package="sound")
    assert set(registry.names()) >= {"ypu"} and registry.create("ypu").name == "ypu"
