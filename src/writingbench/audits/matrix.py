"""How far every two judges agree on the same responses.

Marks are compared criterion by criterion, responses by which of two to the same query is better, writers by their
order.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from writingbench.audits.bridge import Bridge, bridge
from writingbench.audits.shared import Floats, Shared, shared
from writingbench.scores import resample
from writingbench.scores.ranks import kendalls, spearmans
from writingbench.scores.table import Table

RESAMPLES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """Two judges on what both have marked. None: it is not defined on what there is."""

    first: str
    second: str
    marks: int
    queries: int
    difference: float | None  # mean mark of the second minus that of the first
    low: float | None  # of the difference, by drawing queries with replacement; None below two queries
    high: float | None
    distance: float | None  # mean distance between their marks
    same: float | None  # share of marks that are equal
    near: float | None  # share that are at most one apart
    correlation: float | None  # Spearman's, of the marks
    order: float | None  # of two responses to a query that neither finds equal: share that they order alike
    pairs: int  # of responses, for `order`
    writers: float | None  # Kendall's tau-b of the writers' means
    there: Bridge | None  # from the first one's scale to the second's
    back: Bridge | None


def matrix(tables: Sequence[Table]) -> list[Pairing]:
    """Every two judges of `tables`, each of which holds the marks of one judge under rules that all share."""
    return [pairing(one, other) for one, other in combinations(tables, 2)]


def pairing(one: Table, other: Table) -> Pairing:
    """What two judges have in common."""
    found = shared(one, other)
    judges = one.labels[0].judge, other.labels[0].judge
    apart = found.second - found.first
    low, high = _interval(found, apart)
    order, pairs = _order(found)
    turned = Shared(writer=found.writer, query=found.query, first=found.second, second=found.first)
    return Pairing(
        first=judges[0],
        second=judges[1],
        marks=len(found),
        queries=len(np.unique(found.query)),
        difference=_mean(apart),
        low=low,
        high=high,
        distance=_mean(np.abs(apart)),
        same=_mean(apart == 0),
        near=_mean(np.abs(apart) <= 1),
        correlation=_known(spearmans(found.first, found.second)) if len(found) > 1 else None,
        order=order,
        pairs=pairs,
        writers=_writers(found),
        there=bridge(found),
        back=bridge(turned),
    )


def _interval(found: Shared, apart: Floats) -> tuple[float | None, float | None]:
    """The 95% interval of the mean difference: the expanded percentile interval over resampled queries."""
    _, place = np.unique(found.query, return_inverse=True)
    queries = int(place.max(initial=-1)) + 1
    if queries < 2:
        return None, None
    sums, counts = np.bincount(place, apart), np.bincount(place)
    draws = resample.means(resample.weights(queries, RESAMPLES), sums[None, None], counts[None, None])
    low, high = resample.interval(draws, queries)
    return float(low[0]), float(high[0])


def _order(found: Shared) -> tuple[float | None, int]:
    """How often both find the same one of two responses to a query better, and of how many."""
    first, second, query, _ = _responses(found)
    alike = apart = 0
    for one in np.unique(query):
        mine = query == one
        a, b = first[mine], second[mine]
        i, j = np.triu_indices(len(a), 1)
        signs = np.sign(a[i] - a[j]) * np.sign(b[i] - b[j])
        alike, apart = alike + int((signs > 0).sum()), apart + int((signs < 0).sum())
    return (alike / (alike + apart) if alike + apart else None), alike + apart


def _writers(found: Shared) -> float | None:
    first, second, _, writer = _responses(found)
    _, place = np.unique(writer, return_inverse=True)
    if place.max(initial=0) < 1:
        return None
    counts = np.bincount(place)
    return _known(kendalls(np.bincount(place, first) / counts, np.bincount(place, second) / counts))


def _responses(found: Shared) -> tuple[Floats, Floats, np.ndarray, np.ndarray]:
    """The mean marks of each response by both judges, its query and its writer."""
    about, place = np.unique(np.stack((found.query, found.writer)), axis=1, return_inverse=True)
    counts = np.bincount(place.ravel())
    first, second = (np.bincount(place.ravel(), marks) / counts for marks in (found.first, found.second))
    return first, second, about[0], about[1]


def _mean(values: np.ndarray) -> float | None:
    return float(values.mean()) if len(values) else None


def _known(value: Floats) -> float | None:
    return None if math.isnan(value) else float(value)
