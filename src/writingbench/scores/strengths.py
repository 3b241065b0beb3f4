"""A ranking of writers from comparisons: strengths with intervals, at their own style or at the same.

comparisons ──> groups that can be ranked ──> fit ──> the same over resamples of the queries ──> standings

Writers that were never compared, not even through others, have no order: each such group is ranked by itself.

A resample draws queries with replacement, and what the made-up comparison of each writer counts (`bradley_terry`) from
an exponential distribution, as in the weighted likelihood bootstrap (Newton and Raftery, "Approximate Bayesian
Inference with the Weighted Likelihood Bootstrap", JRSS B 56, 1994). Without that a writer who always won would have won
everything in every resample, and its interval would have no width.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from writingbench.scores import bradley_terry, resample
from writingbench.scores.bradley_terry import Fit, Ints, Tallies, chances
from writingbench.scores.ranks import ranks
from writingbench.scores.resample import Floats

RESAMPLES = 1_000
AVERAGE = 1000  # points; of the average of a group
POINTS = 400 / math.log(10)  # of a log odds, so that 400 points are odds of ten to one as in chess


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Comparisons:
    """Columns with a row for each comparison: places of the two writers, which query, the outcome for the first (1, 0
    for a tie, -1), and how much more of each style feature the first response has.
    """

    first: Ints
    second: Ints
    query: Ints
    outcome: Ints
    style: Floats  # [N, K]

    def only(self, rows: Ints) -> Comparisons:
        """Some of the rows."""
        return Comparisons(
            first=self.first[rows],
            second=self.second[rows],
            query=self.query[rows],
            outcome=self.outcome[rows],
            style=self.style[rows],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A figure with its 95% interval, None where there are too few queries for one."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One writer in its group."""

    writer: int
    points: Level  # AVERAGE for an average writer of the group
    beats: Level  # how likely it is preferred to the average writer, a tie counting half
    place: int
    low: int  # the better end of the places that other queries could have given
    high: int
    won: int
    tied: int
    lost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a style feature does to a judge's choice."""

    odds: Level  # by what the odds of being preferred are multiplied where there is a standard deviation more of it
    within: float  # share of its variation that is between responses of the same two writers: the rest is told apart
    # from their strengths by the model alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Writers that can be ranked, the best first."""

    standings: tuple[Standing, ...]
    equals: float  # how likely two equal writers tie
    effects: tuple[Effect | None, ...]  # one a feature; None where no two responses differ in it
    comparisons: int
    queries: int


def groups(writers: int, first: Ints, second: Ints) -> list[list[int]]:
    """Writers that comparisons connect, the largest group first; those without any are groups of one."""
    home = np.arange(writers)
    while True:  # every writer takes the least number among those it was compared with, until nothing changes
        before = home.copy()
        np.minimum.at(home, first, before[second])
        np.minimum.at(home, second, before[first])
        home = home[home]
        if (home == before).all():
            break
    found = [np.flatnonzero(home == one).tolist() for one in np.unique(home)]
    return sorted(found, key=len, reverse=True)


def rank(writers: int, seen: Comparisons, *, resamples: int = RESAMPLES, seed: int = 0) -> list[Group]:
    """The groups of two writers and more, the largest first."""
    made = []
    for members in groups(writers, seen.first, seen.second):
        if len(members) > 1:
            place = np.full(writers, -1)
            place[members] = np.arange(len(members))
            mine = seen.only(np.flatnonzero(place[seen.first] >= 0))
            mine = replace(mine, first=place[mine.first], second=place[mine.second])
            made.append(_group(members, mine, resamples, seed))
    return made


def tallies(seen: Comparisons, weights: Floats | None = None) -> Tallies:
    """Comparisons added up: a row for each pair of writers, or with covariates for each comparison."""
    return _Cells.of(seen).tallies(np.ones(len(seen.first)) if weights is None else weights)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Cells:
    """Which comparisons are alike in all but their outcome."""

    first: Ints  # [C]
    second: Ints  # [C]
    style: Floats  # [C, K]
    at: Ints  # [N] 3 * cell + outcome

    @classmethod
    def of(cls, seen: Comparisons) -> _Cells:
        if seen.style.shape[1]:
            first, second, style, cell = seen.first, seen.second, seen.style, np.arange(len(seen.first))
        else:
            size = int(max(seen.first.max(initial=0), seen.second.max(initial=0))) + 1
            keys, cell = np.unique(seen.first.astype(np.int64) * size + seen.second, return_inverse=True)
            first, second, style = keys // size, keys % size, np.zeros((len(keys), 0))
        return cls(first=first, second=second, style=style, at=3 * cell + 1 - seen.outcome)

    def tallies(self, weights: Floats) -> Tallies:
        counts = np.asarray(np.bincount(self.at, weights, 3 * len(self.first)).reshape(-1, 3), np.float64)
        return Tallies(first=self.first, second=self.second, counts=counts, style=self.style)


