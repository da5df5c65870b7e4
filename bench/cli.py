"""The command line: `harbench`. Here alone an error becomes a sentence and an exit code."""

import os
import signal
import sys
from typing import Any, NoReturn, Optional, Sequence

import click

import bench
from bench.commands import data, evaluate, report, run
from bench.errors import EXIT_CODES, HarbenchError, Interrupted

_EXIT_CODES_TEXT = "Exit codes: " + "; ".join("%d %s" % item for item in sorted(EXIT_CODES.items())) + "."


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, epilog=_EXIT_CODES_TEXT)
@click.version_option(bench.__version__, prog_name="harbench")
def commands() -> None:
    """Prove that a model moved from a GPU to an NPU is as accurate and as fast as before."""


commands.add_command(run.run)
commands.add_command(report.report)
commands.add_command(data.data)
commands.add_command(evaluate.evaluate)


def _on_terminate(*_: Any) -> NoReturn:
    raise KeyboardInterrupt


def _say(sentence: str) -> None:
    """Print to stderr whatever the terminal's encoding is."""
    encoding = sys.stderr.encoding or "ascii"
    text = ("harbench: %s\n" % sentence).encode(encoding, errors="backslashreplace").decode(encoding)
    sys.stderr.write(text)


def main(arguments: Optional[Sequence[str]] = None) -> None:
    """Entry point of the console command."""
    # Text goes out escaped rather than not at all where the terminal cannot show it.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    signal.signal(signal.SIGTERM, _on_terminate)
    try:
        commands.main(args=arguments, prog_name="harbench", standalone_mode=False)
        code = 0
    except HarbenchError as error:
        _say(str(error))
        code = error.exit_code
    except click.exceptions.Abort:
        _say("Interrupted.")
        code = Interrupted.exit_code
    except KeyboardInterrupt:
        _say("Interrupted.")
        code = Interrupted.exit_code
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        hint = " See `%s --help`." % context.command_path if context else ""
        _say(error.format_message().rstrip(".") + "." + hint)
        code = error.exit_code
    except BrokenPipeError:  # the reader of our output has gone, as `harbench report | head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        code = 0
    sys.exit(code)


if __name__ == "__main__":
    main()
