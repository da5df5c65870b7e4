"""Where it runs: one module a device, one package an engine."""
