"""What a check of a host or a device found, as `harbench doctor` shows it and a record keeps it."""

from dataclasses import dataclass
from typing import Optional

PASS = "PASS"
WARN = "WARN"
FAIL = "FAIL"
UNKNOWN = "UNKNOWN"


@dataclass(frozen=True)
class Finding:
    """What a check found: its name, PASS, WARN, FAIL or UNKNOWN, a sentence, and what to do where that helps."""

    check: str
    state: str
    sentence: str
    remedy: Optional[str] = None

    @property
    def text(self) -> str:
        """The sentence, and what to do behind it."""
        return " ".join(part for part in (self.sentence, self.remedy) if part)
