"""From records on disk to the report's text."""

from typing import List, Sequence, Tuple

from bench import cells, record
from har_model.errors import DataError
from reports import markdown, published


def build(paths: Sequence[str]) -> Tuple[str, List[str]]:
    """The Markdown report of every record among `paths`, files and folders, and a sentence for each file that is none.

    Raises:
        DataError: there are files, and none of them is a record.
    """
    records, faults = record.read_all(paths)
    if faults and not records:
        raise DataError(
            faults[0] + (" %d other files are no records either." % (len(faults) - 1) if faults[1:] else "")
        )
    return markdown.render(published.load(), cells.group(records), records, faults), faults
