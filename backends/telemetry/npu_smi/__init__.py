"""What `npu-smi` prints, in frozen dataclasses: pure functions of its text, which never raise and never guess.

Layouts and messages follow npucli in hicann/driver at ef377e9, and outputs of drivers 20.2 to 26.0.
"""
