"""How much of what the marks say is the judge's mood: from marks that were asked for more than once.

A mark varies by what is judged, by which response the writer happened to write, and by how the judge happened to read
it. Repeats of one judgement (the same response, the same criterion) show the last; draws of one query show the second,
once the last is taken off. Nested analysis of variance for unequal numbers: Searle, Casella and McCulloch, "Variance
Components", 1992.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from writingbench.scores.resample import Floats

Column = NDArray[np.integer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """Standard deviations in points of the scale; over all writers together."""

    judge: float  # of one mark, from repeat to repeat
    writer: float | None  # of a mark, from draw to draw, the judge's taken off; None without several draws
    query: float  # of the mean of one response's marks, one repeat each, by the judge alone
    same: float  # of the marks that were repeated, the share that came out the same every time
    repeated: int  # how many these are
    of_error: float | None  # share of the squared standard error of a writer's overall mean; None below two queries


def noise(writer: Column, query: Column, criterion: Column, draw: Column, score: Column) -> Noise | None:
    """Of columns with one row a mark; rows alike in all but `score` are repeats. None where nothing was repeated.

    The calls for the criteria of one response are taken to be independent, so that its mean has judge / sqrt(marks),
    and a writer's overall mean judge / sqrt(all its marks). What it is compared with is the standard error of that mean
    with queries as clusters, which holds everything: queries, draws and judge.
    """
    if not len(score):
        return None
    places, of_place = _groups(writer, query, criterion, draw)
    count, total, square = _sums(of_place, score)
    freedom = int((count - 1).sum())
    if not freedom:
        return None
    judge2 = float((square - total**2 / count).sum()) / freedom
    asked_again = count > 1
    same = count * square == total**2  # whole numbers in float64: exact
    responses = len(_groups(*(column[places] for column in (writer, query, draw)))[0])
    return Noise(
        judge=math.sqrt(judge2),
        writer=_between_draws(places, (writer, query, criterion), count, total, judge2),
        query=math.sqrt(judge2 * responses / len(places)),
        same=float(same[asked_again].mean()),
        repeated=int(asked_again.sum()),
        of_error=_of_error(writer, query, score, judge2),
    )


def _groups(*columns: Column) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """A row where each distinct combination stands, and for each row which combination it is."""
    key = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        least = int(column.min())
        key *= int(column.max()) - least + 1
        key += column
        key -= least
    distinct, which = np.unique(key, return_inverse=True)
    place = np.empty(len(distinct), np.int64)
    place[which] = np.arange(len(which))
    return place, which


def _sums(group: NDArray[np.int64], score: Column) -> tuple[Floats, Floats, Floats]:
    """By group: how many, their sum, the sum of their squares."""
    values = score.astype(np.float64)
    count, total, square = (np.bincount(group, weights) for weights in (None, values, values**2))
    return count.astype(np.float64), total.astype(np.float64), square.astype(np.float64)


def _between_draws(
    places: NDArray[np.int64],
    columns: tuple[Column, ...],
    count: Floats,
    total: Floats,
    judge2: float,
) -> float | None:
    _, of_mark = _groups(*(column[places] for column in columns))
    marks = np.bincount(of_mark, count)
    freedom = len(count) - len(marks)
    if not freedom:
        return None
    spread = (total**2 / count).sum() - (np.bincount(of_mark, total) ** 2 / marks).sum()
    weight = (marks - np.bincount(of_mark, count**2) / marks).sum()
    return math.sqrt(max(0.0, float(spread - freedom * judge2) / float(weight)))


def _of_error(writer: Column, query: Column, score: Column, judge2: float) -> float | None:
    places, of_query = _groups(writer, query)
    count, total, _ = _sums(of_query, score)
    _, of_writer = _groups(writer[places])
    marks, queries = np.bincount(of_writer, count), np.bincount(of_writer)
    distance = total - count * (np.bincount(of_writer, total) / marks)[of_writer]
    enough = queries > 1
    error2 = np.bincount(of_writer, distance**2)[enough] / marks[enough] ** 2 * queries[enough] / (queries[enough] - 1)
    whole = float(error2.sum())
    return min(1.0, float((judge2 / marks[enough]).sum()) / whole) if whole else None
