"""What the variants of the contract double share: npu_bridge of 2021 (OLD), npu_bridge of 2026 (NEW) and npu_device.

The adapter cannot run without an Ascend device, so nothing here computes on one: TensorFlow's own CPU kernels do. What
the double stands for is the contract, as read in the adapter's sources (github.com/Ascend/tensorflow of 2021-02 is OLD,
github.com/hicann/tensorflow of 2026-07 is NEW): the names, the options and their types, the messages, how a process
ends when something is wrong, and what is computed. Where the adapter is silent about a mistake the double is not: it
raises `ContractViolation`.

`script` tells what a run may be made to suffer, through the environment variable HARBENCH_DOUBLE.
"""
