"""What a judge thinks of responses, as margins of pairs.

A judge marks each response by each criterion. The margin of a pair is the mean, over the criteria by which both
responses have a mark, of the difference of the two: a mark that could not be had is no number, and takes the same
criterion's mark of the other response out with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from writingbench.agreement.votes import Duel, Floats, Written


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A judge's marks."""

    judge: str
    criteria: str = ""  # what they are called; "" for what knows none, such as a count of words
    protocol: str = ""
    baseline: bool = False  # no judge: something that is counted
    marks: Mapping[Written, tuple[float, ...]]  # by criterion, for each response that was asked about; NaN for no mark
    failures: Mapping[str, int] = field(default_factory=dict)  # kind -> marks that could not be had

    @property
    def name(self) -> str:
        return f"{self.judge}, {self.criteria}" if self.criteria else self.judge


@dataclass(frozen=True, slots=True, kw_only=True)
class Margins:
    """A judge's marks on pairs."""

    margins: Floats  # [pairs]; NaN: no mark could be had, or none was asked for
    asked: NDArray[np.bool_]  # [pairs]: both responses
    whole: NDArray[np.bool_]  # [pairs]: both have every mark


def margins(judged: Judged, duels: Sequence[Duel]) -> Margins:
    """The margin of each pair."""
    width = max(map(len, judged.marks.values()), default=0)
    first, second = (
        _padded([judged.marks.get((one.query, writer), ()) for one, writer in zip(duels, writers, strict=True)], width)
        for writers in ([one.first for one in duels], [one.second for one in duels])
    )
    apart = first - second
    both = ~np.isnan(apart)
    count = both.sum(axis=1)
    margin = np.full(len(duels), np.nan)
    np.divide(np.where(both, apart, 0).sum(axis=1), count, out=margin, where=count > 0)
    asked = np.array(
        [(one.query, one.first) in judged.marks and (one.query, one.second) in judged.marks for one in duels], np.bool_
    )
    wanted = np.array([len(judged.marks.get((one.query, one.first), ())) for one in duels], np.int64)
    return Margins(margins=margin, asked=asked, whole=asked & (count == wanted) & (count > 0))


def mean_mark(marks: Sequence[float]) -> float:
    """Of the marks there are; NaN where there is none."""
    there = [mark for mark in marks if mark == mark]  # noqa: PLR0124 - NaN is what is not itself
    return sum(there) / len(there) if there else np.nan


def _padded(rows: Sequence[Sequence[float]], width: int) -> Floats:
    table = np.full((len(rows), width), np.nan)
    for row, marks in zip(table, rows, strict=True):
        row[: len(marks)] = marks
    return table
