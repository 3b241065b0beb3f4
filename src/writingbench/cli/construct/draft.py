"""`writingbench construct draft`: requests made up by a model for the subdomains of a taxonomy."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from writingbench.cli import steps
from writingbench.cli.construct.projects import open_project
from writingbench.cli.criteria.generate import LISTED
from writingbench.cli.options import Asking, BaseUrl, Flag, Output
from writingbench.records import Language, UserError
from writingbench.reports import terminal

if TYPE_CHECKING:
    from writingbench.construct.alike import Gone
    from writingbench.construct.draft import Came, Plan
    from writingbench.construct.drafted import Cell

Names = Annotated[tuple[str, ...], Parameter(negative=())]


def draft(
    *,
    model: str,
    count: int = 10,
    taxonomy: Path | None = None,
    domain: Names = (),
    subdomain: Names = (),
    language: Language | None = None,
    known: Names = (),
    seed: int = 1,
    again: Flag = False,
    asking: Asking = Asking(),
    output: Output = Output(),
    base_url: BaseUrl = None,
) -> int:
    """Have a model make up requests for each subdomain and language, and put aside what is alike or known already.

    The same command again asks for what is still short. Another --model adds as many of its own: each is told what is
    there, whoever made it up.

    Parameters
    ----------
    model
        Who drafts, as provider/model.
    count
        How many requests of this model are to be there in the end, for each subdomain and language.
    taxonomy
        A TOML file of domains, for a benchmark of one's own field.
    domain
        Only this domain (English or Chinese name); may be given several times, as the next.
    subdomain
        Only this subdomain.
    language
        Only en or only zh.
    known
        A benchmark whose requests must not come again: starter, builtin, official, or a file of requests as
        `construct import` reads it; may be given several times.
    seed
        With another number what is asked for is drawn anew.
    again
        Ask afresh where the answers were of no use before.
    """
    from writingbench import assets, evaluate
    from writingbench.benchmark.taxonomy import builtin
    from writingbench.benchmark.taxonomy import load as load_taxonomy
    from writingbench.construct import draft as drafting
    from writingbench.construct.known import known as read_known

    terms = asking.terms()
    for name, value in (("count", count), ("seed", seed)):
        if value < 1:
            raise UserError(f"--{name} {value}: must be at least 1")
    fields = load_taxonomy(taxonomy) if taxonomy else builtin()
    plan = drafting.Plan(
        taxonomy=fields,
        cells=drafting.cells(fields, domain, subdomain, language),
        count=count,
        seed=seed,
        known=read_known(known, lambda: assets.get("official")),
    )
    with terminal.progress(output.json) as progress:
        by = evaluate.endpoint(model, base_url, progress.download)
        with open_project(output.out, make=True) as project, steps.open_store(output.out) as store:
            before = drafting.drafts(project, by)
            seen = steps.seen(progress, sum(max(count - before[cell], 0) for cell in plan.cells))
            came = asyncio.run(drafting.carry_out(project, plan, by, store, terms, seen, again=again))
            have, stages = drafting.drafts(project, by), project.counts()
    short = {cell: count - have[cell] for cell in plan.cells if have[cell] < count}
    if output.json:
        steps.print_json(
            {
                "count": count,
                "added": came.added,
                "cells": [{**_place(cell), "drafts": have[cell]} for cell in plan.cells],
                "missing": sum(short.values()),
                "unfit": came.unfit,
                "duplicates": [_gone(one) for one in came.gone if not one.known],
                "known": [_gone(one) for one in came.gone if one.known],
                "failed": [{**_place(cell), "failure": why} for cell, why in came.failed.items()],
                "calls": came.calls,
                "stages": stages,
            }
        )
    else:
        _show(came, plan, have)
    _tell(came, short)
    return int(bool(short))


def _place(cell: Cell) -> dict[str, str]:
    return {"domain": cell.domain1, "subdomain": cell.domain2, "language": cell.language}


def _gone(one: Gone) -> dict[str, object]:
    return {"id": one.id, "request": one.request, "share": round(one.share, 4), "with": one.where, "text": one.text}


def _show(came: Came, plan: Plan, have: Mapping[Cell, int]) -> None:
    from writingbench.construct.drafted import reasons

    none = "Nothing to ask: every reply is in the store already." if came.added else "Nothing to ask."
    terminal.say(f"{came.calls:,} calls made." if came.calls or came.stopped else none)
    left_out = f" Left out: {reasons(came.unfit)}." if came.unfit else ""
    terminal.say(f"{came.added:,} new requests.{left_out}")
    _show_gone("alike with another, and put aside", [one for one in came.gone if not one.known])
    _show_gone("known already, and put aside", [one for one in came.gone if one.known])
    terminal.say("")
    _table(plan, have)
    terminal.say("\nNext: writingbench construct refine --model …")


def _show_gone(what: str, gone: Sequence[Gone]) -> None:
    from writingbench.construct.others import short

    if gone:
        terminal.say(f"{len(gone):,} {what}:")
    for one in sorted(gone, key=lambda one: one.share)[:LISTED]:  # the doubtful ones first
        terminal.say(f"  {one.share:.2f}  {short(one.request)}\n        {short(one.text)} ({one.where})")
    if len(gone) > LISTED:
        terminal.say(f"  and {len(gone) - LISTED:,} more; --json has all of them")


def _table(plan: Plan, have: Mapping[Cell, int]) -> None:
    """What is there, by domain and language; of a single domain by subdomain."""
    domains = {cell.domain1 for cell in plan.cells}

    def name(cell: Cell) -> str:
        return cell.domain1 if len(domains) > 1 else cell.domain2

    languages = sorted({cell.language for cell in plan.cells})
    wanted = Counter((name(cell), cell.language) for cell in plan.cells)
    there = Counter[tuple[str, Language]]()
    for cell in plan.cells:
        there[name(cell), cell.language] += have[cell]

    def shown(row: str, language: Language) -> str:
        return f"{there[row, language]:,} of {wanted[row, language] * plan.count:,}"

    rows = [(row, *(shown(row, language) for language in languages)) for row in dict.fromkeys(map(name, plan.cells))]
    terminal.table(("domain" if len(domains) > 1 else "subdomain", *languages), rows)


def _tell(came: Came, short: Mapping[Cell, int]) -> None:
    """What went wrong and what is short, on standard error."""
    if came.stopped:
        terminal.complain(f"{came.stopped}; the same command goes on from there")
    for cell, why in list(came.failed.items())[:LISTED]:
        terminal.complain(f"{cell.domain2}, {cell.language}: {why.kind}: {why.note}")
    if len(came.failed) > LISTED:
        terminal.complain(f"{len(came.failed):,} subdomains failed in all; --json names them")
    if came.failed:
        terminal.complain("with --again their answers are asked for afresh")
    dry = {cell: missing for cell, missing in short.items() if cell not in came.failed}
    if dry and not came.stopped:
        terminal.complain(f"{_listed(dry)}: nothing new came at last; the same command asks for more")
    if short:
        terminal.complain(f"{sum(short.values()):,} requests are missing")


def _listed(dry: Mapping[Cell, int]) -> str:
    names: Iterable[str] = [f"{cell.domain2}, {cell.language} ({missing} short)" for cell, missing in dry.items()]
    return "; ".join(list(names)[:LISTED]) + (f" and {len(dry) - LISTED:,} more" if len(dry) > LISTED else "")
