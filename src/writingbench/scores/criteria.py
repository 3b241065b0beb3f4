"""What another set of criteria changes: the same responses, marked by the same judge, under each set.

A mark under one set is not worth what it is under another, so heights say little. What says more is whether the sets
put the writers, and the responses, in the same order, and which of them tells writers apart where the other cannot.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np

from writingbench.records import DYNAMIC
from writingbench.scores import resample
from writingbench.scores.add_up import known
from writingbench.scores.board import ALPHA, FEWER, MANY, RESAMPLES, Board, Rank
from writingbench.scores.pairs import together
from writingbench.scores.ranks import kendall, ranks
from writingbench.scores.table import Counts, Floats, Label, Table

TOP = 9  # marks from here on are in the highest band


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A writer under one set."""

    fingerprint: str  # of the run
    mean: float | None  # of its queries' scores; None where it has none that every set marked
    low: float | None  # the 95% interval
    high: float | None
    rank: Rank | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Under:
    """One set on what is compared. None where there is too little for a figure."""

    name: str
    fingerprint: str  # of the criteria, "" for each query's own
    writers: tuple[Standing, ...]
    mean: float | None  # of the responses' scores
    spread: float | None  # their standard deviation
    top: float | None  # share of the marks that are 9 or 10
    apart: int  # of the pairs of writers, those that can be told apart
    pairs: int  # all of up to MANY writers, of more the neighbours in this set's ranking


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Two sets, by their places."""

    first: int
    second: int
    tau: float | None  # Kendall's tau-b between the writers' places; None where a set has no two of them apart
    correlation: float | None  # Pearson's, over the responses' scores; None where one set gives all of them the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Sets of criteria side by side, over what every one of them marked."""

    labels: tuple[Label, ...]  # of the writers that were judged under every set, the best under the first set first
    queries: int
    responses: int  # a writer's answers to one query count as one
    sets: tuple[Under, ...]
    agreement: tuple[Agreement, ...]  # of every two sets


def compare(boards: Sequence[Board]) -> tuple[Comparison, ...]:
    """A comparison for each group of rankings that differ in their criteria alone and share a writer; the queries' own
    criteria come first in it.
    """
    groups: dict[tuple[str, ...], list[Table]] = {}
    for board in boards:
        if board.table.labels:
            groups.setdefault(board.table.labels[0].but_criteria, []).append(board.table)
    found = [_compare(sorted(tables, key=_place)) for tables in groups.values() if len(tables) > 1]
    return tuple(one for one in found if one)


def _place(table: Table) -> tuple[bool, str]:
    return table.labels[0].criteria != DYNAMIC, table.labels[0].criteria


def _compare(tables: Sequence[Table]) -> Comparison | None:
    rows = [{(one.writer, one.alike, one.thinking): row for row, one in enumerate(table.labels)} for table in tables]
    columns = [{query.index: column for column, query in enumerate(table.queries)} for table in tables]
    writers = [name for name in rows[0] if all(name in there for there in rows)]
    queries = [index for index in columns[0] if all(index in there for there in columns)]
    if not writers:
        return None
    where = [
        np.ix_([there[name] for name in writers], [these[index] for index in queries])
        for there, these in zip(rows, columns, strict=True)
    ]
    means = np.array([table.means[place] for table, place in zip(tables, where, strict=True)])  # [sets, M, Q]
    both = ~np.isnan(means).any(axis=0)
    means = np.where(both, means, math.nan)
    overall = _means(means, both)
    order = np.argsort(-np.nan_to_num(overall[0]), kind="stable")
    means, both, overall = means[:, order], both[order], overall[:, order]
    where = [(across[order], down) for across, down in where]
    return Comparison(
        labels=tuple(tables[0].labels[row] for row in where[0][0][:, 0]),
        queries=int(both.any(axis=0).sum()),
        responses=int(both.sum()),
        sets=tuple(
            _under(table, place, scores, both, mean)
            for table, place, scores, mean in zip(tables, where, means, overall, strict=True)
        ),
        agreement=tuple(
            Agreement(
                first=one,
                second=other,
                tau=kendall(*overall[[one, other]][:, both.any(axis=1)]),
                correlation=_correlation(means[one][both], means[other][both]),
            )
            for one, other in combinations(range(len(tables)), 2)
        ),
    )


def _means(scores: Floats, both: Counts) -> Floats:
    """The mean of each writer, of `scores` [..., M, Q] where `both` [M, Q]; equal ones stay equal."""
    with np.errstate(invalid="ignore"):
        means: Floats = np.where(both, scores, 0).sum(axis=-1) / both.sum(axis=-1)
    return np.round(means, 9)


def _under(table: Table, where: tuple[Counts, ...], scores: Floats, both: Counts, overall: Floats) -> Under:
    """One set: `where` its table holds what is compared, `scores` [M, Q] of it, NaN but where `both`."""
    queries = np.flatnonzero(both.any(axis=0))
    if len(queries):
        drawn = resample.weights(len(queries), RESAMPLES)
        draws = resample.means(drawn, np.nan_to_num(scores)[None, :, queries], both[None, :, queries])
    else:
        draws = np.full((1, len(overall)), math.nan)
    low, high = resample.interval(draws, both.sum(axis=1))
    placed = ranks(overall, draws)
    best = np.argsort(-np.nan_to_num(overall), kind="stable").tolist()
    few = len(best) <= MANY
    pairs = list(combinations(range(len(best)), 2) if few else pairwise(best))
    p = together(scores, pairs, flips=RESAMPLES if few else FEWER) if pairs else np.zeros(0)
    marks = _marks(table, where, both)
    ends = zip(overall.tolist(), low.tolist(), high.tolist(), strict=True)
    places = zip(placed.place.tolist(), placed.low.tolist(), placed.high.tolist(), strict=True)
    return Under(
        name=table.labels[0].criteria,
        fingerprint=table.labels[0].criteria_fingerprint,
        writers=tuple(
            Standing(
                fingerprint=table.labels[row].fingerprint,
                mean=known(mean),
                low=known(from_),
                high=known(to),
                rank=None if math.isnan(place) else Rank(place=int(place), low=int(up), high=int(down)),
            )
            for row, (mean, from_, to), (place, up, down) in zip(where[0][:, 0].tolist(), ends, places, strict=True)
        ),
        mean=float(scores[both].mean()) if both.any() else None,
        spread=float(scores[both].std(ddof=1)) if both.sum() > 1 else None,
        top=float((marks >= TOP).mean()) if len(marks) else None,
        apart=int((p < ALPHA).sum()),  # never for NaN
        pairs=len(pairs),
    )


def _marks(table: Table, where: tuple[Counts, ...], both: Counts) -> Counts:
    """The marks of a table on what is compared."""
    wanted = np.zeros(table.shape, bool)
    wanted[where] = both
    marks: Counts = table.marks.score[wanted[table.marks.writer, table.marks.query]]
    return marks


def _correlation(one: Floats, other: Floats) -> float | None:
    """Pearson's, of two rows of scores; None for fewer than three, and where one of the two never moves."""
    if len(one) < 3 or np.ptp(one) == 0 or np.ptp(other) == 0:
        return None
    return float(np.corrcoef(one, other)[0, 1])
