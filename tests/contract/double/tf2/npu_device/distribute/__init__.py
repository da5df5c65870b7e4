"""Several ranks, of which the double has one."""

from npu_device.common import absent, collective

WORLD = collective.WORLD


def npu_distributed_keras_optimizer_wrapper(optimizer, reduce_reduction="mean", fusion=1, fusion_id=-1, group=WORLD):
    """The optimizer itself."""
    collective.rank_size()
    return optimizer


def all_reduce(values, reduction="mean", fusion=1, fusion_id=-1, group=WORLD):
    """The values themselves."""
    collective.rank_size()
    return values


def broadcast(values, root_rank=0, fusion=2, fusion_id=0, group=WORLD):
    """Nothing to do."""
    collective.rank_size()


def shard_and_rebatch_dataset(dataset, global_bs):
    """The dataset and the batch size of a rank."""
    collective.rank_size()
    return dataset, global_bs


grouping_gradients_apply = absent.function("grouping_gradients_apply", "apply_func, grads_and_vars, *args, **kwargs")
grouping_broadcast = absent.function("grouping_broadcast", "variables")
