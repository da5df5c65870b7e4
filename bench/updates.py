"""What became of the optimiser's updates: how many steps a loss scaling skipped, and when that is too many."""

from dataclasses import dataclass
from typing import Sequence

from bench.record import Record

#: Share of steps that may overflow, by the guide to accuracy of Ascend's adapter for TensorFlow 1.15
#: (migration/accuracy_debugging/pre-tuning_check.md). A dynamic scaling always skips some at its start.
RECOMMENDED_SHARE = 0.005


@dataclass(frozen=True)
class Skipped:
    """How many of so many steps changed no variable."""

    count: int
    steps: int

    @property
    def share(self) -> float:
        """Of the steps, 0 to 1."""
        return self.count / self.steps if self.steps else 0.0

    @property
    def is_too_many(self) -> bool:
        """Whether so many are skipped that the steps are not the work of others."""
        return self.share > RECOMMENDED_SHARE


def skipped(records: Sequence[Record]) -> Skipped:
    """The skipped updates of trials; one that does not tell skipped none."""
    known = [record for record in records if record.get("updates")]
    steps = sum(len(record["steps"]["seconds"]) for record in known)
    return Skipped(steps - sum(record["updates"]["applied"] for record in known), steps)
