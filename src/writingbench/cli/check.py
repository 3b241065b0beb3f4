"""`writingbench check`: what can be known of responses without a judge."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import App, Parameter

from writingbench.cli import steps
from writingbench.cli.options import EMBEDDED, Asking, BaseUrl, Flag, Output
from writingbench.records import Answer, Finding, Language, Query
from writingbench.reports import terminal

if TYPE_CHECKING:
    from writingbench.checks.checked import Checked
    from writingbench.checks.course import Level

check_app = App(name="check", help="What can be known of responses without a judge.")

Name = Literal["length", "structure", "language", "figures", "repetition", "completeness"]
TOGETHER = 400  # responses that are checked before the first of them is shown
SHOWN = 8  # findings of one check on one response that a terminal shows; --json has them all


@check_app.default
def check(
    *,
    benchmark: str,
    responses: Path,
    only: Annotated[tuple[Name, ...], Parameter(negative=())] = (),
    lang: Language = "en",
    taxonomy: Path | None = None,
    json: Flag = False,
) -> int:
    """Check responses against their requests: length, structure, language, figures, repetition, completeness.

    Parameters
    ----------
    benchmark
        starter, builtin, official, or the path of a JSONL file.
    responses
        A JSONL file with a line {"index": …, "response": …} for each response.
    only
        Only this check; may be given several times.
    lang
        The language of the notes: en or zh.
    taxonomy
        A TOML file of domains, for a benchmark of one's own field.
    json
        Print one JSON object for each response on standard output, and nothing else.
    """
    from writingbench import checks
    from writingbench.adapters.official import read_answers
    from writingbench.checks.add_up import add_up
    from writingbench.checks.checked import Checked
    from writingbench.checks.review import Reviewer

    queries = {query.index: query for query in steps.requests(benchmark, taxonomy).queries}
    pairs = [(queries[index], Answer(text=text)) for index, text in read_answers(responses, queries)]
    total, shown = Checked(), 0
    with Reviewer() as reviewer:
        for place, (query, answer) in enumerate(pairs):
            if only:
                findings = [one for name in only for one in checks.functions()[name](query, answer)]
                counted = add_up(query, answer, findings)
            else:
                if place % TOGETHER == 0:
                    reviewer.prepare(pairs[place : place + TOGETHER])
                found = reviewer.one(query, answer)
                findings, counted = list(found.findings), found.checked
            if json:
                sys.stdout.write(as_line(query.index, findings, lang))
                continue
            total += counted
            if findings:
                shown += 1
                _show(query, answer.text, findings, lang)
    if not json:
        if total.responses > shown:
            terminal.say(f"{total.responses - shown:,} of {total.responses:,} responses: nothing found")
        _sum_up(total, only or checks.NAMES)
    return 0


@check_app.command
def demands(file: str, /, *, taxonomy: Path | None = None, json: Flag = False) -> int:
    """List the length demands that are read out of each query, one JSON object a line.

    Parameters
    ----------
    file
        starter, builtin, official, or the path of a JSONL file.
    json
        Taken for the sake of other commands: it is JSON in any case.
    """
    import msgspec

    from writingbench.checks.length.demands import demands as read

    for query in steps.requests(file, taxonomy).queries:
        listed = [
            {"unit": one.unit, "min": one.min, "max": one.max, "part": one.part}
            for one in read(query.text, query.language)
        ]
        sys.stdout.write(msgspec.json.encode({"index": query.index, "demands": listed}).decode() + "\n")
    return 0


@check_app.command
def curve(
    *,
    benchmark: str,
    responses: Path,
    judge: str | None = None,
    protocol: str | None = None,
    limit: int | None = None,
    taxonomy: Path | None = None,
    asking: Asking = Asking(),
    output: Output = Output(),
    base_url: BaseUrl = None,
) -> int:
    """Show how responses change along their length: repetition, variety, and with a judge the mark of each window.

    Parameters
    ----------
    benchmark
        starter, builtin, official, or the path of a JSONL file.
    responses
        A JSONL file with a line {"index": …, "response": …} for each response.
    judge
        Have this model mark every window of about 500 tokens, as provider/model.
    protocol
        The rules of judging: standard, official, demo, brief, or the path of a TOML file.
    limit
        The first so many responses.
    taxonomy
        A TOML file of domains, for a benchmark of one's own field.
    """
    from writingbench import along, evaluate
    from writingbench.adapters.official import read_answers
    from writingbench.checks.course import SIZE, course

    terms = asking.terms()
    queries = {query.index: query for query in steps.requests(benchmark, taxonomy).queries}
    answered = [(queries[index], Answer(text=text)) for index, text in read_answers(responses, queries)[:limit]]
    marked = None
    if judge:
        rules = steps.protocol(protocol, judge, judge)
        with terminal.progress(output.json) as show, steps.open_store(output.out) as store:
            by = evaluate.endpoint(judge, base_url, show.download)
            show.expect("judgements", sum(len(course(answer.text)) for _, answer in answered) * rules.repeats)
            seen = evaluate.Progress(judgement=show.judgement, note=show.note, again=show.again)
            marked = asyncio.run(along.marks(answered, by, rules, store, terms, seen))
    found = along.positions([course(answer.text) for _, answer in answered], marked)
    if output.json:
        steps.print_json({"window": SIZE, "responses": len(answered), "judge": judge, "positions": found})
    else:
        terminal.table(
            ("tokens", "responses", "repetition", "variety", *(["mark"] if judge else [])),
            [
                (
                    f"{one.start:,}–{one.start + SIZE:,}",
                    f"{one.repetition.n if one.repetition else 0:,}",
                    _level(one.repetition, percent=True),
                    _level(one.variety, percent=True),
                    *([_level(one.mark)] if judge else []),
                )
                for one in found
            ],
        )
        terminal.say("Means with 95% intervals. Fewer responses reach the later positions: compare with that in view.")
        if judge == EMBEDDED:
            terminal.say("The embedded judge shows that everything works; its marks say nothing about quality.")
        if marked:
            terminal.say(
                f"{marked.calls:,} calls made."
                if marked.calls
                else "Nothing to ask: every reply is in the store already."
            )
    if marked and marked.missing:
        terminal.complain(f"{marked.stopped + '; ' if marked.stopped else ''}{marked.missing:,} windows have no mark")
    return int(bool(marked and marked.missing))


def _level(level: Level | None, *, percent: bool = False) -> str:
    if level is None:
        return "–"

    def said(value: float) -> str:
        return f"{value:.1%}" if percent else f"{value:.2f}"

    return said(level.mean) + (
        "" if level.low is None or level.high is None else f" ({said(level.low)}–{said(level.high)})"
    )


def as_line(index: int, findings: Sequence[Finding], lang: Language) -> str:
    """The JSON of one response's findings, with the line's end."""
    import msgspec

    return msgspec.json.encode({"index": index, "findings": [as_json(one, lang) for one in findings]}).decode() + "\n"


def as_json(finding: Finding, lang: Language) -> Mapping[str, Any]:
    """A finding as other programs read it."""
    from writingbench.checks.say import note

    return {
        "check": finding.check,
        "kind": finding.kind,
        "verdict": finding.verdict,
        "demand": finding.demand,
        "counted": finding.counted,
        "unit": finding.unit,
        "span": finding.span,
        "note": note(finding, lang),
    }


def _show(query: Query, text: str, findings: Sequence[Finding], lang: Language) -> None:
    from writingbench.reports.found import SIGNS

    verdicts = Counter[str](one.verdict for one in findings)
    place = f" ({query.domain2})" if query.domain2 else ""
    counts = ", ".join(f"{verdicts[verdict]} {verdict}" for verdict in SIGNS if verdicts[verdict])
    terminal.say(f"Query {query.index}{place}: {counts}")
    seen: Counter[str] = Counter()
    for one in findings:
        seen[one.check] += 1
        if seen[one.check] <= SHOWN:
            terminal.say(line(text, one, lang))
    for name, count in seen.items():
        if count > SHOWN:
            terminal.say(f"    … and {count - SHOWN:,} more of {name}; --json has them all")


def line(text: str, finding: Finding, lang: Language) -> str:
    """A finding in a line: verdict, check, what it says, and the passage where that is not all of the text."""
    from writingbench.checks.say import note
    from writingbench.reports.found import SIGNS
    from writingbench.reports.prose import printable

    start, end = finding.span
    passage = " ".join(printable(text[start : min(end, start + 60)]).split()) + ("…" if end > start + 60 else "")
    where = "" if (start, end) == (0, len(text)) else f"  [{start:,}–{end:,}: {passage}]"
    return f"  {SIGNS[finding.verdict]} {finding.check}: {' '.join(printable(note(finding, lang)).split())}{where}"


def _sum_up(total: Checked, names: Sequence[str]) -> None:
    terminal.say("")
    terminal.table(
        ("check", "demands met", "broken", "found", "responses"),
        [
            (
                name,
                f"{total.met.get(name, 0):,}",
                f"{total.broken.get(name, 0):,}",
                f"{total.found.get(name, 0):,}",
                f"{total.flagged.get(name, 0):,} of {total.responses:,}",
            )
            for name in names
        ],
    )
    if "length" in names and total.length_score is not None:
        terminal.say(f"Length score (LongBench-Write): {total.length_score:.1f} over {total.scored:,} responses")
    if "figures" in names and total.unsupported is not None:
        terminal.say(f"Unsupported figures: {total.unsupported:.2f} per 1,000 words of {total.sourced * 1000:,.0f}")
