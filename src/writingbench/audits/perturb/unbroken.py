"""Whether a change breaks a demand of the request that the text met: what `checks` can see of length and structure."""

from __future__ import annotations

from writingbench.checks import passages
from writingbench.checks.length import check as length
from writingbench.checks.structure import check as structure
from writingbench.records import Answer, Query

CHECKS = {"length": length, "structure": structure}


def newly_broken(query: Query, before: str, after: str, *names: str) -> bool:
    """Whether a demand is broken by `after` that is not by `before`; of the checks named, or of all."""
    for name in names or CHECKS:
        broken = [
            {one.demand for one in CHECKS[name](query, Answer(text=text)) if one.verdict == "broken"}
            for text in (before, after)
        ]
        if broken[1] - broken[0]:
            return True
    return False


def harmless(query: Query, before: str, after: str) -> bool:
    """Whether a change leaves every demand as it was, as far as that can be known.

    Where length is asked for and the check cannot read how, only a text of the same length is known to be harmless.
    """
    if newly_broken(query, before, after):
        return False
    if "length" not in query.requirements or _size(before) == _size(after):
        return True
    return any(one.verdict == "met" for one in length(query, Answer(text=after)))


def _size(text: str) -> int:
    return passages.words(text) + passages.han(text)
