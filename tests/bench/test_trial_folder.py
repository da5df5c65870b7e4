"""Trials that a killed harness left: each becomes a record with its own reason, and none stops a later run."""

import json
from dataclasses import replace

import pytest

from backends.proof import ON_HOST
from bench import assemble, layout, record, runner, trial_folder
from bench.outcome import Limits
from bench.plan import Job, Slot
from har_model.config import TrainingConfig, Workload
from tests import small_dataset

_FACTS = assemble.RunFacts("run", "fingerprint", 1, 1, (), ((),))


@pytest.fixture
def job(tmp_path, monkeypatch):
    monkeypatch.setenv("HARBENCH_CACHE", str(tmp_path / "cache"))
    data_path = small_dataset.write(str(tmp_path / "data" / "UCI HAR Dataset"))
    return Job(
        workload=Workload("deep-lstm", training=TrainingConfig(batch_size=5, worst_batches=2)), backend="null",
        kernel="fused", precision="fp32", mode="performance", epochs=2, steps=None, warmup_steps=1, threads=1,
        data_path=data_path, variables={"HARBENCH_NULL": json.dumps({"proof": ON_HOST})},
    )  # fmt: skip


def _abandoned(job, records_folder):
    """Run a trial whose harness goes before it makes a record; its folder."""
    records_folder.mkdir()
    draft = assemble.draft(_FACTS, Slot(0, 0, 0, job), "2026-01-01T00:00:00.000+00:00", str(records_folder), None)
    folder = records_folder / draft["id"]
    with trial_folder.held(str(folder), draft, job):
        runner.run_trial(job, str(folder), Limits(), lambda _: None)
    return folder


def test_a_trial_that_had_failed_by_itself_keeps_its_own_reason(job, tmp_path):
    _abandoned(job, tmp_path / "results")
    (path,) = trial_folder.salvage(str(tmp_path / "results"))
    found = record.read(path)
    assert found["status"] == record.FAILED and found["proof"]["state"] == ON_HOST
    assert "harbench itself was ended" not in found["reason"]


def test_a_trial_that_said_why_it_failed_is_saved_with_that(job, tmp_path):
    _abandoned(replace(job, variables={"HARBENCH_NULL": json.dumps({"no such key": 1})}), tmp_path / "results")
    (path,) = trial_folder.salvage(str(tmp_path / "results"))
    found = record.read(path)
    assert found["status"] == record.FAILED and "no such key" in found["reason"]


@pytest.mark.parametrize("part", ["environment", "cost", "harbench", "run"])
def test_a_draft_that_lacks_what_a_record_has_stops_nothing(job, tmp_path, part):
    folder = _abandoned(job, tmp_path / "results")
    draft = json.loads((folder / layout.DRAFT).read_text())
    del draft[part]
    (folder / layout.DRAFT).write_text(json.dumps(draft))
    assert trial_folder.salvage(str(tmp_path / "results")) == [] or part == "run"


@pytest.mark.parametrize("change", [{"made_later": 1}, {"workload": None}, {"workload": {"preset": "x", "depth": 3}}])
def test_a_draft_of_another_harbench_is_left_to_it_and_stops_nothing(job, tmp_path, change):
    folder = _abandoned(job, tmp_path / "results")
    draft = json.loads((folder / layout.DRAFT).read_text())
    draft["job"].update(change)
    (folder / layout.DRAFT).write_text(json.dumps(draft))
    assert trial_folder.salvage(str(tmp_path / "results")) == []
    assert (folder / layout.DRAFT).exists() and (folder / layout.STEPS).exists()
