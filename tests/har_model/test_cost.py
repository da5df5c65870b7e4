from har_model.config import NetworkConfig, TrainingConfig
from har_model.cost import forward_flops, training_step_flops


def test_one_layer_is_counted_by_hand():
    config = NetworkConfig(n_hidden=2, n_stacked_layers=1, window_length=3, n_channels=4, n_classes=5)
    dense, lstm, head = 4 * 2, (2 + 2) * 8, 2 * 5
    assert forward_flops(config) == 2 * (3 * (dense + lstm) + head)


def test_the_published_step_costs_about_1_6_gflop():
    assert abs(training_step_flops(NetworkConfig(), TrainingConfig()) / 1.6e9 - 1) < 0.02
