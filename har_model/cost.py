"""What a workload costs on paper: parameters and floating-point operations, from its configuration alone."""

from har_model.config import NetworkConfig, TrainingConfig
from har_model.weights import block_branches

#: A training step computes the forward pass once and, for gradients by inputs and by weights, twice its size again.
TRAINING_PASSES = 3


def forward_flops(config: NetworkConfig) -> int:
    """Floating-point operations of the matrix products for one window; a multiply and an add count two."""
    products = 0
    for layer in range(1, config.n_stacked_layers + 1):
        for passes in block_branches(config, layer):
            for branch in passes:
                products += branch.n_inputs * branch.width + 2 * branch.width * 4 * branch.width
    return 2 * (products * config.window_length + config.n_hidden * config.n_classes)


def training_step_flops(config: NetworkConfig, training: TrainingConfig) -> int:
    """Floating-point operations of one training step."""
    return TRAINING_PASSES * training.batch_size * forward_flops(config)
