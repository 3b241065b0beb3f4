"""How well a small set of queries stands for the whole benchmark, tried on writers whose marks on all of it are there.

Of many candidate sets the best always looks good on the writers it was chosen by, which says little about the next
writer. So the candidate is chosen by one half of the writers, drawn by lot, and tried on the other half, and this is
done many times over (repeated cross-validation by halves; leaving out one writer at a time is much less steady, because
nearly all of its choices are one and the same). What comes out is what to expect of writers without a part in the
choice.

A writer's score is the mean of its query means, and it is compared with itself: its full score is over the queries it
has marks on, its mini score over those of them that are in the set. A writer with marks on fewer than half of the
queries is left out: what it has is no full score.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from writingbench.scores.add_up import HIGHEST, LOWEST
from writingbench.scores.ranks import kendall

Floats = NDArray[np.float64]
Places = NDArray[np.integer]

PART = 0.5  # of the queries that a writer must have marks on
FEWEST = 3  # writers: one to choose by, and two whose order can be tried
TIMES = 500  # that the writers are halved


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """How near mini scores come to full scores; None where there is nothing to compare."""

    mean_error: float | None  # absolute, in marks, over writers
    largest_error: float | None  # of any writer
    tau: float | None  # Kendall's tau-b between the two orders of writers
    ordered: float | None  # share of the pairs of writers with different full scores that keep their order


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What cross-validation says. Each fit is the mean over the halves that were tried on."""

    best: int  # which candidate comes nearest to the full scores of all writers
    writers: tuple[int, ...]  # the rows that took part
    chosen: Fit  # of candidates chosen by the other half
    drawn: Fit  # of candidates drawn by lot
    random: Fit  # of sets of queries drawn by lot
    sampling: float  # the mean error that theory expects of sets of queries drawn by lot


@dataclass(frozen=True, slots=True, kw_only=True)
class Untried:
    """There are too few writers to choose by some and try on others."""

    writers: tuple[int, ...]  # the rows with marks on enough of the queries


def validate(means: Floats, sets: Sequence[Places], seed: int = 0) -> Tried | Untried:
    """Try candidate sets on the writers of `means[M, Q]`, NaN where there is no mark.

    `sets` are places of queries, one set at least and all of one size; `seed` is for everything drawn by lot.
    """
    there = ~np.isnan(means)
    writers = np.flatnonzero(there.sum(axis=1) >= PART * means.shape[1])
    kept = tuple(writers.tolist())
    if len(kept) < FEWEST:
        return Untried(writers=kept)
    means, size, rng = means[writers], len(sets[0]), np.random.default_rng(seed)
    everything = np.arange(means.shape[1])
    full = _scores(means, [everything])[0]
    mini = _scores(means, sets)
    lots = _scores(means, [rng.permutation(everything)[:size] for _ in range(TIMES)])
    errors = np.abs(mini - full)
    errors[np.isnan(errors)] = HIGHEST - LOWEST  # a set that holds nothing of a writer is not chosen
    chosen, drawn, random = [], [], []
    for lot in lots:
        order = rng.permutation(len(full))
        by, on = np.split(order, [len(full) // 2])
        chosen.append(_fit(full[on], mini[errors[:, by].mean(axis=1).argmin(), on]))
        drawn.append(_fit(full[on], mini[rng.integers(len(sets)), on]))
        random.append(_fit(full[on], lot[on]))
    return Tried(
        best=int(errors.mean(axis=1).argmin()),
        writers=kept,
        chosen=_mean(chosen),
        drawn=_mean(drawn),
        random=_mean(random),
        sampling=_sampling(means, size),
    )


def _scores(means: Floats, sets: Sequence[Places]) -> Floats:
    """[K, M] the score of each writer on each set; NaN where it has no mark there."""
    members = np.zeros((len(sets), means.shape[1]))
    for row, places in zip(members, sets, strict=True):
        row[places] = 1
    with np.errstate(invalid="ignore"):
        scores: Floats = (members @ np.nan_to_num(means).T) / (members @ (~np.isnan(means)).T)
    return np.round(scores, 9)  # equal scores stay equal, in whatever order they were added up


def _fit(full: Floats, mini: Floats) -> Fit:
    """How near one set comes for some writers."""
    known = ~np.isnan(mini)
    full, mini = full[known], mini[known]
    errors = np.abs(mini - full)
    one, other = np.triu_indices(len(full), 1)
    wanted, got = np.sign(full[one] - full[other]), np.sign(mini[one] - mini[other])
    apart = np.count_nonzero(wanted)
    return Fit(
        mean_error=float(errors.mean()) if len(errors) else None,
        largest_error=float(errors.max()) if len(errors) else None,
        tau=kendall(full, mini),
        ordered=np.count_nonzero(wanted * got > 0) / apart if apart else None,
    )


def _mean(fits: Iterable[Fit]) -> Fit:
    """Each figure averaged over the fits that have it."""
    fits = list(fits)
    figures = {name: [value for fit in fits if (value := getattr(fit, name)) is not None] for name in Fit.__slots__}
    return Fit(**{name: fmean(values) if values else None for name, values in figures.items()})


def _sampling(means: Floats, size: int) -> float:
    """The absolute error to expect when `size` of the queries are drawn by lot, mean over writers.

    The standard error is Cochran's for a sample without replacement (Sampling Techniques, 3rd ed. 1977, chapter 2); a
    normal deviate is sqrt(2/pi) of its standard deviation off on the mean.
    """
    have = (~np.isnan(means)).sum(axis=1)
    variance = np.nanvar(means, axis=1) * have / np.maximum(have - 1, 1)
    share = size / means.shape[1]
    return float(np.sqrt(2 / np.pi * variance / (have * share) * (1 - share)).mean())
