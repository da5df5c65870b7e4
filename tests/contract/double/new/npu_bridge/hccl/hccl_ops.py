"""Collective operations."""

from npu_bridge.common import absent
from npu_bridge.common.collective import allreduce, broadcast  # noqa: F401

_GROUP = 'group="hccl_world_group"'
allgather = absent.function("allgather", "tensor, rank_size, %s, fusion=0, fusion_id=-1" % _GROUP)
reduce = absent.function("reduce", "tensor, reduction, root_rank, fusion=0, fusion_id=-1, " + _GROUP)
reduce_scatter = absent.function("reduce_scatter", "tensor, reduction, rank_size, %s, fusion=0, fusion_id=-1" % _GROUP)
send = absent.function("send", "tensor, sr_tag, dest_rank, " + _GROUP)
receive = absent.function("receive", "shape, data_type, sr_tag, src_rank, " + _GROUP)
all_to_all_v = absent.function(
    "all_to_all_v", "send_data, send_counts, send_displacements, recv_counts, recv_displacements, " + _GROUP
)
