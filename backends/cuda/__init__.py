"""An NVIDIA GPU, through TensorFlow 1.15 or 2.x; importing this imports no framework and touches no device."""

from backends.cuda.backend import CudaBackend

__all__ = ["CudaBackend"]
