"""What the rules find."""

from __future__ import annotations

from dataclasses import dataclass

from writingbench.records import Criterion, Query


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """Something about a query's criteria that deserves a look."""

    query: int
    criterion: str | None  # its name; None where it is about all criteria of the query
    rule: str
    message: str
    evidence: str  # quoted from the criterion or the query


def flaw(query: Query, criterion: Criterion | None, rule: str, message: str, evidence: str) -> Flaw:
    return Flaw(
        query=query.index,
        criterion=criterion.name if criterion else None,
        rule=rule,
        message=message,
        evidence=evidence,
    )
