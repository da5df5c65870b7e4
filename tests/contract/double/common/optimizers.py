"""The wrappers of optimizers, for one process with one device."""

from typing import Any

import tensorflow as tf

from . import absent, collective, loss_scaling

_Optimizer = tf.compat.v1.train.Optimizer


class _Wrapper(_Optimizer):
    """An optimizer that leaves the work to another."""

    def __init__(self, wrapped: Any, name: str) -> None:
        super().__init__(use_locking=False, name=name)
        self._wrapped = wrapped

    def compute_gradients(self, *args: Any, **kwargs: Any) -> Any:
        """The wrapped optimizer's."""
        return self._wrapped.compute_gradients(*args, **kwargs)

    def apply_gradients(self, grads_and_vars: Any, global_step: Any = None, name: Any = None) -> Any:
        """The wrapped optimizer's."""
        return self._wrapped.apply_gradients(grads_and_vars, global_step, name)

    def get_slot(self, *args: Any, **kwargs: Any) -> Any:
        """The wrapped optimizer's."""
        return self._wrapped.get_slot(*args, **kwargs)

    def get_slot_names(self, *args: Any, **kwargs: Any) -> Any:
        """The wrapped optimizer's."""
        return self._wrapped.get_slot_names(*args, **kwargs)

    def variables(self, *args: Any, **kwargs: Any) -> Any:
        """The wrapped optimizer's."""
        return self._wrapped.variables(*args, **kwargs)


class NPUOptimizer(_Wrapper):
    """Loss scaling, if asked for, and averaging over ranks, of which there is one."""

    def __init__(
        self,
        opt: Any,
        loss_scale_manager: Any = None,
        is_distributed: bool = False,
        is_loss_scale: bool = False,
        is_tailing_optimization: bool = False,
        name: Any = None,
    ) -> None:
        if is_loss_scale and loss_scale_manager is None:
            raise ValueError("is_loss_scale needs a loss_scale_manager")
        collective.rank_size()
        wrapped = loss_scaling.NPULossScaleOptimizer(opt, loss_scale_manager) if is_loss_scale else opt
        super().__init__(wrapped, name or "NPUOptimizer" + type(opt).__name__)


class NPUDistributedOptimizer(_Wrapper):
    """Averages gradients over ranks; there is one."""

    def __init__(self, optimizer: Any, is_weight_update_sharding: bool = False, name: Any = None) -> None:
        collective.rank_size()
        super().__init__(optimizer, name or "Distributed" + type(optimizer).__name__)


def npu_distributed_optimizer_wrapper(optimizer: Any) -> Any:
    """The optimizer itself: there is one rank."""
    collective.rank_size()
    return optimizer


def npu_allreduce(
    values: Any, reduction: str = "mean", fusion: int = 1, fusion_id: int = -1, group: str = collective.WORLD
) -> Any:
    """The values themselves: there is one rank."""
    collective.rank_size()
    return values


KerasDistributeOptimizer = absent.a_class("KerasDistributeOptimizer", "optimizer, name='NpuKerasOptimizer', **kwargs")
