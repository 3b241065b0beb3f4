"""Does a judge favour its own writing? Its marks for itself and for others, where people saw no difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from writingbench.audits.bars import table
from writingbench.audits.effects import Effect, Result, summed
from writingbench.records import Query

NAME = "own-writing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A response that people gave a score."""

    query: Query
    writer: str
    text: str
    score: float  # by people, on whatever scale
    own: bool  # the judge wrote it


def itself(scored: Sequence[Scored], means: Sequence[float | None]) -> Result:
    """The judge's mean mark for its own responses minus that for others', among those to the same query with the same
    human score; `means` are its marks, None where there are none. Of a query, such groups count alike.
    """
    groups: dict[tuple[str, float], tuple[list[float], list[float]]] = {}
    for one, mean in zip(scored, means, strict=True):
        if mean is not None:
            groups.setdefault((one.query.text, one.score), ([], []))[one.own].append(mean)
    language = {one.query.text: one.query.language for one in scored}
    effects = [
        Effect(query=query, language=language[query], value=fmean(own) - fmean(others))
        for (query, _), (others, own) in groups.items()
        if own and others
    ]
    alone = sum(not (own and others) for others, own in groups.values())
    return summed(NAME, "itself", effects, inapplicable=alone, lost=means.count(None), least=table().least)
