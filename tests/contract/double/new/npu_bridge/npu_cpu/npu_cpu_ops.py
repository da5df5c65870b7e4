"""Operations of the device's own processors."""

from npu_bridge.common import absent

embeddingrankid = absent.function("embeddingrankid", 'addr_tensor, index, row_memory=320, mode="mod"')
randomchoicewithmask = absent.function("randomchoicewithmask", "x, count, seed=0, seed2=0")
dense_image_warp = absent.function("dense_image_warp", "image, flow, name=None")
