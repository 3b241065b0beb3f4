"""How far people agree with each other: the ceiling that a judge's agreement with them has."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from writingbench.agreement.alpha import Scale, alpha, coincidences
from writingbench.agreement.drawn import RESAMPLES, Drawn, Figure
from writingbench.agreement.kappa import cohen, fleiss, fleiss_of, tables
from writingbench.agreement.rules import Rule, with_each_other, with_the_others
from writingbench.agreement.votes import CHOICES, MISSING, Ballots, Scored, Votes, Written, counted, split

Floats = NDArray[np.float64]
DIGITS = 9  # of a score
MOST = 30  # different scores; on a finer scale alpha would need another way of counting


@dataclass(frozen=True, slots=True, kw_only=True)
class Couple:
    """Two people, and Cohen's kappa over the pairs that both voted on."""

    one: str
    other: str
    kappa: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """How reliable the scores are that people gave responses one by one: Krippendorff's alpha, `n` responses."""

    nominal: Figure
    ordinal: Figure
    interval: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """People among each other. Figures are not defined where no pair has two votes."""

    raters: int
    pairs: int  # with a vote
    several: int  # with two votes or more
    votes: int
    ties: int  # of the votes
    split: int  # pairs with several votes and no majority
    others: Mapping[Rule, Figure]  # each person with the majority of the others
    each_other: Mapping[Rule, Figure]  # every two people
    fleiss: Figure
    nominal: Figure  # Krippendorff's alpha
    ordinal: Figure
    cohen: float | None  # the mean kappa of every two people for whom there is one
    couples: tuple[Couple, ...]
    scores: Scores | None = None  # where people scored, and more than one did


def people(ballots: Ballots, over: Drawn, scores: Scores | None = None) -> People:
    """People among each other, with how reliable their `scores` are.

    Which response of a pair is called the first is nobody's opinion, but kappa and alpha would hold it for one: each
    pair enters them in both orders.
    """
    votes = ballots.votes
    counts = counted(votes)
    voters = counts.sum(axis=1)
    several = voters > 1
    together = _flat(_both_orders(coincidences(votes, CHOICES)))
    couples = tuple(
        Couple(one=ballots.raters[one], other=ballots.raters[other], kappa=kappa(over, votes[:, one], votes[:, other]))
        for one, other in combinations(range(votes.shape[1]), 2)
    )
    known = [one.kappa.value for one in couples if one.kappa.value is not None]

    def votes_alpha(scale: Scale) -> Figure:
        return over.of(together, lambda sums: alpha(_square(sums), CHOICES, scale), several)

    return People(
        raters=votes.shape[1],
        pairs=int((voters > 0).sum()),
        several=int(several.sum()),
        votes=int(voters.sum()),
        ties=int((votes == 0).sum()),
        split=int((split(votes) & several).sum()),
        others=with_the_others(over, votes),
        each_other=with_each_other(over, votes),
        fleiss=over.of(fleiss(counts) + fleiss(counts[:, ::-1]), fleiss_of, several),
        nominal=votes_alpha("nominal"),
        ordinal=votes_alpha("ordinal"),
        cohen=sum(known) / len(known) if known else None,
        couples=couples,
        scores=scores,
    )


def reliability(scores: Sequence[Scored], resamples: int = RESAMPLES) -> Scores | None:
    """Alpha over responses; None where no response has two scores. Who gave a score does not matter to it."""
    given: dict[Written, list[float]] = {}
    for one in scores:
        given.setdefault((one.query, one.writer), []).append(round(one.score, DIGITS))
    said = np.full((len(given), max(map(len, given.values()), default=0)), np.nan)
    for row, own in zip(said, given.values(), strict=True):
        row[: len(own)] = own
    several = (~np.isnan(said)).sum(axis=1) > 1
    values = np.unique(said[several][~np.isnan(said[several])]).tolist()
    if not several.any() or len(values) > MOST:
        return None
    over = Drawn([query for query, _ in given], resamples=resamples)
    together = _flat(coincidences(said, values))

    def figure(scale: Scale) -> Figure:
        return over.of(together, lambda sums: alpha(_square(sums), values, scale), several)

    return Scores(nominal=figure("nominal"), ordinal=figure("ordinal"), interval=figure("interval"))


def kappa(over: Drawn, one: Votes, other: Votes) -> Figure:
    """Cohen's kappa of two who said first, second or tie, [pairs] each; each pair enters in both orders."""
    there = (one != MISSING) & (other != MISSING)
    parts = _flat(_both_orders(tables(one, other, CHOICES)))
    return over.of(parts, lambda sums: cohen(_square(sums)), there)


def _both_orders(table: Floats) -> Floats:
    """What is said of pairs, [pairs, 3, 3], and the same again with first and second exchanged."""
    return table + table[:, ::-1, ::-1]


def _flat(table: Floats) -> Floats:
    return table.reshape(len(table), -1)


def _square(sums: Floats) -> Floats:
    size = math.isqrt(sums.shape[-1])
    return sums.reshape(*sums.shape[:-1], size, size)
