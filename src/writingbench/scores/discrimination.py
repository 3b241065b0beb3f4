"""How well each criterion tells writers apart: one that gives everybody the same mark costs a call and says nothing.

Classical test theory with writers as those examined and criteria as items (Crocker and Algina, "Introduction to
Classical and Modern Test Theory", 1986, chapter 14): an item is good when those who do well elsewhere do well on it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from writingbench.records import Language, Requirement
from writingbench.scores.table import Floats, Table

FEWEST = 4  # writers; a correlation over fewer has no interval
CEILING = 9  # marks from here on are the highest band
FULL = 0.9  # share of marks in the highest band from which there is no room above
POOR = 0.2  # an item correlates less than this: to be revised (Ebel and Frisbie, 1991, chapter 13)

Fault = Literal["same", "ceiling", "unrelated"]
"""Why a criterion separates nothing: every writer has the same mark; nearly all marks are 9 or 10; whoever does well
elsewhere does not do well here, and that is no accident of few writers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One criterion of one query."""

    query: int
    criterion: str
    domain1: str
    language: Language
    kind: Requirement | None
    writers: int  # that have a mark on it
    mean: float
    spread: float | None  # standard deviation between writers, in points; None below two
    ceiling: float  # share of its marks that are 9 or 10
    total: float | None  # correlation with the writers' marks on everything else; None below FEWEST or without spread
    low: float | None
    high: float | None
    sisters: float | None  # correlation with their marks on the other criteria of the same query
    fault: Fault | None


def items(table: Table) -> list[Item]:
    """Every criterion that has a mark, those that separate least first.

    Marks are taken off their criterion's mean first, so that writers who were asked different queries compare.
    """
    sums, counts = table.criterion_sums, table.criterion_counts
    with np.errstate(invalid="ignore"):
        marks: Floats = sums / counts  # [M, Q, C]
    there = counts > 0
    writers = there.sum(axis=0)
    means = np.divide(np.where(there, marks, 0).sum(axis=0), writers, where=writers > 0, out=np.zeros(writers.shape))
    off = np.where(there, marks - means, 0.0)
    everything = _without(off, there, off.sum(axis=(1, 2)), there.sum(axis=(1, 2)))
    query = _without(off, there, off.sum(axis=2)[..., None], there.sum(axis=2)[..., None])
    high = np.bincount(_cells(table), table.marks.score >= CEILING, means.size).reshape(means.shape)
    given = counts.sum(axis=0)
    found = []
    for q, asked in enumerate(table.queries):
        for c, name in enumerate(asked.criteria):
            n = int(writers[q, c])
            if not n:
                continue
            has = there[:, q, c]
            x = marks[has, q, c]
            total = correlation(x, everything[has, q, c])
            low, up = interval(total, n)
            spread = float(x.std(ddof=1)) if n > 1 else None
            ceiling = float(high[q, c] / given[q, c])
            found.append(
                Item(
                    query=asked.index,
                    criterion=name,
                    domain1=asked.domain1,
                    language=asked.language,
                    kind=asked.kinds[c],
                    writers=n,
                    mean=float(means[q, c]),
                    spread=spread,
                    ceiling=ceiling,
                    total=total,
                    low=low,
                    high=up,
                    sisters=correlation(x, query[has, q, c]),
                    fault=_fault(spread, ceiling, up),
                )
            )
    return sorted(found, key=lambda one: (one.fault is None, one.total if one.total is not None else 0.0, one.query))


def _fault(spread: float | None, ceiling: float, high: float | None) -> Fault | None:
    if spread is None:  # one writer tells nothing
        return None
    if spread == 0:
        return "same"
    if ceiling >= FULL:
        return "ceiling"
    return "unrelated" if high is not None and high < POOR else None


def _without(off: Floats, there: np.ndarray, sums: Floats, counts: np.ndarray) -> Floats:
    """[M, Q, C] the mean of a group's marks without the mark itself; NaN where it is the only one."""
    if sums.ndim == 1:
        sums, counts = sums[:, None, None], counts[:, None, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((sums - off) / (counts - there), np.float64)


def _cells(table: Table) -> np.ndarray:
    """For each mark its place among queries and criteria."""
    most = table.criterion_sums.shape[2]
    return np.asarray(table.marks.query.astype(np.int64) * most + table.marks.criterion)


def correlation(x: Floats, y: Floats) -> float | None:
    """Pearson's, over the places where both are there; None below FEWEST of them, or where one does not vary."""
    both = np.isfinite(x) & np.isfinite(y)
    if both.sum() < FEWEST:
        return None
    x, y = x[both] - x[both].mean(), y[both] - y[both].mean()
    scale = math.sqrt(float(x @ x) * float(y @ y))
    return max(-1.0, min(1.0, float(x @ y) / scale)) if scale > 1e-12 else None


def interval(r: float | None, n: int) -> tuple[float | None, float | None]:
    """The 95% interval of a correlation over n writers, by Fisher's z."""
    if r is None:
        return None, None
    z, half = math.atanh(max(-1 + 1e-12, min(1 - 1e-12, r))), 1.959964 / math.sqrt(n - 3)
    return math.tanh(z - half), math.tanh(z + half)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Criteria of one sort."""

    name: str
    criteria: int
    mean: float
    spread: float | None  # mean of theirs
    ceiling: float  # mean of theirs
    total: float | None  # mean of their correlations, of those that have one
    faults: int  # that separate nothing


def groups(found: list[Item]) -> list[Group]:
    """All criteria, then by language, by what they watch over, and by name where several queries share it."""
    sorts: dict[str, list[Item]] = {"all": found}
    for one in sorted(found, key=lambda one: one.language) if len({one.language for one in found}) > 1 else ():
        sorts.setdefault(one.language, []).append(one)
    for kind in ("style", "format", "length", None):
        if any(one.kind for one in found) and (those := [one for one in found if one.kind == kind]):
            sorts[kind or "none of these"] = those
    names: dict[str, list[Item]] = {}
    for one in found:
        names.setdefault(one.criterion, []).append(one)
    sorts |= {name: those for name, those in names.items() if len(those) > 1 and name not in sorts}
    return [_group(name, those) for name, those in sorts.items() if those]


def _group(name: str, those: list[Item]) -> Group:
    def middle(values: list[float | None]) -> float | None:
        known = [value for value in values if value is not None]
        return sum(known) / len(known) if known else None

    return Group(
        name=name,
        criteria=len(those),
        mean=sum(one.mean for one in those) / len(those),
        spread=middle([one.spread for one in those]),
        ceiling=sum(one.ceiling for one in those) / len(those),
        total=middle([one.total for one in those]),
        faults=sum(one.fault is not None for one in those),
    )
