"""What effects on single responses add up to: a mean over queries, how sure it is, and whether it meets the bar."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean, stdev
from typing import Literal

import numpy as np

from writingbench.audits.bars import Bar, Kind, bar
from writingbench.records import Language
from writingbench.scores import resample

RESAMPLES = 10_000
ALIKE = 1e-9  # a spread below this is a rounding error

Outcome = Literal["pass", "fail", "undecided", "absent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a change did to the marks of one response; where the noise is looked at, the variance of its marks."""

    query: str  # what stands for the query
    language: Language
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How a judge did on one property. The effect is in marks; of noise it is a standard deviation."""

    property: str
    kind: Kind
    bar: tuple[float | None, float | None]  # between what the effect must lie
    outcome: Outcome  # absent: there was no response to see it on
    effect: float | None
    low: float | None  # ends of its 95% interval; None below two queries
    high: float | None
    size: float | None  # the effect over the standard deviation of the queries' effects; None where these are alike
    rate: float | None  # share of the responses that moved as they must
    queries: int  # that the effect rests on
    responses: int
    inapplicable: int  # responses to which the change cannot be made
    lost: int  # responses without an effect, because marks are missing
    failures: Mapping[str, int] = field(default_factory=dict)  # marks after the change that could not be had, by kind
    languages: Mapping[Language, float] = field(default_factory=dict)  # the effect by the query's language


def summed(
    name: str,
    kind: Kind,
    effects: Sequence[Effect],
    *,
    inapplicable: int = 0,
    lost: int = 0,
    failures: Mapping[str, int] | None = None,
    least: int,
) -> Result:
    """The result for a property. Responses to the same query count as one, and queries are what is resampled.

    With fewer than `least` queries the outcome is undecided, whatever the interval says: queries that all do the same
    by chance have an interval of no width.
    """
    limits, means = bar(name, kind), _by_query(effects)
    low, high = interval(means)
    if kind == "noise" and low is not None and high is not None:
        low, high = _root(max(low, 0), kind), _root(max(high, 0), kind)
    said = limits.holds(low, high) if low is not None and high is not None and len(means) >= least else None
    outcome: Outcome = "absent" if not means else "undecided" if said is None else "pass" if said else "fail"
    spread = stdev(means) if len(means) > 1 and kind != "noise" else 0.0
    right = [_as_it_must(_root(one.value, kind), kind, limits) for one in effects]
    return Result(
        property=name,
        kind=kind,
        bar=(limits.low, limits.high),
        outcome=outcome,
        effect=_root(fmean(means), kind) if means else None,
        low=low,
        high=high,
        size=fmean(means) / spread if spread > ALIKE else None,
        rate=sum(right) / len(right) if right else None,
        queries=len(means),
        responses=len(effects),
        inapplicable=inapplicable,
        lost=lost,
        failures=dict(failures or {}),
        languages={
            language: _root(fmean(_by_query(some)), kind)
            for language in ("en", "zh")
            if (some := [one for one in effects if one.language == language])
        },
    )


def _by_query(effects: Iterable[Effect]) -> list[float]:
    found: dict[str, list[float]] = {}
    for one in effects:
        found.setdefault(one.query, []).append(one.value)
    return [fmean(values) for values in found.values()]


def _root(value: float, kind: Kind) -> float:
    """A standard deviation of a variance; any other effect is what it is."""
    return math.sqrt(value) if kind == "noise" else value


def interval(means: Sequence[float]) -> tuple[float | None, float | None]:
    """The 95% interval of the mean over queries, by drawing queries with replacement; None below two."""
    if len(means) < 2:
        return None, None
    drawn = resample.weights(len(means), RESAMPLES)
    draws = resample.means(drawn, np.array(means)[None, None], np.ones((1, 1, len(means))))
    low, high = resample.interval(draws, len(means))
    return float(low[0]), float(high[0])


def _as_it_must(effect: float, kind: Kind, limits: Bar) -> bool:
    """Of something that must fall: it fell at all, however far."""
    return effect < -ALIKE if kind == "fall" else bool(limits.holds(effect, effect))
