"""What the NPU does in its own way inside the shared graph: the fused LSTM, dropout, loss scaling."""

from typing import Any, Callable, Optional, Set, Tuple

from backends.ascend.adapter import Adapter
from backends.protocol import (
    KERNEL_FUSED,
    LOSS_SCALE_DYNAMIC,
    LOSS_SCALE_NONE,
    OVERFLOW_UNSEEN,
    BackendUnavailable,
    Settings,
)

Tensor = Any

#: The reference's usual choice for the scale that follows the overflows.
DYNAMIC = {"init_loss_scale": 2**32, "incr_every_n_steps": 1000, "decr_every_n_nan_or_inf": 2, "decr_ratio": 0.5}


class _InPlaceOfItsOwn:
    """A variable getter that gives DynamicRNN the canonical variables where it would make some of its own.

    Its layout is the canonical one: one matrix `[n_in + n, 4 n]`, rows of the input before those of the state, gates
    i, j, f, o.
    """

    def __init__(self, kernel: Tensor, bias: Tensor) -> None:
        self._own = {"dynamicrnn/w": kernel, "dynamicrnn/b": bias}
        self._given: Set[str] = set()

    def __call__(self, getter: Callable[..., Any], name: str, *arguments: Any, **named: Any) -> Any:
        for ending, variable in self._own.items():
            if name.endswith(ending):
                self._given.add(ending)
                return variable
        return getter(name, *arguments, **named)

    def check(self) -> None:
        """See that the layer took them: otherwise it would train others, and nothing would show it.

        Raises:
            BackendUnavailable: it did not.
        """
        if self._given != set(self._own):
            raise BackendUnavailable(
                "The Ascend adapter at hand makes the variables of its DynamicRNN in a way that this harbench does not "
                "know: use --kernel unrolled."
            )


def fused(dynamic_rnn: Any) -> Callable[[Tensor, Tensor, Tensor], Tensor]:
    """The whole sequence in one DynamicRnn operation, the forget bias given, which is 0 by default there."""
    from backends.engines.tensorflow.compat import tf1
    from har_model.network import FORGET_BIAS

    def kernel(inputs: Tensor, weights: Tensor, bias: Tensor) -> Tensor:
        width, own = weights.shape.as_list()[1] // 4, _InPlaceOfItsOwn(weights, bias)
        # A scope for each layer: it makes a variable of its own, the length of each sequence.
        with tf1.variable_scope(None, "fused_lstm", custom_getter=own):
            layer = dynamic_rnn(hidden_size=width, dtype=tf1.float32, forget_bias=FORGET_BIAS, is_training=True)
            outputs = layer(inputs)
        own.check()
        return outputs[0]

    return kernel


def lstm_kernel(settings: Settings, adapter: Adapter) -> Callable[[Tensor, Tensor, Tensor], Tensor]:
    """The recurrent layer as it was asked for."""
    if settings.kernel == KERNEL_FUSED:
        return fused(adapter.dynamic_rnn())
    from backends.engines.tensorflow import kernels

    return kernels.unrolled


def make_ops(settings: Settings, adapter: Adapter) -> Callable[[Any, int], Any]:
    """The network's primitives, dropout among them as the device generates its masks."""
    from backends.engines.tensorflow.ops import GraphOps, dropout_seed

    kernel, npu_ops = lstm_kernel(settings, adapter), getattr(adapter.names, "npu_ops", None)

    class AscendOps(GraphOps):
        """GraphOps with the adapter's dropout."""

        def dropout(self, inputs: Tensor, site: str) -> Tensor:
            if npu_ops is None:
                return super().dropout(inputs, site)
            return npu_ops.dropout(inputs, keep_prob=self._keep_prob, seed=dropout_seed(self._seed, site))

    return lambda keep_prob, seed: AscendOps(kernel, keep_prob, seed)


def scaling(settings: Settings, adapter: Adapter) -> Callable[[Any], Tuple[Any, Optional[Tensor]]]:
    """From an optimiser to one with the loss scale that was asked for, and the tensor of that scale."""
    if settings.loss_scale == LOSS_SCALE_NONE:
        return lambda optimizer: (optimizer, None)
    wrapper = adapter.need("NPULossScaleOptimizer", "--loss-scale")
    if settings.loss_scale == LOSS_SCALE_DYNAMIC:
        make, named = adapter.need("ExponentialUpdateLossScaleManager", "--loss-scale dynamic"), dict(DYNAMIC)
    else:
        make = adapter.need("FixedLossScaleManager", "--loss-scale")
        named = {"loss_scale": float(settings.loss_scale)}

    def wrap(optimizer: Any) -> Tuple[Any, Optional[Tensor]]:
        manager = make(**named)
        return wrapper(optimizer, manager), manager.get_loss_scale()

    return wrap


def overflow(settings: Settings, adapter: Adapter) -> str:
    """Who would notice an overflow: for the record."""
    if adapter.saturates:
        if settings.loss_scale == LOSS_SCALE_NONE:
            return OVERFLOW_UNSEEN + ": the chip clamps, and no loss scaling looks at its status flag"
        return "the chip clamps; its status flag is looked at in each step, and the update left out"
    return "infinities and NaN, as in TensorFlow"
