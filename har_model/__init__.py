"""What is trained: the network, its data and its schedule, in pure Python and NumPy."""
