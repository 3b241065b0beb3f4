"""People's votes, together with what is known of what they voted on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from writingbench.agreement.judged import Judged
from writingbench.agreement.study import Study
from writingbench.agreement.votes import Ballots, Scored, Written, about, duel, of_preferences, of_scores
from writingbench.records import Preference, Query


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinions:
    """What people said, where it is from, and what they saw."""

    name: str
    ballots: Ballots
    queries: Mapping[int, Query] = field(default_factory=dict)  # by index; empty where only their numbers are known
    texts: Mapping[Written, str] = field(default_factory=dict)  # of the responses, as far as they are known
    judges: Sequence[Judged] = ()  # whose marks came along
    scores: Sequence[Scored] = ()  # that the votes were made of, where people scored

    @property
    def written(self) -> set[Written]:
        """Every response that is in a pair."""
        return {(one.query, name) for one in self.ballots.duels for name in (one.first, one.second)}


def preferred(
    name: str, said: Iterable[Preference], queries: Iterable[Query] = (), texts: Mapping[Written, str] | None = None
) -> Opinions:
    """People who compared responses."""
    queries, texts = tuple(queries), texts or {}
    return Opinions(
        name=name,
        ballots=of_preferences(said, about(queries, texts)),
        queries={query.index: query for query in queries},
        texts=texts,
    )


def scored(
    name: str, scores: Iterable[Scored], queries: Iterable[Query] = (), texts: Mapping[Written, str] | None = None
) -> Opinions:
    """People who scored responses one by one."""
    queries, texts, scores = tuple(queries), texts or {}, tuple(scores)
    return Opinions(
        name=name,
        ballots=of_scores(scores, about(queries, texts)),
        queries={query.index: query for query in queries},
        texts=texts,
        scores=scores,
    )


def of_study(study: Study, name: str, without: Iterable[str] = ()) -> Opinions:
    """What people said in a study, its attention checks and the people named in `without` left out."""
    pairs = [pair for pair in study.pairs() if not pair.check]
    said = [one for one in study.said() if not one.pair.check and one.by not in set(without)]
    preferences = [
        Preference(
            query=one.pair.query.index,
            first=one.pair.first.writer,
            second=one.pair.second.writer,
            by=one.by,
            choice=one.label.choice,
            strength=one.label.strength,
            comment=one.label.comment,
            seconds=one.label.seconds,
        )
        for one in said
        if one.label.choice
    ]
    queries = {pair.query.index: pair.query for pair in pairs}
    texts = {(pair.query.index, one.writer): one.text for pair in pairs for one in (pair.first, pair.second)}
    return preferred(name, preferences, queries.values(), texts)


def known(opinions: Opinions, queries: Mapping[int, Query], texts: Mapping[Written, str]) -> Opinions:
    """The same votes with what else is known of queries and responses."""
    queries, texts = {**queries, **opinions.queries}, {**texts, **opinions.texts}
    there = about(queries.values(), texts)
    lengths = {
        (one.query, name): length
        for one in opinions.ballots.duels
        for name, length in ((one.first, one.first_length), (one.second, one.second_length))
        if length is not None
    }
    there = replace(there, lengths={**lengths, **there.lengths})
    duels = tuple(duel(one.query, one.first, one.second, there) for one in opinions.ballots.duels)
    return replace(opinions, ballots=replace(opinions.ballots, duels=duels), queries=queries, texts=texts)
