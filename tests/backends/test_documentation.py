"""docs/adding-a-backend.md is held to the protocol: what is added there must be told."""

import inspect
import re
from dataclasses import fields
from pathlib import Path

import pytest

from backends import proof, protocol
from backends.engines.tensorflow.backend import is_installed

_TEXT = (Path(__file__).resolve().parents[2] / "docs" / "adding-a-backend.md").read_text(encoding="utf-8")


def _public(a_class):
    """Names and parameters of the methods of a class."""
    methods = inspect.getmembers(a_class, inspect.isfunction)
    return {name: list(inspect.signature(one).parameters)[1:] for name, one in methods if not name.startswith("_")}


@pytest.mark.parametrize("name, parameters", sorted(_public(protocol.Backend).items()))
def test_every_method_of_a_backend_is_told_with_its_parameters(name, parameters):
    assert "`%s(%s)`" % (name, ", ".join(parameters)) in _TEXT


@pytest.mark.parametrize("name", sorted(_public(protocol.Model)))
def test_every_method_of_a_model_is_told(name):
    assert re.search(r"`%s[`(]" % name, _TEXT)


@pytest.mark.parametrize("name", sorted(protocol.Backend.__annotations__) + ["has_profiler"])
def test_every_class_attribute_is_told(name):
    assert "| `%s` |" % name in _TEXT


@pytest.mark.parametrize("state", [proof.PROVEN, proof.UNPROVEN, proof.SIMULATED, proof.ON_HOST])
def test_every_state_of_a_proof_is_told(state):
    assert "| `%s` |" % state in _TEXT


@pytest.mark.skipif(not is_installed(), reason="needs TensorFlow")
def test_every_field_of_a_placement_is_told():
    from backends.engines.tensorflow.model import Placement

    assert all("| `%s` |" % field.name in _TEXT for field in fields(Placement))
