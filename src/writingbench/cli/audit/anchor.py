"""`writingbench audit anchor`: has a judge moved since it last marked the same responses?"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from writingbench.cli import steps
from writingbench.cli.options import EMBEDDED, Asking, BaseUrl, Output
from writingbench.records import UserError
from writingbench.reports import terminal

if TYPE_CHECKING:
    from writingbench.anchoring import Anchored


def anchor(
    *,
    judge: str | None = None,
    session: str = "",
    repeats: int = 2,
    limit: int | None = None,
    protocol: str | None = None,
    asking: Asking = Asking(),
    output: Output = Output(),
    base_url: BaseUrl = None,
) -> int:
    """Have a judge mark the built-in responses anew, and compare that with what it gave in earlier sessions.

    Parameters
    ----------
    judge
        The model that is looked at, as provider/model; the embedded one when left out.
    session
        What this session is called: today's date when left out. The same again goes on with it and asks nothing twice.
    repeats
        Marks on each criterion; from two on the noise of a mark is measured too.
    limit
        So many responses, evenly from the first to the last; all when left out.
    protocol
        The rules of judging: standard, official, demo, brief, or the path of a TOML file.
    """
    from writingbench import anchoring, auditing, evaluate
    from writingbench.audits.perturb.pieces import spread

    terms, rules = asking.terms(), steps.protocol(protocol, judge or EMBEDDED, judge or EMBEDDED)
    for name, value in (("--repeats", repeats), ("--limit", limit)):
        if value is not None and value < 1:
            raise UserError(f"{name} is {value}; it must be at least 1")
    called = session.strip() or datetime.now(UTC).date().isoformat()
    every = auditing.builtin_subjects()
    subjects = [every[place] for place in spread(range(len(every)), limit or len(every))]
    with terminal.progress(output.json) as show, steps.open_store(output.out) as store:
        by = evaluate.endpoint(judge or EMBEDDED, base_url, show.download)
        show.expect("judgements", repeats * sum(len(one.query.criteria) for one in subjects))
        seen = evaluate.Progress(judgement=show.judgement, note=show.note, again=show.again)
        found = asyncio.run(
            anchoring.anchor(
                subjects, by, rules, store, output.out, name=called, repeats=repeats, terms=terms, seen=seen
            )
        )
    missing = found.asked - found.marked
    if output.json:
        steps.print_json(found)
    else:
        terminal.say(f"{found.session.judge}, session {called}: {found.marked:,} of {found.asked:,} marks.")
        terminal.say(f"{found.calls:,} calls made." if found.calls else "Nothing to ask: it is in the store already.")
        if not found.drifts:
            terminal.say("This is the first session of this judge; the same command on another day compares with it.")
        else:
            _show(found)
        if found.session.judge == EMBEDDED:
            terminal.say("The embedded judge shows that everything works; its marks say nothing about quality.")
    if found.stopped:
        terminal.complain(f"{found.stopped}; the same command goes on from there")
    if missing:
        terminal.complain(f"{missing:,} marks are missing; the same command asks again")
    return int(missing > 0)


def _show(found: Anchored) -> None:
    rows = []
    for one in found.drifts:
        change = "–" if one.difference is None else f"{one.difference:+.2f}"
        between = "–" if one.low is None else f"{one.low:+.2f} to {one.high:+.2f}"
        noise = "–" if one.noise is None else f"{one.noise:.2f}"
        changed = "–" if one.changed is None else f"{one.changed:.0%}"
        rows.append((one.since, f"{one.criteria:,}", change, between, changed, noise, one.outcome))
    terminal.table(("since", "criteria", "now − then", "95% interval", "changed", "noise of a mark", "judge has"), rows)
