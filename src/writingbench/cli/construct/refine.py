"""`writingbench construct refine`: guidances for drafted requests, worked in by a model, in the mix that is wanted."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from writingbench.cli import steps
from writingbench.cli.construct.projects import open_project
from writingbench.cli.criteria.generate import LISTED
from writingbench.cli.options import Asking, BaseUrl, Flag, Output
from writingbench.records import UserError
from writingbench.reports import terminal

if TYPE_CHECKING:
    from writingbench.construct.refine import Came
    from writingbench.construct.tally import Row


def refine(
    *,
    model: str,
    mix: str = "",
    seed: int = 1,
    limit: int | None = None,
    keep: Flag = False,
    again: Flag = False,
    asking: Asking = Asking(),
    output: Output = Output(),
    base_url: BaseUrl = None,
) -> int:
    """Draw what each draft is refined by, have a model work it in and say what material is needed.

    What is drawn once stays drawn. When not everything could be done, the same command goes on from there.

    Parameters
    ----------
    model
        Who refines, as provider/model.
    mix
        How many of all requests get a guidance of each kind, as style=0.4,format=0.35,length=0.22,personalization=0.3,
        content=0.4,expression=0.3; a kind that is left out keeps its usual share.
    seed
        Another number draws another mix with the same shares.
    limit
        The first so many drafts.
    keep
        Leave requests for which nothing was drawn as they are: no model is asked what is unclear in them, which
        requirements they have and what material they need.
    again
        Ask afresh for drafts whose answers were of no use before.
    """
    from writingbench import evaluate
    from writingbench.construct import refine
    from writingbench.construct.mix import settle, shares
    from writingbench.construct.tally import table

    terms, wanted = asking.terms(), shares(mix)
    if seed < 0:
        raise UserError(f"--seed {seed}: must be at least 0")
    if limit is not None and limit < 1:
        raise UserError(f"--limit {limit}: must be at least 1")
    with open_project(output.out) as project, terminal.progress(output.json) as progress:
        by = evaluate.endpoint(model, base_url, progress.download)
        drawn = settle(project, wanted, seed)
        drafts = project.items("draft")[:limit]
        left_alone = 0
        if keep:
            left_alone = refine.keep(project, [kept for kept in drafts if not kept.item.guidances])
            drafts = [kept for kept in drafts if kept.item.guidances]
        with steps.open_store(output.out) as store:
            seen = steps.seen(progress, len(drafts))
            came = asyncio.run(refine.carry_out(project, drafts, by, store, terms, seen, again=again))
        rows = table((kept.item for kept in project.items()), wanted)
        counts = project.counts()
    if output.json:
        steps.print_json(
            {
                "drawn": drawn,
                "refined": came.refined,
                "kept": left_alone,
                "elsewhere": came.elsewhere,
                "failed": came.failed,
                "unasked": came.unasked,
                "calls": came.calls,
                "mix": [{"kind": row.kind, "asked": row.asked, "requests": row.requests, "drawn": row.drawn,
                         "labelled": row.labelled, "found": row.found, "off": round(row.off, 4), "far": row.far,
                         "next": round(row.next, 4)} for row in rows],
                "stages": counts,
            }
        )  # fmt: skip
    else:
        _show(came, rows, drawn, left_alone, counts["draft"])
    _tell(came)
    return int(bool(came.failed or came.unasked))


def _show(came: Came, rows: list[Row], drawn: int, left_alone: int, drafts: int) -> None:
    if drawn:
        terminal.say(f"Drafts that guidances were drawn for: {drawn:,}.")
    if came.calls or came.stopped:
        terminal.say(f"{came.calls:,} calls made.")
    elif came.refined or came.failed:
        terminal.say("Nothing to ask: every reply is in the store already.")
    others = f"; left as they were: {left_alone:,}" if left_alone else ""
    others += f"; refined by another run meanwhile: {came.elsewhere:,}" if came.elsewhere else ""
    terminal.say(f"Requests refined: {came.refined:,}{others}; drafts left: {drafts:,}.")
    if not rows:
        return
    terminal.say("")
    terminal.table(
        ("guidance", "asked", "drawn", "labelled", "found in the text"),
        [(row.kind, f"{row.asked:.1%}", *(_share(count, row) for count in (row.drawn, row.labelled, row.found)))
         for row in rows],
    )  # fmt: skip
    more = f"; what is still to be refined ({drafts:,}) may change it" if drafts else ""
    terminal.say(f"\nShares are of what was refined ({rows[0].requests:,}){more}.")
    for row in rows:
        if row.far:
            terminal.say(f"{row.kind}: {row.came:.0%} have it, asked for were {row.asked:.0%}. {_advice(row)}")
    terminal.say("writingbench construct status")


def _share(count: int | None, row: Row) -> str:
    return "–" if count is None else f"{count:,} ({count / row.requests:.1%})"


def _advice(row: Row) -> str:
    """What to do about a share that is far off: no request is refined twice."""
    if row.labelled is None:
        return "Another mix was asked for when it was drawn; drafts to come make up for it."
    if row.off > 0:
        why = "More of them have it than it was drawn for" if row.labelled > row.drawn else "It was drawn for too many"
    else:
        why = "Fewer of them have it than it was drawn for" if row.labelled < row.drawn else "It was drawn for too few"
    return f"{why}: draft more and refine them with --mix {row.kind}={row.next:.2f}, or correct labels when screening."


def _tell(came: Came) -> None:
    """What went wrong, on standard error."""
    if came.stopped:
        terminal.complain(
            f"{came.stopped}; {came.unasked:,} drafts were not asked about; the same command goes on from there"
        )
    for id, why in list(came.failed.items())[:LISTED]:
        terminal.complain(f"request {id}: {why.kind}: {why.note}")
    if came.failed:
        terminal.complain(
            f"drafts that stay as they are: {len(came.failed):,}; with --again their answers are asked for afresh"
        )
