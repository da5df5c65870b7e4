"""How it is measured: plan, trial, record, comparison."""

__version__ = "0.2.0.dev0"
