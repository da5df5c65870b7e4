"""The one kind of error a user ever sees: a plain sentence with an exit code."""


class HarbenchError(Exception):
    """A fault that is not ours: its text is one sentence saying what is wrong and what to do.

    It stands in the lowest room because every room raises it; only the command line catches it.
    """

    exit_code = 1


class UsageError(HarbenchError):
    """What was asked for cannot be done as asked: an option, a configuration or a combination of them."""

    exit_code = 2


class DataError(HarbenchError):
    """A dataset, archive, checkpoint or record is missing, broken or not what it should be."""

    exit_code = 3
