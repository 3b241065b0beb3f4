"""Responses that somebody wrote elsewhere, judged like any other.

What people voted on came in a file. Each text is kept in the store as the reply that it is, under an identity that is
made of the writer's name and its texts, so that no model's own reply can be taken for it. From there on it is a
response as any: `agree judge`, `judge`, `report` and `serve` find it. Queries of such data have no criteria of their
own; a model writes them, as `criteria generate` does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from writingbench import calls, evaluate, models
from writingbench.agreement.opinions import Opinions
from writingbench.agreement.votes import Written
from writingbench.benchmark import Benchmark
from writingbench.calls import on_lines
from writingbench.criteria import generate, sets
from writingbench.criteria.sets import CriteriaSet
from writingbench.evaluate import Progress, Run
from writingbench.models import Endpoint, Refuses, Terms
from writingbench.models.memory import Recall
from writingbench.models.terms import ANY
from writingbench.protocols import Protocol
from writingbench.records import DYNAMIC, Failure, Query, Reply, Sampling, UserError, Verdict, fingerprint
from writingbench.responses import GIVEN, Writer
from writingbench.store import Store

if TYPE_CHECKING:
    from writingbench.models.batch import BatchLine
    from writingbench.models.chat import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """What judging came to."""

    responses: int
    asked: int  # marks
    failures: Mapping[str, int] = field(default_factory=dict)  # kind -> marks that could not be had
    without: Mapping[int, Failure] = field(default_factory=dict)  # queries for which no criteria could be had
    calls: int = 0
    stopped: str = ""  # why it ended before everything was asked


def choose(
    opinions: Opinions, limit: int | None = None, each: int | None = None, seed: int = 1
) -> dict[int, tuple[str, ...]]:
    """Which responses are judged: of the first `limit` queries that people voted on, `each` at most, by lot.

    All pairs among the responses to a query can then be compared. Raises UserError where the texts are not known.
    """
    chance = np.random.default_rng(seed)
    there: dict[int, list[str]] = {}
    for query, writer in sorted(opinions.written):
        if query in opinions.queries and opinions.texts.get((query, writer), "").strip():
            there.setdefault(query, []).append(writer)
    if not there:
        raise UserError(
            f"{opinions.name}: the texts are not in it, so no judge can be asked about them; rows need `request` and "
            "`response`, or judge the run that they are from with `judge`"
        )
    chosen = {}
    for query, writers in list(there.items())[:limit]:
        drawn = chance.permutation(len(writers))[:each]
        chosen[query] = tuple(writers[place] for place in sorted(drawn.tolist()))
    return chosen


async def judge(
    opinions: Opinions,
    chosen: Mapping[int, Sequence[str]],
    by: Endpoint,
    rules: Protocol,
    criteria: Sequence[CriteriaSet | None],
    store: Store,
    *,
    author: Endpoint | None = None,
    terms: Terms = ANY,
    asking: calls.Seen = calls.QUIET,
    seen: Progress = Progress(),  # noqa: B008 - a frozen record
) -> Marked:
    """Have `by` mark the responses `chosen` (query -> writers) under each of `criteria`.

    None among them stands for criteria of each query's own, which `author` writes, or the judge. What the store holds
    is not asked again; a query for which no criteria could be had is judged under the others alone.
    """
    queries = [opinions.queries[index] for index in chosen]
    own: dict[int, Query] = {}
    without: dict[int, Failure] = {}
    made, author = 0, author or by
    if None in criteria:
        came = await generate.carry_out(queries, author, store, terms=terms, seen=asking)
        made, noted = came.calls, generate.step(author)
        for query, said in zip(queries, came.answers, strict=True):
            if isinstance(said, Failure):
                without[query.index] = said
            elif said is not None:
                own[query.index] = generate.apply(query, said, noted)
        if came.stopped:
            return Marked(responses=0, asked=0, without=without, calls=made, stopped=came.stopped)
    under = [(one, own if one is None else {q.index: q for q in sets.apply(queries, one)}) for one in criteria]
    writers = {name: _writer(name, opinions) for names in chosen.values() for name in names}
    for index, names in chosen.items():
        for name in names:
            _keep(opinions.queries[index], writers[name], opinions.texts[index, name], store)
    recall = Recall(store)
    marks: Counter[str] = Counter()

    async def work(lines: Mapping[Endpoint, Line | BatchLine]) -> None:
        line = lines[by]
        marks.clear()
        plan = _Plan(opinions, replace(rules, responses=1), line.endpoint, author)
        tasks: list[tuple[Query, Run]] = []
        asked: dict[str, tuple[Run, list[Query]]] = {}
        for index, names in chosen.items():
            for name in names:  # a response under one set after the other: they share a beginning
                for one, about in under:
                    if index in about:
                        run = plan.run(writers[name], one)
                        tasks.append((about[index], run))
                        asked.setdefault(run.fingerprint, (run, []))[1].append(about[index])
        new = [key for key, (run, about) in asked.items() if store.begin(key, msgspec.json.encode(run), about)]

        async def mark(task: tuple[Query, Run]) -> None:
            query, run = task
            found = await evaluate.item(query, run, recall, line, seen)
            marks["asked"] += len(query.criteria) * run.marks
            marks.update(one.outcome.kind for one in found.judgements if not isinstance(one.outcome, Verdict))

        try:
            await models.drain(tasks, mark, workers=min(len(tasks), line.most))
        except Refuses:
            for key in new:  # it is asked without the field: by another judge, in other runs
                store.withdraw(key)
            raise

    ended = await on_lines([by], work, store, terms, seen.note)
    return Marked(
        responses=sum(map(len, chosen.values())),
        asked=marks.pop("asked", 0),
        failures=dict(marks),
        without=without,
        calls=made + ended.calls,
        stopped=ended.stopped,
    )


class _Plan:
    """Runs that share everything but their writer and their criteria."""

    def __init__(self, opinions: Opinions, rules: Protocol, judge: Endpoint, author: Endpoint) -> None:
        bare = Benchmark(name=opinions.name, queries=tuple(opinions.queries.values()))
        self._bare = bare.name, bare.fingerprint
        self._rules, self._judge = rules, evaluate.as_judge(judge, rules)
        self._author = fingerprint(generate.WHAT, author.identity, calls.prompt("criteria", "generate").hash)

    def run(self, writer: Writer, criteria: CriteriaSet | None) -> Run:
        name, mark = self._bare
        run = Run(protocol=self._rules, benchmark=name, benchmark_fingerprint=mark, writer=writer, judge=self._judge)
        if criteria is None:  # not part of the data: other criteria by another author are another set
            return replace(run, criteria=DYNAMIC, criteria_fingerprint=self._author)
        return evaluate.by_criteria(run, criteria)


def _writer(name: str, opinions: Opinions) -> Writer:
    """Whoever wrote the texts that go under a name: with other texts it is another writer."""
    texts: list[tuple[Written, str]] = sorted(item for item in opinions.texts.items() if item[0][1] == name)
    mark = fingerprint(
        [[opinions.queries[query].text, text] for (query, _), text in texts if query in opinions.queries]
    )
    return Writer(name=name, model=f"{GIVEN}{name}/{mark}", sampling=Sampling())


def _keep(query: Query, writer: Writer, text: str, store: Store) -> None:
    asked = writer.request(query, 0).fingerprint
    if store.reply(asked) is None:
        store.keep(asked, writer.model, Reply(text=text, finish="stop"))
