"""Which responses to compare next, when not all can be: first those that say most about who is better than whom.

Of two writers whose strengths differ by d, known with variance v, one comparison more is worth

    P(the order is wrong)  *  v * I(d)    with P = Phi(-|d| / sqrt(v))

I is the Fisher information of a comparison about d, and v * I how much it takes from the uncertainty: the variance
falls from v to v / (1 + v * I). So writers far apart are left alone, because their order is not in doubt, and so are
those whose distance is known well already. The product v * I alone is the D-optimal choice (Glickman and Jensen,
"Adaptive Paired Comparison Designs", Journal of Statistical Planning and Inference 127, 2005), which spends comparisons
on strengths rather than on the order. `bench/next_pairs.py` compares these with drawing by chance.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable

import numpy as np

from writingbench.scores.bradley_terry import Fit, Ints, chances
from writingbench.scores.resample import Floats


def information(apart: Floats, ties: float) -> Floats:
    """What one comparison tells about the difference of two strengths that is `apart`."""
    win, _, loss = chances(apart, ties)
    found: Floats = (win + loss - (win - loss) ** 2) / 4
    return found


def doubt(apart: Floats, variance: Floats) -> Floats:
    """How likely it is that two writers stand in the wrong order."""
    return np.array([math.erfc(one / math.sqrt(2)) / 2 for one in np.abs(apart) / np.sqrt(variance)], np.float64)


def next_pairs(
    first: Ints,
    second: Ints,
    query: Ints,
    fit: Fit,
    budget: int,
    asked: Iterable[int] = (),
    doubt: Callable[[Floats, Floats], Floats] = doubt,
) -> list[int]:
    """The places of `budget` of the comparisons that may be asked, given as columns of two writers and their query;
    those worth most first.

    Between two writers the query comes first that was in the fewest comparisons so far; `asked` are the queries of
    those. Variances fall with each that is chosen; strengths, and with them the doubt about the order, stay as they are
    in `fit`, since which order is right is not known before the answer.
    """
    waiting = _waiting(first, second)
    pairs = np.array(list(waiting), np.int64).reshape(-1, 2)
    one, other = pairs.T
    used = Counter(asked)
    left = np.array([len(places) for places in waiting.values()], np.int64)
    places = list(waiting.values())
    size = len(fit.strength)
    covariance: Floats = np.linalg.inv(fit.information)[:size, :size].astype(np.float64)
    apart = fit.strength[one] - fit.strength[other]
    about = information(apart, fit.ties)
    open_to = doubt(apart, _variance(covariance, one, other))
    chosen: list[int] = []
    while len(chosen) < budget and left.any():
        variance = _variance(covariance, one, other)
        pair = int(np.argmax(np.where(left > 0, open_to * variance * about, -1.0)))
        place = min(places[pair], key=lambda place: (used[int(query[place])], place))
        places[pair].remove(place)
        left[pair] -= 1
        used[int(query[place])] += 1
        chosen.append(place)
        # as if it had been answered: Sherman and Morrison's formula
        toward = covariance[one[pair]] - covariance[other[pair]]
        covariance -= np.outer(toward, toward) * about[pair] / (1 + about[pair] * variance[pair])
    return chosen


def _variance(covariance: Floats, one: Ints, other: Ints) -> Floats:
    """Of the differences of strengths."""
    found: Floats = covariance[one, one] + covariance[other, other] - 2 * covariance[one, other]
    return found


def _waiting(first: Ints, second: Ints) -> dict[tuple[int, int], list[int]]:
    """By pair of writers, whichever of them stands first, the places of what may be asked."""
    found = defaultdict[tuple[int, int], list[int]](list)
    for place, (one, other) in enumerate(zip(first.tolist(), second.tolist(), strict=True)):
        found[min(one, other), max(one, other)].append(place)
    return dict(sorted(found.items()))
