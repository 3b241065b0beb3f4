"""`writingbench criteria label`: which criteria watch over style, format or length."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from writingbench.cli import steps
from writingbench.cli.options import Asking, BaseUrl, Flag, Output
from writingbench.records import REQUIREMENTS, Failure, Query, UserError
from writingbench.reports import terminal

if TYPE_CHECKING:
    from writingbench.criteria.label import Doubt

SHOWN = 20  # doubtful labels that are listed; --json has them all


def label(
    *,
    benchmark: str,
    to: Path,
    model: str | None = None,
    again: Flag = False,
    force: Flag = False,
    taxonomy: Path | None = None,
    asking: Asking = Asking(),
    output: Output = Output(),
    base_url: BaseUrl = None,
) -> int:
    """Say which criteria watch over style, format or length, and write the queries with these labels to a file.

    Without a model a small classifier decides; docs/labels.md says how often it is right.

    Parameters
    ----------
    benchmark
        starter, builtin, official, or the path of a JSONL file.
    to
        The file to write.
    model
        Ask this model, as provider/model, instead of the classifier.
    again
        Label criteria anew that have a label; otherwise those labels stay.
    force
        Write over a file that is there already.
    taxonomy
        A TOML file of domains, for a benchmark of one's own field.
    """
    from writingbench import criteria, evaluate
    from writingbench.benchmark.save import save
    from writingbench.criteria.ask import carry_out

    terms = asking.terms()
    if to.exists() and not force:
        raise UserError(f"{to} is there already; name another file with --to, or write over it with --force")
    queries = steps.benchmark(benchmark, None, taxonomy).queries
    doubts: list[Doubt] = []
    failed: dict[int, Failure] = {}
    stopped, calls, unasked = "", 0, 0
    if model is None:
        found = [criteria.probabilities(query) for query in queries]
        made = [
            criteria.apply(query, list(map(criteria.choose, shares)), again=again)
            for query, shares in zip(queries, found, strict=True)
        ]
        for query, shares in zip(queries, found, strict=True):
            doubts += criteria.doubts(query, shares, again=again)
    else:
        wanted = [query for query in queries if again or any(one.requirement is None for one in query.criteria)]
        with terminal.progress(output.json) as progress, steps.open_store(output.out) as store:
            by = evaluate.endpoint(model, base_url, progress.download)
            came = asyncio.run(carry_out(wanted, by, store, terms, steps.seen(progress, len(wanted))))
        kinds = {index: said for index, said in came.kinds.items() if not isinstance(said, Failure)}
        failed = {index: said for index, said in came.kinds.items() if isinstance(said, Failure)}
        made = [criteria.apply(q, kinds[q.index], again=again) if q.index in kinds else q for q in queries]
        stopped, calls, unasked = came.stopped, came.calls, len(wanted) - len(came.kinds)
    save(made, to)
    if output.json:
        counted = {name: count for name, count, _ in counts(made)}
        steps.print_json({"file": str(to), "labels": counted, "unsure": doubts, "failed": failed, "calls": calls})
    else:
        show(made, doubts, to, calls if model else None)
    if stopped:
        terminal.complain(
            f"{stopped}; {unasked:,} queries were not asked; with --force the same command goes on from there"
        )
    if failed:
        reasons = Counter(f"{why.kind}: {why.note}" for why in failed.values()).most_common(3)
        terminal.complain(
            f"the criteria of {len(failed):,} queries stay as they were: "
            + "; ".join(f"{count} x {why}" for why, count in reasons)
        )
    return int(bool(failed or unasked))


def counts(queries: Sequence[Query]) -> list[tuple[str, int, int]]:
    """For each label, how many criteria have it and how many queries."""
    criteria: Counter[str] = Counter(
        criterion.requirement or "none" for query in queries for criterion in query.criteria
    )
    having: Counter[str] = Counter(kind for query in queries for kind in query.requirements or ("none",))
    return [(kind, criteria[kind], having[kind]) for kind in (*REQUIREMENTS, "none")]


def show(queries: Sequence[Query], doubts: Sequence[Doubt], to: Path, calls: int | None) -> None:
    """What a person at a terminal is told; `calls` is None where no model was asked."""
    rows = [(kind, f"{criteria:,}", f"{having:,}") for kind, criteria, having in counts(queries)]
    terminal.table(("label", "criteria", "queries"), rows)
    if doubts:
        terminal.say(f"\nUnsure of {len(doubts):,} labels" + (f", the least sure {SHOWN}:" if doubts[SHOWN:] else ":"))
        least = sorted(doubts, key=lambda doubt: doubt.likely)[:SHOWN]
        terminal.table(
            ("query", "label", "likely", "criterion"),
            [(str(doubt.query), doubt.label, f"{doubt.likely:.2f}", doubt.criterion) for doubt in least],
        )
    if calls is not None:
        terminal.say(f"{calls:,} calls made." if calls else "Nothing to ask: every reply is in the store already.")
    terminal.say(f"\n{len(queries):,} queries are in {to}: writingbench run --benchmark {to}")
