"""What an argument of a comparison names."""

import json
from pathlib import Path

import pytest

from bench import record
from bench.comparing import sides
from bench.errors import DataError, UsageError
from tests import shared_inputs
from tests.bench import records
from tests.bench.sides import documents, leave

_RUN = {"id": "r7", "fingerprint": "f", "cells": 1, "cell": 0, "block": 0, "position": 0}


@pytest.fixture
def results(tmp_path):
    made = documents("a", steps=(0.1, 0.1)) + documents("n", steps=(0.1,), job__backend="npu")
    made += documents("p", steps=(0.1,), description__software__python="3.1.4", job__kernel="unrolled")
    made += documents("t", steps=(0.1,), description__framework_version="1.15.0", run=_RUN)
    made += documents("h", steps=(0.1,), environment__identity__host_id="ffff00000000")
    made += documents("b", steps=(0.1,), job__workload__training__batch_size=50)
    return leave(tmp_path / "results", made)


def _ids(side):
    return sorted(record["id"] for cell in side.cells for record in cell.records)


@pytest.mark.parametrize(
    "text, ids",
    [
        ("npu", ["n0"]),
        ("backend=npu", ["n0"]),
        ("python=3.1", ["p0"]),
        ("kernel=unrolled, backend=cpu", ["p0"]),
        ("framework=1.15", ["t0"]),
        ("framework=tensorflow 1.15.0", ["t0"]),
        ("run=r7", ["t0"]),
        ("host=ffff", ["h0"]),
        ("batch=50", ["b0"]),
        ("host=xeon,mode=performance,preset=deep-lstm,precision=fp32,backend=npu", ["n0"]),
        ("cpu,python=3.11,framework=tensorflow", ["a0", "a1", "b0", "h0", "t0"]),
    ],
)
def test_a_selector_takes_the_records_that_are_what_it_asks_for(results, text, ids):
    assert _ids(sides.side_of(text, results)) == ids


def test_a_version_is_matched_by_whole_parts():
    assert sides._is_version("3.1", "3.1.4") and sides._is_version("3.1", "3.1")
    assert not sides._is_version("3.1", "3.11.7") and not sides._is_version("3.11.7", "3.11")


@pytest.mark.parametrize(
    "text", ["colour=red", "backend=", "=cpu", "", "cpu,", "backend=cpu,backend=npu", "cpu,npu", "batch==5,="]
)
def test_what_is_no_selector_is_refused_in_a_sentence(results, text):
    with pytest.raises((UsageError, DataError)) as caught:
        sides.side_of(text, results)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize("text", ["tpu", "batch=51", "python=3.7", "run=r"])
def test_an_empty_side_says_what_there_is(results, text):
    with pytest.raises(DataError, match="npu deep-lstm fused fp32 batch 100"):
        sides.side_of(text, results)


def test_a_path_that_is_not_there_is_called_that(results):
    for text in ("here/there", "a.json"):
        with pytest.raises(DataError, match="no file or folder"):
            sides.side_of(text, results)


def test_a_selector_needs_records_to_select_from(tmp_path):
    with pytest.raises(DataError, match="--records"):
        sides.side_of("cpu", str(tmp_path / "none"))


def test_broken_files_and_failed_trials_of_a_folder_are_listed_beside_its_cells(tmp_path):
    folder = leave(tmp_path / "a", documents("a", steps=(0.1,)))
    failed = records.make("bad", status="failed", reason="It died.", description=None, dataset=None, proof=None)
    leave(tmp_path / "a", [failed])
    (tmp_path / "a" / "empty.json").write_bytes(b"")
    (tmp_path / "a" / "list.json").write_text("[1]")
    side = sides.side_of(folder, "nowhere")
    assert _ids(side) == ["a0"] and [one["id"] for one in side.incomplete] == ["bad"]
    assert ["empty.json" in fault or "list.json" in fault for fault in side.faults] == [True, True]


def test_a_failed_trial_is_listed_by_what_is_known_of_it(tmp_path):
    failed = records.make("bad", status="failed", reason="It died.", description=None, dataset=None, proof=None)
    folder = leave(tmp_path / "r", documents("a", steps=(0.1,)) + [failed])
    assert [one["id"] for one in sides.side_of("cpu,python=3.11", folder).incomplete] == ["bad"]
    assert sides.side_of("cpu,python=3.11,kernel=fused", folder).cells


def test_a_folder_of_failed_trials_alone_is_an_error_with_the_reason(tmp_path):
    failed = records.make("bad", status="failed", reason="It died.", description=None, dataset=None, proof=None)
    with pytest.raises(DataError, match="bad: It died"):
        sides.side_of(leave(tmp_path / "r", [failed]), "nowhere")


def test_copies_of_a_record_in_one_folder_count_once(tmp_path):
    folder = leave(tmp_path / "a", documents("a", steps=(0.1,)))
    (tmp_path / "a" / "copy.json").write_bytes((tmp_path / "a" / "a0.json").read_bytes())
    assert _ids(sides.side_of(folder, "nowhere")) == ["a0"]


_FOREIGN = [
    "F013-pyperf-tags-telco-memory",
    "F015-asv-example",
    "F017-criterion-fibonacci",
    "F021-github-action-history",
]


@pytest.mark.parametrize("name", _FOREIGN)
def test_what_other_tools_write_is_no_record(tmp_path, name):
    files = sorted(Path(shared_inputs.path("cases", "records", name)).rglob("*.json"))
    assert files
    for number, path in enumerate(files[:20]):
        (tmp_path / ("%d.json" % number)).write_bytes(path.read_bytes())
    for place in [str(tmp_path), str(files[0])]:
        with pytest.raises(DataError, match="not a (valid )?record|schema version"):
            sides.side_of(place, "nowhere")


def test_a_record_that_is_a_number_or_a_string_is_none(tmp_path):
    for text in ("1", '"x"', "null", json.dumps({"schema_version": "x"})):
        path = tmp_path / "one.json"
        path.write_text(text)
        with pytest.raises(DataError):
            record.read(str(path))
        with pytest.raises(DataError):
            sides.side_of(str(path), "nowhere")
