"""Numbers as people read them, each with its unit."""

import math
from typing import Optional

from bench.stats import Estimate, Spread

#: What stands where there is no figure.
NOTHING = "-"


def seconds(value: Optional[float]) -> str:
    """A time with three significant digits, in s or ms."""
    if value is None:
        return NOTHING
    if value >= 1:
        return "%.*f s" % (2 if value < 10 else 1 if value < 100 else 0, value)
    milliseconds = value * 1e3
    return "%.*f ms" % (2 if milliseconds < 10 else 1 if milliseconds < 100 else 0, milliseconds)


def duration(seconds: float) -> str:
    """How long something will take, in the two units that matter: `45 s`, `12 min`, `3 h 20 min`, `2 d 5 h`."""
    if seconds < 60:
        return "%d s" % math.ceil(seconds)
    minutes = math.ceil(seconds / 60)
    if minutes < 60:
        return "%d min" % minutes
    if minutes < 24 * 60:
        return "%d h %d min" % divmod(minutes, 60)
    return "%d d %d h" % divmod(math.ceil(minutes / 60), 24)


def counted(count: float, noun: str, form: str = "%d") -> str:
    """A number of things with their noun, which takes an s where it is not one of them."""
    return (form + " %s%s") % (count, noun, "" if count == 1 else "s")


def capacity(count: float) -> str:
    """Bytes that a host has, in GiB with one decimal."""
    return "%.1f GiB" % (count / 2**30)


def memory(count: float) -> str:
    """Bytes in MiB, or in GiB from one on."""
    return "%.2f GiB" % (count / 2**30) if count >= 2**30 else "%.0f MiB" % (count / 2**20)


def rate(value: Optional[float]) -> str:
    """Windows per second, two decimals as in the published table."""
    return NOTHING if value is None else "%.2f" % value


def estimate(value: Optional[Estimate]) -> str:
    """A rate without its interval."""
    return NOTHING if value is None else rate(value.centre)


def rate_with_interval(estimate: Estimate) -> str:
    """A rate and its 95 % interval."""
    if estimate.low is None or estimate.high is None:
        return "%s [no interval: one trial]" % rate(estimate.centre)
    return "%s [%s, %s]" % (rate(estimate.centre), rate(estimate.low), rate(estimate.high))


def ratio_with_interval(estimate: Estimate) -> str:
    """A ratio of two rates and its 95 % interval."""
    if estimate.low is None or estimate.high is None:
        return "%.3fx [no interval]" % estimate.centre
    return "%.3fx [%.3f, %.3f]" % (estimate.centre, estimate.low, estimate.high)


def accuracy(value: Optional[float]) -> str:
    """A share of windows or a score made of such, four decimals as in the published table."""
    return NOTHING if value is None else "%.4f" % value


def epochs(count: float) -> str:
    """A number of epochs, perhaps a part of one, three significant digits."""
    return counted(count, "epoch", "%.3g")


def accuracy_with_spread(spread: Spread) -> str:
    """Mean and standard deviation over seeds."""
    if spread.deviation is None:
        return "%s (1 seed)" % accuracy(spread.mean)
    return "%s ± %s (%d seeds)" % (accuracy(spread.mean), accuracy(spread.deviation), spread.n)


def percent(share: float, digits: int = 4) -> str:
    """A share in per cent, without needless digits."""
    return "%.*g %%" % (digits, 100 * share)


def percentage_points(share: float) -> str:
    """A difference of two shares, two decimals."""
    return "%.2f pp" % (100 * share)


def margin_points(share: float, digits: int = 4) -> str:
    """A margin or a noise in percentage points, without needless digits."""
    return "%.*g pp" % (digits, 100 * share)


def p_value(value: Optional[float]) -> str:
    """A p-value with three decimals."""
    if value is None:
        return NOTHING
    return "<0.001" if value < 0.001 else "%.3f" % value
