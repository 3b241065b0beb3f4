"""From marks to scores, by the published definitions.

A query's score is the mean of all its marks. A domain, a subdomain or a language has the mean of its queries' scores,
and overall is the mean of all of them: each query counts once, however many marks it has. (The published table takes
the mean of all marks instead, which is the same as long as every query has as many; see `official.py`.) For a
requirement, R is the mean of the scores of those queries that have a criterion of that kind, and C the mean, over the
criteria of that kind, of each criterion's mean.

Marks that are missing enter no mean. How many they are stands in the coverage, with the bounds between which the
overall mean would lie if they were there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from writingbench.records import REQUIREMENTS
from writingbench.scores.shrink import Shrunk
from writingbench.scores.table import Counts, Floats, Ints, Table

LOWEST, HIGHEST = 1, 10

C = TypeVar("C", bound="Cell")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One mean. `n` counts what the mean is taken over: queries, or for C, criteria."""

    mean: float | None  # None where nothing was judged
    low: float | None = None  # the 95% interval; None where there is too little for one
    high: float | None = None
    n: int
    judged: int  # marks
    asked: int  # marks


@dataclass(frozen=True, slots=True, kw_only=True)
class Thin(Cell):
    """The mean of a few queries. `shrunk` is it drawn towards its domain's mean, and the interval is that one's."""

    shrunk: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How many marks were asked for and what became of them; the parts add up to `asked`."""

    asked: int
    judged: int
    failures: dict[str, int]  # by kind
    unasked: int  # the run was stopped before it came to them
    bounds: tuple[float, float] | None  # overall, if every missing mark were a 1, or a 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """One writer's scores."""

    overall: Cell
    coverage: Coverage
    domains: Mapping[str, Cell]
    subdomains: Mapping[str, Thin]
    languages: Mapping[str, Cell]
    requirements: Mapping[str, Mapping[str, Cell]]  # kind -> "R" and "C"


Interval = Callable[[Floats, Counts], tuple[Floats, Floats]]
"""From `sums` and `counts` [M, Q] to the ends of an interval [M] of the mean sums / counts over queries."""


def add_up(table: Table, interval: Interval | None = None, shrunk: Shrunk | None = None) -> tuple[Scores, ...]:
    """The scores of every writer of a table.

    `interval` gives the interval of a mean; without it there are none. `shrunk` holds the subdomains' shrunk means and
    their intervals, in the order of `subdomains(table)`.
    """
    there = table.counts > 0
    means = np.where(there, table.means, 0.0)

    def column(inside: Counts) -> Column:
        """The queries `inside` [Q], each of which counts once."""
        ends = interval(means[:, inside], there[:, inside]) if interval else None
        sums, n, judged, asked = (part[:, inside].sum(axis=1) for part in (means, there, table.counts, table.asked))
        return Column(sums, n, judged, asked, ends)

    def columns(keys: Sequence[str]) -> list[dict[str, Cell]]:
        given = np.array(keys, np.str_)
        return _cells({name: column(given == name) for name in dict.fromkeys(keys)}, len(table.labels))

    queries = table.queries
    overall = column(np.ones(len(queries), bool)).cells()
    domains = columns([query.domain1 for query in queries])
    languages = columns([query.language for query in queries])
    thin = _thin(table, means, there, shrunk)
    watched = {kind: criteria for kind in REQUIREMENTS if (criteria := watching(table, kind)).any()}
    demanding: dict[str, Column] = {
        kind: column(np.asarray(criteria.any(axis=1))) for kind, criteria in watched.items()
    }
    r = _cells(demanding, len(table.labels))
    c = _cells({kind: _criteria(table, criteria, interval) for kind, criteria in watched.items()}, len(table.labels))
    coverage = _coverages(table)
    return tuple(
        Scores(
            overall=overall[row],
            coverage=coverage[row],
            domains=_asked(domains[row]),
            subdomains=_asked(thin[row]),
            languages=_asked(languages[row]),
            requirements={kind: {"R": r[row][kind], "C": c[row][kind]} for kind in watched if r[row][kind].asked},
        )
        for row in range(len(table.labels))
    )


@dataclass(frozen=True, slots=True)
class Column:
    """One mean of every writer, as arrays [M]: what is added up, over how many things, and the marks behind it."""

    sums: Floats
    n: Ints
    judged: Ints
    asked: Ints
    ends: tuple[Floats, Floats] | None

    def cells(self) -> list[Cell]:
        """A cell for each writer."""
        low, high = ([known(end) for end in ends.tolist()] for ends in self.ends) if self.ends else _nothing(self.sums)
        parts = (part.tolist() for part in (self.sums, self.n, self.judged, self.asked))
        return [
            Cell(mean=s / n if n else None, low=one, high=other, n=int(n), judged=j, asked=a)
            for s, n, j, a, one, other in zip(*parts, low, high, strict=True)
        ]


