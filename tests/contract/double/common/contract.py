"""What happens when the contract is broken, or when the adapter itself would refuse or die."""


class ContractViolation(AssertionError):
    """Something that the adapter takes in silence and that is wrong all the same."""


class Refusal(Exception):
    """The adapter returns an error status from a graph pass: Python sees one of `tf.errors`.

    Args:
        code: "Internal" or "InvalidArgument".
        message: the text of the status.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Fatal(Exception):
    """The adapter logs at level FATAL, which ends the process by SIGABRT: no Python exception ever shows.

    Args:
        message: the text of the log line.
        source: the file that logs it, with its line.
    """

    def __init__(self, message: str, source: str = "tf_adapter/util/npu_attrs.cc:950") -> None:
        super().__init__(message)
        self.message = message
        self.source = source
