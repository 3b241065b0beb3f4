"""`writingbench construct import` and `others`: requests from elsewhere, and what the taxonomy has no place for."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from writingbench.cli import steps
from writingbench.cli.construct.projects import open_project
from writingbench.cli.options import Asking, BaseUrl, Flag, Output
from writingbench.records import UserError
from writingbench.reports import terminal

if TYPE_CHECKING:
    from writingbench.construct.bring import Brought
    from writingbench.construct.others import Others
    from writingbench.construct.project import Kept
    from writingbench.construct.tag import Came

MANY = 200  # defects; more are not read on a terminal, and most often have one cause
LISTED = 20  # failures and proposals that are shown one by one; --json has them all


def import_(
    file: Annotated[Path | None, Parameter(name="FILE")] = None,
    /,
    *,
    model: str,
    taxonomy: Path | None = None,
    field: str | None = None,
    ready: Flag = False,
    limit: int | None = None,
    asking: Asking = Asking(),
    output: Output = Output(),
    base_url: BaseUrl = None,
) -> int:
    """Bring in requests from a file, and have a model say where each belongs and what it demands.

    Personal data is masked before anything is stored or sent. The same command again asks only for what is missing;
    without FILE it asks about everything that was brought in and has no subdomain yet: with another --taxonomy, that
    is another round for what was under other.

    Parameters
    ----------
    file
        JSON Lines, a JSON list, chat logs, CSV, TSV, or plain text: by lines, or by paragraphs if it has blank lines.
    model
        Who tags the requests, as provider/model.
    taxonomy
        A TOML file of domains, for a benchmark of one's own field.
    field
        The field or column that holds the request, where it has none of the usual names.
    ready
        The requests carry what they need: once tagged they go to the experts as they stand, without refining.
    limit
        The first so many requests.
    """
    from writingbench import evaluate
    from writingbench.benchmark import Defects
    from writingbench.benchmark.taxonomy import builtin
    from writingbench.benchmark.taxonomy import load as load_taxonomy
    from writingbench.construct import bring, tag
    from writingbench.construct.lists import Source
    from writingbench.construct.places import check

    terms = asking.terms()
    if limit is not None and limit < 1:
        raise UserError(f"--limit is {limit}; it must be a number above 0")
    if field is not None and file is None:
        raise UserError("--field says where in FILE a request stands; name the file as well")
    fields = load_taxonomy(taxonomy) if taxonomy else builtin()
    check(fields)
    source = Source(file, field=field, limit=limit) if file else None
    with open_project(output.out, make=source is not None) as project:
        brought = None
        if source:
            try:
                brought = bring.bring(source, project)
            except Defects as wrong:
                if output.json:
                    steps.print_json(wrong.defects)
                    return 2
                first = "\n".join(map(str, wrong.defects[:MANY]))
                more = f"\nand {len(wrong.defects) - MANY:,} more; --json prints all of them"
                raise UserError(first + more * (len(wrong.defects) > MANY)) from None
        drafts = [kept for kept in project.items("draft") if tag.brought(kept.item)]
        chosen = [kept for kept in drafts if not brought or kept.item.id in brought.ids]
        wanted = [kept for kept in chosen if not kept.item.domain2][: limit if file is None else None]
        if not file and not wanted:
            raise UserError(f"{output.out}: every request that was brought in has its subdomain; bring in a FILE")
        if ready and file:
            tag.pass_on(project, [kept for kept in chosen if kept.item.domain2])
        with terminal.progress(output.json) as progress, steps.open_store(output.out) as store:
            by = evaluate.endpoint(model, base_url, progress.download)
            seen = steps.seen(progress, len(wanted))
            came = asyncio.run(tag.carry_out(project, wanted, fields, by, store, terms, seen, ready=ready))
        after = [kept for one in wanted if (kept := project.item(one.item.id))]
        stages = project.counts()
    counts = Counter("tagged" if one.item.domain2 else "other" if one.item.proposed else "untagged" for one in after)
    if output.json:
        said = brought and {
            "requests": len(brought.ids),
            "new": brought.added,
            "left_out": {why: brought.tally[why] for why in ("empty", "duplicate", "foreign")},
            "masked": brought.masked,
        }
        steps.print_json(
            {
                "file": str(file) if file else None,
                "brought": said,
                "asked_about": len(wanted),
                **{what: counts[what] for what in ("tagged", "other", "untagged")},
                "failed": came.failed,
                "calls": came.calls,
                "stages": stages,
            }
        )
    else:
        if brought and source:
            _show_brought(brought, source.form)
        _show(after, counts, came, ready)
    _tell(came, counts["untagged"], after)
    return int(bool(counts["untagged"] or came.failed or came.stopped))


FORMS = {"lines": ", one on each line", "paragraphs": ", parted by blank lines"}
WHY = {"empty": "empty", "duplicate": "duplicates", "foreign": "neither English nor Chinese"}


def _show_brought(brought: Brought, form: str) -> None:
    there = len(brought.ids) - brought.added
    known = f", {there:,} there already" if there else ""
    terminal.say(f"{len(brought.ids):,} requests{FORMS.get(form, '')}: {brought.added:,} new{known}.")
    if out := [f"{brought.tally[why]:,} {words}" for why, words in WHY.items() if brought.tally[why]]:
        terminal.say(f"Left out: {', '.join(out)}.")
    masked = ", ".join(f"{kind} {count:,}" for kind, count in brought.masked.most_common())
    terminal.say(f"Masked: {masked or 'nothing'}.")


def _show(after: list[Kept], counts: Mapping[str, int], came: Came, ready: bool) -> None:
    if not after:
        terminal.say("Nothing to ask about: all of them have their subdomains.")
        return
    none = "Nothing to ask: every reply is in the store already."
    asked = f"{came.calls:,} calls made." if came.calls or came.stopped else none
    terminal.say(f"{asked} {counts['tagged']:,} tagged, {counts['other']:,} under other.")
    places = Counter((kept.item.domain1, kept.item.language) for kept in after if kept.item.domain2)
    if places:
        names = sorted({domain for domain, _ in places})
        rows = [(name, f"{places[name, 'en']:,}", f"{places[name, 'zh']:,}") for name in names]
        terminal.table(("domain", "en", "zh"), rows)
    if counts["other"]:
        terminal.say("writingbench construct others shows what the taxonomy has no place for.")
    if counts["tagged"]:
        terminal.say(f"Next: writingbench {'serve    (experts screen)' if ready else 'construct refine --model …'}")


def _tell(came: Came, untagged: int, after: list[Kept]) -> None:
    """What went wrong, on standard error."""
    if came.stopped:
        terminal.complain(f"{came.stopped}; the same command goes on from there")
    requests = {kept.item.id: kept.item.request for kept in after}
    for id, why in list(came.failed.items())[:LISTED]:
        terminal.complain(f"{' '.join(requests[id][:60].split())}: {why.kind}: {why.note}")
    if untagged:
        terminal.complain(f"{untagged:,} requests are not tagged; they wait at draft without a domain")


def others(
    *,
    to: Path | None = None,
    taxonomy: Path | None = None,
    force: Flag = False,
    output: Output = Output(),
) -> int:
    """What was brought in and fits no subdomain, by the subdomains that were proposed for it.

    With --to the taxonomy is written with the proposals in it, as comments: take out what should not be, and bring in
    again what is under other, by `construct import --taxonomy FILE --model …`.

    Parameters
    ----------
    to
        The taxonomy to write, for people to edit.
    taxonomy
        The taxonomy used so far, where it was not the built-in one.
    force
        Write over a file that is there already.
    """
    from writingbench.benchmark.taxonomy import builtin
    from writingbench.benchmark.taxonomy import load as load_taxonomy
    from writingbench.construct import others as found_others
    from writingbench.construct.tag import waiting
    from writingbench.files import replacing

    fields = load_taxonomy(taxonomy) if taxonomy else builtin()
    if to and to.exists() and not force:
        raise UserError(f"{to} is there already; name another file with --to, or write over it with --force")
    with open_project(output.out) as project:
        items = [kept.item for kept in waiting(project)]
    found = found_others.others(items)
    if to:
        with replacing(to) as file:
            file.write(found_others.suggest(fields, found))
    total = sum(one.count for one in found)
    untagged = len(items) - total
    if output.json:
        return steps.print_json(
            {"other": total, "untagged": untagged, "domains": found, "file": str(to) if to else None}
        )
    if not total:
        terminal.say("Nothing is under other.")
    for one in found:
        _show_others(one)
    if untagged:
        terminal.say(f"{untagged:,} requests are not tagged yet.")
    if to:
        terminal.say(f"{to}: edit it, then writingbench construct import --taxonomy {to} --model …")
    return 0


def _show_others(found: Others) -> None:
    terminal.say(f"{found.domain or 'In no domain'}: {found.count:,}")
    for one in found.proposals[:LISTED]:
        terminal.say(f"  {one.count:,} {one.name}{': ' * bool(one.description)}{one.description}")
        for example in one.examples:
            terminal.say(f"      {example}")
    if len(found.proposals) > LISTED:
        terminal.say(f"  and {len(found.proposals) - LISTED:,} more; --json has all of them")
