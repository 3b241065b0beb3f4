"""The reading room: each query with what was written and what the judges said of it, and the list that leads there.

    Query, [Made, ...] ──> entry ──> Row (what the list shows of it) and HTML (the text)
                                      └──> index: all rows, with what narrows and sorts them

Everything in it that a model or a file said is hostile: it goes through the templates' escaping, or through
`prose.render` and `quotes`, which make HTML of it that cannot do anything.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from markupsafe import Markup

from writingbench.benchmark.language import language_of
from writingbench.benchmark.size import tokens
from writingbench.checks.say import note
from writingbench.records import (
    BANDS,
    Answer,
    Criterion,
    Failure,
    Finding,
    Judgement,
    Query,
    Response,
    Verdict,
)
from writingbench.reports import prose
from writingbench.reports.found import Denied, Made, Shown, Work, counted, found_in, gravest_first, shown
from writingbench.reports.prose import printable
from writingbench.reports.quotes import Place, Quote, highlight, reason_html, trace
from writingbench.reports.shell import Tongue, render, words

FEW = 3  # writers: each has a column in the list, and their parts are open. With more, one part is open at a time
OPENING = 140  # characters of a request that the list shows
SAMPLE = 2_000  # characters of a text that tell its language
MARKED = 40  # findings of one response whose passages are marked in it
PASSAGE = 1500  # characters of a finding's passage up to which it is marked
NONE = "–"
FOLDER = "report"  # where the pages stand when each query has its own

_ID = re.compile(r'<mark id="([^"]*)"')  # as `highlight` writes it


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What the list knows of one run on a query."""

    writer: str
    judge: str
    mean: float | None  # of its marks; None where there is none
    lowest: int | None
    spread: int | None  # how far marks on one criterion of one response lie apart; None where there are no two
    findings: Mapping[str, int]  # how many of each kind; only those there are


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What the list shows of a query."""

    key: str  # its anchor, and the name of its page
    index: int
    domain1: str
    domain2: str
    language: str
    requirements: tuple[str, ...]
    tokens: int  # of the request, about
    opening: str  # its first words
    figures: Mapping[str, Figures]  # by run
    denied: Sequence[Denied] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One query, ready to be shown."""

    row: Row
    html: str


