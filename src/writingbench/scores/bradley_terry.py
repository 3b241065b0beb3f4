"""How strong writers are, from who was preferred to whom: the model of Bradley and Terry, with ties.

Writer i is preferred to j, ties with j, or is not preferred, with chances that are as

    p_i  :  nu * sqrt(p_i * p_j)  :  p_j

(Davidson, "On Extending the Bradley-Terry Model to Accommodate Ties in Paired Comparison Experiments", JASA 65, 1970).
A strength is log p, so that the odds of being preferred to not being preferred are exp(difference of the strengths),
whatever nu is; without ties nu is 0 and this is Bradley and Terry, Biometrika 39, 1952. Covariates of a comparison (how
much longer the first response is, ...) are added to the difference with a coefficient each, and the strengths are then
those at equal style.

Whoever is preferred always has no finite maximum-likelihood strength. So each writer has one comparison more, against a
made-up writer of strength 0, of which half is won and half lost; and each coefficient has a normal prior of standard
deviation LOOSE.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from writingbench.scores.resample import Floats

Ints = NDArray[np.integer]

HALF = 0.5  # of a comparison: this much is won and lost against the made-up writer
LOOSE = 3.0  # log odds; of a coefficient of a covariate that has a standard deviation of 1
STEPS = 100
CLOSE = 1e-7  # a step that promises to raise the log-likelihood by less is the last


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tallies:
    """Comparisons added up, C rows: the two writers' places, how often the first was preferred, tied with the second,
    was not preferred (any number, so that a row may have a weight), and the K covariates.
    """

    first: Ints  # [C]
    second: Ints  # [C]
    counts: Floats  # [C, 3]
    style: Floats  # [C, K]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fit:
    """Strengths of M writers, in log odds against the made-up one; nu; the coefficients of the K covariates."""

    strength: Floats  # [M]
    ties: float  # nu
    style: Floats  # [K]
    information: Floats  # [M + K, M + K]: its inverse is about the covariance of strengths and coefficients


def chances(difference: Floats, ties: float | Floats) -> tuple[Floats, Floats, Floats]:
    """How likely the first is preferred, ties, is not preferred, where its strength is `difference` more."""
    most = np.abs(difference) / 2  # nothing is raised to more than it
    win, loss = np.exp(difference / 2 - most), np.exp(-difference / 2 - most)
    tie = ties * np.exp(-most)
    whole = win + tie + loss
    return win / whole, tie / whole, loss / whole


def fit(writers: int, seen: Tallies, start: Fit | None = None, halves: Floats | None = None) -> Fit:
    """The strengths that make what was `seen` likeliest, by Newton's method; the likelihood never falls on the way,
    since a step that would lower it is halved. It is concave, so that wherever it starts it ends in the same place.

    `halves` [M, 2] are how much each writer wins and loses against the made-up one; HALF where they are not given.
    """
    tied = bool(seen.counts[:, 1].any())
    covariates = seen.style.shape[1]
    model = _Model(writers, tied, seen, np.full((writers, 2), HALF) if halves is None else halves)
    at = np.zeros(writers + covariates + tied)
    if start is not None:
        at[:writers], at[writers : writers + covariates] = start.strength, start.style
        if tied and start.ties:
            at[-1] = math.log(start.ties)
    height = model.height(at)
    for _ in range(STEPS):
        slope, bend = model.slope(at)
        step = np.linalg.solve(bend, slope)
        promised = slope @ step
        while (higher := model.height(at + step)) < height and np.abs(step).max() > CLOSE:
            step /= 2
        at, height = at + step, max(higher, height)
        if promised < CLOSE:  # the next would promise the square of it
            break
    if tied:  # nu is not known either: what is left of the information is the Schur complement
        bend = bend[:-1, :-1] - np.outer(bend[:-1, -1], bend[-1, :-1]) / bend[-1, -1]
    return Fit(
        strength=at[:writers],
        ties=math.exp(at[-1]) if tied else 0.0,
        style=at[writers : writers + covariates],
        information=bend,
    )


class _Model:
    """The log-likelihood of what was seen with the made-up comparisons and the prior, as a function of strengths,
    coefficients and (with ties) log nu, in one array [M + K (+ 1)].
    """

    def __init__(self, writers: int, tied: bool, seen: Tallies, halves: Floats) -> None:
        self.writers, self.tied = writers, tied
        # the made-up writer stands behind the others, at 0
        everybody, nobody = np.arange(writers), np.full(writers, writers)
        self.first = np.concatenate([seen.first.astype(np.int64), everybody])
        self.second = np.concatenate([seen.second.astype(np.int64), nobody])
        made_up = np.stack([halves[:, 0], np.zeros(writers), halves[:, 1]], axis=1)
        self.counts = np.concatenate([seen.counts, made_up])
        self.style = np.concatenate([seen.style, np.zeros((writers, seen.style.shape[1]))])

    def _parts(self, at: Floats) -> tuple[Floats, Floats, float]:
        ends = self.writers, self.writers + self.style.shape[1]
        strength = np.append(at[: ends[0]], 0.0)
        difference = strength[self.first] - strength[self.second] + self.style @ at[ends[0] : ends[1]]
        return difference, at[ends[0] : ends[1]], at[-1] if self.tied else -math.inf

    def height(self, at: Floats) -> float:
        """The log-likelihood."""
        difference, style, ties = self._parts(at)
        whole = np.logaddexp(np.logaddexp(difference / 2, -difference / 2), ties)
        won, tied, lost = self.counts.T
        found = (won - lost) @ difference / 2 - self.counts.sum(axis=1) @ whole - (style @ style) / (2 * LOOSE**2)
        return float(found + (tied.sum() * ties if self.tied else 0.0))

    def slope(self, at: Floats) -> tuple[Floats, Floats]:
        """Its gradient, and minus its second derivatives (the information)."""
        difference, style, ties = self._parts(at)
        win, tie, loss = chances(difference, math.exp(ties) if self.tied else 0.0)
        number = self.counts.sum(axis=1)
        expected = win - loss  # of what is 1 for the first, -1 for the second, 0 for a tie
        rise = (self.counts[:, 0] - self.counts[:, 2] - number * expected) / 2
        bend = number * (win + loss - expected**2) / 4
        size, covariates = self.writers, self.style.shape[1]
        end = size + covariates
        slope, matrix = np.zeros(len(at)), np.zeros((len(at), len(at)))
        slope[:size] = self._onto(rise)
        slope[size:end] = self.style.T @ rise - style / LOOSE**2
        matrix[:size, :size] = self._between(bend)
        for place in range(covariates):
            matrix[:size, size + place] = matrix[size + place, :size] = self._onto(bend * self.style[:, place])
        matrix[size:end, size:end] = (self.style.T * bend) @ self.style + np.eye(covariates) / LOOSE**2
        if self.tied:
            cross = -number * expected * tie / 2
            slope[-1] = self.counts[:, 1].sum() - number @ tie
            matrix[:size, -1] = matrix[-1, :size] = self._onto(cross)
            matrix[size:end, -1] = matrix[-1, size:end] = self.style.T @ cross
            matrix[-1, -1] = number @ (tie * (1 - tie))
        return slope, matrix

    def _onto(self, values: Floats) -> Floats:
        """What rows say of differences, added up for each writer."""
        size = self.writers + 1
        found = np.bincount(self.first, values, size) - np.bincount(self.second, values, size)
        return np.asarray(found[:-1], np.float64)

    def _between(self, values: Floats) -> Floats:
        """The same twice, for each pair of writers."""
        size = self.writers + 1
        met = np.bincount(self.first * size + self.second, values, size * size).reshape(size, size)
        both = np.asarray(met + met.T, np.float64)
        return (np.diag(both.sum(axis=0)) - both)[:-1, :-1]
