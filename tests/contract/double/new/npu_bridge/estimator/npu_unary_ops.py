"""The module whose one name, of the same name, is the library's handle."""

from npu_bridge.helper import helper

npu_unary_ops = helper.get_gen_ops()