def names(runs: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """What each run is called, of which its writer and judge are given: by its writer, if that is enough to tell it."""
    writers = Counter(writer for writer, _ in runs.values())
    pairs = Counter(runs.values())
    found = {}
    for run, (writer, judge) in runs.items():
        name = writer if writers[writer] == 1 else f"{writer} · {judge}"
        found[run] = name if pairs[writer, judge] == 1 else f"{name} · {run[:6]}"
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A mark, or why there is none, as the page shows it."""

    score: str
    who: str  # the judge and which of its marks, where there are several
    lang: str
    reason: Markup | str
    failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One response with its marks."""

    draw: int
    lang: str
    said: Sequence[str]  # what became of it, in words
    html: Markup | str  # as the Markdown it was meant to be, with what is quoted from it marked
    written: str
    reasoning: str
    thought: str  # how long the reasoning is
    criteria: Sequence[tuple[Criterion, Sequence[Said]]]
    findings: Sequence[Shown]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one writer made of a query, with the marks of one judge, or of several on the same responses."""

    name: str
    runs: Sequence[str]
    ids: Sequence[str]  # one for each run
    judges: Sequence[tuple[str, str]]  # with the mean each gave
    findings: str
    sheets: Sequence[Sheet]


def key(query: Query, again: int = 1) -> str:
    """The anchor of the `again`-th query with this index: different benchmarks may have used it."""
    return f"q-{query.index}" + (f"-{again}" if again > 1 else "")


def entry(query: Query, made: Sequence[Made], tongue: Tongue, *, key: str) -> Entry:
    """One query with what every writer made of it, the best first. `key` is its anchor."""
    named = names({one.run: (one.writer, one.judge) for one in made})
    groups = sorted(_groups(made), key=lambda group: -max(_mean(one.judgements) or 0.0 for one in group))
    parts: list[Part] = []
    figures: dict[str, Figures] = {}
    for group in groups:
        part, found = _part(query, group, named, key, tongue)
        parts.append(part)
        figures |= found
    row = Row(
        key=key,
        index=query.index,
        domain1=query.domain1,
        domain2=query.domain2,
        language=query.language,
        requirements=query.requirements,
        tokens=tokens(query.text),
        opening=_opening(query.text),
        figures={one.run: figures[one.run] for one in made},
        denied=[
            Denied(
                index=query.index,
                writer=named[one.run],
                criterion=str(finding.facts["criterion"]),
                score=int(finding.facts["score"]),
                note=printable(" ".join(note(finding, tongue).split())),
                href=f"#{key}-{one.run}",
            )
            for one in made
            for findings in one.findings.values()
            for finding in findings
            if finding.check == "contradictions"
        ],
    )
    html = render(
        "room_entry.html",
        tongue,
        key=key,
        query=query,
        printable=printable,
        facts=facts(row, tongue),
        bands=BANDS,
        parts=parts,
        table=[
            (f"{key}-{one.run}", named[one.run], mean(figures[one.run].mean), _line(query, one.judgements))
            for group in groups
            for one in group
        ],
        many=len(parts) > FEW,
    )
    return Entry(row=row, html=html)


def facts(row: Row, tongue: Tongue) -> list[str]:
    """Language, length and requirements of a query, in words."""
    w = words(tongue)
    found = [w[f"room_{row.language}"], w["room_tokens"].format(n=f"{row.tokens:,}")]
    if row.requirements:
        kinds = w["room_and"].join(w[f"room_{kind}"] for kind in row.requirements)
        found.append(w["room_demands"].format(kinds=kinds))
    return found


def mean(value: float | None) -> str:
    """A mean as it is shown: two decimals, a dash where there is no mark."""
    return NONE if value is None else f"{value:.2f}"


def _opening(text: str) -> str:
    start = " ".join(text[: 4 * OPENING].split())
    return start if len(start) <= OPENING and len(text) <= 4 * OPENING else start[:OPENING].rstrip() + "…"


def _groups(made: Sequence[Made]) -> list[list[Made]]:
    """Runs of which each wrote the same, so that their judges marked the same: they are shown as one."""
    groups: dict[tuple[object, ...], list[Made]] = {}
    for one in made:
        written = tuple((response.draw, response.outcome) for response in one.responses)
        there = any(isinstance(outcome, Answer) for _, outcome in written)
        groups.setdefault((one.writer, written, "" if there else one.run), []).append(one)
    return list(groups.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    made: Made
    judgement: Judgement
    quotes: Sequence[Quote]  # in its reason


def _part(
    query: Query, group: Sequence[Made], named: Mapping[str, str], key: str, tongue: Tongue
) -> tuple[Part, dict[str, Figures]]:
    """A part of the page, and the figures of its runs."""
    first, ids = group[0], [f"{key}-{one.run}" for one in group]
    responses = {one.draw: one for one in first.responses}
    draws = sorted(responses.keys() | {one.response for made in group for one in made.judgements})
    marks = {draw: _marks(query, draw, responses.get(draw), group) for draw in draws}
    untraced = Counter(
        mark.made.run
        for criteria in marks.values()
        for judged in criteria
        for mark in judged
        for quote in mark.quotes
        if quote.where is None
    )
    spread = _spread(marks.values())
    figures = {
        one.run: Figures(
            writer=one.writer,
            judge=one.judge,
            mean=_mean(one.judgements),
            lowest=min(_scores(one.judgements), default=None),
            spread=spread,
            findings=found_in(Work(query=query, made=one, untraced=untraced[one.run])),
        )
        for one in group
    }
    every: Counter[str] = Counter()
    for figure in figures.values():
        every |= Counter(figure.findings)  # the larger count of each: they are findings about the same response
    part = Part(
        name=named[first.run] if len(group) == 1 else first.writer,
        runs=[one.run for one in group],
        ids=ids,
        judges=[(one.judge, mean(figures[one.run].mean)) for one in group],
        findings=counted(every, tongue),
        sheets=[
            _sheet(
                query,
                draw,
                responses.get(draw),
                marks[draw],
                gravest_first([one.findings.get(draw, ()) for one in group]),
                key,
                f"{ids[0]}-{draw}-",
                tongue,
            )
            for draw in draws
        ],
    )
    return part, figures


def _marks(query: Query, draw: int, response: Response | None, group: Sequence[Made]) -> list[list[_Mark]]:
    """For each criterion the marks on one response, with what their reasons quote."""
    text = response.outcome.text if response and isinstance(response.outcome, Answer) else None
    found = []
    for criterion in query.criteria:
        against = "\n".join((criterion.name, criterion.description, *criterion.bands))
        judged = []
        for made in group:
            for one in made.judgements:
                if (one.response, one.criterion) == (draw, criterion.name):
                    reason = one.outcome.reason if isinstance(one.outcome, Verdict) else ""
                    quotes = trace(reason, text or "", query.text, against)
                    if text is None:  # what cannot be looked through lacks nothing
                        quotes = [quote for quote in quotes if quote.where]
                    judged.append(_Mark(made=made, judgement=one, quotes=quotes))
        found.append(judged)
    return found


def _sheet(
    query: Query,
    draw: int,
    response: Response | None,
    marks: Sequence[Sequence[_Mark]],
    findings: Sequence[Finding],
    key: str,
    prefix: str,
    tongue: Tongue,
) -> Sheet:
    """A response with its marks as the page shows them. The ids of what is quoted from it begin with `prefix`."""
    w = words(tongue)
    outcome = response.outcome if response else None
    said = []
    if outcome is None:
        said.append(w["room_not_there"])
    elif isinstance(outcome, Failure):
        said.append(w["room_no_answer"].format(why=_why(outcome, tongue)))
    elif not outcome.text.strip():
        said.append(w["room_blank"])
    if isinstance(outcome, Answer) and not outcome.complete:
        said.append(w["room_was_cut"])
    text, reasoning = (outcome.text, outcome.reasoning) if isinstance(outcome, Answer) else ("", "")
    every = [mark for judged in marks for mark in judged]
    names = {id(quote): f"{m}.{n}" for m, mark in enumerate(every) for n, quote in enumerate(mark.quotes)}
    passages = [(names[id(one)], one.text) for mark in every for one in mark.quotes if one.where == "response"]
    named = {f"f{n}": text[slice(*one.span)] for n, one in enumerate(findings[:MARKED]) if 0 < _size(one) <= PASSAGE}
    passages += named.items()
    html = prose.render(text, table=w["room_table"]) if text.strip() else ""
    if passages:
        html = highlight(html, passages, prefix=prefix)
    there = set(_ID.findall(html))

    def link(quote: Quote) -> str | None:
        if quote.where == "response":
            return f"#{passage}" if (passage := prefix + names[id(quote)]) in there else None
        return f"#{key}-{quote.where}" if quote.where else None

    return Sheet(
        draw=draw,
        lang=language_of(text[:SAMPLE]),
        said=said,
        html=Markup(html),  # noqa: S704 - our own renderer made it
        written=printable(text),
        reasoning=printable(reasoning),
        thought=w["room_tokens"].format(n=f"{tokens(reasoning):,}"),
        criteria=[]
        if isinstance(outcome, Failure)
        else [
            (criterion, [_said(mark, judged, [link(one) for one in mark.quotes], tongue) for mark in judged])
            for criterion, judged in zip(query.criteria, marks, strict=True)
        ],
        findings=[
            shown(one, f"{prefix}f{n}" if f"{prefix}f{n}" in there else "", tongue) for n, one in enumerate(findings)
        ],
    )


def _size(finding: Finding) -> int:
    return finding.span[1] - finding.span[0]


def _said(mark: _Mark, judged: Sequence[_Mark], links: Sequence[str | None], tongue: Tongue) -> Said:
    """A mark as the page shows it, one of those `judged` by the same criterion."""
    w = words(tongue)
    who = []
    if len({one.made.run for one in judged}) > 1:
        who.append(mark.made.judge)
    if any(one.judgement.repeat for one in judged):
        who.append(w["room_repeat"].format(n=mark.judgement.repeat + 1))
    outcome = mark.judgement.outcome
    if isinstance(outcome, Failure):
        why = w["room_no_mark"].format(why=_why(outcome, tongue))
        return Said(score=NONE, who=" · ".join(who), lang=tongue, reason=why, failed=True)
    if not outcome.reason.strip():
        return Said(score=str(outcome.score), who=" · ".join(who), lang=tongue, reason=w["room_no_reason"], failed=True)
    said: dict[Place | None, str] = {None: w["room_lost"]}
    said |= {"request": w["room_from_request"], "criterion": w["room_from_criterion"]}
    reason = reason_html(outcome.reason, mark.quotes, links=links, said=said, title=w["room_lost_title"])
    return Said(
        score=str(outcome.score),
        who=" · ".join(who),
        lang=language_of(outcome.reason[:SAMPLE]),
        reason=Markup(reason),  # noqa: S704 - it comes escaped
    )


def _why(failure: Failure, tongue: Tongue) -> str:
    """What went wrong, in our words and in the server's."""
    note = printable(" ".join(failure.note.split()))
    return words(tongue)[f"room_{failure.kind}"] + (f" ({note})" if note else "")


def _scores(judgements: Iterable[Judgement]) -> list[int]:
    return [one.outcome.score for one in judgements if isinstance(one.outcome, Verdict)]


def _mean(judgements: Iterable[Judgement]) -> float | None:
    scores = _scores(judgements)
    return fmean(scores) if scores else None


def _spread(marks: Iterable[Sequence[Sequence[_Mark]]]) -> int | None:
    """How far the marks on one criterion of one response lie apart at most; None where none has two."""
    scores = [_scores(mark.judgement for mark in judged) for criteria in marks for judged in criteria]
    return max((max(found) - min(found) for found in scores if len(found) > 1), default=None)


def _line(query: Query, judgements: Sequence[Judgement]) -> list[str]:
    """The mean mark on each criterion."""
    found = []
    for criterion in query.criteria:
        scores = _scores(one for one in judgements if one.criterion == criterion.name)
        found.append(f"{fmean(scores):.{0 if len(scores) == 1 else 2}f}" if scores else NONE)
    return found
