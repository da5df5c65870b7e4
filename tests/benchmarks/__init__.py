"""Benchmarks of harbench itself: run by `pytest --benchmark` alone (see the root conftest)."""
