import copy
import json
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backends.telemetry.sampler import Sampler
from backends.telemetry.sightings import Sightings
from backends.telemetry.source import DEVICE_COLUMNS, Source
from bench import record
from bench.errors import DataError
from tests.bench import records


def test_a_record_comes_back_as_it_was_written(tmp_path):
    document = records.make("a")
    path = record.write(document, str(tmp_path))
    assert os.path.basename(path) == "a.json"
    assert record.read(path) == document
    assert os.listdir(str(tmp_path)) == ["a.json"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda d: d.pop("steps"),
        lambda d: d.update(status="fine"),
        lambda d: d["steps"]["seconds"].append(1.0),
        lambda d: d["steps"]["seconds"].__setitem__(0, -1.0),
        lambda d: d["steps"]["seconds"].__setitem__(0, "1"),
        lambda d: d["predictions"]["labels"].append(1),
        lambda d: d["evaluations"].append({"epoch": 0, "accuracy": 1.5, "seconds": 1}),
        lambda d: d.update(id="../escape"),
        lambda d: d["proof"].update(state="probably"),
        lambda d: d.update(id="a\n"),
        lambda d: d.update(started="yesterday"),
        lambda d: d.update(evaluations=[]),
        lambda d: d.update(process_seconds=0),
        lambda d: d.update(proof=None),
        lambda d: d.update(dataset=None),
        lambda d: d.update(description=None),
        lambda d: d["dataset"].update(n_train=-5),
        lambda d: d["dataset"].update(n_train="many"),
        lambda d: d["environment"]["identity"].update(memory_bytes="much"),
        lambda d: d["environment"].update(busy_before="yes"),
        lambda d: d["job"]["workload"]["training"].update(batch_size=10**400),
        lambda d: d["cost"].update(flops_per_step=10**400),
    ],
)
def test_an_invalid_record_is_neither_written_nor_read(tmp_path, damage):
    document = records.make("a")
    damage(document)
    with pytest.raises(ValueError, match="schema refuses"):
        record.write(document, str(tmp_path))
    assert os.listdir(str(tmp_path)) == []
    path = tmp_path / "hand-made.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(DataError, match="hand-made"):
        record.read(str(path))


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", "7", '{"schema_version": 1}', "NaN", '{"a": Infinity}', "\x00" * 9]
)
def test_what_is_no_record_is_one_sentence(tmp_path, text):
    path = tmp_path / "x.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        record.read(str(path))
    assert "x.json" in str(caught.value) and "\n" not in str(caught.value)


def test_a_record_of_a_newer_harbench_says_so(tmp_path):
    path = tmp_path / "x.json"
    path.write_text(json.dumps(records.make(schema_version=99)), encoding="utf-8")
    with pytest.raises(DataError, match="newer harbench"):
        record.read(str(path))


def test_bytes_after_the_document_are_refused(tmp_path):
    path = record.write(records.make("a"), str(tmp_path))
    with open(path, "a") as file:
        file.write("}")
    with pytest.raises(DataError):
        record.read(path)


def test_fields_of_a_later_version_are_ignored(tmp_path):
    document = records.make("a", colour="blue")
    assert record.read(record.write(document, str(tmp_path)))["colour"] == "blue"


def test_a_non_finite_number_never_reaches_the_disk(tmp_path):
    with pytest.raises(ValueError):
        record.write(records.make("a", seconds=[1.0, float("inf"), 0.1]), str(tmp_path))
    assert os.listdir(str(tmp_path)) == []


@given(keep=st.floats(0, 0.999))
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_cut_record_is_never_read(tmp_path, keep):
    path = record.write(records.make("a"), str(tmp_path))
    os.truncate(path, int(keep * (os.path.getsize(path) - 2)))
    with pytest.raises(DataError):
        record.read(path)


def test_unreadable_files_are_named_and_the_rest_is_read_oldest_first(tmp_path):
    record.write(records.make("late", started="2026-02-01T00:00:00+00:00"), str(tmp_path))
    record.write(records.make("early", started="2026-01-01T00:00:00+00:00"), str(tmp_path))
    (tmp_path / "broken.json").write_bytes(b"")
    (tmp_path / "notes.txt").write_bytes(b"not looked at")
    found, faults = record.read_all([str(tmp_path), str(tmp_path / "early.json"), str(tmp_path / "none.json")])
    assert [document["id"] for document in found] == ["early", "late"]
    assert len(faults) == 2 and "broken.json" in faults[0] and "none.json" in faults[1]


