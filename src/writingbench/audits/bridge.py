"""From one judge's scale to another's: what the second would have given where the first gave this mark.

    bridge(shared)  ->  Bridge(linear=Line(...), steps=((1, 3.2), (2, 3.2), ..., (10, 9.1)), errors={...})

Two bridges are fitted to the marks that both judges gave: a straight line (least squares) and a rising step function
(isotonic regression by pooling adjacent violators; Ayer, Brunk, Ewing, Reid and Silverman, "An Empirical Distribution
Function for Sampling with Incomplete Information", Annals of Mathematical Statistics 26, 1955). How far each is off is
measured on queries that it was not fitted to, beside doing nothing and beside always saying the mean.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from writingbench.audits.shared import Floats, Shared

Way = Literal["as it is", "mean", "linear", "isotonic"]
FOLDS = 10
FEWEST = 20  # queries; with fewer the error is a guess, and is not given

Fit = Callable[[Floats], Floats]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """second = slope * first + offset, kept within 1 and 10."""

    slope: float
    offset: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """From the first judge's marks to the second's."""

    marks: int  # that both gave
    queries: int
    linear: Line
    steps: tuple[tuple[int, float], ...]  # for each mark from 1 to 10 what the second gives there, by the step function
    errors: Mapping[Way, float] | None  # mean distance from the second's mark, of queries left out; None: too few
    best: Way | None  # the one with the least error


def bridge(found: Shared, seed: int = 0) -> Bridge | None:
    """The bridges fitted to shared marks; None where there are none."""
    if not len(found):
        return None
    linear = _line(found.first, found.second)
    rising = isotonic(found.first, found.second)
    marks = np.arange(1.0, 11.0)
    queries = np.unique(found.query)
    errors = _errors(found, queries, seed) if len(queries) >= FEWEST else None
    best = min(errors.items(), key=lambda one: one[1])[0] if errors else None
    return Bridge(
        marks=len(found),
        queries=len(queries),
        linear=linear,
        steps=tuple(zip(range(1, 11), np.round(rising(marks), 3).tolist(), strict=True)),
        errors=errors,
        best=best,
    )


def isotonic(x: Floats, y: Floats) -> Fit:
    """The non-decreasing function of `x` that is nearest to `y` by squares; straight between the marks that occur, and
    level beyond them.
    """
    at, group = np.unique(x, return_inverse=True)
    weights = np.bincount(group).astype(np.float64)
    blocks: list[tuple[float, float, int]] = []  # mean, weight, how many marks
    for mean, weight in zip(np.bincount(group, y) / weights, weights, strict=True):
        block = (float(mean), float(weight), 1)
        while blocks and blocks[-1][0] > block[0]:
            before, heavy, many = blocks.pop()
            total = heavy + block[1]
            block = ((before * heavy + block[0] * block[1]) / total, total, many + block[2])
        blocks.append(block)
    levels = np.repeat([mean for mean, _, _ in blocks], [many for _, _, many in blocks])
    return lambda marks: np.interp(marks, at, levels)


def _line(x: Floats, y: Floats) -> Line:
    spread = float(np.var(x))
    slope = float(np.mean((x - x.mean()) * (y - y.mean()))) / spread if spread else 0.0
    return Line(slope=slope, offset=float(y.mean() - slope * x.mean()))


def _straight(x: Floats, y: Floats) -> Fit:
    line = _line(x, y)
    return lambda marks: np.clip(line.slope * marks + line.offset, 1, 10)


def _level(x: Floats, y: Floats) -> Fit:
    return lambda marks: np.full_like(marks, y.mean())


def _same(x: Floats, y: Floats) -> Fit:
    return lambda marks: marks


FITS: Mapping[Way, Callable[[Floats, Floats], Fit]] = {
    "as it is": _same, "mean": _level, "linear": _straight, "isotonic": isotonic,
}  # fmt: skip


def _errors(found: Shared, queries: np.ndarray, seed: int) -> dict[Way, float]:
    """The mean absolute error of each way, over queries that it was not fitted to."""
    chance = np.random.default_rng(seed)
    fold = np.empty(int(queries.max()) + 1, np.int64)
    fold[chance.permutation(queries)] = np.arange(len(queries)) % FOLDS
    of = fold[found.query]
    sums = dict.fromkeys(FITS, 0.0)
    for number in range(FOLDS):
        out = of == number
        for way, fit in FITS.items():
            made = fit(found.first[~out], found.second[~out])(found.first[out])
            sums[way] += float(np.abs(made - found.second[out]).sum())
    return {way: total / len(found) for way, total in sums.items()}
