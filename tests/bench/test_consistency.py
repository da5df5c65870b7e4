import json

import pytest

from bench import record
from bench.errors import DataError
from bench.figures import has_speed
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
