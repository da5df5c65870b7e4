import json
import os

from backends import registry
from backends.findings import Finding
from backends.protocol import Probe
from bench import checkup, doctor
from tests import small_dataset, strangers
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


def test_each_cell_is_told_of_the_device_that_its_own_variables_name(tmp_path, monkeypatch):
    monkeypatch.setattr(checkup, "_WATCHED_SECONDS", 0.1)

    def examine(backend, device, variables):
        sentence = "It would be device %s." % variables.get("XPU")
        return [Finding("xpu", doctor.PASS, sentence)] if backend == "xpu" else []

    monkeypatch.setattr(checkup, "examine_device", examine)
    probes = [Probe(True, said) for said in ("It is null.", "The xpu is ready.", "The xpu is ready.")]
    cells = [_job(), _job(backend="xpu", variables={"XPU": "3"}), _job(backend="xpu", variables={"XPU": "5"})]
    found = [
        {finding.check: finding.sentence for finding in findings}
        for findings in checkup.examine_cells(cells, probes, str(tmp_path))
    ]
    assert [one.get("xpu") for one in found] == [None, "It would be device 3.", "It would be device 5."]
    assert [one["backend"] for one in found] == [probe.sentence for probe in probes]
    assert {one["results"] for one in found} == {found[0]["results"]}


_LAME = """
from backends.findings import FAIL, WARN, Finding
from backends.null import NullBackend

class Backend(NullBackend):
    name = "lame"
    def examine(self, device, variables):
        number = variables.get("LAME", "0")
        return [
            Finding("lame-tool", FAIL, "lame-smi does not answer.", "Start its driver."),
            Finding("lame-fan", WARN, "It is loud."),
            Finding("lame-device", FAIL, "Device %s is asleep." % number),
        ]
"""


def test_what_fails_of_the_cells_devices_is_said_once_before_the_first_trial(harbench, tmp_path):
    data_path = small_dataset.write(str(tmp_path / "UCI HAR Dataset"))
    strangers.leave(tmp_path / "site", "lame = strange_lame:Backend", strange_lame=_LAME)
    cells = ("--cell", "--env LAME=1", "--cell", "--env LAME=2", "--cell", "--env LAME=2 --kernel unrolled")
    asked = ("--data-path", data_path, "--batch-size", "5", "--epochs", "1", "--warmup", "2", "--trials", "1")
    out, err = harbench("run", "--backend", "lame", *asked, *cells, PYTHONPATH=strangers.beside_ours(tmp_path / "site"))
    assert err.splitlines() == [
        "harbench doctor: FAIL lame-tool: lame-smi does not answer. Start its driver.",
        "harbench doctor: FAIL lame-device: Device 1 is asleep.",
        "harbench doctor: FAIL lame-device: Device 2 is asleep.",
    ]
    assert "trial 1/1" in out  # nothing is refused for it


def test_only_what_fails_of_a_device_is_said_and_each_once(tmp_path, monkeypatch):
    monkeypatch.setattr(checkup, "_WATCHED_SECONDS", 0.1)
    asleep, loud = Finding("a", doctor.FAIL, "It is asleep."), Finding("b", doctor.WARN, "It is loud.")
    probe = Probe(False, "It is not there.")  # FAIL of the host's check of the backend
    examined = [checkup.examine(probe, device, str(tmp_path)) for device in ([asleep, loud], [], [asleep])]
    assert "FAIL" in [one.state for one in examined[1]]
    assert doctor.failed_of_devices(examined) == [asleep]
