"""What the sampler asks: something that can be read again and again beside a running trial."""

from abc import ABC, abstractmethod
from typing import Any, Callable, Dict, Optional, Set, Tuple

#: The processes of the trial's tree at the moment: None before it starts, none at all once it is gone.
Pids = Callable[[], Optional[Set[int]]]

#: What every device can be asked for.
DEVICE_COLUMNS = (
    "device_power_watts",
    "device_memory_bytes",
    "device_temperature_celsius",
    "device_utilisation_percent",
    "device_clock_mhz",
)


class Source(ABC):
    """Fills some of the columns of samples."""

    #: What a sentence calls it.
    name: str
    #: How long a trial's end waits for its last reading.
    patience_seconds: float = 2.0
    #: The columns it fills; each name ends in its unit.
    columns: Tuple[str, ...]

    @property
    def first_patience_seconds(self) -> float:
        """How long a trial's start waits for its first reading, which tells what was before: as long as its end does,
        where a source says nothing else."""
        return self.patience_seconds

    @abstractmethod
    def read(self) -> Dict[str, Optional[float]]:
        """A value for each column; None, or no entry, where it is unknown at the moment.

        Whatever it raises ends this source with a sentence, and harms neither the trial nor the other sources.
        """

    def totals(self) -> Dict[str, Optional[float]]:
        """Figures over all readings so far, by names of their own."""
        return {}

    def observation(self) -> Dict[str, Any]:
        """What was seen so far of the device, as JSON has it; empty where this source watches none.

        It is asked for beside a reading that may hang, so it waits for nothing.
        """
        return {}
