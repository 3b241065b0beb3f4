"""Has a judge moved? The marks of one day against those of another on the same responses.

What is behind a name can change while the name stays. So the same responses are marked anew in each session, and a
session is compared with the first one: by how much the marks went up or down, beside how much they differ from one call
to the next within a session.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Literal

import numpy as np

from writingbench.audits.bars import table
from writingbench.audits.effects import interval

Place = tuple[str, str]  # the query's text and the criterion's name
Marks = Mapping[Place, Sequence[int]]  # all marks of a session on a criterion of a response
Moved = Literal["moved", "still", "undecided"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """One session against an earlier one, on the criteria that have marks in both. None: it is not defined."""

    session: str
    since: str
    criteria: int
    queries: int
    difference: float | None  # mean mark now minus then
    low: float | None  # its 95% interval, by drawing queries with replacement; None below two queries
    high: float | None
    noise: float | None  # standard deviation of a mark from one call to the next within a session
    changed: float | None  # share of criteria whose mean mark is not what it was
    outcome: Moved  # against the bar of what must stay; undecided too where there are too few queries


def drift(session: str, now: Marks, since: str, then: Marks) -> Drift:
    """What changed from one session to another."""
    both = [place for place in now if now[place] and then.get(place)]
    apart = [fmean(now[place]) - fmean(then[place]) for place in both]
    queries: dict[str, list[float]] = {}
    for (query, _), value in zip(both, apart, strict=True):
        queries.setdefault(query, []).append(value)
    low, high = interval([fmean(values) for values in queries.values()])
    return Drift(
        session=session,
        since=since,
        criteria=len(both),
        queries=len(queries),
        difference=fmean(apart) if apart else None,
        low=low,
        high=high,
        noise=_noise([*now.values(), *then.values()]),
        changed=fmean(abs(value) > 1e-9 for value in apart) if apart else None,
        outcome=_outcome(low, high, len(queries)),
    )


def _noise(marks: Sequence[Sequence[int]]) -> float | None:
    """The root of the mean variance of marks on the same criterion in the same session, over those with two or more."""
    variances = [float(np.var(some, ddof=1)) for some in marks if len(some) > 1]
    return math.sqrt(fmean(variances)) if variances else None


def _outcome(low: float | None, high: float | None, queries: int) -> Moved:
    """Still: the whole interval lies within the bar. Moved: it reaches beyond it, and does not hold 0."""
    bar = table().kind["stay"]
    if low is None or high is None or bar.low is None or bar.high is None or queries < table().least:
        return "undecided"
    if bar.low <= low and high <= bar.high:
        return "still"
    return "moved" if low > 0 or high < 0 else "undecided"