def known(value: float) -> float | None:
    """A number of an array, None for NaN."""
    return None if math.isnan(value) else value


def _nothing(like: Floats) -> tuple[list[None], list[None]]:
    return [None] * len(like), [None] * len(like)


def _cells(columns: Mapping[str, Column], writers: int) -> list[dict[str, Cell]]:
    """The cells of several columns by their names, for each writer."""
    made = [column.cells() for column in columns.values()]
    return [dict(zip(columns, (cells[row] for cells in made), strict=True)) for row in range(writers)]


def subdomains(table: Table) -> list[str]:
    """The names of the subdomains, in the order in which they come up."""
    return list(dict.fromkeys(query.domain2 for query in table.queries))


def _thin(table: Table, means: Floats, there: Counts, shrunk: Shrunk | None) -> list[dict[str, Thin]]:
    names = subdomains(table)
    places = {name: place for place, name in enumerate(names)}
    inside = np.zeros((len(table.queries), len(names)))
    inside[np.arange(len(table.queries)), [places[query.domain2] for query in table.queries]] = 1
    parts = [part @ inside for part in (means, there, table.counts, table.asked)]
    nothing = np.full(parts[0].shape, math.nan)
    parts += [shrunk.mean, shrunk.low, shrunk.high] if shrunk else [nothing] * 3
    return [
        {
            name: Thin(
                mean=s / n if n else None,
                n=int(n),
                judged=int(j),
                asked=int(a),
                shrunk=known(middle),
                low=known(low),
                high=known(high),
            )
            for name, s, n, j, a, middle, low, high in zip(names, *row, strict=True)
        }
        for row in zip(*(part.tolist() for part in parts), strict=True)
    ]


def watching(table: Table, kind: str) -> Counts:
    """[Q, C] whether a criterion is of this kind."""
    most = table.criterion_counts.shape[2]
    rows = [[one == kind for one in query.kinds] + [False] * (most - len(query.kinds)) for query in table.queries]
    return np.array(rows, bool).reshape(len(table.queries), most)


def _criteria(table: Table, watched: Counts, interval: Interval | None) -> Column:
    """C: the mean over criteria `watched` [Q, C], each of which counts once; a query brings its own along."""
    inside = watched.any(axis=1)
    counts = table.criterion_counts[:, inside] * watched[inside]
    there = counts > 0
    sums = np.where(there, table.criterion_sums[:, inside] / np.maximum(counts, 1), 0).sum(axis=2)
    lengths = np.array([len(query.criteria) for query in table.queries])[inside]
    return Column(
        sums=sums.sum(axis=1),
        n=there.sum(axis=(1, 2)),
        judged=counts.sum(axis=(1, 2)),
        asked=(table.asked[:, inside] // lengths * watched[inside].sum(axis=1)).sum(axis=1),
        ends=interval(sums, there.sum(axis=2)) if interval else None,
    )


def _asked(cells: Mapping[str, C]) -> dict[str, C]:
    """The cells that something was asked for in."""
    return {name: cell for name, cell in cells.items() if cell.asked}


def _coverages(table: Table) -> list[Coverage]:
    missing = table.asked - table.counts
    sums = table.criterion_sums.sum(axis=2)

    def bound(mark: int) -> list[float]:
        with np.errstate(invalid="ignore"):
            filled = (sums + mark * missing) / table.asked
            means = np.nan_to_num(filled).sum(axis=1) / (table.asked > 0).sum(axis=1)
        return [float(mean) for mean in means]

    asked, judged = table.asked.sum(axis=1).tolist(), table.counts.sum(axis=1).tolist()
    failed = {kind: counts.sum(axis=1).tolist() for kind, counts in table.failures.items()}
    made = []
    for row, (low, high) in enumerate(zip(bound(LOWEST), bound(HIGHEST), strict=True)):
        kinds = {kind: counts[row] for kind, counts in failed.items() if counts[row]}
        kinds = dict(sorted(kinds.items(), key=lambda one: -one[1]))
        made.append(
            Coverage(
                asked=asked[row],
                judged=judged[row],
                failures=kinds,
                unasked=asked[row] - judged[row] - sum(kinds.values()),
                bounds=(low, high) if asked[row] else None,
            )
        )
    return made
