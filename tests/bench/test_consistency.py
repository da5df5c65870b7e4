import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import record
from bench.errors import DataError
from bench.figures import has_speed
from har_model import metrics
from tests.bench import emulated, records


def _read(tmp_path, document):
    path = tmp_path / "edited.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return record.read(str(path))


def _sentence(tmp_path, document):
    with pytest.raises(DataError) as caught:
        _read(tmp_path, document)
    assert "\n" not in str(caught.value)
    return str(caught.value)


# ---- the device ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes, word",
    [
        ({"has_speed": True}, "has_speed: the npu-sim backend emulates"),
        ({"has_speed": True, "proof__state": "proven"}, "has_speed"),
        ({"proof__state": "proven"}, "proof: the npu-sim backend emulates its device, so it is simulated, not proven"),
        ({"proof__state": "unproven"}, "not unproven"),
    ],
)
def test_a_record_that_makes_an_emulated_device_a_real_one_is_refused(tmp_path, changes, word):
    document = emulated.documents()[0]
    assert _read(tmp_path, document) == document
    for name, value in changes.items():
        part, _, key = name.rpartition("__")
        (document[part] if part else document)[key] = value
    assert word in _sentence(tmp_path, document)


def test_no_device_proves_nothing(tmp_path):
    document = records.make(job__backend="null", clock__name="virtual")
    assert "proof: the null backend has no device" in _sentence(tmp_path, document)
    for state in ("simulated", "unproven", "on host"):
        document["proof"]["state"] = state
        assert _read(tmp_path, document) == document


@pytest.mark.parametrize("clock", ["virtual", "perf_counter_ns"])
def test_an_emulated_device_has_no_speed_where_its_record_does_not_say_so_whatever_its_clock(tmp_path, clock):
    document = emulated.documents()[0]
    del document["has_speed"]
    document["clock"]["name"] = clock
    assert not has_speed(_read(tmp_path, document))


def test_a_backend_of_another_package_is_believed(tmp_path):
    document = records.make(job__backend="xpu", has_speed=True, proof__state="simulated")
    assert has_speed(_read(tmp_path, document))


def test_a_trial_that_failed_before_it_said_where_it_ran_contradicts_nothing(tmp_path):
    document = emulated.documents()[0]
    document.update(status="failed", reason="It died.", proof=None, description=None, dataset=None, evaluations=[])
    document.update(predictions=None)
    assert _read(tmp_path, document) == document


# ---- the test windows ------------------------------------------------------------------------------------------------


@given(hits=st.integers(0, 60))
@settings(max_examples=40, deadline=None)
def test_the_last_accuracy_is_the_share_of_right_predictions(hits):
    labels = [i % 6 for i in range(60)]
    made = {"labels": labels, "predictions": labels[:hits] + [(label + 1) % 6 for label in labels[hits:]]}
    document = records.make(accuracies=(0.1, metrics.accuracy(made["labels"], made["predictions"])), predictions=made)
    assert record.fault_of(document) == ""
    for wrong in (hits - 1, hits + 1):
        document["evaluations"][-1]["accuracy"] = min(max(wrong / 60, 0), 1)
        is_other = document["evaluations"][-1]["accuracy"] != hits / 60
        assert bool(record.fault_of(document)) == is_other


def test_an_accuracy_that_the_predictions_do_not_bear_out_is_refused(tmp_path):
    document = records.make(accuracies=(0.75,))
    document["evaluations"][0]["accuracy"] = 0.99
    assert "evaluations: the last accuracy is 0.99, and of the predictions 0.75 are right" in _sentence(
        tmp_path, document
    )


@pytest.mark.parametrize("part", ["labels", "predictions"])
@pytest.mark.parametrize("network", [{"n_classes": 6}, {}])
def test_a_class_that_there_is_not_is_refused(tmp_path, part, network):
    document = records.make(job__workload__network=network, dataset__label_names=list("abcdef"))
    assert _read(tmp_path, document) == document
    document["predictions"][part][2] = 6
    assert "none of the 6 classes" in _sentence(tmp_path, document)


@pytest.mark.parametrize("changes", [{"predictions": {"labels": [], "predictions": []}}, {"evaluations": []}])
def test_predictions_of_nothing_are_refused(tmp_path, changes):
    document = records.make(**dict({"status": "failed", "reason": "It died."}, **changes))
    assert "of no evaluation" in _sentence(tmp_path, document)


# ---- the work --------------------------------------------------------------------------------------------------------


def test_more_steps_than_the_data_has_batches_are_refused(tmp_path):
    document = records.make(job__workload__training__batch_size=1000)  # 2400 windows have two of them
    assert "more of them than its data has batches of 1000 windows" in _sentence(tmp_path, document)


@pytest.mark.parametrize(
    "changes, word",
    [
        ({"artifacts": {"log": "a/trial.log", "profile": "a/profile"}}, "artifacts: there are traces of a profiler"),
        ({"description__effective__profiling_mode": True}, "description: the profiler was on"),
        ({"dataset__kind": "real", "job__data_path": "synthetic"}, "dataset: synthetic data was asked for"),
    ],
)
def test_a_word_changed_in_one_place_alone_is_refused(tmp_path, changes, word):
    assert word in _sentence(tmp_path, records.make(**changes))


def test_a_batch_that_cannot_be_cut_from_the_data_is_refused_where_it_was_trained_on(tmp_path):
    document = records.make(job__workload__training__batch_size=2401)
    assert "a batch of 2401 windows is more than the 2400" in _sentence(tmp_path, document)
    # The data was another one when the trial came to it, which it says and ends.
    nothing = {"seconds": [], "losses": [], "epochs": []}
    document.update(status="failed", reason="too few", steps=nothing, evaluations=[], predictions=None)
    assert _read(tmp_path, document) == document


def _timed(span, **changes):
    telemetry = {"interval_seconds": 1.0, "seconds": [0.0], "faults": [], "timed_span_seconds": span}
    return records.make(telemetry=dict(telemetry, timed_span_steps=1), **changes)


@pytest.mark.parametrize("span", [[5.0, 2.0], [0.0, 12.0], [-9.0, 9.0]])
def test_timed_steps_that_do_not_fit_into_the_trial_are_refused(tmp_path, span):
    assert "telemetry: its timed steps" in _sentence(tmp_path, _timed(span))


@pytest.mark.parametrize("span", [[2.0, 2.0], [2.0, 9.9], [-1.0, 4.0], [11.5, 12.0]])  # sampling begins earlier
def test_timed_steps_within_the_trial_are_read(tmp_path, span):
    document = _timed(span)
    assert _read(tmp_path, document) == document


def test_where_nobody_saw_the_process_end_only_the_order_is_known(tmp_path):
    interrupted = {"status": "interrupted", "reason": "killed", "process_seconds": None}
    document = _timed([0.0, 5000.0], **interrupted)
    assert _read(tmp_path, document) == document
    assert "before they begin" in _sentence(tmp_path, _timed([2.0, 1.0], **interrupted))


def test_no_more_steps_are_timed_than_there_are(tmp_path):
    document = _timed([1.0, 2.0])
    document["telemetry"]["timed_span_steps"] = 4
    assert "more steps were timed" in _sentence(tmp_path, document)
