"""`writingbench audit`: texts changed in a known way, and whether a judge's marks move as they must."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from writingbench.cli import steps
from writingbench.cli.audit import given
from writingbench.cli.options import EMBEDDED, Asking, BaseUrl, Criteria, Flag, Output
from writingbench.records import DYNAMIC, Language, UserError
from writingbench.reports import terminal

if TYPE_CHECKING:
    from writingbench.audits.card import Card


def judge(
    *,
    judge: str | None = None,
    property: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    criteria: Criteria = DYNAMIC,
    writer: str | None = None,
    builtin: Flag = False,
    limit: int | None = None,
    index: Annotated[tuple[int, ...], Parameter(negative=())] = (),
    language: Language | None = None,
    repeats: int | None = None,
    seed: int = 0,
    scored: Path | None = None,
    own: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    protocol: str | None = None,
    lang: Language = "en",
    asking: Asking = Asking(),
    output: Output = Output(),
    base_url: BaseUrl = None,
) -> int:
    """Change responses in a known way and see whether a judge's marks move as they must: fall, stay, resist, noise.

    Parameters
    ----------
    judge
        The model that is audited, as provider/model; the embedded one when left out.
    property
        Only this property, or all of a kind (fall, stay, resist, noise); may be given several times. `audit properties`
        lists them.
    writer
        Use the responses of this writer in the store, not those of all.
    builtin
        Use the built-in responses though the store has others.
    limit
        So many queries, of both languages by turns; more of them begin with the same. Of a run 40 when left out.
    index
        Only the query with this index; may be given several times.
    language
        Only queries in this language: en or zh.
    repeats
        Marks on each criterion; the protocol's own number when left out. The same call is always made five times.
    seed
        Draw other changes.
    scored
        A JSONL file of responses that people gave a score, {"query": …, "writer": …, "response": …, "score": …}: does
        the judge favour its own among those of the same score?
    own
        A writer in that file who is the judge; its own name when left out. May be given several times.
    protocol
        The rules of judging: standard, official, demo, brief, or the path of a TOML file.
    lang
        The language of the page and of what is shown: en or zh.
    """
    from writingbench import auditing, evaluate
    from writingbench.audits.card import load, save
    from writingbench.audits.perturb import chosen
    from writingbench.files import replacing
    from writingbench.reports.audit import PAGE, page

    terms, rules = asking.terms(), steps.protocol(protocol, judge or EMBEDDED, judge or EMBEDDED)
    by, wanted = steps.criteria(criteria), chosen(property)
    for name, value in (("--limit", limit), ("--repeats", repeats)):
        if value is not None and value < 1:
            raise UserError(f"{name} is {value}; it must be at least 1")
    people = given.scored(scored, by, own or (judge or EMBEDDED,)) if scored else []
    with terminal.progress(output.json) as show, steps.open_store(output.out) as store:
        subjects = given.subjects(store, writer, by, builtin=builtin, index=index, language=language, limit=limit)
        to_judge = evaluate.endpoint(judge or EMBEDDED, base_url, show.download)
        seen = evaluate.Progress(judgement=show.judgement, note=show.note, again=show.again)
        found = asyncio.run(
            auditing.audit(
                subjects,
                to_judge,
                rules,
                store,
                properties=wanted,
                criteria=by,
                scored=people,
                repeats=repeats or rules.repeats,
                seed=seed,
                terms=terms,
                seen=seen,
                expect=lambda marks: show.expect("judgements", marks),
            )
        )
    card = found.card
    kept = save(card, output.out)
    with replacing(output.out / PAGE) as file:
        file.write(page(load(output.out), lang))
    if output.json:
        steps.print_json(card)
    else:
        show_card(card, lang)
        if card.judge == EMBEDDED:
            terminal.say("The embedded judge shows that everything works; its marks say nothing about quality.")
        terminal.say(
            f"{found.calls:,} calls made." if found.calls else "Nothing to ask: every reply is in the store already."
        )
        terminal.say(f"Card: {kept}. Page: {output.out / PAGE}")
    missing = card.asked - card.marked
    if found.stopped:
        terminal.complain(f"{found.stopped}; the same command goes on from there")
    if missing:
        why = ", ".join(f"{count:,} {kind}" for kind, count in card.failures.items() if count)
        terminal.complain(f"{missing:,} of {card.asked:,} marks are missing ({why}); the same command asks again")
    return int(missing > 0)


def show_card(card: Card, lang: Language) -> None:
    """The card as a table."""
    from writingbench.reports.audit import lines, summary

    for line in summary(card, lang):
        terminal.say(line)
    head, *rows = lines(card, lang)
    terminal.table(head, rows)
