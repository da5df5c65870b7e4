import sys

import pytest

from backends import other_packages, registry
from backends.protocol import BackendUnavailable
from har_model.errors import UsageError
from tests import strangers


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


@pytest.mark.parametrize("body, words", [("1 / 0", "ZeroDivisionError"), ("return 7", "with a int, not a ")])
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
