"""The command line: `harbench`. Here alone an error becomes a sentence and an exit code."""

import os
import signal
import sys
from typing import Any, NoReturn, Optional, Sequence

import click

import bench
from backends import processes
from bench import printable
from bench.commands import (
    backends,
    compare,
    data,
    diagnose,
    doctor,
    evaluate,
    export,
    noise,
    plan,
    report,
    run,
)
from bench.errors import EXIT_CODES, HarbenchError, Interrupted
from bench.output import ForgivingStream

_EXIT_CODES_TEXT = "Exit codes: " + "; ".join("%d %s" % item for item in sorted(EXIT_CODES.items())) + "."
#: What ends a run in good order, like Ctrl-C: a closed terminal, a scheduler, a person.
_ENDING_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, epilog=_EXIT_CODES_TEXT)
@click.version_option(bench.__version__, prog_name="harbench")
def commands() -> None:
    """Prove that a model moved from a GPU to an NPU is as accurate and as fast as before."""


commands.add_command(run.run)
commands.add_command(compare.compare)
commands.add_command(report.report)
commands.add_command(data.data)
commands.add_command(evaluate.evaluate)
commands.add_command(export.export)
commands.add_command(plan.plan)
commands.add_command(noise.noise)
commands.add_command(doctor.doctor)
commands.add_command(diagnose.diagnose)
commands.add_command(backends.backends)


def _on_ending_signal(*_: Any) -> NoReturn:
    raise KeyboardInterrupt


def _say(sentence: str) -> None:
    sys.stderr.write("harbench: %s\n" % printable.text(sentence))


def _run(arguments: Optional[Sequence[str]]) -> int:
    """Run the command; its exit code, every expected error said in one sentence."""
    try:
        commands.main(args=arguments, prog_name="harbench", standalone_mode=False)
    except HarbenchError as error:
        _say(str(error))
        return error.exit_code
    except (click.exceptions.Abort, KeyboardInterrupt):
        _say("Interrupted.")
        return Interrupted.exit_code
    except click.ClickException as error:
        if type(error).__name__ == "NoArgsIsHelpError":  # no command: one version of click prints the help, others this
            click.echo(error.format_message())
            return 0
        context = getattr(error, "ctx", None)
        hint = " See `%s --help`." % context.command_path if context else ""
        _say(printable.sentence(error.format_message()) + hint)
        return error.exit_code
    return 0


def main(arguments: Optional[Sequence[str]] = None) -> None:
    """Entry point of the console command."""
    stdout = ForgivingStream(sys.stdout)
    sys.stdout, sys.stderr = stdout, ForgivingStream(sys.stderr)
    for number in _ENDING_SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
            signal.signal(number, _on_ending_signal)
    code = _run(arguments)
    sys.stdout.flush()
    if code == 0 and stdout.error is not None:
        _say("The output could not be written: %s." % stdout.error.strerror)
        code = 1
    sys.stderr.flush()
    processes.end_all()
    # Python would flush the broken streams once more, and complain.
    os._exit(code)


if __name__ == "__main__":
    main()
