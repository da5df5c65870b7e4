"""From records on disk to the report's text."""

from typing import Sequence

from bench import cells, record
from reports import markdown, published


def build(paths: Sequence[str]) -> str:
    """The Markdown report of every record among `paths`, files and folders."""
    records, faults = record.read_all(paths)
    return markdown.render(published.load(), cells.group(records), records, faults)
