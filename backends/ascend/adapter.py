"""The vendor's adapter, imported: which one it is, and what of it is used. In the trial: it loads TensorFlow."""

import importlib
import importlib.util
import inspect
import os
from dataclasses import dataclass
from typing import Any, Optional

from backends.ascend import installation
from backends.protocol import BackendUnavailable

#: Of 2021, until `npu_config_proto` came: a session without an explicit entry runs on the host, no line tells of it.
OLD = "npu_bridge, old"
NEW = "npu_bridge, new"
#: On TensorFlow 2.6.5.
COMPATIBLE = "npu_device, compatibility mode"


@dataclass(frozen=True)
class Adapter:
    """What was imported.

    Args:
        kind: `OLD`, `NEW` or `COMPATIBLE`.
        names: the module whose public names scripts import with a star; None where there is none.
        is_double: a stand-in for tests, no adapter.
        package: the package itself.
    """

    kind: str
    names: Optional[Any]
    is_double: bool
    package: Optional[Any] = None

    @property
    def is_old(self) -> bool:
        """Whether it is the adapter of 2021."""
        return self.kind == OLD

    @property
    def saturates(self) -> bool:
        """Whether an overflow is clamped on this chip, so that no loss ever shows it."""
        plugin = getattr(self.names, "npu_plugin", None) or self.package  # for TensorFlow 2 the package has it
        is_enabled = getattr(plugin, "is_inf_nan_enabled", None)
        return is_enabled is None or not is_enabled()

    @property
    def has_precision_mode_v2(self) -> bool:
        """Whether it looks for that option: by its own configuration class, where it has one."""
        config = getattr(self.names, "NPURunConfig", None)
        return config is None or "precision_mode_v2" in inspect.signature(config).parameters

    def need(self, name: str, purpose: str) -> Any:
        """One of its names.

        Raises:
            BackendUnavailable: this adapter does not have it.
        """
        found = getattr(self.names, name, None)
        if found is None:
            raise BackendUnavailable(
                "The Ascend adapter at hand (%s) has no %s, which %s needs: take the adapter for TensorFlow 1.15, or "
                "leave that out." % (self.kind, name, purpose)
            )
        return found

    def dynamic_rnn(self) -> Any:
        """The class of the fused LSTM, which no star import brings.

        Raises:
            BackendUnavailable: this adapter does not have it.
        """
        try:
            return importlib.import_module("npu_bridge.estimator.npu.npu_dynamic_rnn").DynamicRNN
        except ImportError as error:
            raise BackendUnavailable(
                "The Ascend adapter at hand (%s) has no DynamicRNN (%s): use --kernel unrolled." % (self.kind, error)
            ) from error


def _tensorflow_1() -> Adapter:
    names = importlib.import_module("npu_bridge.npu_init")
    package = importlib.import_module("npu_bridge")
    kind = NEW if hasattr(names, "npu_config_proto") else OLD
    return Adapter(kind, names, _is_double(package), package)


def _is_double(package: Any) -> bool:
    return bool(getattr(package, "IS_CONTRACT_DOUBLE", False))


def _tensorflow_2() -> Adapter:
    package = importlib.import_module("npu_device")
    package.compat.enable_v1()
    try:
        names = importlib.import_module("npu_device.compat.v1.npu_init")
    except ImportError:
        names = None
    return Adapter(COMPATIBLE, names, _is_double(package), package)


def load() -> Adapter:
    """Import the adapter that this interpreter has.

    Raises:
        BackendUnavailable: there is none, or its libraries are missing.
    """
    try:
        if importlib.util.find_spec("npu_bridge") is not None:
            return _tensorflow_1()
        return _tensorflow_2()
    except ImportError as error:
        raise BackendUnavailable(
            "The Ascend adapter cannot be imported (%s): %s, and use the vendor's Python."
            % (" ".join(str(error).split()), installation.setting_up(installation.root_of(os.environ)))
        ) from error