def test_the_same_record_twice_counts_once_and_another_of_the_same_id_is_named(tmp_path):
    for folder, seconds in (
        ("one", [1.0, 0.5, 0.1, 0.1]),
        ("copy", [1.0, 0.5, 0.1, 0.1]),
        ("other", [1.0, 0.5, 0.2, 0.2]),
    ):
        record.write(records.make("a", seconds=seconds), str(tmp_path / folder))
    found, faults = record.read_all([str(tmp_path / name) for name in ("one", "copy", "other")])
    assert len(found) == 1 and found[0]["steps"]["seconds"][-1] == 0.1
    assert len(faults) == 1 and "other" in faults[0]


def test_a_path_that_is_no_utf8_does_not_lose_the_record(tmp_path):
    document = records.make("a", command=["harbench", "run", "--data-path", "ds\udcff", "数据"])
    assert record.read(record.write(document, str(tmp_path))) == document


def test_a_number_too_large_for_json_readers_is_refused(tmp_path):
    path = record.write(records.make("a"), str(tmp_path))
    with open(path, encoding="utf-8") as file:
        text = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace('"process_seconds": 10.0', '"process_seconds": 1e999'))
    with pytest.raises(DataError, match="too large"):
        record.read(path)


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    blocker = tmp_path / "file"
    blocker.write_bytes(b"")
    with pytest.raises(DataError, match="--out"):
        record.write(records.make("a"), str(blocker / "results"))


def test_the_first_version_still_loads():
    assert record.read(records._FILE)["schema_version"] == 1


def test_making_a_record_does_not_touch_the_stored_one():
    before = copy.deepcopy(records.make())
    records.make(job__kernel="unrolled")
    assert records.make() == before


class Card(Source):
    """A device with everything that a source may tell of one."""

    name = "card"
    columns = DEVICE_COLUMNS + ("device_energy_joules",)

    def read(self):
        return dict.fromkeys(self.columns, 41.5)

    def observation(self):
        seen = Sightings("npu-smi", set)
        seen.note(
            id="npu 5 chip 0", family="A2", throttle_reasons=["sw_power_cap"], throttle_readings={"sw_power_cap": 3}
        )
        return seen.document()


def test_the_columns_and_the_sight_of_a_device_load_and_so_does_a_record_without_them(tmp_path):
    sampler = Sampler([Card()], 1e6)
    sampler.start()
    sampled = sampler.stop(patience_seconds=60)
    without = {name: value for name, value in sampled.items() if not name.startswith("device")}
    for telemetry in (sampled, without):
        path = tmp_path / "r1.json"
        path.write_text(json.dumps(records.make(telemetry=telemetry)))
        assert record.read(str(path))["telemetry"] == telemetry
    assert sampled["device_power_watts"][0] == 41.5 and sampled["device"]["id"] == "npu 5 chip 0"


@pytest.mark.parametrize(
    "name, value",
    [
        ("job__warmup_steps", 10.0),
        ("telemetry", {"interval_seconds": 1.0, "seconds": [], "faults": [], "device": {"is_process_seen": 1}}),
        ("telemetry", {"interval_seconds": 1.0, "seconds": [0], "faults": [], "device_power_watts": [-1.0]}),
        ("telemetry", {"interval_seconds": 1.0, "seconds": [0, 1], "faults": [], "device_power_watts": [1.0]}),
        ("updates", {"applied": 10**6}),
        ("trial__number", True),
        ("process_seconds", 10**400),
        ("started", "2026-11-26T00:00:02Z"),
        ("started", "2026-11-26T00:00:02"),
        ("environment__noise", {"context_switches_voluntary": "7"}),
        ("environment__noise", {"context_switches_involuntary": 10**400}),
        ("telemetry", {"interval_seconds": 1.0, "seconds": [], "faults": [], "peak_resident_bytes": 10**400}),
        ("synchronisation", {"first_seconds": 1e300, "second_seconds": 0}),
    ],
)
def test_what_a_hand_has_spoilt_is_one_sentence_on_every_python(tmp_path, name, value):
    path = tmp_path / "r1.json"
    path.write_text(json.dumps(records.make(**{name: value})))
    with pytest.raises(DataError) as error:
        record.read(str(path))
    assert "\n" not in str(error.value)


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(str(tmp_path / "fifo.json"))
    documents, faults = record.read_all([str(tmp_path)])
    assert documents == [] and "no file" in faults[0]


def test_records_are_in_the_order_of_time_whatever_their_offset(tmp_path):
    for name, started in (("late", "2026-11-26T01:00:00+00:00"), ("early", "2026-11-26T08:30:00+08:00")):
        (tmp_path / (name + ".json")).write_text(json.dumps(records.make(name, started=started)))
    assert [one["id"] for one in record.read_all([str(tmp_path)])[0]] == ["early", "late"]
