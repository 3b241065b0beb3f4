"""`writingbench grade`: criteria for any request, then marks, reasons and checks for one text."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from writingbench.cli import steps
from writingbench.cli.options import EMBEDDED, Asking, BaseUrl, Output
from writingbench.records import (
    BANDS,
    Answer,
    Criterion,
    Failure,
    Judgement,
    Language,
    Query,
    UserError,
    Verdict,
    fingerprint,
)
from writingbench.reports import terminal

if TYPE_CHECKING:
    from writingbench.grading import Graded


def grade(
    file: Annotated[Path, Parameter(allow_leading_hyphen=True)],
    /,
    *,
    query: str | None = None,
    query_file: Path | None = None,
    judge: str | None = None,
    criteria: str | None = None,
    model: str | None = None,
    language: Language | None = None,
    protocol: str | None = None,
    html: Path | None = None,
    lang: Language = "en",
    asking: Asking = Asking(),
    output: Output = Output(),
    base_url: BaseUrl = None,
) -> int:
    """Mark one text by criteria made for its request: reasons that quote it, and what can be checked without a judge.

    Parameters
    ----------
    file
        The text, UTF-8; - for standard input.
    query
        What was asked for.
    query_file
        A file with what was asked for, material and all, instead.
    judge
        The model that marks, as provider/model.
    criteria
        Instead of having some written: a JSONL file that `grade` or `criteria generate` wrote, global, or the path of
        a TOML file with a set of criteria.
    model
        The model that writes the criteria; the judge when left out.
    language
        Write the criteria in this language, en or zh, rather than in the request's.
    protocol
        The rules of judging: standard, official, demo, brief, or the path of a TOML file.
    html
        Write a page that shows the text with everything that is said of it.
    lang
        The language of page and notes: en or zh.
    """
    from writingbench import evaluate
    from writingbench.benchmark.language import language_of
    from writingbench.benchmark.save import save
    from writingbench.grading import grade as graded

    terms, rules = asking.terms(), steps.protocol(protocol, judge or EMBEDDED, judge or EMBEDDED)
    text, request = read(file), asked(query, query_file)
    about = Query(index=1, domain1="", domain2="", language=language_of(request), text=request, criteria=())
    if criteria:
        about = replace(about, criteria=known(criteria, about))
    with terminal.progress(output.json) as show, steps.open_store(output.out) as store:
        by = evaluate.endpoint(judge or EMBEDDED, base_url, show.download)
        writes = evaluate.endpoint(model, base_url, show.download) if model else by
        seen = evaluate.Progress(judgement=show.judgement, note=show.note)
        name = "text" if str(file) == "-" else file.name
        found = asyncio.run(
            graded(
                about,
                Answer(text=text),
                by,
                rules,
                store,
                by=writes,
                wanted=language,
                name=name,
                terms=terms,
                seen=seen,
            )
        )
    kept = None
    if not criteria and found.query.criteria:
        kept = output.out / f"criteria-{fingerprint(request)[:8]}.jsonl"
        save([found.query], kept)
    if html and found.query.criteria:
        write(found, by.name, html, lang)
    if output.json:
        steps.print_json(as_json(found, by.name, lang, kept))
    else:
        _show(found, by.name, lang, kept, html)
    if found.failure:
        terminal.complain(f"no criteria could be had: {found.failure.kind}: {found.failure.note}")
    elif found.missing:
        terminal.complain(f"{found.missing} marks are missing; the same command asks for them again")
    if found.stopped:
        terminal.complain(f"{found.stopped}; the same command goes on from there")
    return int(bool(found.failure or found.missing or found.stopped))


def read(file: Path) -> str:
    """The text that is to be marked. Raises UserError where there is none."""
    try:
        content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise UserError(f"{file}: cannot be read ({error.strerror or error})") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{file}: not UTF-8 at byte {error.start}; save the file as UTF-8") from error
    if not text.strip():
        raise UserError(f"{file}: is empty; there is nothing to mark")
    return text


def asked(query: str | None, file: Path | None) -> str:
    """The request. Raises UserError where there is none, or two."""
    if (query is None) == (file is None):
        raise UserError("say what was asked for with either --query or --query-file")
    text = query if file is None else read(file)
    if not text or not text.strip():
        raise UserError("--query is empty; say what was asked for")
    return text


def known(name: str, about: Query) -> tuple[Criterion, ...]:
    """Criteria that there are already. Raises UserError where they are not to be found, or not for one query alone."""
    if not name.endswith(".jsonl"):
        from writingbench.criteria import sets

        (query,) = sets.apply([about], sets.load(name))
        return query.criteria
    from writingbench.benchmark import load

    queries = load(Path(name), criteria=None, bare=True).queries
    same = [query for query in queries if query.text == about.text] or (queries if len(queries) == 1 else [])
    if not same:
        raise UserError(f"{name}: holds {len(queries):,} queries, and none of them is this one")
    if not same[0].criteria:
        raise UserError(f"{name}: the query has no criteria")
    return same[0].criteria


def quotes(graded: Graded, mark: Judgement) -> list[dict[str, Any]]:
    """What a reason quotes, and where it stands: in the response, the request, the criterion, or nowhere."""
    from writingbench.reports.quotes import trace

    if not isinstance(mark.outcome, Verdict) or not isinstance(graded.response.outcome, Answer):
        return []
    one = next(one for one in graded.query.criteria if one.name == mark.criterion)
    against = "\n".join((one.name, one.description, *one.bands))
    traced = trace(mark.outcome.reason, graded.response.outcome.text, graded.query.text, against)
    return [{"text": quote.text, "where": quote.where} for quote in traced]


def as_json(graded: Graded, judge: str, lang: Language, kept: Path | None) -> dict[str, Any]:
    """Everything that is said of the text."""
    from writingbench.cli.check import as_json as finding

    return {
        "query": graded.query.text,
        "language": graded.query.language,
        "judge": judge,
        "mean": graded.mean,
        "criteria": [
            {
                "name": one.name,
                "description": one.description,
                "bands": dict(zip(BANDS, one.bands, strict=True)),
                "requirement": one.requirement,
            }
            for one in graded.query.criteria
        ],
        "marks": [
            {"criterion": one.criterion, "repeat": one.repeat}
            | (
                {"failure": one.outcome}
                if isinstance(one.outcome, Failure)
                else {"score": one.outcome.score, "reason": one.outcome.reason, "quotes": quotes(graded, one)}
            )
            for one in graded.judgements
        ],
        "findings": [finding(one, lang) for one in graded.findings],
        "failure": graded.failure,
        "criteria_file": str(kept) if kept else None,
        "calls": graded.calls,
    }


def write(graded: Graded, judge: str, path: Path, lang: Language) -> None:
    """The page of one text. Raises UserError where it cannot be written."""
    from writingbench.files import replacing
    from writingbench.reports.found import Made
    from writingbench.reports.page import text_page

    made = Made(
        run="text",
        writer=graded.response.writer,
        judge=judge,
        responses=[graded.response],
        judgements=graded.judgements,
        findings={0: graded.findings},
    )
    with replacing(path) as page:
        page.write(text_page(graded.query, made, lang))


def _show(graded: Graded, judge: str, lang: Language, kept: Path | None, html: Path | None) -> None:
    from writingbench.cli.check import line
    from writingbench.reports.prose import printable

    assert isinstance(graded.response.outcome, Answer)  # noqa: S101 - for the type checker
    mean = "no mark" if graded.mean is None else f"{graded.mean:.2f}"
    if graded.judgements:
        terminal.say(f"{graded.response.writer}: {mean}, marked by {judge}")
        terminal.table(("criterion", "mark", "reason"), [_row(graded, one, printable) for one in graded.judgements])
    _said_of(graded.findings, graded.response.outcome.text, lang, line)
    if judge == EMBEDDED:
        terminal.say("The embedded judge shows that everything works; its marks say nothing about quality.")
    terminal.say(
        f"{graded.calls:,} calls made." if graded.calls else "Nothing to ask: every reply is in the store already."
    )
    if kept:
        terminal.say(f"The criteria are in {kept}: --criteria {kept}")
    if html and graded.query.criteria:
        terminal.say(f"Page: {html}")


def _row(graded: Graded, mark: Judgement, printable: Any) -> tuple[str, str, str]:
    if isinstance(mark.outcome, Failure):
        return mark.criterion, "–", printable(f"{mark.outcome.kind}: {mark.outcome.note}")
    lost = [quote["text"] for quote in quotes(graded, mark) if quote["where"] is None]
    said = printable(" ".join(mark.outcome.reason.split()))
    if lost:
        said += " (quoted but found nowhere: " + printable("; ".join(f"“{one}”" for one in lost)) + ")"
    return printable(mark.criterion), str(mark.outcome.score), said


def _said_of(findings: Sequence[Any], text: str, lang: Language, line: Any) -> None:
    if findings:
        terminal.say("\nChecked without a judge:")
    for one in findings:
        terminal.say(line(text, one, lang))
