"""Functions and classes of the adapter that the double has by name and signature alone."""

import inspect
from typing import Any, Callable, Tuple


def signature(arguments: str) -> inspect.Signature:
    """A signature from its text, such as "a, b=1, *args"."""
    return inspect.signature(eval("(lambda %s: None)" % arguments))


def _refuse(name: str) -> None:
    raise NotImplementedError("the contract double has no %s" % name)


def function(name: str, arguments: str) -> Callable[..., Any]:
    """A function with this signature that only says that it is not there."""
    found = signature(arguments)

    def call(*args: Any, **kwargs: Any) -> Any:
        found.bind(*args, **kwargs)  # a TypeError, as the adapter's own would be
        _refuse(name)

    call.__name__ = call.__qualname__ = name
    call.__signature__ = found  # type: ignore[attr-defined]
    return call


def _constructor(name: str, arguments: str, then: Callable[..., None]) -> Callable[..., None]:
    found = signature("self, " + arguments if arguments else "self")

    def init(*args: Any, **kwargs: Any) -> None:
        bound = found.bind(*args, **kwargs)
        bound.apply_defaults()
        then(**bound.arguments)

    init.__name__, init.__qualname__ = "__init__", name + ".__init__"
    init.__signature__ = found  # type: ignore[attr-defined]
    return init


def a_class(name: str, arguments: str, bases: Tuple[type, ...] = ()) -> type:
    """A class whose constructor has this signature and only says that it is not there."""
    return type(name, bases, {"__init__": _constructor(name, arguments, lambda **_: _refuse(name))})


def a_record(name: str, arguments: str) -> type:
    """A class that keeps its arguments, each under its name with an underscore before it."""

    def keep(self: Any, **given: Any) -> None:
        for key, value in given.items():
            setattr(self, "_" + key, value)

    return type(name, (), {"__init__": _constructor(name, arguments, keep)})
