"""What is trained, as frozen numbers: network shape, training settings and the published presets."""

from dataclasses import asdict, dataclass, field
from typing import Any, Dict, Tuple

from har_model.errors import UsageError

#: Worst-batch replay as the published port does it: the list never resets, so later epochs replay the earliest batches.
REPLAY_PUBLISHED = "published"
#: Worst-batch replay as the port's own comment promises it: the worst batches of the epoch that has just ended.
REPLAY_PER_EPOCH = "per-epoch"
REPLAYS = (REPLAY_PUBLISHED, REPLAY_PER_EPOCH)


def _require(condition: bool, sentence: str) -> None:
    if not condition:
        raise UsageError(sentence)


def _require_positive_integers(values: Dict[str, Any]) -> None:
    for name, value in values.items():
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        _require(is_whole and value > 0, "%s must be a whole number above 0, not %r." % (name, value))


@dataclass(frozen=True)
class NetworkConfig:
    """Shape of the stacked residual bidirectional LSTM.

    Args:
        n_hidden: width H of a block's output; a bidirectional branch gives each direction H / 2.
        n_layers_in_highway: parallel branches a block sums; 0 means one branch and no batch norm.
        n_stacked_layers: blocks on top of each other.
        bidirectional: whether a branch reads the window in both directions.
        window_length: time steps T of a window.
        n_channels: sensor channels I of a time step.
        n_classes: activities C.
        dropout_between_layers: dropout between blocks as well (off in every published preset).
    """

    n_hidden: int = 28
    n_layers_in_highway: int = 0
    n_stacked_layers: int = 3
    bidirectional: bool = False
    window_length: int = 128
    n_channels: int = 9
    n_classes: int = 6
    dropout_between_layers: bool = False

    def __post_init__(self) -> None:
        _require_positive_integers(
            {
                name: getattr(self, name)
                for name in ("n_hidden", "n_stacked_layers", "window_length", "n_channels", "n_classes")
            }
        )
        _require(
            isinstance(self.n_layers_in_highway, int) and self.n_layers_in_highway >= 0,
            "n_layers_in_highway must be a whole number of at least 0, not %r." % (self.n_layers_in_highway,),
        )
        _require(self.n_classes >= 2, "n_classes must be at least 2: with one class there is nothing to recognise.")
        _require(
            not self.bidirectional or self.n_hidden % 2 == 0,
            "n_hidden must be even in a bidirectional network, since each direction gets half of it; it is %r."
            % (self.n_hidden,),
        )

    @property
    def n_branches(self) -> int:
        """Parallel branches of a block: the main one and the residual ones."""
        return max(1, self.n_layers_in_highway)

    @property
    def has_batch_norm(self) -> bool:
        """Whether a block ends in the batch norm of docs/workload.md: only residual networks do."""
        return self.n_layers_in_highway > 0

    @property
    def independent_lstms(self) -> int:
        """LSTMs of a block that do not wait for each other: branches times directions."""
        return self.n_branches * (2 if self.bidirectional else 1)


@dataclass(frozen=True)
class TrainingConfig:
    """How the network is trained; the defaults are those of every published figure.

    Args:
        batch_size: windows of one update.
        learning_rate: Adam's step size; its other settings are TensorFlow's defaults.
        keep_prob: probability that dropout keeps a value in training (1.0 in evaluation).
        l2_coefficient: weight of the L2 term in the loss.
        clip_norm: global norm to which gradients are clipped.
        worst_batches: updates replayed after each epoch.
        replay: `published` or `per-epoch`, see `har_model.schedule`.
    """

    batch_size: int = 100
    learning_rate: float = 0.001
    keep_prob: float = 0.85
    l2_coefficient: float = 0.005
    clip_norm: float = 15.0
    worst_batches: int = 5
    replay: str = REPLAY_PUBLISHED

    def __post_init__(self) -> None:
        _require_positive_integers({"batch_size": self.batch_size})
        _require(self.learning_rate > 0, "learning_rate must be above 0, not %r." % (self.learning_rate,))
        _require(0 < self.keep_prob <= 1, "keep_prob must lie above 0 and at most at 1, not %r." % (self.keep_prob,))
        _require(self.l2_coefficient >= 0, "l2_coefficient must be at least 0, not %r." % (self.l2_coefficient,))
        _require(self.clip_norm > 0, "clip_norm must be above 0, not %r." % (self.clip_norm,))
        _require(
            isinstance(self.worst_batches, int) and self.worst_batches >= 0,
            "worst_batches must be a whole number of at least 0, not %r." % (self.worst_batches,),
        )
        _require(self.replay in REPLAYS, "replay must be one of %s, not %r." % (" or ".join(REPLAYS), self.replay))


@dataclass(frozen=True)
class Workload:
    """Everything that decides what is computed, and nothing that decides where.

    Args:
        preset: name under which the network is known, or `custom`.
        network: shape of the network.
        training: settings of the training.
        seed: decides initial weights and dropout.
    """

    preset: str
    network: NetworkConfig = field(default_factory=NetworkConfig)
    training: TrainingConfig = field(default_factory=TrainingConfig)
    seed: int = 0

    def __post_init__(self) -> None:
        _require(
            isinstance(self.seed, int) and 0 <= self.seed < 2**31,
            "seed must be a whole number from 0 to 2147483647, not %r." % (self.seed,),
        )

    def to_dict(self) -> Dict[str, Any]:
        """The workload as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, document: Dict[str, Any]) -> "Workload":
        """Rebuild a workload from `to_dict`'s document.

        Raises:
            UsageError: a field is missing, unknown or out of range.
        """
        try:
            return cls(
                preset=document["preset"],
                network=NetworkConfig(**document["network"]),
                training=TrainingConfig(**document["training"]),
                seed=document["seed"],
            )
        except (KeyError, TypeError) as error:
            raise UsageError("The workload is not one this version knows: %s." % error) from error


#: The four networks of the reference's results, in the reference's order (docs/workload.md).
PRESETS = {
    "deep-lstm": NetworkConfig(),
    "deep-bidir-lstm": NetworkConfig(bidirectional=True),
    "deep-res-lstm": NetworkConfig(n_layers_in_highway=3),
    "deep-res-bidir-lstm": NetworkConfig(n_layers_in_highway=3, bidirectional=True),
}


def preset_names() -> Tuple[str, ...]:
    """The names that `--preset` takes."""
    return tuple(PRESETS)


def preset(name: str) -> NetworkConfig:
    """The network of a published preset.

    Raises:
        UsageError: no preset has that name.
    """
    if name not in PRESETS:
        raise UsageError("There is no preset %r; choose one of %s." % (name, ", ".join(PRESETS)))
    return PRESETS[name]
