"""Do long answers get worse marks, and long requests? Scores by length, for each writer.

An answer that the limit on output tokens ended is a series of its own: it got its marks because it was stopped, which
says nothing about how well somebody writes at that length. Where there is no answer there is no mark either, and such
responses are counted.

Lengths are in tokens, about, and the same for every model (`benchmark/size.py`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from writingbench.scores import resample
from writingbench.scores.table import STATES, Answers, Floats, Ints, Marks, Table

OUTPUT = (0, 250, 500, 1_000, 2_000, 3_000, 5_000, 8_000)  # where the bins of answers begin; the last has no end
INPUT = (0, 1_000, 3_000, 5_000)  # and those of requests
THIN = 5  # responses; the mean of fewer is not to be relied on

_COMPLETE, _CUT, _NONE = 0, 1, 2  # places in STATES; from the last on there is no answer
_CELLS = 512  # resampled at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Responses of a certain length, from `start` up to but without `end` tokens."""

    start: int
    end: int | None  # None: however long
    mean: float | None  # of the responses' own means; None where there is none
    low: float | None  # the 95% interval over queries; None below two queries
    high: float | None
    n: int  # responses with a mark

    @property
    def thin(self) -> bool:
        """Too few to be relied on."""
        return self.n < THIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One writer's scores by length, with a bin for each length, those that nothing fell into as well."""

    complete: tuple[Bin, ...]  # answers that came to their end
    cut: tuple[Bin, ...]  # answers that the limit on output tokens ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Lengths:
    """For each row of a table: scores by the length of the answer, by that of the request, and how many responses
    there are of each state that is no answer.
    """

    output: tuple[Curve, ...]
    input: tuple[Curve, ...]
    none: tuple[Mapping[str, int], ...]


def lengths(table: Table, *, resamples: int = 2_000, seed: int = 0) -> Lengths:
    """The scores of each writer by length. A response's score is the mean of its marks, and a bin's the mean of its
    responses'.

    The interval is the expanded percentile interval over resamples of the queries, so that several responses to one
    query go together. Responses of which it is not known how they ended (there are their marks only) count as complete
    by the length of the request, and have no length themselves.
    """
    rows = len(table.labels)
    writer, query, score, state, tokens = _responses(table)
    series = [
        (INPUT, np.array([one.tokens for one in table.queries], np.int64)[query], state <= _COMPLETE),
        (INPUT, np.array([one.tokens for one in table.queries], np.int64)[query], state == _CUT),
        (OUTPUT, tokens, state == _COMPLETE),
        (OUTPUT, tokens, state == _CUT),
    ]
    curves = [
        _bins(edges, rows, writer[here], query[here], score[here], length[here], resamples, seed)
        for edges, length, here in series
    ]
    asked, stopped, written, cut = curves
    failed = table.answers.state >= _NONE
    counts = np.bincount(
        table.answers.writer[failed].astype(np.int64) * len(STATES) + table.answers.state[failed],
        minlength=rows * len(STATES),
    )
    return Lengths(
        output=tuple(Curve(complete=one, cut=other) for one, other in zip(written, cut, strict=True)),
        input=tuple(Curve(complete=one, cut=other) for one, other in zip(asked, stopped, strict=True)),
        none=tuple(
            {state: n for state, n in zip(STATES, row, strict=True) if n}
            for row in counts.reshape(rows, len(STATES)).tolist()
        ),
    )


def _responses(table: Table) -> tuple[Ints, Ints, Floats, Ints, Ints]:
    """Of each response that has a mark: writer, query, mean mark, state (-1: not known) and tokens."""
    queries = len(table.queries)
    draws = np.union1d(table.marks.draw, table.answers.draw)

    def place(columns: Marks | Answers) -> Ints:
        cell = columns.writer.astype(np.int64) * queries + columns.query
        return cell * len(draws) + np.searchsorted(draws, columns.draw)

    size = len(table.labels) * queries * len(draws)
    marks = place(table.marks)
    counts, sums = np.bincount(marks, minlength=size), np.bincount(marks, table.marks.score, size)
    state, tokens = np.full(size, -1), np.zeros(size, np.int64)
    state[place(table.answers)] = table.answers.state
    tokens[place(table.answers)] = table.answers.tokens
    there = np.flatnonzero(counts)
    cell = there // max(len(draws), 1)
    return cell // max(queries, 1), cell % max(queries, 1), sums[there] / counts[there], state[there], tokens[there]


def _bins(
    edges: tuple[int, ...], rows: int, writer: Ints, query: Ints, score: Floats, length: Ints, resamples: int, seed: int
) -> list[tuple[Bin, ...]]:
    """The bins of each of `rows` writers, of responses given as columns."""
    number = len(edges)
    cell = writer * number + np.digitize(length, edges[1:])
    n = np.bincount(cell, minlength=rows * number)
    sums = np.bincount(cell, score, rows * number)
    low, high = _intervals(cell, query, score, np.flatnonzero(n > 1), resamples, seed)
    return [
        tuple(
            Bin(
                start=edges[place],
                end=edges[place + 1] if place + 1 < number else None,
                mean=float(sums[at] / n[at]) if n[at] else None,
                low=low.get(at),
                high=high.get(at),
                n=int(n[at]),
            )
            for place, at in enumerate(range(row * number, (row + 1) * number))
        )
        for row in range(rows)
    ]


def _intervals(
    cell: Ints, query: Ints, score: Floats, wanted: NDArray[np.intp], resamples: int, seed: int
) -> tuple[dict[int, float], dict[int, float]]:
    """The ends of the interval of each of the `wanted` cells that has one."""
    low: dict[int, float] = {}
    high: dict[int, float] = {}
    if not len(wanted):
        return low, high
    asked, place = np.unique(query, return_inverse=True)
    drawn = resample.weights(len(asked), resamples, seed=seed)
    order = np.argsort(cell, kind="stable")
    cell, place, score = cell[order], place[order], score[order]
    for start in range(0, len(wanted), _CELLS):
        cells = wanted[start : start + _CELLS]
        here = slice(*np.searchsorted(cell, (cells[0], cells[-1] + 1)))
        column = np.searchsorted(cells, cell[here])
        column[cells[column] != cell[here]] = len(cells)  # between two that are wanted
        at, size = column * len(asked) + place[here], (len(cells) + 1) * len(asked)
        counts, sums = (
            np.bincount(at, weights, size).reshape(1, -1, len(asked))[:, :-1] for weights in (None, score[here])
        )
        found = resample.interval(resample.means(drawn, sums, counts), np.count_nonzero(counts[0], axis=1))
        for ends, values in zip((low, high), found, strict=True):
            known = zip(cells.tolist(), values.tolist(), strict=True)
            ends.update((at, value) for at, value in known if not math.isnan(value))
    return low, high
