"""Being written."""

from __future__ import annotations

from writingbench.records import Answer, Finding, Query


def check(query: Query, answer: Answer) -> list[Finding]:
    return []
