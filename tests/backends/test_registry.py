import subprocess
import sys

import numpy as np
import pytest

from backends import registry
from backends.protocol import Backend, Settings
from har_model.config import NetworkConfig
from har_model.errors import UsageError


@pytest.mark.parametrize("name", registry.names())
def test_every_name_leads_to_a_backend_of_that_name_that_can_be_probed(name):
    backend = registry.create(name)
    assert isinstance(backend, Backend) and backend.name == name
    probe = backend.probe()
    assert probe.sentence.endswith(".") and "\n" not in probe.sentence


def test_an_unknown_backend_is_refused_with_the_known_ones():
    with pytest.raises(UsageError, match=", ".join(registry.names())):
        registry.create("tpu")


def test_asking_for_one_backend_imports_no_other():
    code = (
        "import sys; from backends import registry; registry.create('null'); print([m for m in sys.modules if m in %r])"
    )
    others = ["backends.cpu", "backends.cuda", "backends.ascend", "tensorflow"]
    answer = subprocess.run([sys.executable, "-c", code % (others,)], stdout=subprocess.PIPE, check=True)
    assert answer.stdout.strip() == b"[]"


def test_a_loss_scale_is_refused_in_the_words_in_which_it_is_asked_for():
    settings = Settings("fused", "fp32", 1, loss_scale="2")
    with pytest.raises(UsageError, match="^--loss-scale 2 is not for the null backend; choose none.$"):
        registry.create("null").check(settings, {})
    unknown = Settings("fused", "fp64", 1)
    with pytest.raises(UsageError, match="^--precision fp64 is not for the null backend; choose fp32.$"):
        registry.create("null").check(unknown, {})


def test_a_backend_without_a_graph_says_which_one_exports():
    made = registry.create("null")
    for ask in (lambda: made.freeze(NetworkConfig(), {}), lambda: made.run_frozen(b"", np.zeros((1, 2, 3)), 1)):
        with pytest.raises(UsageError, match="use the cpu backend"):
            ask()
