"""`writingbench criteria lint`: what is wrong with the criteria of a benchmark."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from writingbench.cli import steps
from writingbench.cli.options import Asking, BaseUrl, Output
from writingbench.records import Failure, UserError
from writingbench.reports import terminal

if TYPE_CHECKING:
    from writingbench.criteria.lint import Flaw

SHOWN = 20  # flaws that are listed; --json has them all


def lint(
    *,
    benchmark: str,
    rule: tuple[str, ...] = (),
    model: str | None = None,
    criteria: int = 0,
    taxonomy: Path | None = None,
    asking: Asking = Asking(),
    output: Output = Output(),
    base_url: BaseUrl = None,
) -> int:
    """Say what is wrong with criteria; docs/criteria-lint.md says how often each rule is right. Exits 1 if anything is.

    Parameters
    ----------
    benchmark
        starter, builtin, official, or the path of a JSONL file.
    rule
        Only this rule; may be given several times.
    model
        Ask this model as well, as provider/model, for what rules cannot see: one call for each query.
    criteria
        How many criteria each query must have; 0 for any number.
    taxonomy
        A TOML file of domains, for a benchmark of one's own field.
    """
    from writingbench import evaluate
    from writingbench.criteria.lint import RULES
    from writingbench.criteria.lint import lint as look_over
    from writingbench.criteria.opinion import carry_out

    if unknown := [name for name in rule if name not in RULES]:
        raise UserError(f"{', '.join(unknown)}: there is no such rule; there are: {', '.join(RULES)}")
    terms = asking.terms()
    queries = steps.requests(benchmark, taxonomy, criteria or None).queries
    found = list(look_over(queries, rule or RULES))
    failed: dict[int, Failure] = {}
    stopped, calls, unasked = "", 0, 0
    if model is not None:
        with terminal.progress(output.json) as progress, steps.open_store(output.out) as store:
            by = evaluate.endpoint(model, base_url, progress.download)
            came = asyncio.run(carry_out(queries, by, store, terms, steps.seen(progress, len(queries))))
        failed = {index: said for index, said in came.flaws.items() if isinstance(said, Failure)}
        found += [flaw for said in came.flaws.values() if not isinstance(said, Failure) for flaw in said]
        stopped, calls, unasked = came.stopped, came.calls, len(queries) - len(came.flaws)
    if output.json:
        steps.print_json({"queries": len(queries), "flaws": found, "failed": failed, "calls": calls})
    else:
        show(found, len(queries), benchmark)
        if model is not None:
            terminal.say(f"{calls:,} calls made." if calls else "Nothing to ask: every reply is in the store already.")
    if stopped:
        terminal.complain(f"{stopped}; {unasked:,} queries were not asked about; the same command goes on from there")
    if failed:
        reasons = Counter(f"{why.kind}: {why.note}" for why in failed.values()).most_common(3)
        terminal.complain(
            f"of {len(failed):,} queries the model's opinion is missing: "
            + "; ".join(f"{count} x {why}" for why, count in reasons)
        )
    return int(bool(found or failed or unasked))


def show(found: Sequence[Flaw], queries: int, benchmark: str) -> None:
    """What a person at a terminal is told: how many flaws of each kind, and the first of them, each kind in turn."""
    if not found:
        terminal.say(f"{benchmark}: {queries:,} queries, nothing found in their criteria")
        return
    of: dict[str, list[Flaw]] = {}
    for flaw in found:
        of.setdefault(flaw.rule, []).append(flaw)
    rows = [(rule, f"{len(flaws):,}", f"{len({flaw.query for flaw in flaws}):,}") for rule, flaws in of.items()]
    terminal.table(("rule", "found", "queries"), rows)
    each = max(1, SHOWN // len(of))
    listed = [flaw for flaws in of.values() for flaw in flaws[:each]]
    terminal.say(f"\n{len(listed):,} of {len(found):,}, --json has them all:" if len(found) > len(listed) else "")
    terminal.table(
        ("query", "rule", "criterion", "what", "evidence"),
        [(str(one.query), one.rule, one.criterion or "", one.message, one.evidence) for one in listed],
    )
