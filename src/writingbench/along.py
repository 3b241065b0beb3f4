"""How responses change along their length: repetition, variety, and a judge's marks window by window.

A mark of the whole text cannot say where it goes wrong. Here each window of about 500 tokens is marked by itself, by
one criterion for passages, so that a fall past some position can be seen. Fewer responses reach the later windows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from writingbench import evaluate, models
from writingbench.calls import on_lines
from writingbench.checks.course import SIZE, Level, Stretch, average, course, levels
from writingbench.criteria import sets
from writingbench.evaluate import Progress
from writingbench.judgements import judge as mark
from writingbench.models import Endpoint, Terms
from writingbench.models.terms import ANY
from writingbench.protocols import Protocol
from writingbench.records import Answer, Judgement, Query, Response, Verdict
from writingbench.store import Store

if TYPE_CHECKING:
    from writingbench.models.batch import BatchLine
    from writingbench.models.chat import Line

QUIET = Progress()


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """What many responses are like from one position on."""

    start: int  # tokens
    repetition: Level | None  # share of the window that repeats what stands before it
    variety: Level | None
    mark: Level | None = None  # 1 to 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A judge's marks by window, in the order of the responses."""

    scores: Sequence[Sequence[float | None]]  # None: no mark could be had
    calls: int
    stopped: str = ""

    @property
    def missing(self) -> int:
        """Windows without a mark."""
        return sum(score is None for scores in self.scores for score in scores)


async def marks(
    answered: Sequence[tuple[Query, Answer]],
    by: Endpoint,
    rules: Protocol,
    store: Store,
    terms: Terms = ANY,
    seen: Progress = QUIET,
) -> Marked:
    """Have every window of every answer marked by `by`. What the store holds is not asked again."""
    passage = sets.load(sets.PASSAGE)
    windows = [
        (place, number, query, answer.text[slice(*stretch.span)])
        for place, (query, answer) in enumerate(answered)
        for number, stretch in enumerate(course(answer.text))
    ]
    scores: list[list[float | None]] = [[] for _ in answered]
    for place, *_ in windows:
        scores[place].append(None)

    async def work(lines: Mapping[Endpoint, Line | BatchLine]) -> None:
        line = lines[by]
        judge = evaluate.as_judge(line.endpoint, rules)

        async def one(window: tuple[int, int, Query, str]) -> None:
            place, number, query, text = window
            (asked,) = sets.apply([query], passage)
            response = Response(query=query.index, writer=f"window {number}", draw=0, outcome=Answer(text=text))
            scores[place][number] = _mean(await mark(asked, response, judge, line, rules.repeats, seen.judgement))

        await models.drain(windows, one, workers=min(len(windows), line.most))

    came = await on_lines([by], work, store, terms, seen.note)
    return Marked(scores=scores, calls=came.calls, stopped=came.stopped)


def _mean(judgements: Sequence[Judgement]) -> float | None:
    scores = [one.outcome.score for one in judgements if isinstance(one.outcome, Verdict)]
    return sum(scores) / len(scores) if scores else None


def positions(courses: Sequence[Sequence[Stretch]], marked: Marked | None = None) -> list[Position]:
    """The responses by position, with intervals by drawing responses with replacement."""
    given = levels(marked.scores) if marked else []
    return [
        Position(
            start=one.start,
            repetition=one.repetition,
            variety=one.variety,
            mark=given[place] if place < len(given) else None,
        )
        for place, one in enumerate(average(courses, SIZE))
    ]
