"""The files in a trial's folder: a log of any bytes and any length is read, and so is one that is not there."""

from bench import layout, trial_files


def _leave(folder, log):
    (folder / layout.LOG).write_bytes(log)
    return str(folder)


def test_the_end_of_a_log_is_text_in_the_encoding_of_the_host_without_colours_and_empty_lines(tmp_path):
    lines = [
        b"one",
        b"a\xffb",
        "\u6d4b\u8bd5".encode("utf-8"),
        b"",
        b"\xb2\xe2\xca\xd4",
        b"10 %\r\x1b[31mred\x1b[0m\x07",
        b"",
    ]
    folder = _leave(tmp_path, b"\n".join(lines))
    assert trial_files.log_tail(folder)[-5:] == ["a\\xffb", "\u6d4b\u8bd5", "\u6d4b\u8bd5", "10 %", "red"]
    assert trial_files.log_tail(folder)[0] == "one"


def test_the_end_of_a_long_log_is_its_last_lines(tmp_path):
    folder = _leave(tmp_path, b"".join(b"line %07d\n" % number for number in range(100000)))
    assert trial_files.log_tail(folder) == ["line %07d" % number for number in range(100000 - 40, 100000)]


def test_a_long_log_is_read_at_both_ends(tmp_path):
    folder = _leave(tmp_path, b"first\r\xff" + b"x" * (17 * 2**20) + b"\nlast")
    text = trial_files.log_text(folder)
    assert text.startswith("first\n\\xff") and text.endswith("\nlast") and len(text) < 17 * 2**20


def test_where_there_is_no_log_there_is_no_text(tmp_path):
    assert trial_files.log_text(str(tmp_path)) == "" and trial_files.log_tail(str(tmp_path)) == []
