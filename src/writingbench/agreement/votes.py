"""What people say of pairs of responses, as an array.

    Duel(id="9c1f…", query=7, first="a", second="b", ...)      votes [pairs, raters]:  [[FIRST, TIE, MISSING], ...]

A pair stands once, whichever of its responses somebody saw first. A vote is FIRST, SECOND or TIE; MISSING is no vote,
and nothing counts it. What a judge says of a pair is a margin: the mark of the first minus the mark of the second.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from writingbench.benchmark.size import tokens
from writingbench.records import Choice, Language, Preference, Query

Votes = NDArray[np.int8]
Floats = NDArray[np.float64]
Written = tuple[int, str]  # whose response to which query: index, writer

FIRST, TIE, SECOND, MISSING = 1, 0, -1, -128
CHOICES: tuple[int, ...] = (FIRST, TIE, SECOND)
SAID: Mapping[Choice, int] = {"first": FIRST, "tie": TIE, "second": SECOND}
EXACT = 1e-9  # marks are means: what differs by less than that is the same mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Duel:
    """Two responses to the same query."""

    id: str
    query: int
    first: str  # the writers
    second: str
    domain: str = ""
    language: Language | None = None
    first_length: int | None = None  # tokens, about; None where the text is not known
    second_length: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballots:
    """What people said of pairs."""

    duels: tuple[Duel, ...]
    raters: tuple[str, ...]
    votes: Votes  # [duels, raters]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """What somebody thinks a response is worth, on any scale: higher is better."""

    query: int
    writer: str
    by: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What is known of queries and responses beside what people say of them."""

    queries: Mapping[int, Query]
    lengths: Mapping[Written, int]  # tokens, about


NOTHING = About(queries={}, lengths={})


def about(queries: Iterable[Query], texts: Mapping[Written, str]) -> About:
    """What is known where the texts are."""
    return About(
        queries={query.index: query for query in queries},
        lengths={written: tokens(text) for written, text in texts.items()},
    )


def duel(query: int, first: str, second: str, known: About = NOTHING) -> Duel:
    """The pair of these two responses."""
    found = known.queries.get(query)
    return Duel(
        id=sha256(f"{query}\n{first}\n{second}".encode("utf-8", "replace")).hexdigest()[:12],
        query=query,
        first=first,
        second=second,
        domain=found.domain1 if found else "",
        language=found.language if found else None,
        first_length=known.lengths.get((query, first)),
        second_length=known.lengths.get((query, second)),
    )


def of_preferences(preferences: Iterable[Preference], known: About = NOTHING) -> Ballots:
    """Votes out of preferences. Of what somebody says of a pair several times the last counts, in whichever order the
    two responses stood.
    """
    said: dict[tuple[int, str, str], dict[str, int]] = {}
    for one in preferences:
        first, second = sorted((one.first, one.second))
        said.setdefault((one.query, first, second), {})[one.by] = SAID[one.choice] * (1 if one.first == first else -1)
    return _ballots(said, known)


def of_scores(scores: Iterable[Scored], known: About = NOTHING) -> Ballots:
    """Votes out of scores: who gave two responses to a query different scores prefers one, else it is a tie.

    Every pair of responses to the same query that somebody scored both of is one.
    """
    given: dict[int, dict[str, dict[str, float]]] = {}  # query -> writer -> by
    for one in scores:
        given.setdefault(one.query, {}).setdefault(one.writer, {})[one.by] = one.score
    said: dict[tuple[int, str, str], dict[str, int]] = {}
    for query, writers in given.items():
        for first, second in combinations(sorted(writers), 2):
            left, right = writers[first], writers[second]
            if votes := {by: _sign(left[by] - right[by]) for by in left if by in right}:
                said[query, first, second] = votes
    return _ballots(said, known)


def _sign(difference: float) -> int:
    return FIRST if difference > EXACT else SECOND if difference < -EXACT else TIE


def _ballots(said: Mapping[tuple[int, str, str], Mapping[str, int]], known: About) -> Ballots:
    raters = sorted({by for votes in said.values() for by in votes})
    place = {by: column for column, by in enumerate(raters)}
    votes = np.full((len(said), len(raters)), MISSING, np.int8)
    for row, given in enumerate(said.values()):
        for by, vote in given.items():
            votes[row, place[by]] = vote
    return Ballots(duels=tuple(duel(*pair, known) for pair in said), raters=tuple(raters), votes=votes)


def sides(margins: ArrayLike, tie: float = 0.0) -> Votes:
    """The side that margins are on, as votes: a margin of at most `tie` either way is a TIE, NaN is MISSING."""
    margins = np.asarray(margins, np.float64)
    there = ~np.isnan(margins)
    clear = np.abs(np.where(there, margins, 0)) > tie + EXACT
    return np.where(there, np.sign(np.where(clear, margins, 0)), MISSING).astype(np.int8)


def majority(votes: Votes) -> Votes:
    """What more people said of a pair than said anything else, [pairs]; a TIE where they split, so that nothing was.

    Two for the first and one for a tie is FIRST; one and one, or two, two and one, is a TIE, as people as a whole see
    no difference. MISSING where nobody voted.
    """
    counts = counted(votes)
    most = counts.max(axis=1, initial=0)
    alone = (counts == most[:, None]).sum(axis=1) == 1
    said = np.where(alone, np.array(CHOICES)[counts.argmax(axis=1)], TIE)
    return np.where(most > 0, said, MISSING).astype(np.int8)


def split(votes: Votes) -> NDArray[np.bool_]:
    """Where no choice has more votes than each of the others, though there are votes, [pairs]."""
    counts = counted(votes)
    most = counts.max(axis=1, initial=0)
    several: NDArray[np.bool_] = (most > 0) & ((counts == most[:, None]).sum(axis=1) > 1)
    return several


def counted(votes: Votes) -> NDArray[np.int64]:
    """How many votes each of CHOICES has, [pairs, 3]."""
    return np.stack([np.count_nonzero(votes == choice, axis=1) for choice in CHOICES], axis=1)


def lengths(duels: Sequence[Duel]) -> Floats:
    """How much longer the first response is, in tokens, [pairs]; NaN where a length is not known."""
    return np.array(
        [
            np.nan if one.first_length is None or one.second_length is None else one.first_length - one.second_length
            for one in duels
        ],
        np.float64,
    )
