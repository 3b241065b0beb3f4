"""What a critic is worth on requests it was not trained on, beside what it costs nothing to be.

    people    of two responses to a request that people scored differently, how often the critic marks the better one
              higher (a tie counts half); beside it, whoever prefers the longer one
    a judge   Spearman's correlation with its marks, and the mean distance from them; beside it, whoever always gives
              the mean of these very marks, which nobody knows beforehand: no other constant is asked to be beaten

Every figure has an interval over requests drawn with replacement, and so has its distance from the one it must beat,
over the same draws: that one tells whether a bar was cleared. A prompt that the critic refused is no mark; coverage
says how many there were, and bars are compared on what the critic marked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from writingbench.agreement.drawn import Drawn, Figure
from writingbench.benchmark.size import tokens
from writingbench.records import Failure
from writingbench.training.examples import Line

Floats = NDArray[np.float64]
PEOPLE = "people"  # whose marks are `…/people`; all others are a judge's
LENGTH, MEAN = "the longer one", "always the mean"


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What one way of marking makes of the test lines."""

    name: str
    values: Sequence[float | Failure]
    baseline: bool = False

    @property
    def numbers(self) -> Floats:
        return np.array([np.nan if isinstance(one, Failure) else one for one in self.values], np.float64)

    @property
    def failures(self) -> dict[str, int]:
        return dict(Counter(one.kind for one in self.values if isinstance(one, Failure)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One way of marking, on the marks of one source."""

    name: str
    baseline: bool
    asked: int  # test lines
    marked: int
    failures: Mapping[str, int] = field(default_factory=dict)
    accuracy: Figure  # pairwise; ties half
    above: Figure  # accuracy minus that of the bar, on the same pairs
    spearman: Figure
    error: Figure  # mean distance from the source's mark
    below: Figure  # error of the bar minus its own, on the same lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """All ways of marking on the marks of one source."""

    source: str
    people: bool
    queries: int
    pairs: int
    rows: tuple[Row, ...]

    def cleared(self, row: Row) -> bool:
        """Whether a row is above this source's bar by more than chance: people's by the pairs that it gets right, a
        judge's by its error, and then its order must be the judge's at all.
        """
        bars = (row.above,) if self.people else (row.below, row.spearman)
        return all(one.low is not None and one.low > 0 for one in bars)


def measure(test: Sequence[Line], by: Sequence[Marks]) -> list[Table]:
    """A table for each source of the test lines."""
    tables = []
    for source in sorted({line.source for line in test}):
        places = [place for place, line in enumerate(test) if line.source == source]
        lines = [test[place] for place in places]
        own = [Marks(name=one.name, values=[one.values[p] for p in places], baseline=one.baseline) for one in by]
        mean = float(np.mean([line.score for line in lines if line.score is not None]))
        # of the same request and criterion, the longer prompt is that of the longer response
        longer = Marks(name=LENGTH, values=[float(tokens(line.messages[-2].content)) for line in lines], baseline=True)
        always = Marks(name=MEAN, values=[mean] * len(lines), baseline=True)
        tables.append(_table(source, lines, [*own, longer, always]))
    return tables


def pairs(lines: Sequence[Line]) -> list[tuple[int, int]]:
    """The pairs of responses to the same request by the same criterion that the source marks differently."""
    alike: dict[tuple[str, str], list[int]] = {}
    for place, line in enumerate(lines):
        alike.setdefault((line.query, line.criterion), []).append(place)
    return [
        (one, other)
        for places in alike.values()
        for one, other in combinations(places, 2)
        if lines[one].score != lines[other].score
    ]


def credits(marks: Floats, truth: Floats, duels: NDArray[np.int64]) -> Floats:
    """For each pair 1 where the marks order it as the truth does, 0.5 for a tie, 0; NaN where a mark is missing."""
    said, meant = (values[duels[:, 0]] - values[duels[:, 1]] for values in (marks, truth))
    return np.where(np.isnan(said), np.nan, (1 + np.sign(said) * np.sign(meant)) / 2)


def _table(source: str, lines: Sequence[Line], by: Sequence[Marks]) -> Table:
    number = {query: place for place, query in enumerate(sorted({line.query for line in lines}))}
    asked = [number[line.query] for line in lines]
    truth = np.array([line.score for line in lines], np.float64)
    duels = np.array(pairs(lines), np.int64).reshape(-1, 2)
    over_pairs, over_lines = Drawn([asked[one] for one, _ in duels.tolist()] or [0]), Drawn(asked)
    longer, always = by[-2].numbers, by[-1].numbers
    bar, distance = credits(longer, truth, duels), np.abs(always - truth)

    def row(one: Marks) -> Row:
        marks = one.numbers
        right = credits(marks, truth, duels)
        # lengths are no marks: their distance from one says nothing
        error = np.full(len(lines), np.nan) if one.name == LENGTH else np.abs(marks - truth)
        return Row(
            name=one.name,
            baseline=one.baseline,
            asked=len(lines),
            marked=int((~np.isnan(marks)).sum()),
            failures=one.failures,
            accuracy=_share(over_pairs, right),
            above=_share(over_pairs, right - bar),
            spearman=_spearman(over_lines, np.full(len(lines), np.nan) if one.name == LENGTH else marks, truth),
            error=_share(over_lines, error),
            below=_share(over_lines, distance - error),
        )

    return Table(
        source=source,
        people=source.endswith(f"/{PEOPLE}"),
        queries=len(number),
        pairs=len(duels),
        rows=tuple(row(one) for one in by),
    )


def _share(over: Drawn, values: Floats) -> Figure:
    return over.share(values) if len(values) else Figure(value=None, n=0)


def _spearman(over: Drawn, marks: Floats, truth: Floats) -> Figure:
    """Pearson's correlation of places; the places are those among all lines, in every resample."""
    there = ~np.isnan(marks)
    one, other = np.zeros(len(marks)), np.zeros(len(marks))
    one[there], other[there] = _places(marks[there]), _places(truth[there])
    parts = np.column_stack([there, one, other, one * one, other * other, one * other])

    def figure(sums: Floats) -> Floats:
        n, x, y, xx, yy, xy = np.moveaxis(sums, -1, 0)
        square = (n * xx - x * x) * (n * yy - y * y)
        found: Floats = np.full(n.shape, np.nan)
        np.divide(n * xy - x * y, np.sqrt(np.maximum(square, 0)), out=found, where=square > 1e-6)
        return found

    return over.of(parts, figure, there)


def _places(values: Floats) -> Floats:
    """The place of each value from 0 to 1, those that tie at the mean of theirs."""
    _, which, count = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(count)
    middles: Floats = (ends - (count + 1) / 2) / max(1, len(values) - 1)
    return middles[which]
