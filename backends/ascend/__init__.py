"""A Huawei Ascend NPU through TensorFlow 1.15 and its adapter, or 2.6.5 and the adapter's compatibility mode."""
