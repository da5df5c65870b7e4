"""What became of the optimiser's updates: how many steps a loss scaling skipped, and when that is too many."""

from dataclasses import dataclass
from typing import Sequence

from bench.record import Record

#: Share of steps that may overflow, by the guide to accuracy of Ascend's adapter for TensorFlow 1.15
#: (migration/accuracy_debugging/pre-tuning_check.md). A dynamic scaling always skips some at its start.
RECOMMENDED_SHARE = 0.005
#: An update is the smaller part of a step: with a tenth of them left out, as a dynamic scaling does that begins at 2^32
#: in a short run, the mean step is a few percent shorter at most. With more it is not the step of others any more.
_MOST_FOR_SPEED = 0.1


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
    def is_beyond_recommended(self) -> bool:
        """Whether accuracy may have suffered."""
        return self.share > RECOMMENDED_SHARE

    @property
    def is_less_work(self) -> bool:
        """Whether so many are skipped that the steps are not the work of others."""
        return self.share > _MOST_FOR_SPEED


def skipped(records: Sequence[Record]) -> Skipped:
    """The skipped updates of trials; one that does not tell skipped none."""
    known = [record for record in records if record.get("updates")]
    steps = sum(len(record["steps"]["seconds"]) for record in known)
    return Skipped(steps - sum(record["updates"]["applied"] for record in known), steps)
