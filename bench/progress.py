"""What a person sees while a trial runs: a live bar on a terminal, plain lines elsewhere."""

from typing import Any, Dict, Optional

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from bench import clock

#: Seconds between two plain lines, so that a log stays short.
_PLAIN_INTERVAL = 10.0


class TrialProgress:
    """Shows one trial's events as they come; use it as a context manager.

    Args:
        console: where to show it; a terminal gets the bar.
        title: what the trial is.
        total_steps: updates it will do.
        batch_size: windows of one update.
        has_speed: whether the rate may be shown.
    """

    def __init__(self, console: Console, title: str, total_steps: int, batch_size: int, has_speed: bool = True) -> None:
        self._console = console
        self._title = title
        self._total = total_steps
        self._batch_size = batch_size
        self._has_speed = has_speed
        self._done = 0
        self._text = "starting"
        self._last_line_ns = clock.now_ns()
        self._bar: Optional[Progress] = None
        self._task: Optional[TaskID] = None

    def __enter__(self) -> "TrialProgress":
        if self._console.is_terminal:
            # No thread of its own: it is drawn when an event comes, and costs nothing in between.
            self._bar = Progress(
                TextColumn("{task.completed}/{task.total} steps"),
                BarColumn(20),
                TimeElapsedColumn(),
                TextColumn("{task.description}"),
                console=self._console,
                auto_refresh=False,
                transient=True,
            )
            self._console.print(self._title)
            self._bar.start()
            self._task = self._bar.add_task(self._text, total=self._total)
        else:
            self._console.print("%s: started" % self._title)
        return self

    def __exit__(self, *_: Any) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, event: Dict[str, Any]) -> None:
        """Take one event of the trial's journal."""
        if event["event"] == "progress":
            self._done = event["steps_done"]
            rate = self._batch_size / event["step_seconds"] if event["step_seconds"] else 0
            self._text = "epoch %d, %sloss %s" % (
                event["epoch"] + 1,
                "%.0f windows/s, " % rate if self._has_speed else "",
                "not finite" if event["loss"] is None else "%.3f" % event["loss"],
            )
        elif event["event"] == "phase-start" and event["name"] != "training":
            self._text = event["name"]
        self._show()

    def _show(self) -> None:
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=self._done, description=self._text)
            self._bar.refresh()
        elif clock.seconds_since(self._last_line_ns) >= _PLAIN_INTERVAL:
            self._last_line_ns = clock.now_ns()
            self._console.print("%s: %s, %d/%d steps" % (self._title, self._text, self._done, self._total))
