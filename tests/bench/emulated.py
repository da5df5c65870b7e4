"""Records of a trial whose device was emulated: an accuracy and no speed."""

from tests.bench import sides

#: A step time that no other record of a test has: 3.7037 s, so 27.00 windows a second.
STEP_SECONDS = 100 / 27
_STEPS = tuple(STEP_SECONDS * factor for factor in (1.02, 1 / 1.02, 1.0, 1.01, 1 / 1.01))


def documents(letter="e", **changes):
    """Five of them, one a seed."""
    what = {
        "has_speed": False,
        "job__backend": "npu-sim",
        "job__precision": "allow_mix_precision",
        "description__device": "an emulated device",
        "description__effective": {"precision": "allow_mix_precision", "kernel": "fused"},
        "proof": {"state": "simulated", "device": "an emulated device", "evidence": "computed on the CPU"},
    }
    return sides.documents(letter, **dict({"steps": _STEPS}, **dict(what, **changes)))
