"""A ranking, with everything that says how far it can be trusted.

table ──> scores ──> intervals, ranks, who can be told apart from whom, the judge's own noise
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from itertools import combinations, pairwise

import numpy as np

from writingbench.scores import resample
from writingbench.scores.add_up import Scores, add_up, known, subdomains
from writingbench.scores.genres import Apart, apart
from writingbench.scores.length import Lengths, lengths
from writingbench.scores.noise import Noise, noise
from writingbench.scores.pairs import Pair, compare, together
from writingbench.scores.ranks import ranks
from writingbench.scores.shrink import Shrunk, shrink
from writingbench.scores.table import Counts, Floats, Label, Table

RESAMPLES = 10_000  # for the overall column, ranks and pairs
FEWER = 2_000  # for the other columns; half of that for more than MANY writers
MANY = 50  # writers; of more, only neighbours in the ranking are compared: 1,225 pairs are more than anybody reads
ALPHA = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Rank:
    """A place, 1 the best, and the places that other queries could have given."""

    place: int
    low: int
    high: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Versus(Pair):
    """Two writers compared, `p` adjusted for all the pairs that were (maxT). `apart`: they can be told apart."""

    apart: bool


@dataclass(frozen=True, kw_only=True)
class Board:
    """Writers that may be ranked, best first: `scores` and `ranks` stand in the order of the table's rows."""

    table: Table
    scores: tuple[Scores, ...]
    ranks: tuple[Rank | None, ...]  # None: nothing was judged
    pairs: tuple[Versus, ...]  # all of up to MANY writers, of more the neighbours
    noise: Noise | None  # None: nothing was marked twice
    lengths: Lengths  # of the first MANY writers
    thinks: tuple[str, str] | None  # a writer that thinks before it writes, and the same without
    thinking: tuple[Apart, ...]  # what that changes


def rank(table: Table, thinks: tuple[str, str] | None = None) -> Board:
    """The ranking of a table's writers.

    `thinks` names two of them, one that thinks before it writes and the same without; where it is None, the first two
    are looked for that differ in this alone.
    """
    thinks = thinks or _thinks(table.labels)
    there = table.counts > 0
    with np.errstate(invalid="ignore"):
        means = np.where(there, table.means, 0).sum(axis=1) / there.sum(axis=1)
    order = np.argsort(-np.nan_to_num(means), kind="stable")
    table, means = table.only(order.tolist()), means[order]
    draws = _resampled(np.nan_to_num(table.means), table.counts > 0, RESAMPLES)
    whole = resample.interval(draws, np.count_nonzero(table.counts, axis=1))
    fewer = FEWER if len(order) <= MANY else FEWER // 2
    scores = add_up(table, partial(_interval, resamples=fewer), _shrunk(table))
    marks = table.marks
    few = table.only(range(min(MANY, len(order))))
    return Board(
        table=table,
        scores=tuple(
            replace(one, overall=replace(one.overall, low=known(low), high=known(high)))
            for one, low, high in zip(scores, *(ends.tolist() for ends in whole), strict=True)
        ),
        ranks=_ranks(means, draws),
        pairs=_pairs(table.means),
        noise=noise(marks.writer, marks.query, marks.criterion, marks.draw, marks.score) if table.takes > 1 else None,
        lengths=lengths(few),
        thinks=thinks,
        thinking=apart(table, thinks),
    )


def _resampled(sums: Floats, counts: Counts, resamples: int) -> Floats:
    """[B, M] the mean over queries in each resample, of `sums` and `counts` [M, Q].

    A query brings all its marks along. Drawing repeats once more within it counts their noise twice: with two repeats
    95% intervals covered 95.4% to 98.0%, with five up to 98.9%, and so 94% to 96% (see resample.py).
    """
    queries = np.flatnonzero(counts.any(axis=0))
    if not len(queries):
        return np.full((resamples, len(sums)), math.nan)
    drawn = resample.weights(len(queries), resamples)
    return resample.means(drawn, sums[None, :, queries], counts[None, :, queries])


def _interval(sums: Floats, counts: Counts, resamples: int) -> tuple[Floats, Floats]:
    return resample.interval(_resampled(sums, counts, resamples), np.count_nonzero(counts, axis=1))


def _thinks(labels: Sequence[Label]) -> tuple[str, str] | None:
    for one in labels:
        for other in labels:
            if one.alike and one.alike == other.alike and one.thinking != other.thinking == "off":
                return one.writer, other.writer
    return None


def _ranks(means: Floats, draws: Floats) -> tuple[Rank | None, ...]:
    found = ranks(means, draws)
    return tuple(
        None if math.isnan(place) else Rank(place=int(place), low=int(low), high=int(high))
        for place, low, high in zip(found.place, found.low, found.high, strict=True)
    )


def _pairs(means: Floats) -> tuple[Versus, ...]:
    rows = range(len(means))
    wanted = list(combinations(rows, 2) if len(means) <= MANY else pairwise(rows))
    resamples = RESAMPLES if len(means) <= MANY else FEWER
    found = compare(means, wanted, resamples=resamples) if wanted else ()
    adjusted = together(means, wanted, flips=resamples).tolist()
    return tuple(
        Versus(
            **{field.name: getattr(pair, field.name) for field in fields(pair) if field.name != "p"},
            p=None if pair.p is None else p,
            apart=p < ALPHA,  # never for NaN
        )
        for pair, p in zip(found, adjusted, strict=True)
    )


def _shrunk(table: Table) -> Shrunk:
    """The subdomains' means, drawn towards their domains'."""
    # a taxonomy of one's own may use a name in two domains: the table has one column for it, at home in the first
    domains = list(dict.fromkeys(query.domain1 for query in table.queries))
    home = {query.domain2: domains.index(query.domain1) for query in reversed(table.queries)}
    places = {name: place for place, name in enumerate(subdomains(table))}
    names = [query.domain2 for query in table.queries]
    return shrink(
        table.means, np.array([home[one] for one in names], int), np.array([places[one] for one in names], int)
    )
