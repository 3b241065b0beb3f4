"""Where the published table of the same marks says something else, in words for the page."""

from __future__ import annotations

from collections.abc import Sequence

from writingbench.reports.shell import Tongue, words
from writingbench.scores.official import Surprise

SOME = 5  # names or numbers that are given of many


def said(surprises: Sequence[Surprise], tongue: Tongue) -> list[str]:
    """A line for each surprise; none where the tables agree."""
    w = words(tongue)
    return [
        w[f"official.{one.kind}"].format(
            models=_some(one.models), columns=_some(one.columns), queries=_some([str(index) for index in one.queries])
        )
        for one in surprises
    ]


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:SOME]) + (f" … ({len(names):,})" if len(names) > SOME else "")
