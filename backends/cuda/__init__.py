"""An NVIDIA GPU, through TensorFlow 1.15 or 2.x."""
