"""`writingbench compare`: a judge is shown responses two at a time, in both orders, and a ranking is made of it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from writingbench.cli import steps
from writingbench.cli.options import EMBEDDED, Asking, BaseUrl, Output
from writingbench.records import UserError
from writingbench.reports import terminal

if TYPE_CHECKING:
    from writingbench.scores.contest import Contest
    from writingbench.scores.strengths import Group

FILE = "compare.json"
TOGETHER = 0.1  # where less of a feature's variation is between responses of the same two writers, that is said


def compare(
    *,
    judge: str | None = None,
    writer: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    by: Literal["overall", "criteria"] = "overall",
    budget: int | None = None,
    limit: int | None = None,
    control: Literal["none", "length", "style"] = "none",
    protocol: str | None = None,
    criteria: str | None = None,
    asking: Asking = Asking(),
    output: Output = Output(),
    base_url: BaseUrl = None,
) -> int:
    """Have a model compare the responses that are in the store, two at a time and in both orders, and rank the writers.

    Parameters
    ----------
    judge
        The model that compares, as provider/model.
    writer
        Only the responses of this writer; may be given several times. Those of all writers when left out.
    by
        overall: which response is better. criteria: which is better by each criterion of its query, in one call.
    budget
        Comparisons (of two calls) at most, those that were made before included; those come first that say most.
    limit
        The first so many queries.
    control
        Also rank the writers at equal length, or at equal style (length, headings, lists, bold).
    protocol
        Only responses made under this protocol, which also rules how the judge is asked.
    criteria
        With --by criteria: dynamic (each query's own), or the set of criteria that the responses were also judged by.
    """
    from writingbench import comparing, evaluate, stored
    from writingbench.calls import Seen
    from writingbench.reports import contest

    if budget is not None and budget < 1:
        raise UserError(f"--budget is {budget}; it must be at least 1")
    if limit is not None and limit < 1:
        raise UserError(f"--limit is {limit}; it must be at least 1")
    terms = asking.terms()
    with terminal.progress(output.json) as show, steps.open_store(output.out, make=False) as store:

        async def everything() -> tuple[comparing.Done, Contest]:
            ground, runs = comparing.ground_of(stored.stored_runs(store), by, protocol, criteria)
            among = await comparing.take_in(ground, runs, store, writer, limit)
            to_judge = evaluate.endpoint(judge or EMBEDDED, base_url, show.download)
            possible = len(among.pairings)
            show.expect("comparisons", possible if budget is None else min(budget, possible))
            seen = Seen(answer=show.comparison, note=show.note)
            done = await comparing.compare(among, to_judge, by, budget=budget, terms=terms, seen=seen)
            return done, await comparing.result(among, done.rules, control)

        done, found = asyncio.run(everything())
    contest.write(found, output.out / FILE)
    if output.json:
        steps.print_json(contest.as_json(found))
    else:
        _show(found)
        terminal.say(
            f"{done.calls:,} calls made." if done.calls else "Nothing to ask: every reply is in the store already."
        )
        terminal.say(f"Everything, as JSON: {output.out / FILE}")
    if done.stopped:
        terminal.complain(f"{done.stopped}; the same command goes on from there")
    if missing := found.asked - found.compared:
        reasons = "; ".join(f"{count} x {kind}" for kind, count in found.failures.items())
        terminal.complain(f"{missing:,} comparisons are missing: {reasons}")
    return int(bool(missing or done.stopped))


def _show(found: Contest) -> None:
    made = found.by
    by = "overall" if made.by == "overall" else f"by {made.criteria} criteria"
    terminal.say(f"Compared {by} by {made.judge}, protocol {made.protocol}, benchmark {made.benchmark}")
    _tables(found, found.groups)
    if found.equal:
        terminal.say(f"At equal {found.control}")
        _tables(found, found.equal)
    ranked = {one.writer for group in found.groups for one in group.standings}
    if alone := [name for place, name in enumerate(found.writers) if place not in ranked]:
        terminal.say(f"Compared with nobody: {', '.join(alone)}")
    for line in said(found):
        terminal.say(line)
    if made.judge == EMBEDDED:
        terminal.say("The embedded judge shows that everything works; its choices say nothing about quality.")


def _tables(found: Contest, groups: Sequence[Group]) -> None:
    from writingbench.reports.contest import interval_of

    for number, group in enumerate(groups):
        if number:
            terminal.say("Nothing connects these with the writers above, so that there is no order between them:")
        terminal.table(
            ("rank", "writer", "points", "95% interval", "beats", "won, tied, lost"),
            [
                (
                    str(one.place) if one.low == one.high else f"{one.place} ({one.low}–{one.high})",
                    found.writers[one.writer],
                    f"{one.points.value:.0f}",
                    interval_of(one.points) or "–",
                    f"{one.beats.value:.0%}",
                    f"{one.won:,}, {one.tied:,}, {one.lost:,}",
                )
                for one in group.standings
            ],
        )


def said(found: Contest) -> Sequence[str]:
    """What has to be known beside the ranking, a line for each."""
    from writingbench.reports.contest import share_of

    orders = found.orders
    lines = [
        "beats: how likely a writer is preferred to an average one, a tie counting half",
        f"Coverage: {found.compared:,} of {found.asked:,} comparisons asked for, {found.possible:,} possible, each in "
        "both orders",
    ]
    if not found.compared or not orders.follows:
        return lines
    lines.append(
        f"Ties: {found.tied:,} of {found.compared:,} ({found.tied / found.compared:.0%}); what the two orders do not "
        f"agree on counts as a tie ({orders.disagree:,} of {_all(found):,}{_what(found)})"
    )
    follows = (
        f"Position: {share_of(orders.follows)} follow the place and not the response (first {orders.first:,}, second "
        f"{orders.second:,})"
    )
    leading = f"; of all choices {share_of(orders.leading)} fell on what stood first" if orders.leading else ""
    lines.append(follows + leading)
    for group in found.equal:
        lines += _effects(group)
    return lines


def _all(found: Contest) -> int:
    orders = found.orders
    return orders.response + orders.tied + orders.disagree


def _what(found: Contest) -> str:
    return "" if found.by.by == "overall" else " by single criteria"


def _effects(group: Group) -> list[str]:
    from writingbench.scores.style import FEATURES

    lines = []
    for name, effect in zip(FEATURES, group.effects, strict=False):
        if effect is None:
            lines.append(f"At equal style, {name}: no two responses differ in it")
            continue
        odds = effect.odds
        interval = "" if odds.low is None or odds.high is None else f" ({odds.low:.2f}–{odds.high:.2f})"
        line = (
            f"At equal style, {name}: a standard deviation more of it multiplies the odds by {odds.value:.2f}{interval}"
        )
        if effect.within < TOGETHER:
            line += "; it goes so closely with who wrote that the two can hardly be told apart here"
        lines.append(line)
    return lines
