import pytest

from har_model.config import PRESETS, NetworkConfig, TrainingConfig, Workload, preset
from har_model.errors import UsageError


def test_the_four_presets_are_those_of_the_reference():
    shapes = {
        name: (config.n_layers_in_highway, config.n_stacked_layers, config.bidirectional)
        for name, config in PRESETS.items()
    }
    assert shapes == {
        "deep-lstm": (0, 3, False),
        "deep-bidir-lstm": (0, 3, True),
        "deep-res-lstm": (3, 3, False),
        "deep-res-bidir-lstm": (3, 3, True),
    }


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_a_workload_survives_its_own_document(name):
    workload = Workload(name, preset(name), TrainingConfig(batch_size=7), seed=3)
    assert Workload.from_dict(workload.to_dict()) == workload


@pytest.mark.parametrize(
    "kind, fields",
    [
        (NetworkConfig, {"n_hidden": 0}),
        (NetworkConfig, {"n_hidden": 27, "bidirectional": True}),
        (NetworkConfig, {"n_layers_in_highway": -1}),
        (NetworkConfig, {"n_stacked_layers": True}),
        (NetworkConfig, {"n_classes": 1}),
        (NetworkConfig, {"window_length": 1.5}),
        (TrainingConfig, {"batch_size": 0}),
        (TrainingConfig, {"keep_prob": 0.0}),
        (TrainingConfig, {"keep_prob": 1.5}),
        (TrainingConfig, {"learning_rate": float("nan")}),
        (TrainingConfig, {"replay": "sometimes"}),
        (TrainingConfig, {"worst_batches": -1}),
    ],
)
def test_a_setting_out_of_range_is_refused_by_name(kind, fields):
    with pytest.raises(UsageError) as caught:
        kind(**fields)
    assert any(name in str(caught.value) for name in fields)


def test_an_unknown_preset_is_refused_with_the_known_ones():
    with pytest.raises(UsageError, match="deep-res-bidir-lstm"):
        preset("deep")


@pytest.mark.parametrize("damage", [lambda d: d.pop("seed"), lambda d: d["network"].update(depth=3)])
def test_a_document_of_another_version_is_refused(damage):
    document = Workload("deep-lstm").to_dict()
    damage(document)
    with pytest.raises(UsageError):
        Workload.from_dict(document)
