"""Grade one text: criteria made for its request, marks with reasons, and what the checks find."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from writingbench import evaluate
from writingbench.calls import on_lines
from writingbench.checks.review import Reviewer
from writingbench.criteria import generate
from writingbench.evaluate import Progress
from writingbench.judgements import judge as mark
from writingbench.models import Endpoint, Terms
from writingbench.models.terms import ANY
from writingbench.protocols import Protocol
from writingbench.records import Answer, Failure, Finding, Judgement, Language, Query, Response, Verdict
from writingbench.store import Store

if TYPE_CHECKING:
    from writingbench.models.batch import BatchLine
    from writingbench.models.chat import Line

QUIET = Progress()


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """A text and what is said of it."""

    query: Query  # with the criteria that it was judged by
    response: Response
    judgements: Sequence[Judgement]
    findings: Sequence[Finding]
    failure: Failure | None = None  # why there are no criteria
    calls: int = 0
    stopped: str = ""  # why it ended before everything was asked

    @property
    def mean(self) -> float | None:
        """Of all marks; None where there is none."""
        scores = [one.outcome.score for one in self.judgements if isinstance(one.outcome, Verdict)]
        return sum(scores) / len(scores) if scores else None

    @property
    def missing(self) -> int:
        """Marks that could not be had."""
        return sum(isinstance(one.outcome, Failure) for one in self.judgements)


async def grade(
    query: Query,
    answer: Answer,
    judge: Endpoint,
    rules: Protocol,
    store: Store,
    *,
    by: Endpoint | None = None,
    wanted: Language | None = None,
    name: str = "text",
    terms: Terms = ANY,
    seen: Progress = QUIET,
) -> Graded:
    """Marks for a text (called `name`) by the criteria of its `query`, which `by` (or the judge) writes where it has
    none, in the `wanted` language or the request's own. What the store holds is not asked again.
    """
    response = Response(query=query.index, writer=name, draw=0, outcome=answer)
    failure: Failure | None = None
    asked, marks = query, list[Judgement]()
    by = by or judge

    async def work(lines: Mapping[Endpoint, Line | BatchLine]) -> None:
        nonlocal asked, failure, marks
        if not query.criteria:
            made = await generate.one(query, lines[by].endpoint, lines[by], wanted)
            if isinstance(made, Failure):
                failure = made
                return
            asked = generate.apply(query, made, generate.step(by))
        marker = evaluate.as_judge(lines[judge].endpoint, rules)
        marks = await mark(asked, response, marker, lines[judge], rules.repeats, seen.judgement)

    came = await on_lines([by, judge] if not query.criteria else [judge], work, store, terms, seen.note)
    with Reviewer() as reviewer:
        findings, _ = reviewer.review(asked, [response], marks)
    return Graded(
        query=asked,
        response=response,
        judgements=marks,
        findings=findings.get(0, ()),
        failure=failure,
        calls=came.calls,
        stopped=came.stopped,
    )
