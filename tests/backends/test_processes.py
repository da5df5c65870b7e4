import sys
import threading
import time

import psutil
import pytest

from backends import processes


def _run(code, seconds=60.0, **more):
    return processes.run([sys.executable, "-c", code], seconds, **more)


def test_each_stream_is_returned_with_the_exit_code():
    ended = _run("import sys; print('one'); print('two', file=sys.stderr); sys.exit(3)")
    assert (ended.code, ended.out.split(), ended.err.split()) == (3, [b"one"], [b"two"])


def test_both_streams_are_one_in_the_order_in_which_they_were_written():
    ended = _run("import os; [os.write(n, b'%d' % n) for n in (1, 2, 2, 1)]", is_merged=True)
    assert (ended.code, ended.out, ended.err) == (0, b"1221", b"")


def test_it_runs_in_the_folder_and_with_the_variables_that_were_given(tmp_path):
    ended = _run("import os; print(os.getcwd(), os.environ['A'])", folder=str(tmp_path), environment={"A": "b"})
    assert ended.out.decode().split() == [str(tmp_path), "b"]


def test_a_signal_is_a_negative_code_with_a_name():
    ended = _run("import os; os.kill(os.getpid(), 11)")
    assert ended.code == -11 and processes.signal_name(11) == "SIGSEGV" and processes.signal_name(99) == "signal 99"


def test_what_it_printed_before_its_time_was_up_is_kept():
    start = time.monotonic()
    ended = _run("import time; print('begun', flush=True); time.sleep(600)", seconds=2.0)
    assert (ended.code, ended.out.split()) == (None, [b"begun"]) and time.monotonic() - start < 60


def test_what_it_prints_is_whole_however_much_may_be_printed():
    ended = _run("import sys; sys.stdout.write('x' * 3000000)")
    assert ended.code == 0 and len(ended.out) == 3000000
    assert _run("import sys; sys.stdout.write('x' * 3000000)", most_bytes=1000).code is None


def test_a_command_that_has_ended_is_not_waited_for_where_another_holds_its_output_open():
    left = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])"
    start = time.monotonic()
    ended = _run(left + "; print('x')", seconds=300.0)
    assert ended.code == 0 and ended.out.split() == [b"x"] and time.monotonic() - start < 60


def test_a_command_that_closed_its_streams_and_goes_on_is_ended():
    assert _run("import os, time; os.close(1); os.close(2); time.sleep(600)", seconds=2.0).code is None


_STARTING = """
import subprocess, sys
inner = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
print(inner.pid, flush=True)
inner.wait()
"""


def _has_ended(pid):
    end = time.monotonic() + 30
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def test_what_a_command_started_in_a_session_of_its_own_ends_with_it_where_it_is_ended():
    ended = _run(_STARTING, seconds=5.0)
    assert ended.code is None and _has_ended(int(ended.out))


def test_what_another_thread_runs_can_be_ended():
    answers = []
    thread = threading.Thread(target=lambda: answers.append(_run("import time; time.sleep(600)", seconds=300.0)))
    thread.start()
    while not processes._under_way:
        time.sleep(0.05)
    processes.end_all()
    thread.join(60)
    assert [ended.code for ended in answers] == [-9]


def test_a_program_that_is_not_there_is_an_error():
    with pytest.raises(OSError):
        processes.run(["/no/such/program"], 1.0)
