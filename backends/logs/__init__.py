"""What a training log of an accelerator says: whether the device did the work, and what went wrong.

Plain text in, plain sentences out; nothing here touches a device or imports a framework.
"""
