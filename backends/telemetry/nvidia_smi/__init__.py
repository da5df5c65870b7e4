"""What `nvidia-smi` prints, in frozen dataclasses: pure functions of its text, which never raise and never guess."""
