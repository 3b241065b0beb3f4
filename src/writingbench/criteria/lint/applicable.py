"""Criteria that no reader of a text can apply: they ask for what is heard, seen, clicked or done."""

from __future__ import annotations

from collections.abc import Iterator

from writingbench.criteria.lint.flaw import Flaw, flaw
from writingbench.criteria.lint.patterns import patterns
from writingbench.criteria.lint.text import around, parts
from writingbench.records import Query


def inapplicable(query: Query) -> Iterator[Flaw]:
    """`not-in-the-text`: a criterion by something that a text does not show. Named once for each criterion."""
    for criterion in query.criteria:
        for what, asked in patterns("unseen").items():
            match = next((found for text in parts(criterion) if (found := asked.search(text))), None)
            if match:
                evidence = around(match.string, *match.span())
                message = f"asks {what}, which a text does not show"
                yield flaw(query, criterion, "not-in-the-text", message, evidence)
                break
