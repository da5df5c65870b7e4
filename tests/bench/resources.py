"""Telemetry and noise of a trial for tests, with figures that are worked out by hand."""

TELEMETRY = {
    "interval_seconds": 1.0,
    "seconds": [0.0, 2.0, 4.0],
    "cpu_seconds": [1.0, 3.0, 7.0],  # 6 s in 4 s: 1.5 cores
    "resident_bytes": [10, 20, 20],
    "peak_resident_bytes": 2**30,
    "energy_joules": [0.0, 50.0, 120.0],
    "sampler_cpu_seconds": 0.1,
    "faults": [],
}
NOISE = {
    "context_switches_voluntary": 100,
    "context_switches_involuntary": 20,
    "steal_share": 0.01,
    "other_load_share": 0.2,
    "load_before": None,
    "load_after": None,
}
