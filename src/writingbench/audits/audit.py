"""Do a judge's marks move as they must when a text is changed in a known way?

    subjects ──> cases ──> plan: calls, and which two of them tell ──> (marks) ──> a result for each property

Everything here goes from values to values; `auditing` asks the judge.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean, variance

from writingbench.audits.bars import table
from writingbench.audits.builtin import Subject
from writingbench.audits.effects import Effect, Result, summed
from writingbench.audits.perturb import Call, Case, Comparison, Property, shape
from writingbench.audits.perturb.case import OTHER
from writingbench.criteria.sets import CriteriaSet, apply
from writingbench.records import Criterion, Failure, Judgement, Query, UserError, Verdict

OFTEN = 5  # how often the same call is made to hear how much its marks vary


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A property on one response: the two calls of a plan that tell, by their places."""

    property: Property
    subject: Subject
    comparison: Comparison
    before: int
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that is to be marked."""

    properties: tuple[Property, ...]
    subjects: tuple[Subject, ...]
    calls: tuple[Call, ...]
    unchanged: int  # the first so many calls are about unchanged responses
    repeats: tuple[int, ...]  # of each call: marks a criterion
    told: tuple[Told, ...]


def cases(subjects: Sequence[Subject], spare: Sequence[Subject], shared: CriteriaSet, seed: int = 0) -> list[Case]:
    """The responses with what changes take from elsewhere: the next one to another query in the same language (of
    `spare` where there is none), and `shared` criteria in both languages.
    """
    made = []
    for place, one in enumerate(subjects):
        others = (
            other.text
            for other in (*subjects[place + 1 :], *subjects[:place], *spare)
            if other.query.language == one.query.language and other.query.text != one.query.text
        )
        made.append(
            Case(
                query=one.query,
                text=one.text,
                other=next(others, None),
                translated=one.translated,
                free=one.free,
                both=_both(one.query, shared),
                seed=seed,
            )
        )
    return made


def _both(query: Query, shared: CriteriaSet) -> tuple[tuple[Criterion, ...], tuple[Criterion, ...]] | None:
    """A set's criteria in the query's language and in the other; None where the set is not in both."""
    try:
        own, other = apply([query, replace(query, language=OTHER[query.language])], shared)
    except UserError:
        return None
    return own.criteria, other.criteria


def plan(subjects: Sequence[Subject], cases: Sequence[Case], properties: Sequence[Property], repeats: int = 1) -> Plan:
    """What has to be marked to see whether `properties` hold on responses. The same call is asked for once."""
    calls: dict[Call, int] = {}
    for case in cases:
        calls.setdefault(Call(query=case.query, text=case.text), len(calls))
    unchanged, told, often = len(calls), list[Told](), set[int]()
    for subject, case in zip(subjects, cases, strict=True):
        weak = shape.cut(case)
        for one in properties:
            if (found := _comparison(one, case, weak)) is None:
                continue
            before, after = (calls.setdefault(call, len(calls)) for call in (found.before, found.after))
            told.append(Told(property=one, subject=subject, comparison=found, before=before, after=after))
            if one.kind == "noise":
                often.add(before)
    return Plan(
        properties=tuple(properties),
        subjects=tuple(subjects),
        calls=tuple(calls),
        unchanged=unchanged,
        repeats=tuple(max(repeats, OFTEN) if place in often else repeats for place in range(len(calls))),
        told=tuple(told),
    )


def _comparison(one: Property, case: Case, weak: str | None) -> Comparison | None:
    """The calls that tell whether a property holds on a response; None where the change cannot be made."""
    if one.weak:
        if weak is None:
            return None
        case = replace(case, text=weak, translated=None, free=())
    changed = one.change(case)
    if changed == case.text:
        return None
    if not isinstance(changed, str):
        return changed
    before, after = (Call(query=case.query, text=text) for text in (case.text, changed))
    return Comparison(before=before, after=after)


def results(made: Plan, marks: Sequence[Sequence[Judgement]]) -> list[Result]:
    """How the judge did on each property; `marks` are those on each call, in the plan's order.

    The effect on a response is the mean over its criteria of the mark after the change minus the mark before, over
    those criteria that have both; of noise, the mean variance of the marks on a criterion.
    """
    scores = [_scores(judgements) for judgements in marks]
    found = []
    for one in made.properties:
        told = [what for what in made.told if what.property is one]
        effects = []
        for what in told:
            before, after = scores[what.before], scores[what.after]
            value = _spread(after) if one.kind == "noise" else _difference(what.comparison, before, after)
            if value is not None:
                query = what.subject.query
                effects.append(Effect(query=query.text, language=query.language, value=value))
        missing = Counter[str](
            mark.outcome.kind for what in told for mark in marks[what.after] if isinstance(mark.outcome, Failure)
        )
        found.append(
            summed(
                one.name,
                one.kind,
                effects,
                inapplicable=len(made.subjects) - len(told),
                lost=len(told) - len(effects),
                failures=missing,
                least=table().least,
            )
        )
    return found


def _scores(judgements: Sequence[Judgement]) -> dict[str, list[int]]:
    """The marks on each criterion that has any."""
    found: dict[str, list[int]] = {}
    for mark in judgements:
        if isinstance(mark.outcome, Verdict):
            found.setdefault(mark.criterion, []).append(mark.outcome.score)
    return found


def _difference(what: Comparison, before: dict[str, list[int]], after: dict[str, list[int]]) -> float | None:
    both = [(before[first], after[second]) for first, second in what.names() if first in before and second in after]
    return fmean(fmean(new) - fmean(old) for old, new in both) if both else None


def _spread(scores: dict[str, list[int]]) -> float | None:
    repeated = [variance(marks) for marks in scores.values() if len(marks) > 1]
    return fmean(repeated) if repeated else None


def usual(made: Plan, marks: Sequence[Sequence[Judgement]]) -> float | None:
    """The mean mark of the unchanged responses; None where there is none."""
    every = [mark.outcome for one in marks[: made.unchanged] for mark in one]
    scores = [outcome.score for outcome in every if isinstance(outcome, Verdict)]
    return fmean(scores) if scores else None
