"""Audit a judge: have it mark responses and their changed versions, and see whether its marks move as they must."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

from writingbench import benchmark, evaluate, models
from writingbench.audits import audit as measures
from writingbench.audits import builtin
from writingbench.audits.builtin import Subject
from writingbench.audits.card import Card
from writingbench.audits.itself import Scored, itself
from writingbench.audits.perturb import PROPERTIES, Call, Property
from writingbench.calls import on_lines
from writingbench.criteria import sets
from writingbench.evaluate import Progress, Run
from writingbench.judgements import judge as mark
from writingbench.models import Endpoint, Terms
from writingbench.models.memory import Anew
from writingbench.models.terms import ANY
from writingbench.protocols import Protocol
from writingbench.records import DYNAMIC, Answer, Failure, Judgement, Response, Verdict
from writingbench.store import Store
from writingbench.stored import Tally, stored_runs

if TYPE_CHECKING:
    from writingbench.criteria.sets import CriteriaSet
    from writingbench.models.batch import BatchLine
    from writingbench.models.chat import Line

QUIET = Progress()
APART = 1_000_000  # draws: what is asked anew is asked as draws that nobody else asks for


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """A judge's card, and what asking came to."""

    card: Card
    calls: int
    stopped: str = ""  # why it ended before everything was asked


async def audit(
    subjects: Sequence[Subject],
    by: Endpoint,
    rules: Protocol,
    store: Store,
    *,
    properties: Sequence[Property] = PROPERTIES,
    criteria: CriteriaSet | None = None,
    scored: Sequence[Scored] = (),
    repeats: int = 1,
    seed: int = 0,
    terms: Terms = ANY,
    seen: Progress = QUIET,
    expect: Callable[[int], None] = lambda marks: None,
) -> Audited:
    """Audit `by` on responses, whose queries have the criteria they are marked by; `criteria` is the set that these
    come from, None where each has its own. What the store holds is not asked again. `expect` is told how many marks
    there will be.
    """
    shared = criteria or sets.load("global")
    cases = measures.cases(subjects, spare=builtin_subjects(), shared=shared, seed=seed)
    made = measures.plan(subjects, cases, properties, repeats)
    calls = [*made.calls, *(Call(query=one.query, text=one.text) for one in scored)]
    times = [*made.repeats, *[repeats] * len(scored)]
    marks: list[list[Judgement]] = [[] for _ in calls]
    judge = evaluate.as_judge(by, rules)
    asked = sum(len(call.query.criteria) * often for call, often in zip(calls, times, strict=True))
    expect(asked)

    async def work(lines: Mapping[Endpoint, Line | BatchLine]) -> None:
        nonlocal judge
        line = lines[by]
        judge = evaluate.as_judge(line.endpoint, rules)

        async def one(place: int) -> None:
            call = calls[place]
            response = Response(query=call.query.index, writer="audit", draw=0, outcome=Answer(text=call.text))
            asker = Anew(line, APART) if call.fresh else line
            marks[place] = await mark(call.query, response, judge, asker, times[place], seen.judgement)

        await models.drain(range(len(calls)), one, workers=min(len(calls), line.most))

    came = await on_lines([by], work, store, terms, seen.note)
    results = measures.results(made, marks[: len(made.calls)])
    if scored:
        results.append(itself(scored, [_mean(one) for one in marks[len(made.calls) :]]))
    every = [one.outcome for judgements in marks for one in judgements]
    failed = Counter[str](one.kind for one in every if isinstance(one, Failure))
    return Audited(
        card=Card(
            judge=judge.name,
            judge_fingerprint=judge.fingerprint,
            protocol=rules.name,
            prompt=judge.prompt.name,
            criteria=criteria.name if criteria else DYNAMIC,
            criteria_fingerprint=criteria.fingerprint if criteria else "",
            writers=list(dict.fromkeys(one.writer for one in subjects)),
            queries=Counter({one.query.text: one.query.language for one in subjects}.values()),
            responses=len(subjects),
            seed=seed,
            mean=measures.usual(made, marks),
            asked=asked,
            marked=sum(isinstance(one, Verdict) for one in every),
            failures=failed + Counter({"unasked": asked - len(every)}),
            results=results,
        ),
        calls=came.calls,
        stopped=came.stopped,
    )


def _mean(judgements: Sequence[Judgement]) -> float | None:
    scores = [one.outcome.score for one in judgements if isinstance(one.outcome, Verdict)]
    return fmean(scores) if scores else None


def builtin_subjects(criteria: CriteriaSet | None = None) -> list[Subject]:
    """The built-in responses, to be judged by their queries' own criteria or by a set."""
    queries = benchmark.named("starter", Path).queries
    return builtin.subjects(sets.apply(queries, criteria) if criteria else queries)


async def responses(store: Store, writer: str | None, criteria: CriteriaSet | None) -> list[Subject]:
    """The responses of a store's runs, each once, by query; of one `writer` where one is named."""
    found: dict[tuple[str, str, int, str], Subject] = {}
    for run in _runs(store, writer, criteria):
        tally = Tally(run, store)
        for query in store.queries(run.fingerprint):
            (asked,) = sets.apply([query], criteria) if criteria else [query]
            for one in (await tally.take(query)).responses:
                if isinstance(one.outcome, Answer) and asked.criteria:
                    key = (run.writer.fingerprint, query.text, one.draw, one.outcome.text)
                    subject = Subject(query=asked, writer=run.writer.name, text=one.outcome.text)
                    found.setdefault(key, subject)
    return sorted(found.values(), key=lambda one: (one.query.index, one.writer))


def _runs(store: Store, writer: str | None, criteria: CriteriaSet | None) -> list[Run]:
    """The runs whose queries have their own criteria, unless those are replaced anyway."""
    every = [run for run in stored_runs(store) if writer in (None, run.writer.name)]
    return [run for run in every if criteria or run.criteria == DYNAMIC]
