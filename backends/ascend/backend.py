"""The Ascend NPU as a backend: what differs from a plain TensorFlow graph, put together."""

import os
from typing import Any, Dict, List, Mapping, Optional, Tuple

from backends.ascend import condition, installation, precision, probe, session, variables
from backends.engines.tensorflow.backend import TensorFlowBackend
from backends.findings import Finding
from backends.proof import SIMULATED, UNPROVEN, Evidence, Proof
from backends.protocol import (
    KERNEL_FUSED,
    KERNEL_UNROLLED,
    LOSS_SCALE_DYNAMIC,
    LOSS_SCALE_FIXED,
    LOSS_SCALE_NONE,
    Probe,
    Settings,
)
from backends.telemetry.source import Pids, Source
from har_model.config import Workload
from har_model.errors import UsageError

_DOUBLE = "contract double of the Ascend adapter (no NPU)"


class AscendBackend(TensorFlowBackend):
    """Sinks the whole graph to an NPU through the vendor's adapter."""

    name = "npu"
    kernels = (KERNEL_UNROLLED, KERNEL_FUSED)
    precisions = precision.ALL
    loss_scales = (LOSS_SCALE_NONE, LOSS_SCALE_FIXED, LOSS_SCALE_DYNAMIC)
    has_profiler = True
    where_a_probe_fails = (
        "see whether `npu-smi info` answers, restart the host, or reinstall driver and CANN in versions that fit"
    )

    # ---- in the parent ---------------------------------------------------------------------------------------------

    def probe(self) -> Probe:
        """Device nodes, adapter package, and an import of the adapter in a process of its own."""
        return probe.probe(os.environ)

    def check(self, settings: Settings, variables_of_trial: Mapping[str, str]) -> None:
        """Refuse what the adapter would ignore or die of, and an environment that profiles, dumps or waits."""
        super().check(settings, variables_of_trial)
        variables.check(variables_of_trial, settings.profile_folder is not None)
        numbers = probe.device_numbers(installation.root_of(variables_of_trial))
        device = int(variables_of_trial["ASCEND_DEVICE_ID"])
        if device != variables.device_of(settings.device, os.environ):  # one way to name it
            raise UsageError("ASCEND_DEVICE_ID is not for --env: give the logical number of the device with --device.")
        if numbers and device >= len(numbers):
            raise UsageError(
                "There is no device %d here: %d device node(s), so logical numbers go from 0 to %d."
                % (device, len(numbers), len(numbers) - 1)
            )

    def check_options(self, settings: Settings) -> None:
        """Names, types and values of the adapter's session options."""
        session.given_options(settings)

    def variables(self, settings: Settings, inherited: Mapping[str, str]) -> Dict[str, str]:
        """One device, one rank, and the adapter's own words in the log."""
        return variables.of_trial(settings.device, inherited)

    def telemetry(self, settings: Settings, variables_of_trial: Mapping[str, str], pids: Pids) -> List[Source]:
        """npu-smi; without its utilisation while profiling, when it prints 0."""
        from backends.telemetry.logical_npu import LogicalNpu

        is_profiled = settings.profile_folder is not None
        return [LogicalNpu(int(variables_of_trial["ASCEND_DEVICE_ID"]), pids, tells_utilisation=not is_profiled)]

    def judge(self, claim: Proof, evidence: Evidence) -> Proof:
        """Compile lines and npu-smi together."""
        from backends.ascend import proof

        return proof.judge(claim, evidence)

    def explain(self, log: str) -> Optional[str]:
        """By the table of what the adapter and CANN say."""
        from backends.logs import reading

        return reading.explain(log)

    def examine(self, device: Optional[int], environment: Mapping[str, str]) -> List[Finding]:
        """The device's health and use, versions, rights."""
        return condition.examine(device, environment)

    # ---- in the trial ----------------------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Import TensorFlow and the adapter, which patches it."""
        super().prepare()
        from backends.ascend import adapter

        self._adapter = adapter.load()

    def compile_caches(self, settings: Settings) -> Tuple[str, ...]:
        """Where operators and graphs may lie compiled already: none where the operators' folder is emptied first."""
        return session.warm_folders(settings.options, os.environ)

    def place(self, workload: Workload, settings: Settings) -> Any:
        """The whole graph on the device, every option set."""
        from backends.ascend import graph
        from backends.engines.tensorflow.model import Placement

        adapter = self._adapter
        family, name, firmware = self._chip()
        precision.check(settings.precision, adapter.is_old, adapter.has_precision_mode_v2, family, name)
        config, options = session.config(settings, adapter, os.environ)
        device = _DOUBLE if adapter.is_double else name
        effective = dict(
            options,
            kernel=settings.kernel,
            precision=settings.precision,
            loss_scale=settings.loss_scale,
            overflow=graph.overflow(settings, adapter),
            adapter=adapter.kind,
            device_id=os.environ.get("ASCEND_DEVICE_ID"),
            rank=[os.environ.get("RANK_ID"), os.environ.get("RANK_SIZE")],
        )
        limit = precision.limit(settings.precision, family)
        if limit is not None:
            effective["precision_limit"] = limit
        state, word = SIMULATED, "a double stood for the adapter: computed on the host, no NPU"
        if not adapter.is_double:
            state, word = UNPROVEN, "the trial alone cannot tell"
        return Placement(
            make_ops=graph.make_ops(settings, adapter),
            session_config=config,
            device=device,
            effective=effective,
            prove=lambda model: Proof(state, device, word),
            scaling=graph.scaling(settings, adapter),
            evaluation_windows=settings.evaluation_windows or workload.training.batch_size,
            stack=installation.versions(os.environ, firmware),
        )

    @staticmethod
    def _chip() -> Tuple[Optional[str], str, Optional[str]]:
        """Family and name of the device, and its firmware's version, as npu-smi tells them."""
        from backends.telemetry import logical_npu, tool

        try:
            view = logical_npu.look(int(os.environ.get("ASCEND_DEVICE_ID", "0")))
        except tool.ToolFailed:
            return None, "Ascend NPU of unknown name", None
        return view.family.value, view.name, view.firmware
