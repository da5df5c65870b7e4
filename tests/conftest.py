"""What all tests share."""

from hypothesis import HealthCheck, settings

# Machines are noisy and shared: a property is judged by what it finds, never by how long an example took.
settings.register_profile("harbench", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("harbench")
