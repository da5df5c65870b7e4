import time

import psutil
import pytest

from backends.telemetry import tool


def test_what_a_tool_prints_on_both_streams_is_returned_whatever_its_exit_code(fake_tool):
    fake_tool("some-smi", "echo one $1", "echo two >&2", "exit 3")
    assert tool.run(["some-smi", "info"]) == "one info\ntwo\n"


def test_bytes_that_are_no_text_are_replaced(fake_tool):
    fake_tool("some-smi", r"printf 'a\377b'")
    assert tool.run(["some-smi"]) == "a\ufffdb"


def is_running(path):
    return any(str(path) in " ".join(process.info["cmdline"] or ()) for process in psutil.process_iter(["cmdline"]))


def has_ended(path):
    """Whether nothing of it is left; a killed process takes a moment."""
    end = time.monotonic() + 30
    while is_running(path) and time.monotonic() < end:
        time.sleep(0.01)
    return not is_running(path)


def test_a_tool_that_hangs_is_killed_with_what_it_started(fake_tool, tmp_path):
    inner = fake_tool("inner", "echo started > %s" % (tmp_path / "started"), "sleep 600", "echo never")
    fake_tool("some-smi", str(inner))
    start = time.monotonic()
    with pytest.raises(tool.ToolFailed, match="some-smi did not end within 1 s"):
        tool.run(["some-smi"], timeout_seconds=1.0)
    assert time.monotonic() - start < 5
    assert (tmp_path / "started").exists() and has_ended(inner)


def test_a_tool_that_ended_but_left_its_output_open_to_another_is_not_waited_for(fake_tool):
    inner = fake_tool("inner", "sleep 600", "echo never")
    fake_tool("some-smi", "echo done", "%s &" % inner)
    start = time.monotonic()
    assert tool.run(["some-smi"], timeout_seconds=60.0) == "done\n"
    assert time.monotonic() - start < 30 and has_ended(inner)


def test_a_tool_that_closed_its_output_and_hangs_is_killed(fake_tool):
    fake_tool("some-smi", "exec >&- 2>&-", "sleep 600")
    with pytest.raises(tool.ToolFailed, match="did not end"):
        tool.run(["some-smi"], timeout_seconds=0.5)


def test_a_tool_that_prints_without_end_is_stopped(fake_tool):
    fake_tool("some-smi", "while true; do echo 0123456789012345678901234567890123456789; done")
    with pytest.raises(tool.ToolFailed, match="printed without end"):
        tool.run(["some-smi"], timeout_seconds=60.0, most_bytes=10000)


def test_a_tool_that_is_not_there_is_told_in_a_sentence():
    with pytest.raises(tool.ToolFailed, match="no-such-smi is neither on PATH nor in /usr/local/bin"):
        tool.run(["no-such-smi"])


def test_a_tool_that_cannot_be_started_is_told_in_a_sentence(fake_tool):
    path = fake_tool("some-smi")
    path.write_bytes(b"\x7fELF, and no more")
    with pytest.raises(tool.ToolFailed, match="cannot be started"):
        tool.run(["some-smi"])


def test_a_tool_is_found_where_the_drivers_put_it(fake_tool, tmp_path, monkeypatch):
    path = fake_tool("some-smi")
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(tool, "FOLDERS", ("/nowhere", str(tmp_path)))
    assert tool.find("some-smi") == str(path)
