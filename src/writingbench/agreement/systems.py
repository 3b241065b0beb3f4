"""Whether a judge puts the writers in the order in which people put them.

People's order is by win rate: the share of a writer's pairs in which the majority prefers it, ties counting half. The
judge's is by the mean of its marks. Both are over the same pairs and responses, those that have a vote and a margin.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from writingbench.agreement.drawn import Drawn, Figure
from writingbench.agreement.judged import Judged, mean_mark
from writingbench.agreement.votes import MISSING, Duel, Votes, Written
from writingbench.scores.ranks import kendalls, spearmans

Floats = NDArray[np.float64]
DIGITS = 9  # beyond which two means are the same: a tie must not hang on how a sum was rounded


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """A writer in both orders."""

    writer: str
    win_rate: float
    mark: float
    pairs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Systems:
    """How far the two orders agree; `n` of a figure is the writers. Below three there is no order to speak of."""

    kendall: Figure  # tau-b
    spearman: Figure
    writers: tuple[System, ...]  # the best for people first


def systems(over: Drawn, duels: Sequence[Duel], people: Votes, judge: Votes, judged: Judged) -> Systems:
    """Both orders on the pairs with a majority `people` [pairs] and a side `judge` [pairs], neither MISSING.

    An interval is over the resamples in which every writer is.
    """
    there = np.flatnonzero((people != MISSING) & (judge != MISSING)).tolist()
    names = sorted({name for row in there for name in (duels[row].first, duels[row].second)})
    column = {name: place for place, name in enumerate(names)}
    won, pairs, marks, marked = (np.zeros((over.count, len(names))) for _ in range(4))
    means: Mapping[Written, float] = {written: mean_mark(own) for written, own in judged.marks.items()}
    seen = set[Written]()
    for row in there:
        one, query = duels[row], over.place[row]
        for name, credit in ((one.first, (1 + people[row]) / 2), (one.second, (1 - people[row]) / 2)):
            won[query, column[name]] += credit
            pairs[query, column[name]] += 1
            written = one.query, name
            if written not in seen:
                seen.add(written)
                marks[query, column[name]] += means[written]
                marked[query, column[name]] += 1
    sums = np.concatenate([won, pairs, marks, marked], axis=1)
    rates, scores = _orders(sums.sum(axis=0))
    draws = _orders(over.resampled(sums))
    queries = int(np.count_nonzero(pairs.any(axis=1)))

    def figure(measure: Callable[[Floats, Floats], Floats]) -> Figure:
        if len(names) < 3:
            return Figure(value=None, n=len(names), queries=queries)
        return over.figure(measure(rates, scores), measure(*draws), len(names), queries)

    order = sorted(range(len(names)), key=lambda place: -rates[place])
    return Systems(
        kendall=figure(kendalls),
        spearman=figure(spearmans),
        writers=tuple(
            System(
                writer=names[place],
                win_rate=float(rates[place]),
                mark=float(scores[place]),
                pairs=int(pairs[:, place].sum()),
            )
            for place in order
        ),
    )


def _orders(sums: Floats) -> tuple[Floats, Floats]:
    """Win rates and mean marks, [..., writers] each, from sums [..., 4 * writers]; NaN for an absent writer."""
    won, pairs, marks, marked = np.split(sums, 4, axis=-1)
    return _means(won, pairs), _means(marks, marked)


def _means(sums: Floats, counts: Floats) -> Floats:
    means: Floats = np.divide(sums, counts, out=np.full(sums.shape, math.nan), where=counts > 0)
    return np.round(means, DIGITS)
