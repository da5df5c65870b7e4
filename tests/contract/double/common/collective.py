"""The collectives: of one process that has the only device."""

import os
from typing import Any

import tensorflow as tf

from . import device
from .contract import ContractViolation

WORLD = "hccl_world_group"
_REDUCTIONS = ("sum", "prod", "max", "min")


def rank_size() -> int:
    """How many processes train together, from RANK_SIZE or CM_WORKER_SIZE.

    Raises:
        ValueError: both are set.
        NotImplementedError: it is more than one.
    """
    if os.environ.get("CM_WORKER_SIZE") is not None and os.environ.get("RANK_SIZE") is not None:
        raise ValueError("RANK_SIZE and CM_WORK_SIZE cannot be configured at the same time")
    size = int(os.environ.get("RANK_SIZE") or os.environ.get("CM_WORKER_SIZE") or 1)
    if size > 1:
        raise NotImplementedError("the contract double has no distributed training")
    return size


def _check_initialised() -> None:
    if not device.is_started():
        raise RuntimeError("get rank id error")


def create_group(group: str, rank_num: int, rank_ids: Any) -> None:
    """Make a group of ranks."""
    raise NotImplementedError("the contract double has no create_group")


def destroy_group(group: str) -> None:
    """Undo a group of ranks."""
    raise NotImplementedError("the contract double has no destroy_group")


def get_rank_size(group: str = WORLD) -> int:
    """The number of ranks, once the graph engine runs."""
    _check_initialised()
    return rank_size()


get_local_rank_size = get_rank_size


def get_rank_id(group: str = WORLD) -> int:
    """The number of this rank, once the graph engine runs."""
    _check_initialised()
    return int(os.environ.get("RANK_ID") or 0)


def get_local_rank_id(group: str = WORLD) -> int:
    """The number of this rank on its server."""
    return get_rank_id(group)


def get_world_rank_from_group_rank(group: str, group_rank_id: int) -> int:
    """The rank in the world of a rank in a group."""
    _check_initialised()
    return group_rank_id


def get_group_rank_from_world_rank(world_rank_id: int, group: str) -> int:
    """The rank in a group of a rank in the world."""
    _check_initialised()
    return world_rank_id


def set_split_strategy_by_idx(idxList: Any, group: str = WORLD) -> None:
    """Split the gradients at indices."""


def set_split_strategy_by_size(dataSizeList: Any, group: str = WORLD) -> None:
    """Split the gradients by size."""


def allreduce(tensor: Any, reduction: str, fusion: int = 1, fusion_id: int = -1, group: str = WORLD) -> Any:
    """The tensor itself: there is one rank."""
    rank_size()
    if reduction not in _REDUCTIONS:
        raise ContractViolation("allreduce reduces by %s, not %r" % (", ".join(_REDUCTIONS), reduction))
    return tf.identity(tensor)


def broadcast(tensor: Any, root_rank: int, fusion: int = 2, fusion_id: int = 0, group: str = WORLD) -> Any:
    """The tensors themselves: there is one rank."""
    rank_size()
    if not isinstance(tensor, (list, tuple)):
        raise ContractViolation("broadcast takes a list of tensors, not %r" % (tensor,))
    return [tf.identity(item) for item in tensor]