def _group(members: Sequence[int], seen: Comparisons, resamples: int, seed: int) -> Group:
    """The ranking of M writers, all of them connected."""
    size = len(members)
    spread = np.sqrt((seen.style**2).mean(axis=0))  # about 0: which of the two stands first is of no meaning
    varies = np.flatnonzero(spread > 0)
    seen = replace(seen, style=seen.style[:, varies] / spread[varies])
    cells = _Cells.of(seen)
    found = bradley_terry.fit(size, cells.tallies(np.ones(len(seen.first))))
    queries, query = np.unique(seen.query, return_inverse=True)
    drawn = resample.weights(len(queries), resamples, seed=seed)[:, 0]
    strength, ties, style = (np.full((resamples, width), math.nan) for width in (size, 1, len(varies)))
    halves = bradley_terry.HALF * np.random.default_rng((seed, 1)).exponential(size=(resamples, size, 2))
    for row, weights in enumerate(drawn):
        once = bradley_terry.fit(size, cells.tallies(weights[query].astype(np.float64)), found, halves[row])
        there = _taking_part(size, seen, weights[query])
        strength[row], ties[row], style[row] = np.where(there > 0, once.strength, math.nan), once.ties, once.style
    n = np.array([len(np.unique(query[(seen.first == one) | (seen.second == one)])) for one in range(size)])
    points, beats = _points(found.strength[None])[0], _beats(found.strength[None], np.array([[found.ties]]))[0]
    moved = _points(strength)
    place = ranks(points, moved)
    whole = [_levels(points, moved, n), _levels(beats, _beats(strength, ties), n)]
    count = _counts(size, seen)
    standings = [
        Standing(
            writer=members[one],
            points=whole[0][one],
            beats=whole[1][one],
            place=int(place.place[one]),
            low=int(place.low[one]),
            high=int(place.high[one]),
            won=count[one][0],
            tied=count[one][1],
            lost=count[one][2],
        )
        for one in np.argsort(-points, kind="stable").tolist()
    ]
    return Group(
        standings=tuple(standings),
        equals=float(chances(np.zeros(1), found.ties)[1][0]),
        effects=_effects(seen, found, style, varies, len(spread), len(queries)),
        comparisons=len(seen.first),
        queries=len(queries),
    )


def _points(strength: Floats) -> Floats:
    """[B, M] Elo-like points."""
    found: Floats = AVERAGE + POINTS * (strength - np.nanmean(strength, axis=1, keepdims=True))
    return found


def _beats(strength: Floats, ties: Floats) -> Floats:
    """[B, M] how likely each is preferred to the average of its row, ties counting half; `ties` [B, 1]."""
    win, tie, _ = chances(strength - np.nanmean(strength, axis=1, keepdims=True), ties)
    return win + tie / 2


def _levels(values: Floats, draws: Floats, n: Ints) -> list[Level]:
    low, high = resample.interval(draws, n)
    return [
        Level(value=value, low=None if math.isnan(one) else one, high=None if math.isnan(other) else other)
        for value, one, other in zip(values.tolist(), low.tolist(), high.tolist(), strict=True)
    ]


def _taking_part(size: int, seen: Comparisons, weights: Floats) -> Floats:
    found = np.bincount(seen.first, weights, size) + np.bincount(seen.second, weights, size)
    return np.asarray(found, np.float64)


def _counts(size: int, seen: Comparisons) -> list[list[int]]:
    """[M, 3] won, tied, lost."""
    counts = np.zeros((size, 3), np.int64)
    np.add.at(counts, (seen.first, 1 - seen.outcome), 1)
    np.add.at(counts, (seen.second, 1 + seen.outcome), 1)
    return counts.tolist()


def _effects(
    seen: Comparisons, found: Fit, draws: Floats, varies: Ints, features: int, queries: int
) -> tuple[Effect | None, ...]:
    effects: list[Effect | None] = [None] * features
    levels = _levels(np.exp(found.style), np.exp(draws), np.full(len(varies), queries))
    turn = np.where(seen.first < seen.second, 1, -1)
    _, pair = np.unique(
        np.stack([np.minimum(seen.first, seen.second), np.maximum(seen.first, seen.second)]),
        axis=1,
        return_inverse=True,
    )
    pair = pair.ravel()
    number = np.bincount(pair)
    for column, place in enumerate(varies.tolist()):
        values = seen.style[:, column] * turn
        between = np.bincount(pair, values) ** 2 / number
        within = max(0.0, 1 - float(between.sum() / (values @ values)))
        effects[place] = Effect(odds=levels[column], within=within)
    return tuple(effects)
