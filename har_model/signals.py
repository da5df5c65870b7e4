"""Names of signals; in the lowest room, because a process may end by one in each of the others."""

import signal


def signal_name(number: int) -> str:
    """A signal as people call it, or by its number."""
    return signal.Signals(number).name if number in set(signal.Signals) else "signal %d" % number
