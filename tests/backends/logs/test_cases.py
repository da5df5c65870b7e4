"""Logs of others (the shared folder), each with what a reader of it found."""

import csv
import os

import pytest

from backends.logs import reading, text
from tests import shared_inputs

#: Device, use, and words that the diagnosis or the facts must hold, worked out by reading the logs and their index.
EXPECTED = {
    "C001": ("npu", "no", ("number 8", "0 to 7", "ASCEND_DEVICE_ID", "DEVICE_ID")),
    "C003": ("npu", "no", ("previous process still holds the card", "10 s", "left-over processes")),
    "C005": ("npu", "no", ("30 GiB", "device 6", "another process holds the card")),
    "C007": ("npu", "yes, then failed", ("AI Core error on device 2",)),
    "C009": ("npu", "no", ("partner that does not come", "unset RANK_TABLE_FILE", "RANK_SIZE=1")),
    # The index says that it ran on the GPU; the line that proves it is not in the part of the log that is kept.
    "C011": ("gpu", "not proven", ("Tesla V100-SXM2-16GB",)),
    "C013": ("cpu", "no", ("libcudart.so.11.0", "CPU without an error", "V100", "GPU timing would be a CPU timing")),
    "C015": ("gpu", "not proven", ("newer than the build", "30 minutes", "10 minutes", "step time")),
    "C017": (None, "no", ("Nothing ran", "Windows path", "新建文件夹")),
    "C019": ("npu", "yes", ("graphs compiled: 1 (id 21)",)),
    "C021": ("npu", "yes", ("graphs compiled: 4", "8 min 16 s", "9 min 05 s", "no step time")),
    "C023": (
        "npu",
        "not proven",
        ("older adapters (before about November 2021)", "hint", "no proof", "process and utilisation", "21.0.2"),
    ),
    "C025": ("npu", "yes", ("graphs compiled: 6 (ids 1, 11, 21, 31, 41, 51)",)),
    "C027": ("npu", "yes", ("graphs compiled: 6", "every ARM host, which is harmless", "right on an NPU")),
    "C029": ("npu", "yes, then failed", ("shuffle buffer still filling", "shuffle smaller", "getnext off-loading")),
    "C031": ("npu", "yes", ("10 h 15 min", "before the first graph", "no training time")),
    "C033": ("npu", "no", ("Device 1", "this container", "logical and physical ids", "ASCEND_RT_VISIBLE_DEVICES")),
    "C035": (None, "not proven", ("exactly 1.0", "0.20", "5 classes", "metric is wrong", "No line names a device")),
    "C037": (None, "partly", ("inference/embed_continuous", "input pipeline", "initialised on the device")),
}
#: What the index writes, in the words of a reading.
IN_OUR_WORDS = {
    "no (GPU)": "not proven",
    "no (CPU)": "no",
    "not proven by this log": "not proven",
    "yes, then aborted": "yes, then failed",
}
HAS_FAILED = {"C001", "C003", "C005", "C007", "C009", "C017", "C029", "C033", "C037"}


def index():
    with open(shared_inputs.path("cases", "logs", "index.tsv"), encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}


def read(number):
    return reading.read(text.read_log(shared_inputs.path("cases", "logs", index()[number]["file"])))


def test_every_log_of_the_index_is_expected_here():
    assert set(index()) == set(EXPECTED)


@pytest.mark.parametrize("number", sorted(EXPECTED))
def test_the_device_and_its_use_are_read_as_the_index_has_them(number):
    found, written = read(number), index()[number]["npu_used"]
    assert (found.device, found.is_used) == EXPECTED[number][:2]
    assert found.is_used == IN_OUR_WORDS.get(written, written)
    assert found.has_failed == (number in HAS_FAILED)


@pytest.mark.parametrize("number", sorted(EXPECTED))
def test_all_codes_of_the_index_are_found(number):
    written = index()[number]["codes"]
    codes = [code for code in written.split(",") if code] if "," in written else [written] if written else []
    assert [code for code in codes if code not in read(number).codes] == []


@pytest.mark.parametrize("number", sorted(EXPECTED))
def test_the_diagnosis_names_what_the_index_names(number):
    found = read(number)
    told = "\n".join((found.diagnosis or "",) + found.facts)
    assert [word for word in EXPECTED[number][2] if word not in told] == []
    if number in HAS_FAILED:
        assert [word for word in EXPECTED[number][2] if word not in found.diagnosis] == []
    assert os.path.exists(shared_inputs.path("cases", "logs", index()[number]["file"]))
