"""Trials and commands on the NPU backend, on a pretended host: what tests of the whole way share."""

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional, Tuple

from backends.engines.tensorflow.backend import is_installed
from bench import preflight, runner, trial_files
from bench.environment import packages_root
from bench.outcome import Limits, Outcome
from bench.plan import Job
from har_model.config import NetworkConfig, TrainingConfig, Workload
from tests import answers
from tests.answers import Answer
from tests.contract import host

#: The adapter's TensorFlow is 1.15, which needs Python 3.7.
HAS_TENSORFLOW_1 = sys.version_info < (3, 8) and is_installed()
WHY_NOT = "needs TensorFlow 1.15"
HAS_TENSORFLOW_2 = not HAS_TENSORFLOW_1 and is_installed()
DOUBLE_TEXT = "contract double of the Ascend adapter (no NPU)"
#: A script with which the graphs of a trial take as long to compile as a few looks of the sampler.
SEEN_BY_NPU_SMI = {"compile_seconds": 0.5}
_TINY = NetworkConfig(n_hidden=4, n_stacked_layers=1)


def unmarked(folder: Path, variant: str) -> str:
    """A copy of a variant without the double's mark, which harbench takes for the adapter; its folder.

    Only so can the whole way of a real device be tried; what it measures must never leave the test's folder.
    """
    copy = folder / "unmarked"
    for part in ("common", variant):
        shutil.copytree(str(host.DOUBLE / part), str(copy / part), ignore=shutil.ignore_patterns("__pycache__"))
    path = copy / variant / ("npu_device" if variant == "tf2" else "npu_bridge") / "__init__.py"
    text = path.read_text(encoding="utf-8")
    assert text.count("IS_CONTRACT_DOUBLE = True") == 1
    path.write_text(text.replace("IS_CONTRACT_DOUBLE = True", ""), encoding="utf-8")
    return str(copy / variant)


def pretended_host(folder: Path, variant: str, is_marked: bool = True, **given: Any) -> Dict[str, str]:
    """`host.build` with npu-smi, and a home and a cache in the folder."""
    if not is_marked:
        given["script"] = dict(SEEN_BY_NPU_SMI, **given.get("script") or {})
    variables = host.build(folder, variant=variant, smi=given.pop("smi", {}), **given)
    if not is_marked:
        variables["PYTHONPATH"] = unmarked(folder, variant)
    home = folder / "home"
    home.mkdir(exist_ok=True)
    return dict(variables, HOME=str(home), HARBENCH_CACHE=str(folder / "cache"))


def job(data_path: str, **changes: Any) -> Job:
    """A small network for a few steps."""
    fields: Dict[str, Any] = dict(
        workload=Workload("custom", _TINY, TrainingConfig(batch_size=5, worst_batches=2)), backend="npu",
        kernel="fused", precision="allow_mix_precision", mode="performance", epochs=1, steps=4, warmup_steps=1,
        threads=1, data_path=data_path,
    )  # fmt: skip
    return Job(**dict(fields, **changes))


def run_trial(asked: Job, folder: Path) -> Outcome:
    """One trial of a job as a run would start it, with the variables that are set now."""
    place = folder / "trial"
    place.mkdir()
    settled = preflight.settle(asked)
    trial_files.leave_job(settled, str(place))
    return runner.run_trial(settled, str(place), Limits(trial_seconds=300), lambda event: None)


def harbench(folder: Path, variables: Mapping[str, str], *arguments: str) -> Answer:
    """The command in a folder, as a user calls it."""
    path = os.pathsep.join(part for part in (packages_root(), variables.get("PYTHONPATH")) if part)
    used = dict(answers.environment_without("HARBENCH_"), **dict(variables, PYTHONPATH=path, PYTHONIOENCODING="utf-8"))
    return answers.run([sys.executable, "-m", "bench.cli", *arguments], str(folder), used)


def said(outcome: Outcome, name: str) -> Optional[Dict[str, Any]]:
    """The last event of that name."""
    found: List[Dict[str, Any]] = [event for event in outcome.events if event["event"] == name]
    return found[-1] if found else None


def proof_of(outcome: Outcome) -> Tuple[str, str, str]:
    """State, device and evidence."""
    assert outcome.proof is not None, (outcome.reason, list(outcome.log_tail)[-5:])
    return outcome.proof["state"], outcome.proof["device"], outcome.proof["evidence"]


def records(folder: Path) -> List[Dict[str, Any]]:
    """The records of a run, as they are written."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted((folder / "results").glob("*.json"))]
