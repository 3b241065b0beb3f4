"""Judges against people, whole: a row for each judge, people among each other, and which judges differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from writingbench.agreement import rules
from writingbench.agreement.drawn import RESAMPLES, Drawn, Figure, ratio
from writingbench.agreement.features import LENGTH
from writingbench.agreement.judged import Judged, margins
from writingbench.agreement.opinions import Opinions
from writingbench.agreement.people import People, kappa, people, reliability
from writingbench.agreement.rules import Rule, credit
from writingbench.agreement.systems import Systems, systems
from writingbench.agreement.votes import MISSING, TIE, Votes, lengths, majority, sides

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Of how many pairs there is something, and what the rest could change."""

    pairs: int  # with a vote
    asked: int  # both responses were given to the judge
    judged: int  # there is a margin
    whole: int  # every mark on both responses is there
    failures: Mapping[str, int]  # kind -> marks that could not be had
    least: float | None  # agreement with the majority, ties half, if every pair without a margin were wrong
    most: float | None  # and if every one were right


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A judge against people."""

    judge: str
    criteria: str
    protocol: str
    baseline: bool
    coverage: Coverage
    ties: float | None  # share of the judged pairs
    worth: float | None  # how many pairs, one for a query, would say as much about its agreement
    majority: Mapping[Rule, Figure]  # with people's majority
    each: Mapping[Rule, Figure]  # with a person, each vote counted once
    persons: Mapping[str, Mapping[Rule, Figure]]  # with this person
    kappa: Figure  # Cohen's, with people's majority
    length_controlled: Figure
    longer: Figure  # the share of pairs in which it prefers the longer response
    systems: Systems

    @property
    def name(self) -> str:
        return f"{self.judge}, {self.criteria}" if self.criteria else self.judge


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Two judges on the pairs that both have a margin for: agreement with the majority, ties half, one minus other."""

    one: int  # places of rows
    other: int
    apart: Figure
    discordant: float | None  # share of pairs on which just one is right, of those that nobody calls a tie


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Everything that is said of judges and people."""

    human: str  # where people's votes are from
    queries: int
    writers: int
    tie: float  # margins of judges up to here are ties
    people: People
    longer: Figure  # how often people prefer the longer response
    rows: tuple[Row, ...]
    differences: tuple[Difference, ...]


def compare(opinions: Opinions, judges: Sequence[Judged], *, tie: float = 0.0, resamples: int = RESAMPLES) -> Compared:
    """Each judge against people, baselines last; a judge's margins of at most `tie` are ties, a baseline's only 0."""
    ballots = opinions.ballots
    judges = sorted(judges, key=lambda one: one.baseline)
    over = Drawn([one.query for one in ballots.duels], resamples=resamples)
    most, longer = majority(ballots.votes), lengths(ballots.duels)
    said: list[Votes] = []
    rows = []
    for one in judges:
        found = margins(one, ballots.duels)
        side = sides(found.margins, 0.0 if one.baseline else tie)
        said.append(side)
        there = (side != MISSING) & (most != MISSING)
        half = rules.shares(over, side, most)
        rows.append(
            Row(
                judge=one.judge,
                criteria=one.criteria,
                protocol=one.protocol,
                baseline=one.baseline,
                coverage=_coverage(half["half"], found.asked & (most != MISSING), there, found.whole, most, one),
                worth=half["half"].worth,
                ties=float((side[there] == TIE).mean()) if there.any() else None,
                majority=half,
                each=rules.with_each(over, side, ballots.votes),
                persons={
                    name: rules.shares(over, side, ballots.votes[:, column])
                    for column, name in enumerate(ballots.raters)
                    if len(ballots.raters) > 1
                },
                kappa=kappa(over, side, most),
                length_controlled=rules.length_controlled(over, side, most, longer),
                longer=rules.prefers_longer(over, np.where(there, side, MISSING), longer),
                systems=systems(over, ballots.duels, most, side, one),
            )
        )
    return Compared(
        human=opinions.name,
        queries=over.count,
        writers=len({name for one in ballots.duels for name in (one.first, one.second)}),
        tie=tie,
        people=people(ballots, over, reliability(opinions.scores, resamples)),
        longer=rules.prefers_longer(over, most, longer),
        rows=tuple(rows),
        differences=tuple(
            _difference(over, most, said, one, other)
            for one, other in combinations(range(len(rows)), 2)
            if not rows[one].baseline and (not rows[other].baseline or rows[other].judge == LENGTH)
        ),
    )


def _coverage(half: Figure, asked: Flags, there: Flags, whole: Flags, most: Votes, judged: Judged) -> Coverage:
    right, n = (half.value or 0) * half.n, int(asked.sum())
    return Coverage(
        pairs=int((most != MISSING).sum()),
        asked=n,
        judged=int(there.sum()),
        whole=int((there & whole).sum()),
        failures=judged.failures,
        least=right / n if n else None,
        most=(right + n - half.n) / n if n else None,
    )


def _difference(over: Drawn, most: Votes, said: Sequence[Votes], one: int, other: int) -> Difference:
    first, second = (credit(said[row], most, "half") for row in (one, other))
    both = ~np.isnan(first) & ~np.isnan(second)
    clear = both & (first != 0.5) & (second != 0.5)
    parts = np.column_stack([np.where(both, first - second, 0), both])
    return Difference(
        one=one,
        other=other,
        apart=over.of(parts, lambda sums: ratio(sums, 0, 1), both),
        discordant=float((first != second)[clear].mean()) if clear.any() else None,
    )
