"""Which pairs of responses people are shown: two answers to the same query, by chance, and fairly spread.

    draw(answered, pairs=300, seed=1)  ->  [Pair(query=Query(...), first=Shown(writer=..., text=...), ...), ...]

Every stratum (domain, language, and how far a judge's marks lie apart, where there are marks) gets its share of the
pairs by largest remainders. Within a stratum queries take turns, so that no query is in many pairs before each is in
one. Which of the two writers is shown first is left to the lot.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import combinations
from typing import Literal

import numpy as np

from writingbench.benchmark.size import tokens
from writingbench.records import Query, UserError

Gap = Literal["", "small", "middle", "large"]  # thirds of all pairs; "" where there are no marks
GAPS: tuple[Gap, ...] = ("small", "middle", "large")
UNMARKED: Gap = ""
Check = Literal["", "first", "second"]  # which of the two has to be preferred by whoever reads; "" in a real pair


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A response as it is shown: whose it is is not."""

    writer: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A query, what writers made of it, and what a judge thinks of that."""

    query: Query
    answers: Mapping[str, str]  # by writer
    marks: Mapping[str, float]  # by writer: the mean mark; pairs with somebody who has none are a stratum of their own


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two responses to the same query, in the order in which they are shown."""

    id: str
    query: Query
    first: Shown
    second: Shown
    gap: Gap = ""
    check: Check = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    about: Answered
    writers: tuple[str, str]
    apart: float  # NaN where there are no marks


def draw(
    answered: Sequence[Answered],
    pairs: int,
    *,
    seed: int = 1,
    most: int | None = None,
    writers: Sequence[str] = (),
) -> list[Pair]:
    """`pairs` pairs, fewer where there are not so many, in random order.

    `most`: a request with its two responses has no more tokens than that (about, by its characters), since nobody
    reads with care what takes half an hour. `writers`: only pairs among these. Responses that are equal make no pair.
    Raises UserError where there is none at all.
    """
    chance = np.random.default_rng(seed)
    found = [one for about in answered for one in _candidates(about, most, writers)]
    if not found:
        raise UserError("there are no two responses to the same query that may be shown; draw from more writers")
    named = _gaps([one.apart for one in found])
    strata = defaultdict[tuple[str, str, str], list[int]](list)
    for place, one in enumerate(found):
        strata[one.about.query.domain1, one.about.query.language, named[place]].append(place)
    shares = _shares({name: len(places) for name, places in strata.items()}, min(pairs, len(found)), chance)
    chosen = [place for name, places in strata.items() for place in _turns(places, found, shares[name], chance)]
    return [_pair(found[place], named[place], chance) for place in chance.permutation(chosen)]


def checks(pairs: Sequence[Pair], answered: Sequence[Answered], count: int, *, seed: int = 1) -> list[Pair]:
    """Pairs that tell whether somebody reads: one of the drawn responses beside an answer to another query.

    Both are in the same language, and the other query is of another domain where there is one. Fewer than `count` where
    there are not so many.
    """
    chance = np.random.default_rng((seed, 1))
    made: list[Pair] = []
    for place in chance.permutation(len(pairs)):
        if len(made) == count:
            break
        pair = pairs[place]
        others = [
            one
            for one in answered
            if one.query.language == pair.query.language and one.query.index != pair.query.index and one.answers
        ]
        others = [one for one in others if one.query.domain1 != pair.query.domain1] or others
        if not others:
            continue
        other = others[chance.integers(len(others))]
        writer = sorted(other.answers)[chance.integers(len(other.answers))]
        strange = Shown(writer=writer, text=other.answers[writer])
        right = (pair.first, pair.second)[chance.integers(2)]
        check: Check = "first" if chance.integers(2) else "second"
        two = (right, strange) if check == "first" else (strange, right)
        made.append(_made(pair.query, two[0], two[1], "", check))
    return made


def _candidates(about: Answered, most: int | None, writers: Sequence[str]) -> list[_Candidate]:
    there = sorted(name for name in about.answers if about.answers[name].strip() and (not writers or name in writers))
    size = {name: tokens(about.answers[name]) for name in there}
    own = tokens(about.query.text)
    return [
        _Candidate(
            about=about,
            writers=(one, other),
            apart=abs(about.marks.get(one, math.nan) - about.marks.get(other, math.nan)),
        )
        for one, other in combinations(there, 2)
        if about.answers[one] != about.answers[other] and (most is None or own + size[one] + size[other] <= most)
    ]


def _gaps(apart: Sequence[float]) -> list[Gap]:
    """The third that each distance is in, of all that are known; equal distances are in the same one."""
    known = sorted(value for value in apart if not math.isnan(value))
    if not known:
        return [""] * len(apart)
    ranks = {value: (bisect_left(known, value) + bisect_right(known, value) - 1) / 2 for value in set(known)}
    return ["" if math.isnan(value) else GAPS[int(3 * ranks[value] / len(known))] for value in apart]


def _shares(
    sizes: Mapping[tuple[str, str, str], int], total: int, chance: np.random.Generator
) -> dict[tuple[str, str, str], int]:
    """How many of `total` each stratum gives, as nearly in proportion as whole numbers allow (Hamilton's method)."""
    every = sum(sizes.values())
    want = {name: total * size / every for name, size in sizes.items()}
    got = {name: math.floor(value) for name, value in want.items()}
    order = [list(sizes)[place] for place in chance.permutation(len(sizes))]
    for name in sorted(order, key=lambda name: got[name] - want[name])[: total - sum(got.values())]:
        got[name] += 1
    return got


def _turns(places: Sequence[int], found: Sequence[_Candidate], count: int, chance: np.random.Generator) -> list[int]:
    """`count` of some places, the queries taking turns."""
    by_query = defaultdict[int, list[int]](list)
    for place in chance.permutation(places):
        by_query[found[place].about.query.index].append(int(place))
    rounds = [(turn, number, place) for number, own in enumerate(by_query.values()) for turn, place in enumerate(own)]
    return [place for _, _, place in sorted(rounds)[:count]]


def _pair(one: _Candidate, gap: Gap, chance: np.random.Generator) -> Pair:
    order = one.writers if chance.integers(2) else one.writers[::-1]
    first, second = (Shown(writer=name, text=one.about.answers[name]) for name in order)
    return _made(one.about.query, first, second, gap, "")


def _made(query: Query, first: Shown, second: Shown, gap: Gap, check: Check) -> Pair:
    content = "\x00".join((query.text, first.writer, first.text, second.writer, second.text))
    id = sha256(content.encode("utf-8", "replace")).hexdigest()[:12]
    return Pair(id=id, query=query, first=first, second=second, gap=gap, check=check)
