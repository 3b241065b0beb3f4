"""`report.html`: one file that needs nothing else, opens anywhere, and shows model output as text.

The page is made in pieces (`head`, one `entry` for each query, `foot`), so that writing it never needs all texts in
memory. Everything that a model or a file said goes through the template engine's escaping.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from writingbench.records import BANDS, Answer, Judgement, Query, Response, Verdict
from writingbench.reports.table import bounds, coverage, left_out, lines, marks, mean, spent

if TYPE_CHECKING:
    import jinja2


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What one writer made of a query, with the marks that got."""

    writer: str
    response: Response | None
    judgements: Sequence[Judgement]

    @property
    def mean(self) -> float | None:
        scores = [one.outcome.score for one in self.judgements if isinstance(one.outcome, Verdict)]
        return sum(scores) / len(scores) if scores else None

    def of(self, criterion: str) -> list[Judgement]:
        """The marks by one criterion."""
        return [one for one in self.judgements if one.criterion == criterion]


@cache
def _templates() -> jinja2.Environment:
    import jinja2  # noqa: PLC0415 - only a page needs it

    made = jinja2.Environment(
        loader=jinja2.PackageLoader("writingbench.reports"),
        autoescape=True,  # whatever the file is called: model output is hostile input
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    made.globals |= {"coverage": coverage, "bounds": bounds, "lines": lines, "mean": mean, "marks": marks}
    made.globals |= {"spent": spent, "left_out": left_out}
    made.tests |= {
        "verdict": lambda value: isinstance(value, Verdict),
        "answer": lambda value: isinstance(value, Answer),
    }
    return made


def head(results: Sequence[Any], version: str) -> str:
    """The top of the page: what was run and the table. `results` are `evaluate.Result`s that compare."""
    return _templates().get_template("head.html").render(results=results, version=version)


def entry(query: Query, entries: Sequence[Entry]) -> str:
    """One query with its criteria and what every writer made of it."""
    return _templates().get_template("entry.html").render(query=query, entries=entries, bands=BANDS)


def foot() -> str:
    """The end of the page."""
    return _templates().get_template("foot.html").render()
