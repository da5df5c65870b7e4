"""The command's own output: no reader that goes away and no terminal costs a measurement."""

import errno
from typing import Any, Optional


class ForgivingStream:
    """A text stream whose write errors are kept instead of raised; everything else is the wrapped stream's.

    Args:
        stream: stdout or stderr; None where the process was started without it.
    """

    def __init__(self, stream: Any) -> None:
        self._stream: Any = stream
        #: What went wrong first, other than a reader that has gone.
        self.error: Optional[OSError] = None
        self._is_broken = stream is None
        if hasattr(self._stream, "reconfigure"):
            self._stream.reconfigure(errors="backslashreplace")

    def _forgive(self, error: OSError) -> None:
        self._is_broken = True
        if error.errno != errno.EPIPE:
            self.error = error

    def write(self, text: str) -> int:
        """Write, or drop the text once the stream is broken."""
        if not self._is_broken:
            try:
                self._stream.write(text)
            except OSError as error:
                self._forgive(error)
        return len(text)

    def flush(self) -> None:
        """Flush, as far as there is something to flush to."""
        if not self._is_broken:
            try:
                self._stream.flush()
            except OSError as error:
                self._forgive(error)

    def isatty(self) -> bool:
        """Whether a person watches."""
        return bool(not self._is_broken and self._stream.isatty())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
