"""What deserves a reader's eye in a writer's work on a query: counted for the list, in words for the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from writingbench import checks
from writingbench.checks.checked import Checked
from writingbench.checks.say import note
from writingbench.records import Answer, Failure, Finding, Judgement, Query, Response, Verdict
from writingbench.reports.prose import printable
from writingbench.reports.shell import Tongue, words

SIGNS = {"met": "✓", "broken": "✗", "found": "•"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One writer's work on a query, with the marks that one judge gave it."""

    run: str  # the fingerprint of the run
    writer: str
    judge: str
    responses: Sequence[Response]
    judgements: Sequence[Judgement]
    findings: Mapping[int, Sequence[Finding]] = field(default_factory=dict)  # of each response, by its draw
    checked: Checked = Checked()  # what they add up to


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What the checks look at."""

    query: Query
    made: Made
    untraced: int  # quotes in reasons that stand in neither response, request nor criterion


def _cut(work: Work) -> int:
    return sum(isinstance(one.outcome, Answer) and not one.outcome.complete for one in work.made.responses)


def _failed(work: Work) -> int:
    return sum(isinstance(one.outcome, Failure) for one in work.made.responses)


def _unmarked(work: Work) -> int:
    """Marks that could not be had, and criteria without any; not those of a response that is not there itself."""
    answered = {one.draw for one in work.made.responses if isinstance(one.outcome, Answer)}
    answered |= {one.response for one in work.made.judgements if isinstance(one.outcome, Verdict)}
    judged = {(one.response, one.criterion) for one in work.made.judgements}
    lost = sum(isinstance(one.outcome, Failure) and one.response in answered for one in work.made.judgements)
    return lost + sum((draw, one.name) not in judged for draw in answered for one in work.query.criteria)


def _untraced(work: Work) -> int:
    return work.untraced


def _found(check: str) -> Callable[[Work], int]:
    """How often a check finds a demand broken, or what nobody demanded but deserves an eye."""

    def count(work: Work) -> int:
        every = [one for findings in work.made.findings.values() for one in findings]
        return sum(one.check == check and one.verdict != "met" for one in every)

    return count


# what deserves a reader's eye: a kind, named in words/room.toml, and a function that counts it; the gravest first
CHECKS: tuple[tuple[str, Callable[[Work], int]], ...] = (
    ("room_contradictions", _found("contradictions")),
    ("room_failed", _failed),
    ("room_cut", _cut),
    ("room_unmarked", _unmarked),
    *((f"room_{check}_found", _found(check)) for check in checks.NAMES),
    ("room_untraced", _untraced),
)


def found_in(work: Work) -> Mapping[str, int]:
    return {kind: count for kind, check in CHECKS if (count := check(work))}


def counted(findings: Mapping[str, int], tongue: Tongue) -> str:
    """How many findings of each kind, in words."""
    w = words(tongue)
    kinds = [kind for kind, _ in CHECKS if findings.get(kind)]
    return " · ".join(w["room_count"].format(kind=w[kind], n=findings[kind]) for kind in kinds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A finding as the page shows it."""

    check: str  # its name, in words
    verdict: str
    sign: str
    note: str
    link: str  # to the passage; "" where that is the whole text, or is not to be found on the page
    grave: bool  # the judge is contradicted


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied:
    """A mark whose reason the counts contradict."""

    index: int
    writer: str
    criterion: str
    score: int
    note: str
    href: str  # where it is shown


def gravest_first(found: Sequence[Sequence[Finding]]) -> list[Finding]:
    """What the checks find in one response, each finding once: contradictions of any of its judges, then demands that
    are broken, then what else deserves an eye, then demands that are met.
    """
    every: list[Finding] = []
    for findings in found:
        every += [one for one in findings if one not in every]
    order = {"broken": 1, "found": 2, "met": 3}
    return sorted(every, key=lambda one: 0 if one.check == "contradictions" else order[one.verdict])


def shown(finding: Finding, id: str, tongue: Tongue) -> Shown:
    return Shown(
        check=words(tongue)[f"room_named_{finding.check}"],
        verdict=words(tongue)[f"room_{finding.verdict}"],
        sign=SIGNS[finding.verdict],
        note=printable(" ".join(note(finding, tongue).split())),
        link=f"#{id}" if id else "",
        grave=finding.check == "contradictions",
    )
