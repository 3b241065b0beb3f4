"""Does a judge choose a response, or a place? From choices between the same two in both orders."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from writingbench.scores import resample
from writingbench.scores.bradley_terry import Ints
from writingbench.scores.strengths import RESAMPLES, Level

TAIL = 0.025  # on either side of an interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """What came of asking in both orders; the five numbers add up to all that was asked."""

    response: int  # the same response was chosen both times
    tied: int  # a tie both times
    first: int  # whichever stood first was chosen both times
    second: int
    half: int  # a choice in one order and a tie in the other
    follows: Level | None  # share of all where the choice followed the place; None where nothing was asked
    leading: Level | None  # share of all choices, ties left out, that fell on what stood first; one half without bias

    @property
    def disagree(self) -> int:
        """How many count as a tie because the orders do not agree."""
        return self.first + self.second + self.half


def orders(forth: Ints, back: Ints, query: Ints, *, resamples: int = RESAMPLES, seed: int = 0) -> Orders:
    """Columns with a row for each question that was asked in both orders: what was chosen in the one and in the other
    (1: what stood first, 0: a tie, -1: what stood second), and of which query. Intervals are by drawing queries; where
    all are alike, that of Clopper and Pearson (Biometrika 26, 1934) for so many queries.
    """
    follows = (forth == back) & (forth != 0)
    chosen = np.concatenate([forth, back])
    twice = np.concatenate([query, query])
    return Orders(
        response=int(((forth == -back) & (forth != 0)).sum()),
        tied=int(((forth == 0) & (back == 0)).sum()),
        first=int((follows & (forth > 0)).sum()),
        second=int((follows & (forth < 0)).sum()),
        half=int(((forth == 0) != (back == 0)).sum()),
        follows=_share(follows, query, resamples, seed),
        leading=_share(chosen[chosen != 0] > 0, twice[chosen != 0], resamples, seed),
    )


def _share(yes: np.ndarray[tuple[int], np.dtype[np.bool_]], query: Ints, resamples: int, seed: int) -> Level | None:
    if not len(yes):
        return None
    queries, place = np.unique(query, return_inverse=True)
    sums, counts = np.bincount(place, yes)[None, None], np.bincount(place)[None, None]
    drawn = resample.means(resample.weights(len(queries), resamples, seed=seed), sums, counts)
    low, high = (float(end[0]) for end in resample.interval(drawn, len(queries)))
    if yes.all() or not yes.any():  # every resample is alike, which does not mean that it is sure
        far = 1 - (TAIL ** (1 / len(queries)))
        low, high = (1 - far, 1.0) if yes.all() else (0.0, far)
    there = len(queries) > 1
    return Level(value=float(yes.mean()), low=low if there else None, high=high if there else None)
