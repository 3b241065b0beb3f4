"""Figures over pairs, with intervals by drawing queries with replacement.

Pairs of the same query go up and down together, so what is drawn is queries, each with all its pairs (the expanded
percentile interval of `scores.resample`). A figure here is a function of sums over pairs, so a resample is the same
function of other sums:

    over = Drawn([duel.query for duel in duels])
    over.share(credit)      ->  Figure(value=0.56, low=0.54, high=0.58, n=15481, queries=144)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from writingbench.scores import resample

Floats = NDArray[np.float64]
RESAMPLES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number with its 95% interval. None: it is not defined on what there is."""

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int  # pairs behind it
    queries: int = 0  # that they are about

    @property
    def worth(self) -> float | None:
        """Of a share: how many pairs of a query each would have made its interval as narrow."""
        if self.value is None or self.low is None or self.high is None or self.high <= self.low:
            return None
        return self.value * (1 - self.value) / ((self.high - self.low) / 2 / 1.96) ** 2


class Drawn:
    """Resamples of the queries that pairs are about."""

    def __init__(self, queries: Sequence[int], *, resamples: int = RESAMPLES, seed: int = 0) -> None:
        found, self._place = np.unique(np.asarray(queries, np.int64), return_inverse=True)
        self.count = len(found)
        drawn = resample.weights(max(self.count, 1), resamples, seed=seed)[:, 0, : self.count]
        self._weights = drawn.astype(np.float64)  # sums of means of marks: in float32 equal ones would not stay equal

    def share(self, credit: ArrayLike) -> Figure:
        """The mean of `credit` [pairs], pairs with NaN left out."""
        credit = np.asarray(credit, np.float64)
        there = ~np.isnan(credit)
        return self.of(np.column_stack([np.where(there, credit, 0), there]), lambda sums: ratio(sums, 0, 1), there)

    def of(self, parts: ArrayLike, figure: Callable[[Floats], Floats], there: ArrayLike) -> Figure:
        """The `figure` [...] of sums [..., K] of `parts` [pairs, K]; `there` [pairs] says which pairs count."""
        there = np.asarray(there, np.bool_)
        sums = self.sums(parts)
        queries = int(np.count_nonzero(np.bincount(self._place[there], minlength=self.count)))
        draws = figure(self.resampled(sums))
        return self.figure(figure(sums.sum(axis=0)), draws, int(there.sum()), queries)

    def figure(self, value: ArrayLike, draws: Floats, n: int, queries: int) -> Figure:
        """A value with the interval that its `draws` [resamples] give; no interval below two queries."""
        low, high = resample.interval(draws, queries)
        return Figure(value=_known(value), low=_known(low), high=_known(high), n=n, queries=queries)

    def sums(self, parts: ArrayLike) -> Floats:
        """`parts` [pairs, K] added up by query, [queries, K]."""
        parts = np.asarray(parts, np.float64)
        columns = [np.bincount(self._place, column, minlength=self.count) for column in parts.T]
        return np.stack(columns, axis=1) if columns else np.zeros((self.count, 0))

    def resampled(self, sums: Floats) -> Floats:
        """What `sums` [queries, K] come to in each resample, [resamples, K]."""
        resampled: Floats = self._weights @ sums
        return resampled

    @property
    def place(self) -> NDArray[np.int64]:
        """For each pair, which of the queries it is about."""
        return self._place


def ratio(sums: Floats, part: int, whole: int) -> Floats:
    """One sum over another, [..., K] -> [...]; NaN over nothing."""
    found: Floats = np.full(sums.shape[:-1], np.nan)
    np.divide(sums[..., part], sums[..., whole], out=found, where=sums[..., whole] > 0)
    return found


def _known(value: ArrayLike) -> float | None:
    value = float(np.asarray(value))
    return None if math.isnan(value) else value
