"""Where it runs: one package or module a device, one package an engine."""
