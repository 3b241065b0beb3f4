"""How far a mean would move if other queries had been asked: the bootstrap over queries.

What was drawn at random when a benchmark was made are its queries, not the marks: the five marks of one response go up
and down together. So a resample draws queries with replacement, and a query brings all its marks along. The same draw
serves every writer, which keeps what they have in common. A resample is a row of weights (how often each query was
drawn), and the means of all resamples are one or two matrix products:

    drawn = weights(1000, 10_000)                 # [resample, take, query]
    draws = means(drawn, sums, counts)            # [resample, writer]
    low, high = interval(draws, n=1000)           # [writer]

A take is one response of the writer with one mark of the judge for each criterion. Where each query has several takes
they can be drawn a second time within each query drawn: the two-stage bootstrap (Davison and Hinkley, "Bootstrap
Methods and their Application", 1997, section 3.8; Field and Welsh, "Bootstrapping clustered data", JRSS B 69, 2007).
It is the cautious choice. The noise of R takes, of variance v each, is in the means of the queries already, as v / R,
and the second stage adds v / R * (R - 1) / R to that, so that where noise is all there is an interval of two takes is
a fifth too wide. What Field and Welsh find consistent is to draw the clusters alone: `weights(queries, resamples)` on
sums and counts that are added up over the takes, [1, M, Q].
"""

from __future__ import annotations

import math
from functools import cache
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
_NUMBERS = 1_000_000  # that are worked on at a time; enough for numpy's own pace, little for the memory


