"""Can two writers be told apart? Compared on the queries that both answered.

Two writers that were asked the same go up and down together: what is hard for one is hard for the other. Their
difference on each query is therefore much surer than their two intervals look side by side.

All that is known of a query here is each writer's mean on it. How noisy the judge or the writer is within a query
enters only by moving those means.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from writingbench.scores import resample
from writingbench.scores.resample import Floats

_EXACT = 12  # up to so many shared queries every sign is tried: 4,096 ways
_PAIRS = 256  # compared at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two writers, by position, on what both answered."""

    first: int
    second: int
    difference: float | None  # mean over the shared queries of first minus second; None where none is shared
    low: float | None  # of the difference; None, as p, below two shared queries
    high: float | None
    p: float | None  # how often chance alone would make a difference of this size, in either direction
    shared: int  # queries


def compare(
    means: ArrayLike,
    pairs: Sequence[tuple[int, int]],
    *,
    resamples: int = 10_000,
    seed: int = 0,
    level: float = 0.95,
) -> tuple[Pair, ...]:
    """Each of `pairs` of positions in `means` [M, Q] (NaN where a writer has no mark), in their order.

    The interval is the expanded percentile interval of the mean difference over resamples of the queries. For pairs
    that do not share every query the shared ones are weighed by how often they are among a draw of all.
    p is of the test that flips the sign of each query's difference, as it could as well have come out if the two
    writers were alike: of all ways up to 12 shared queries, else (1 + as large) / (1 + tried), which is never 0
    (Edgington, "Randomization Tests", 1980; Phipson and Smyth, "Permutation P-values Should Never Be Zero",
    Statistical Applications in Genetics and Molecular Biology 9, 2010).
    """
    table = np.asarray(means, np.float64)
    table = table[:, ~np.isnan(table).all(axis=0)]
    queries = table.shape[1]
    drawn = resample.weights(max(queries, 1), resamples, seed=seed)[:, :, :queries]
    signs = _signs(resamples, queries, seed)
    result: list[Pair] = []
    for start in range(0, len(pairs), _PAIRS):
        here = pairs[start : start + _PAIRS]
        first, second = np.array(here).T
        apart = table[first] - table[second]
        both = ~np.isnan(apart)
        apart[~both] = 0
        shared = both.sum(axis=1)
        difference = np.divide(apart.sum(axis=1), shared, out=np.full(len(here), math.nan), where=shared > 0)
        low, high = resample.interval(resample.means(drawn, apart[None], both[None]), shared, level)
        p = _flipped(apart, both, shared, signs)
        result += [
            Pair(first=one, second=other, difference=_known(d), low=_known(a), high=_known(b), p=_known(c), shared=n)
            for (one, other), d, a, b, c, n in zip(
                here, difference.tolist(), low.tolist(), high.tolist(), p.tolist(), shared.tolist(), strict=True
            )
        ]
    return tuple(result)


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


def _signs(tried: int, queries: int, seed: int) -> NDArray[np.float32]:
    """+1 and -1 by chance, [tried, queries]."""
    chance = np.random.default_rng((seed, 1))  # not the draws of the interval again
    result = np.empty((tried, queries), np.float32)
    for row in result:
        bits = np.unpackbits(np.frombuffer(chance.bytes(-(-queries // 8)), np.uint8), count=queries)
        row[:] = bits
    result *= 2
    result -= 1
    return result


def _flipped(apart: Floats, both: NDArray[np.bool_], shared: NDArray[np.int64], signs: NDArray[np.float32]) -> Floats:
    """The two-sided p of each row of differences `apart` [P, Q], which are 0 where `both` is False."""
    size = np.abs(apart.sum(axis=1))
    least = size - 1e-5 * np.abs(apart).sum(axis=1)  # as large, give or take what float32 rounds away
    large = np.abs(signs @ apart.T.astype(np.float32)) >= least
    p: Floats = (1 + np.count_nonzero(large, axis=0)) / (1 + len(signs))
    few = np.flatnonzero(shared <= _EXACT)
    if few.size:
        # shared queries to the front, the rest is 0, and a 0 that is flipped leaves the share of each outcome as it is
        front = np.argsort(~both[few], axis=1, kind="stable")[:, :_EXACT]
        values = np.take_along_axis(apart[few], front, axis=1)
        every = 1 - 2.0 * (np.arange(2 ** values.shape[1])[:, None] >> np.arange(values.shape[1]) & 1)
        p[few] = (np.abs(every @ values.T) >= least[few]).mean(axis=0)
    p[shared < 2] = math.nan
    return p


def together(means: ArrayLike, pairs: Sequence[tuple[int, int]], *, flips: int = 10_000, seed: int = 0) -> Floats:
    """For each of `pairs`, as in `compare`, its p adjusted for having looked at all of them; NaN for fewer than two
    shared queries.

    The step-down maxT of Westfall and Young, "Resampling-Based Multiple Testing", 1993, over the same flips of signs
    for all pairs, each difference divided by the root of its sum of squares, which flipping leaves as it is. A p that
    is multiplied by the number of pairs (Bonferroni, Holm) could tell nobody apart among 50 writers: 1,225 times the
    least p that 10,000 flips can give is 0.12.
    """
    table = np.asarray(means, np.float64)
    first, second = np.array(pairs, np.int64).reshape(-1, 2).T
    result = np.full(len(first), math.nan)
    differences = table[first] - table[second]
    both = ~np.isnan(differences)
    apart = np.where(both, differences, 0)
    size = np.sqrt((apart**2).sum(axis=1))
    scaled = np.divide(apart, size[:, None], out=np.zeros_like(apart), where=size[:, None] > 0)
    observed = np.abs(scaled.sum(axis=1))
    signs = _signs(flips, table.shape[1], seed)
    rising = np.argsort(observed, kind="stable")
    rising = rising[both.sum(axis=1)[rising] > 1]
    largest = np.zeros(flips, np.float32)  # in each flip, of all pairs up to here
    for start in range(0, len(rising), _PAIRS):
        here = rising[start : start + _PAIRS]
        drawn = np.abs(signs @ scaled[here].T.astype(np.float32))
        np.maximum(drawn[:, 0], largest, out=drawn[:, 0])
        np.maximum.accumulate(drawn, axis=1, out=drawn)
        largest = drawn[:, -1].copy()
        least = observed[here] - 1e-5 * np.abs(scaled[here]).sum(axis=1)  # as large, but for what float32 rounds away
        result[here] = (1 + np.count_nonzero(drawn >= least, axis=0)) / (1 + flips)
    # a pair further apart than another cannot have the larger p
    result[rising[::-1]] = np.maximum.accumulate(result[rising[::-1]])
    return result
