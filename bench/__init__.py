"""How it is measured: plan, trial, record, comparison."""

__version__ = "0.1.0"
