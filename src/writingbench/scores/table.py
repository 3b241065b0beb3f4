"""Marks of several writers as arrays: what every table, interval and picture is made from.

A row stands for one run (a writer under a judge), a column for one query; all rows of a table were made by the same
rules. What could not be had is counted beside the marks (`failures`) and never stands among them. Inside the arrays of
means NaN says that there is no mark; no record or page carries it.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from writingbench.benchmark.size import tokens
from writingbench.checks.checked import Checked
from writingbench.records import DYNAMIC, Answer, Judgement, Language, Query, Requirement, Response, Usage, Verdict

Ints = NDArray[np.integer]
Floats = NDArray[np.float64]
Counts = NDArray[Any]  # whole numbers, or True and False

State = Literal["complete", "cut", "refused", "truncated", "unreadable", "overlong", "unreachable"]
STATES: tuple[State, ...] = ("complete", "cut", "refused", "truncated", "unreadable", "overlong", "unreachable")
"""What became of a response. "cut": the limit on output tokens ended it; from "refused" on there is no answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a table needs to know of a query: everything but its texts."""

    index: int
    domain1: str
    domain2: str
    language: Language
    tokens: int  # of the request, about
    criteria: tuple[str, ...]
    kinds: tuple[Requirement | None, ...]  # what each criterion watches over


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """The replies behind a row, added up."""

    replies: int = 0
    usage: Usage = Usage()
    cost: float = 0.0  # US dollars
    unpriced: int = 0  # replies whose cost is not known

    def __add__(self, other: Paid) -> Paid:
        return Paid(
            replies=self.replies + other.replies,
            usage=self.usage + other.usage,
            cost=self.cost + other.cost,
            unpriced=self.unpriced + other.unpriced,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Whose marks a row holds, and the rules they were made under."""

    writer: str
    judge: str
    protocol: str
    benchmark: str
    prompt: str
    fingerprint: str  # of the run
    judge_fingerprint: str
    protocol_fingerprint: str
    benchmark_fingerprint: str
    alike: str = ""  # what writers share that differ in how long they think, and in nothing else
    thinking: str = ""  # how long this one thinks, where that was said
    left_out: str = ""  # what the rules ask for and a server does not take
    imported: bool = False
    paid: Paid = Paid()
    checked: Checked | None = None  # what the checks count in its responses; None where they are not there
    criteria: str = DYNAMIC  # what the criteria are called that were judged by
    criteria_fingerprint: str = ""  # "" for each query's own

    @property
    def who(self) -> tuple[str, str, str]:
        """Whose responses these are, whoever judged them."""
        return self.writer, self.alike, self.thinking

    @property
    def rules(self) -> tuple[str, ...]:
        """What rows must share to stand in one table."""
        return (*self.but_criteria, self.criteria_fingerprint)

    @property
    def but_criteria(self) -> tuple[str, ...]:
        """What tables must share to be compared for what their criteria change."""
        return self.protocol_fingerprint, self.benchmark_fingerprint, self.judge_fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Columns with one row for each mark: `writer` and `query` are places in the table, `criterion` a place in the
    query's list, `draw` which of the writer's responses, `repeat` which mark of the judge on it, `score` 1 to 10.
    """

    writer: Ints
    query: Ints
    criterion: Ints
    draw: Ints
    repeat: Ints
    score: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Columns with one row for each response: `tokens` is its length, about; `state` a place in STATES."""

    writer: Ints
    query: Ints
    draw: Ints
    tokens: Ints
    state: Ints


@dataclass(frozen=True, kw_only=True)
class Table:
    """M writers on Q queries, with C criteria at most."""

    labels: tuple[Label, ...]  # M
    queries: tuple[Asked, ...]  # Q
    marks: Marks
    asked: Ints  # [M, Q] marks asked for; 0 where a writer was not asked this query
    failures: Mapping[str, Ints]  # kind -> [M, Q] marks that could not be had
    answers: Answers

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.labels), len(self.queries)

    @cached_property
    def criterion_sums(self) -> Floats:
        """[M, Q, C] marks added up."""
        return self._criteria(self.marks.score).astype(np.float64)

    @cached_property
    def criterion_counts(self) -> Ints:
        """[M, Q, C] how many marks there are."""
        return self._criteria(None).astype(np.int32)

    @cached_property
    def counts(self) -> Ints:
        """[M, Q] how many marks there are."""
        counts: Ints = self.criterion_counts.sum(axis=2)
        return counts

    @cached_property
    def means(self) -> Floats:
        """[M, Q] the score of each query, the mean of all its marks; NaN where there is none."""
        return _ratio(self.criterion_sums.sum(axis=2), self.counts)

    @cached_property
    def takes(self) -> int:
        """How many marks there are at most on one criterion: draws of the writer times repeats of the judge."""
        return int(self.criterion_counts.max(initial=0))

    def _criteria(self, weights: Ints | None) -> Floats | Ints:
        rows, columns = self.shape
        most = max((len(query.criteria) for query in self.queries), default=0)
        cell = (self.marks.writer.astype(np.int64) * columns + self.marks.query) * most + self.marks.criterion
        return np.bincount(cell, weights, rows * columns * most).reshape(rows, columns, most)

    def only(self, rows: Sequence[int]) -> Table:
        """The same queries with some of the writers, in the order given."""
        place = np.full(len(self.labels), -1)
        place[list(rows)] = np.arange(len(rows))
        marks, answers = place[self.marks.writer], place[self.answers.writer]
        made = Table(
            labels=tuple(self.labels[row] for row in rows),
            queries=self.queries,
            marks=_kept(self.marks, marks),
            asked=self.asked[list(rows)],
            failures={kind: counts[list(rows)] for kind, counts in self.failures.items()},
            answers=_kept(self.answers, answers),
        )
        for name in ("criterion_sums", "criterion_counts"):
            if name in self.__dict__:  # was worked out already
                made.__dict__[name] = self.__dict__[name][list(rows)]
        return made


