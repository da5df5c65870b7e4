"""The fused recurrent layers."""

from npu_bridge.common import absent, rnn

_GRU = """hidden_size, dtype, direction="UNIDIRECTIONAL", cell_depth=1, keep_prob=1.0, cell_clip=-1.0, num_proj=0,
    time_major=True, activation="tanh", gate_order="zrh", reset_after=True, is_training=True"""
DynamicGRUV2 = absent.a_class("DynamicGRUV2", _GRU)


class DynamicRNN(rnn.DynamicRNN):
    """The fused LSTM; its weights are its own."""

    @rnn.not_converted
    def call(self, x, seq_length=None, init_h=None, init_c=None):
        """The eight outputs."""
        return super().call(x, seq_length, init_h, init_c)
