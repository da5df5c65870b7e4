"""Published figures: data with a source, never mixed with measured ones unlabelled."""

import json
import os
from dataclasses import dataclass
from typing import Optional, Tuple

_FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "published.json")


@dataclass(frozen=True)
class PublishedColumn:
    """One column of the published tables: its heading, what it stands for, and its figures (None: not published)."""

    name: str
    kind: str
    accuracy: Optional[float]
    fps: Optional[float]


@dataclass(frozen=True)
class Published:
    """The published comparison with its source and what must be known to read it."""

    title: str
    source: str
    preset: str
    batch_size: int
    columns: Tuple[PublishedColumn, ...]
    caveats: Tuple[str, ...]


def load(path: str = _FILE) -> Published:
    """The published figures that come with harbench."""
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    return Published(
        title=document["title"],
        source=document["source"],
        preset=document["preset"],
        batch_size=document["batch_size"],
        columns=tuple(PublishedColumn(**column) for column in document["columns"]),
        caveats=tuple(document["caveats"]),
    )