Columns = TypeVar("Columns", Marks, Answers)


def _kept(columns: Columns, writer: Ints) -> Columns:
    """The rows of `columns` whose writer's new place is not -1."""
    stays = writer >= 0
    found = {name: getattr(columns, name)[stays] for name in columns.__slots__}
    return type(columns)(**{**found, "writer": writer[stays]})


def _ratio(sums: Floats | Ints, counts: Ints) -> Floats:
    with np.errstate(invalid="ignore"):
        return np.asarray(sums / counts, np.float64)


def state_of(response: Response) -> State:
    """What became of a response."""
    if isinstance(response.outcome, Answer):
        return "complete" if response.outcome.complete else "cut"
    return response.outcome.kind


def asked(query: Query) -> Asked:
    """A query as a table knows it."""
    return Asked(
        index=query.index,
        domain1=query.domain1,
        domain2=query.domain2,
        language=query.language,
        tokens=tokens(query.text),
        criteria=tuple(criterion.name for criterion in query.criteria),
        kinds=tuple(criterion.requirement for criterion in query.criteria),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What there is of one writer on one query, in numbers: a table of many must not need their texts in memory."""

    asked: int  # marks
    answers: tuple[tuple[int, int, int], ...]  # draw, tokens, state
    marks: tuple[tuple[int, int, int, int], ...]  # criterion, draw, repeat, score
    failures: tuple[str, ...]  # kinds

    @property
    def whole(self) -> bool:
        """Whether every mark that was asked for is there."""
        return len(self.marks) >= self.asked


def take(query: Query, responses: Iterable[Response], judgements: Iterable[Judgement], asked: int) -> Taken:
    """Responses and judgements in numbers; `asked` marks were asked for."""
    places = {criterion.name: place for place, criterion in enumerate(query.criteria)}
    marks, failures = [], []
    for one in judgements:
        if isinstance(one.outcome, Verdict):
            marks.append((places[one.criterion], one.response, one.repeat, one.outcome.score))
        else:
            failures.append(one.outcome.kind)
    answers = []
    for response in responses:
        length = tokens(response.outcome.text) if isinstance(response.outcome, Answer) else 0
        answers.append((response.draw, length, STATES.index(state_of(response))))
    return Taken(asked=asked, answers=tuple(answers), marks=tuple(marks), failures=tuple(failures))


@dataclass(slots=True)
class Gathering:
    """Takes in what there is, query by query, and makes the table of it."""

    queries: list[Asked] = field(default_factory=list)
    _marks: list[array[int]] = field(default_factory=lambda: [array("i") for _ in Marks.__slots__])
    _answers: list[array[int]] = field(default_factory=lambda: [array("i") for _ in Answers.__slots__])
    _asked: list[tuple[int, int, int]] = field(default_factory=list)
    _failures: list[tuple[str, int, int]] = field(default_factory=list)

    def query(self, query: Asked) -> None:
        """From here on it is about this query."""
        self.queries.append(query)

    def take(self, writer: int, taken: Taken) -> None:
        """What there is of a writer (its place in the table) on the latest query."""
        place = len(self.queries) - 1
        self._asked.append((writer, place, taken.asked))
        for answer in taken.answers:
            _append(self._answers, (writer, place, *answer))
        for mark in taken.marks:
            _append(self._marks, (writer, place, *mark))
        self._failures += [(kind, writer, place) for kind in taken.failures]

    def table(self, labels: Sequence[Label]) -> Table:
        """Everything taken in so far; `labels` in the order of the writers' places."""
        shape = len(labels), len(self.queries)
        asked = np.zeros(shape, np.int32)
        for writer, place, number in self._asked:
            asked[writer, place] = number
        failures: dict[str, Ints] = {}
        for kind, writer, place in self._failures:
            failures.setdefault(kind, np.zeros(shape, np.int32))[writer, place] += 1
        return Table(
            labels=tuple(labels),
            queries=tuple(self.queries),
            marks=Marks(**{name: np.array(c, np.int32) for name, c in zip(Marks.__slots__, self._marks, strict=True)}),
            asked=asked,
            failures=failures,
            answers=Answers(
                **{name: np.array(c, np.int32) for name, c in zip(Answers.__slots__, self._answers, strict=True)}
            ),
        )


def _append(columns: Sequence[array[int]], row: Sequence[int]) -> None:
    for column, value in zip(columns, row, strict=True):
        column.append(value)
