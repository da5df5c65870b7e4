"""What a check of a host or a device found, as `harbench doctor` shows it and a record keeps it."""

from dataclasses import dataclass
from typing import Any, Dict, Optional

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

    def to_dict(self) -> Dict[str, Optional[str]]:
        """As JSON holds it; a record keeps it without its remedy."""
        return {"check": self.check, "state": self.state, "finding": self.sentence, "remedy": self.remedy}

    @classmethod
    def from_dict(cls, document: Any) -> "Finding":
        """The finding that `to_dict` wrote.

        Raises:
            ValueError: it did not write that.
        """
        needed = ("check", "state", "finding")
        if not isinstance(document, dict) or not all(isinstance(document.get(name), str) for name in needed):
            raise ValueError("no finding: %r" % (document,))
        remedy = document.get("remedy")
        if remedy is not None and not isinstance(remedy, str):
            raise ValueError("no finding, for its remedy is no text: %r" % (document,))
        return cls(document["check"], document["state"], document["finding"], remedy)