def weights(queries: int, resamples: int, takes: int = 1, seed: int = 0) -> NDArray[np.float32]:
    """How often each take of each query is drawn: [resamples, takes, queries], whole numbers.

    The counts of the queries are multinomial(queries, 1 / queries). Within a query that was drawn c times its takes
    get multinomial(c * takes, 1 / takes), which is c where there is one take. A row adds up to takes * queries.
    Raises ValueError where one of the numbers is below 1.
    """
    if min(queries, resamples, takes) < 1:
        raise ValueError(f"{queries} queries, {resamples} resamples, {takes} takes: each must be at least 1")
    chance = np.random.default_rng(seed)
    result = np.empty((resamples, takes, queries), np.float32)
    rows = max(1, _NUMBERS // (queries * takes))
    for start in range(0, resamples, rows):
        part = result[start : start + rows]
        drawn = chance.integers(queries, size=(len(part), queries, 1))
        if takes > 1:
            drawn = drawn + queries * chance.integers(takes, size=(len(part), queries, takes))
        drawn += np.arange(len(part))[:, None, None] * (takes * queries)
        part[...] = np.bincount(drawn.ravel(), minlength=part.size).reshape(part.shape)
    return result


def means(weights: NDArray[np.float32], sums: ArrayLike, counts: ArrayLike) -> Floats:
    """The mean of each writer in each resample, [B, M]; NaN where nothing that was drawn has a mark.

    `weights` [B, R, Q], `sums` and `counts` [R, M, Q]: of the marks of a take, with 0 and 0 where there are none.
    A query counts by its marks, as in the mean over all marks; with counts of 0 and 1 each query counts the same.
    """
    resamples, takes, queries = weights.shape
    flat = weights.reshape(resamples, takes * queries)
    there, added = np.asarray(counts, np.float64), np.asarray(sums, np.float64)
    first = there.flat[0] if there.size else 0.0
    if first and (there == first).all():
        alike: Floats = (flat @ _columns(added)).astype(np.float64) / (first * takes * queries)
        return alike
    if takes > 1:
        held = there > 0
        added, there = _spread(added, held), _spread(there, held)
    # whole numbers below 2**24 are exact in float32, so equal writers stay equal in every resample
    total, number = (flat @ _columns(one) for one in (added, there))
    result: Floats = np.full(total.shape, np.nan)
    np.divide(total, number, out=result, where=number > 0, dtype=np.float64)
    return result


def _columns(values: Floats) -> NDArray[np.float32]:
    """[R, M, Q] as [R * Q, M]."""
    return np.ascontiguousarray(values.transpose(0, 2, 1).reshape(-1, values.shape[1]), np.float32)


def _spread(values: Floats, held: NDArray[np.bool_]) -> Floats:
    """[R, M, Q] so that a query that lacks takes is drawn as often as one that has them all.

    A draw of a take that is not there would otherwise drop the query from the resample and so make the interval of
    whoever has fewer takes too wide. With k of R takes and their total T, take j becomes T / R, plus its distance from
    T / k where it is there: nothing changes for k = R, the total stays T, and as the weights of the takes are drawn
    the query's mean has the variance that drawing k of its k takes would give it.
    """
    total, number = values.sum(axis=0), held.sum(axis=0)
    spread: Floats = total / len(values) + np.where(held, values - total / np.maximum(number, 1), 0)
    return spread


def interval(draws: ArrayLike, n: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
    """The expanded percentile interval of each column of `draws` [B, ...], as two arrays [...].

    `n` is the number of queries behind the column (a number, or an array [...]); fewer than two have no interval, and
    get NaN. The plain percentile interval is too short for few queries: it lacks the factor sqrt(n / (n - 1)) and takes
    normal for Student's quantiles. So the tail is Phi(-sqrt(n / (n - 1)) t) instead of (1 - level) / 2, with t the
    quantile of Student's distribution for n - 1 degrees of freedom (Hesterberg, "What Teachers Should Know About the
    Bootstrap", The American Statistician 69, 2015). It cannot reach beyond the best and the worst query: of 95 %, about
    92 are left for 5 queries, 75 for 3. Draws that are NaN are left out.
    """
    draws = np.asarray(draws)
    distinct, which = np.unique(np.broadcast_to(np.asarray(n), draws.shape[1:]), return_inverse=True)
    tail = np.array([_tail(int(one), level) for one in distinct])[which].reshape(draws.shape[1:])
    low, high = percentiles(draws, tail, 1 - tail)
    return low, high


@cache
def _tail(n: int, level: float) -> float:
    if n < 2:
        return math.nan
    return NormalDist().cdf(-math.sqrt(n / (n - 1)) * student(n - 1, level))


def percentiles(draws: NDArray[Any], *at: Floats) -> list[Floats]:
    """For each array of fractions [...] that quantile of each column of `draws` [B, ...], NaN among the draws left out.

    Between two draws the quantile is interpolated. A column with nothing but NaN has NaN, as has a fraction of NaN.
    """
    flat = draws.reshape(len(draws), -1)
    fractions = [np.ravel(one) for one in at]
    results = [np.empty(flat.shape[1]) for _ in at]
    columns = max(1, _NUMBERS // len(draws))
    for start in range(0, flat.shape[1], columns):
        here = slice(start, start + columns)
        ordered = np.ascontiguousarray(flat[:, here].T)
        ordered.sort(axis=1)  # NaN goes to the end
        last = np.maximum(np.count_nonzero(~np.isnan(ordered), axis=1) - 1, 0)
        for fraction, result in zip(fractions, results, strict=True):
            position = fraction[here] * last
            below = np.nan_to_num(position).astype(np.int64)
            two = np.stack((below, np.minimum(below + 1, last)), axis=1)
            lower, upper = np.take_along_axis(ordered, two, axis=1).T.astype(np.float64)
            result[here] = lower + (position - below) * (upper - lower)
    return [result.reshape(draws.shape[1:]) for result in results]


@cache
def student(freedom: int, level: float) -> float:
    """The number that Student's t with so many degrees of freedom stays within, up or down, at this probability.

    Hill, "Algorithm 396: Student's t-quantiles", Communications of the ACM 13, 1970; for levels from 0.5 to 0.999 it is
    right to five digits or more. Raises ValueError for less than one degree.
    """
    if freedom < 1:
        raise ValueError(f"{freedom} degrees of freedom: must be at least 1")
    outside = 1 - level
    if freedom == 1:
        return 1 / math.tan(outside * math.pi / 2)
    if freedom == 2:
        return math.sqrt(2 / (outside * (2 - outside)) - 2)
    a = 1 / (freedom - 0.5)
    b = 48 / a**2
    c = ((20700 * a / b - 98) * a - 16) * a + 96.36
    d = ((94.5 / (b + c) - 3) / b + 1) * math.sqrt(a * math.pi / 2) * freedom
    y = (d * outside) ** (2 / freedom)
    if y > a + 0.05:  # the middle, by the normal quantile; else the far tail, by an inverse power
        x = NormalDist().inv_cdf(outside / 2)
        y = x * x
        if freedom < 5:
            c += 0.3 * (freedom - 4.5) * (x + 0.6)
        c += (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b
        y = (((((0.4 * y + 6.3) * y + 36) * y + 94.5) / c - y - 3) / b + 1) * x
        y = math.expm1(a * y * y)
    else:
        slope = 1 / (((freedom + 6) / (freedom * y) - 0.089 * d - 0.822) * (freedom + 2) * 3) + 0.5 / (freedom + 4)
        y = (slope * y - 1) * (freedom + 1) / (freedom + 2) + 1 / y
    return math.sqrt(freedom * y)
