"""How many pairs it takes to tell one agreement with people from another, 84% from 87% say.

All numbers are for a test of the difference in both directions, by normal approximation, with one pair for each query.
Pairs of the same query say less (`Figure.worth`): multiply by how many of them are worth one.
"""

from __future__ import annotations

import math
from statistics import NormalDist

_NORMAL = NormalDist()


def apart(one: float, other: float, power: float = 0.8, alpha: float = 0.05) -> int:
    """Pairs for each of two judges that are compared on different pairs.

    (z_(1 - alpha / 2) sqrt(2 m (1 - m)) + z_power sqrt(p (1 - p) + q (1 - q)))^2 / (p - q)^2 with m the mean of p and
    q, rounded up (Fleiss, "Statistical Methods for Rates and Proportions", chapter 3, without the correction for
    continuity). Raises ValueError for shares that are equal or not between 0 and 1.
    """
    critical, strong = _quantiles(one, other, power, alpha)
    middle = (one + other) / 2
    spread = critical * math.sqrt(2 * middle * (1 - middle)) + strong * math.sqrt(one * (1 - one) + other * (1 - other))
    return _up((spread / (one - other)) ** 2)


def together(one: float, other: float, discordant: float, power: float = 0.8, alpha: float = 0.05) -> int:
    """Pairs for two judges that are compared on the same ones, `discordant` of which just one of them gets right.

    (z_(1 - alpha / 2) sqrt(D) + z_power sqrt(D - d^2))^2 / d^2 with D the discordant share and d the difference,
    rounded up (Connor, "Sample Size for Testing Differences in Proportions for the Paired-Sample Design", Biometrics
    43, 1987). Raises ValueError as `apart`, and for a share that two such judges cannot have.
    """
    critical, strong = _quantiles(one, other, power, alpha)
    least, most = discordants(one, other)
    if not least - 1e-12 <= discordant <= most + 1e-12:
        raise ValueError(f"{one} and {other} differ on {least:.3f} to {most:.3f} of pairs, not {discordant}")
    difference = abs(one - other)
    spread = critical * math.sqrt(discordant) + strong * math.sqrt(max(0.0, discordant - difference**2))
    return _up((spread / difference) ** 2)


def discordants(one: float, other: float) -> tuple[float, float]:
    """The least and the largest share of pairs that just one of two judges can get right."""
    return abs(one - other), min(one + other, 2 - one - other)


def strangers(one: float, other: float) -> float:
    """The share of pairs that just one of two judges gets right when their mistakes have nothing in common."""
    return one * (1 - other) + other * (1 - one)


def give_or_take(share: float, pairs: int, level: float = 0.95) -> float:
    """Half the width of the interval of a share over so many pairs (Wald's)."""
    if pairs < 1 or not 0 <= share <= 1:
        raise ValueError(f"{pairs} pairs, share {share}: at least one pair, and a share from 0 to 1")
    return _NORMAL.inv_cdf((1 + level) / 2) * math.sqrt(share * (1 - share) / pairs)


def _quantiles(one: float, other: float, power: float, alpha: float) -> tuple[float, float]:
    if not (0 < one < 1 and 0 < other < 1) or one == other:
        raise ValueError(f"{one} and {other}: must be two different shares between 0 and 1")
    if not alpha < power < 1 or not 0 < alpha < 1:
        raise ValueError(f"power {power}, alpha {alpha}: the one must lie between the other and 1")
    return _NORMAL.inv_cdf(1 - alpha / 2), _NORMAL.inv_cdf(power)


def _up(value: float) -> int:
    return math.ceil(value - 1e-9)
