"""How far two who said something of the same pairs agree, by three rules for ties, side by side.

    half       whoever says tie might have tossed a coin: a pair counts half where one of the two, or both, said so
    left out   only pairs count of which both prefer a response
    class      three things can be said, and the two say the same or they do not

By the first, whoever knows nothing gets 0.5, be it by tossing coins or by saying tie throughout, and where people tie
nobody gets 1. It is (1 + tau) / 2 with Kendall's tau-a; the second is (1 + gamma) / 2 with Goodman and Kruskal's gamma;
the third rewards saying tie where people do (Deutsch, Foster and Freitag, "Ties Matter", EMNLP 2023).
"""

from __future__ import annotations

from itertools import combinations
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from writingbench.agreement.drawn import Drawn, Figure, ratio
from writingbench.agreement.votes import MISSING, TIE, Votes, majority

Floats = NDArray[np.float64]
Rule = Literal["half", "left out", "class"]
RULES: tuple[Rule, ...] = get_args(Rule)


def credit(one: Votes, other: Votes, rule: Rule) -> Floats:
    """What each pair counts, 0 to 1, in whatever shape the two have together; NaN where it does not count."""
    there = (one != MISSING) & (other != MISSING)
    ties = (one == TIE) | (other == TIE)
    same = (one == other).astype(np.float64)
    if rule == "half":
        same = np.where(ties, 0.5, same)
    elif rule == "left out":
        there &= ~ties
    return np.where(there, same, np.nan)


def shares(over: Drawn, one: Votes, other: Votes) -> dict[Rule, Figure]:
    """How far two agree, [pairs] each, by every rule."""
    return {rule: over.share(credit(one, other, rule)) for rule in RULES}


def with_each(over: Drawn, one: Votes, votes: Votes) -> dict[Rule, Figure]:
    """How far somebody agrees with a person, [pairs] with [pairs, raters]: each vote that a person gave counts once."""
    return {rule: _pooled(over, credit(one[:, None], votes, rule)) for rule in RULES}


def with_the_others(over: Drawn, votes: Votes) -> dict[Rule, Figure]:
    """How far people agree with the majority of the others, [pairs, raters]: each vote counts once, against what the
    other people made of that pair. What only one person voted on does not count.
    """
    others = np.full_like(votes, MISSING)
    for column in range(votes.shape[1]):
        others[:, column] = majority(np.delete(votes, column, axis=1))
    return {rule: _pooled(over, credit(votes, others, rule)) for rule in RULES}


def with_each_other(over: Drawn, votes: Votes) -> dict[Rule, Figure]:
    """How far a person agrees with another, [pairs, raters]: every two votes on a pair count once."""
    couples = list(combinations(range(votes.shape[1]), 2))
    one, other = (votes[:, [couple[side] for couple in couples]] for side in (0, 1))
    return {rule: _pooled(over, credit(one, other, rule)) for rule in RULES}


def length_controlled(over: Drawn, judge: Votes, people: Votes, longer: ArrayLike) -> Figure:
    """Agreement that a liking for length cannot buy: the mean of two shares, of the pairs of which people prefer the
    longer response, and of those of which they prefer the shorter. A judge's tie counts half.

    Whoever always prefers the longer one agrees on all of the former and none of the latter, which is 0.5 exactly.
    `longer` [pairs] is how much longer the first response is; pairs of equal or unknown length, and people's ties, are
    left out. Not defined where one of the two kinds is missing.
    """
    side = np.sign(np.nan_to_num(np.asarray(longer, np.float64))).astype(np.int8)
    said = credit(judge, people, "half")
    there = ~np.isnan(said) & (people != TIE) & (side != 0)
    with_length = (people == side) & there
    against = there & ~with_length
    said = np.where(there, said, 0)
    parts = np.column_stack([said * with_length, with_length, said * against, against])
    return over.of(parts, lambda sums: (ratio(sums, 0, 1) + ratio(sums, 2, 3)) / 2, there)


def prefers_longer(over: Drawn, votes: Votes, longer: ArrayLike) -> Figure:
    """The share of pairs of which the longer response is preferred, [pairs]; ties count half, equal lengths do not."""
    side = np.sign(np.nan_to_num(np.asarray(longer, np.float64))).astype(np.int8)
    return over.share(np.where(side != 0, credit(votes, side, "half"), np.nan))


def _pooled(over: Drawn, credits: Floats) -> Figure:
    """The mean of `credits` [pairs, any], those that are NaN left out; a figure's `n` is the pairs that have any."""
    there = ~np.isnan(credits)
    parts = np.column_stack([np.where(there, credits, 0).sum(axis=1), there.sum(axis=1)])
    return over.of(parts, lambda sums: ratio(sums, 0, 1), there.any(axis=1))
