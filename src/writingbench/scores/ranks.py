"""Which place a writer takes, between which places it moves when other queries are asked, and how two orders agree."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from writingbench.scores.resample import Floats, percentiles

_NUMBERS = 1_000_000  # that are worked on at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranks:
    """Places of M writers, 1 the best; those who tie share the better place. NaN: nothing to rank."""

    place: Floats
    low: Floats  # the better end of the interval
    high: Floats


def ranks(scores: ArrayLike, draws: NDArray[Any], level: float = 0.95) -> Ranks:
    """The places of `scores` [M], with the percentile interval of the places over the resamples `draws` [B, M].

    Goldstein and Spiegelhalter, "League Tables and Their Limitations", JRSS A 159, 1996. The ends are rounded outwards
    to whole places. Resampling pulls a writer that was lucky towards the middle, so that its place can lie outside the
    percentiles: the interval is then stretched to it. A writer is left out of the resamples where it is NaN.
    """
    scores = np.asarray(scores, np.float64)
    if not scores.size:
        return Ranks(place=scores, low=scores, high=scores)
    place = _places(scores[None])[0].astype(np.float64)
    tail = np.where(np.isnan(scores), math.nan, (1 - level) / 2)
    moved = np.empty(draws.shape, np.float32)
    rows = max(1, _NUMBERS // scores.size)
    for start in range(0, len(draws), rows):
        moved[start : start + rows] = _places(draws[start : start + rows])
    low, high = percentiles(moved, tail, 1 - tail)
    return Ranks(place=place, low=np.fmin(np.floor(low), place), high=np.fmax(np.ceil(high), place))


def kendall(one: ArrayLike, other: ArrayLike) -> float | None:
    """How far two scores [M] of the same writers put them in the same order: 1 the same, -1 the reverse.

    tau-b, which takes ties into account (Kendall, "The Treatment of Ties in Ranking Problems", Biometrika 33, 1945).
    None where one of the two tells no writers apart.
    """
    found = float(kendalls(one, other))
    return None if math.isnan(found) else found


def kendalls(one: ArrayLike, other: ArrayLike) -> Floats:
    """`kendall` of many pairs of scores at once, [..., M] -> [...], NaN for None, and where a score is NaN."""
    one, other = np.asarray(one, np.float64), np.asarray(other, np.float64)
    first, second = np.triu_indices(one.shape[-1], 1)
    signs = np.sign(one[..., first] - one[..., second])
    others = np.sign(other[..., first] - other[..., second])
    apart = np.abs(signs).sum(axis=-1) * np.abs(others).sum(axis=-1)
    return _over_root((signs * others).sum(axis=-1), apart)


def spearmans(one: ArrayLike, other: ArrayLike) -> Floats:
    """Spearman's rank correlation of many pairs of scores, [..., M] -> [...]; who ties shares the mean of the places.

    NaN where one of the two tells no writers apart, and where a score is NaN.
    """
    left, right = (_middle(np.asarray(scores, np.float64)) for scores in (one, other))
    return _over_root((left * right).sum(axis=-1), (left**2).sum(axis=-1) * (right**2).sum(axis=-1))


def _over_root(value: Floats, square: Floats) -> Floats:
    found: Floats = np.divide(value, np.sqrt(square), out=np.full(np.shape(value), math.nan), where=square > 0)
    return found


def _middle(scores: Floats) -> Floats:
    """How many writers are below minus how many are above, [..., M]: twice the place, measured from the middle."""
    middle: Floats = np.sign(scores[..., :, None] - scores[..., None, :]).sum(axis=-1)
    return middle


def _places(scores: NDArray[Any]) -> NDArray[np.float32]:
    """Within each row, how many are better, plus one; NaN where the score is."""
    order = np.argsort(-scores, axis=1)  # NaN goes to the end
    ordered = np.take_along_axis(scores, order, axis=1)
    better = np.zeros(scores.shape, np.int64)
    better[:, 1:] = np.where(ordered[:, 1:] == ordered[:, :-1], 0, np.arange(1, scores.shape[1]))
    places = np.empty(scores.shape, np.float32)
    np.put_along_axis(places, order, 1 + np.maximum.accumulate(better, axis=1).astype(np.float32), axis=1)
    places[np.isnan(scores)] = np.nan
    return places
