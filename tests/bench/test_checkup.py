import json
import os

from backends import registry
from backends.findings import Finding
from backends.null import NullBackend
from backends.protocol import Probe
from bench import checkup, doctor
from tests.bench.test_plan import _job


def test_the_folder_for_results_is_judged_and_not_made(tmp_path):
    place = checkup.place_of(str(tmp_path / "a" / "b"))
    assert place.path == str(tmp_path) and place.error is None and place.free_bytes > 0
    assert os.listdir(str(tmp_path)) == []


def test_a_file_in_the_place_of_the_folder_is_an_error(tmp_path):
    (tmp_path / "results").write_bytes(b"")
    assert checkup.place_of(str(tmp_path / "results" / "below")).error == "Not a directory"


def test_a_full_disk_is_seen_by_writing(monkeypatch, tmp_path):
    def refuse(dir):
        raise OSError(122, "Disk quota exceeded")

    monkeypatch.setattr(checkup.tempfile, "TemporaryFile", refuse)
    assert checkup.place_of(str(tmp_path)).error == "Disk quota exceeded"


def test_every_check_can_be_made_on_this_host_and_its_findings_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(checkup, "_WATCHED_SECONDS", 0.1)
    findings = checkup.examine(registry.create("null").probe(), [], str(tmp_path))
    states = {finding.state for finding in findings}
    assert states <= {doctor.PASS, doctor.WARN, doctor.FAIL, doctor.UNKNOWN}
    assert json.loads(json.dumps(doctor.findings_for_record(findings), allow_nan=False))
    by_name = {finding.check: finding for finding in findings}
    assert by_name["results"].state in (doctor.PASS, doctor.WARN) and str(tmp_path) in by_name["results"].sentence


class Xpu(NullBackend):
    def examine(self, device, variables):
        return [Finding("xpu", doctor.PASS, "It would be device %s." % variables["XPU"])]


def test_each_cell_is_told_of_the_device_that_its_own_variables_name(tmp_path, monkeypatch):
    monkeypatch.setattr(checkup, "_WATCHED_SECONDS", 0.1)
    monkeypatch.setattr(registry, "create", lambda name: Xpu() if name == "xpu" else NullBackend())
    probes = [Probe(True, said) for said in ("It is null.", "The xpu is ready.", "The xpu is ready.")]
    cells = [_job(), _job(backend="xpu", variables={"XPU": "3"}), _job(backend="xpu", variables={"XPU": "5"})]
    found = [
        {finding.check: finding.sentence for finding in findings}
        for findings in checkup.examine_cells(cells, probes, str(tmp_path))
    ]
    assert [one.get("xpu") for one in found] == [None, "It would be device 3.", "It would be device 5."]
    assert [one["backend"] for one in found] == [probe.sentence for probe in probes]
    assert {one["results"] for one in found} == {found[0]["results"]}
