"""Pretended values of a parameter_map, and what the double says of them, without TensorFlow."""

import pytest

from tests.contract.double.common import options


class Value:
    """An AttrValue with one field set, whose others read as empty."""

    def __init__(self, field, content):
        self._field = field
        self.s, self.b, self.i = b"", False, 0
        setattr(self, field, content.encode() if field == "s" else content)

    def WhichOneof(self, name):
        assert name == "value"
        return self._field


def value(content):
    field = "b" if isinstance(content, bool) else "i" if isinstance(content, int) else "s"
    return Value(field, content)


def read(variant, **parameters):
    return options.read({key: value(content) for key, content in parameters.items()}, variant)


def refused(kind, variant, **parameters):
    with pytest.raises(kind) as caught:
        read(variant, **parameters)
    return str(caught.value)
