from bench import clock


def test_quality_of_a_clock_is_measured_from_its_readings():
    ticks = iter(range(0, 10**9, 50))
    quality = clock.measure_quality(lambda: next(ticks))
    assert (quality.name, quality.resolution_ns, quality.cost_ns) == ("virtual", 50, 50.0)


def test_a_clock_that_stands_still_has_no_resolution():
    assert clock.measure_quality(lambda: 7).resolution_ns == 0


def test_the_hosts_clock_never_goes_back():
    quality = clock.measure_quality()
    assert quality.name == "perf_counter_ns" and quality.resolution_ns > 0 and quality.cost_ns > 0


def test_labels_carry_their_offset():
    assert clock.utc_now().endswith("+00:00")
