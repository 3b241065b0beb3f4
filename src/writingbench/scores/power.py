"""How many queries it takes to see a difference between two writers, and what a number of queries can show.

Two writers answer the same queries; `sd` is the standard deviation, over queries, of the difference between their two
means on a query. `spread` says what it is among the writers there are. All numbers are for a test of that difference
in both directions (normal approximation with the small-sample term of Guenther, "Sample Size Formulas for Normal Theory
T Tests", The American Statistician 35, 1981).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """The sd of paired differences over the pairs of writers that share at least two queries."""

    median: float
    low: float  # nine of ten pairs lie between low and high
    high: float
    pairs: int
    guessed: bool  # one writer only: that of two writers with nothing in common, which is likely too high


def needed(sd: float, difference: float, power: float = 0.8, alpha: float = 0.05) -> int:
    """How many shared queries show a true `difference` with probability `power`, at least 2.

    ((z_(1 - alpha / 2) + z_power) sd / difference)^2 + z_(1 - alpha / 2)^2 / 2, rounded up.
    Raises ValueError for a difference that is not above 0, and where alpha < power < 1 does not hold.
    """
    if not difference > 0 or not sd >= 0:
        raise ValueError(f"difference {difference}, sd {sd}: the one must be above 0, the other not below")
    critical, both = _quantiles(power, alpha)
    return max(2, math.ceil((both * sd / difference) ** 2 + critical**2 / 2))


def seen(sd: float, queries: int, power: float = 0.8, alpha: float = 0.05) -> float | None:
    """The smallest difference that so many shared queries show with probability `power`; None where they are too few.

    `needed` turned round: up to z_(1 - alpha / 2)^2 / 2 queries, 1 for an alpha of 0.05, show nothing.
    """
    critical, both = _quantiles(power, alpha)
    left = queries - critical**2 / 2
    return both * sd / math.sqrt(left) if left > 0 else None


def power_of(sd: float, queries: int, difference: float, alpha: float = 0.05) -> float:
    """With which probability so many shared queries show a true `difference`; `needed` turned round."""
    critical = _NORMAL.inv_cdf(1 - alpha / 2)
    left = queries - critical**2 / 2
    if left <= 0:
        return 0.0
    if not sd:
        return 1.0 if difference else 0.0
    moved = abs(difference) / sd * math.sqrt(left)
    return _NORMAL.cdf(moved - critical) + _NORMAL.cdf(-moved - critical)


def _quantiles(power: float, alpha: float) -> tuple[float, float]:
    if not 0 < alpha < power < 1:
        raise ValueError(f"alpha {alpha}, power {power}: 0 < alpha < power < 1 must hold")
    critical = _NORMAL.inv_cdf(1 - alpha / 2)
    return critical, critical + _NORMAL.inv_cdf(power)


def spread(means: ArrayLike) -> Spread | None:
    """Of `means` [M, Q], NaN where a writer has no mark. None where no two queries have been answered.

    One writer has no pair; another as varied and with nothing in common with it gives sqrt(2) times its own sd. Writers
    are mostly good at the same queries, so this is a guess from above.
    """
    table = np.asarray(means, np.float64)
    there = ~np.isnan(table)
    held = there.astype(np.float64)
    number = held.sum(axis=1, keepdims=True)
    # distances from each writer's mean, which move no variance of a difference and keep the squares small
    values = np.where(there, table, 0)
    values = np.where(there, values - values.sum(axis=1, keepdims=True) / np.maximum(number, 1), 0)
    if len(table) == 1:
        n, square, total, factor = number[0], (values**2).sum(axis=1), np.zeros(1), math.sqrt(2)
    else:
        one, other = np.triu_indices(len(table), 1)
        n = (held @ held.T)[one, other]
        squares = values**2 @ held.T
        square = (squares + squares.T - 2 * values @ values.T)[one, other]
        sums = values @ held.T
        total, factor = (sums - sums.T)[one, other], 1.0
    enough = n > 1
    if not enough.any():
        return None
    n, square, total = n[enough], square[enough], total[enough]
    sds = factor * np.sqrt(np.maximum(square - total**2 / n, 0) / (n - 1))
    low, median, high = np.quantile(sds, (0.05, 0.5, 0.95)).tolist()
    return Spread(median=median, low=low, high=high, pairs=len(sds) if len(table) > 1 else 0, guessed=len(table) == 1)


def with_repeats(sd: float, judge: float, now: int, then: int) -> float:
    """What `sd` becomes where each mark is asked for `then` times instead of `now` times.

    `judge` is the sd that the judge alone gives the mean of one response's marks, asked once (`Noise.query`). A
    difference holds it twice: sd^2 - 2 judge^2 / now + 2 judge^2 / then; an sd that is smaller than the judge's part
    counts as nothing but the judge. Raises ValueError where a number of times is below 1.
    """
    if min(now, then) < 1:
        raise ValueError(f"{now} and {then} times: each must be at least 1")
    return math.sqrt(max(0.0, sd**2 - 2 * judge**2 / now) + 2 * judge**2 / then)
