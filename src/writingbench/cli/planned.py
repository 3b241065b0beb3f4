"""`writingbench plan`: what a run would take. Nothing is sent, and no store is made where there is none."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from writingbench.cli import steps
from writingbench.reports import terminal

if TYPE_CHECKING:
    from writingbench.benchmark import Benchmark
    from writingbench.criteria.sets import CriteriaSet
    from writingbench.estimate import Stage
    from writingbench.models import Endpoint, Terms
    from writingbench.protocols import Protocol
    from writingbench.records import Query

COLUMNS = ("stage", "calls", "stored", "to make", "input tokens", "output tokens", "cost, $", "at most, $")
MILLION = 1_000_000


def look_ahead(
    rules: Protocol,
    benchmark: Benchmark,
    queries: tuple[Query, ...],
    out: Path,
    terms: Terms,
    *,
    writer: Endpoint,
    judge: Endpoint,
    criteria: CriteriaSet | None = None,
) -> list[Stage]:
    """The stages of the run that these arguments of `run` would make."""
    from writingbench import evaluate
    from writingbench.estimate import estimate
    from writingbench.models.prices import price_of

    there = (out / "store.db").is_file()
    with steps.open_store(out) if there else nullcontext() as store:
        if store:
            writer, judge = evaluate.known(writer, store), evaluate.known(judge, store)
        return asyncio.run(
            estimate(
                evaluate.plan(rules, benchmark, writer, judge, criteria),
                queries,
                store,
                writer=price_of(writer, terms.prices),
                judge=price_of(judge, terms.prices),
                batches=(terms.batches(writer), terms.batches(judge)),
            )
        )


def show(stages: list[Stage], json: bool) -> int:
    """Print the table, or the same as JSON; returns the exit status."""
    cost, most = _sum([stage.cost for stage in stages]), _sum([stage.most for stage in stages])
    if json:
        fields = ("stored", "missing", "input_tokens", "cached_tokens", "output_tokens", "cost", "most")
        rows = [
            {"stage": stage.name, "model": stage.model, "calls": stage.stored + stage.missing}
            | {name: getattr(stage, name) for name in fields}
            for stage in stages
        ]
        return steps.print_json({"stages": rows, "cost": cost, "most": most})
    lines = [
        ([s.stored + s.missing, s.stored, s.missing, s.input_tokens, s.output_tokens], s.cost, s.most) for s in stages
    ]
    names = [stage.name for stage in stages]
    if len(stages) > 1:
        names.append("all")
        lines.append(([sum(column) for column in zip(*(line[0] for line in lines), strict=True)], cost, most))
    terminal.table(
        COLUMNS,
        [
            (name, *map(_figure, figures), *map(_dollars, money))
            for name, (figures, *money) in zip(names, lines, strict=True)
        ],
    )
    for stage in stages:
        source = f"the mean of {stage.measured:,} stored replies" if stage.measured else "assumed"
        terminal.say(f"{stage.name}: by {stage.model}, {stage.output:,} output tokens a call ({source})")
    terminal.say(
        "Tokens are counted by characters; a model's own count is often a tenth off, and with some tokenizers a third."
    )
    if any(stage.cached_tokens for stage in stages):
        terminal.say("Cost: what calls about one response have in common is taken to be in the vendor's cache.")
    terminal.say("At most: every call as long as its limit allows and nothing in a cache, no call made twice.")
    if any(stage.most is None and stage.cost is not None for stage in stages):
        terminal.say(
            "It is unknown where nothing limits an answer: these rules set no max_tokens, or a server refuses it."
        )
    for model in dict.fromkeys(stage.model for stage in stages if stage.cost is None):
        terminal.say(
            f'No price is known for {model}: name a file with --prices that says ["{model}"], and below it '
            "input = ... and output = ... in US dollars per million tokens."
        )
    terminal.say("Nothing was sent.")
    return 0


def _sum(amounts: list[float | None]) -> float | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if len(known) == len(amounts) else None


def _figure(number: int) -> str:
    """A figure in full, or in millions, where it is an estimate anyway and would not fit a narrow terminal."""
    return f"{number:,}" if number < MILLION else f"{number / MILLION:,.2f} M"


def _dollars(amount: float | None) -> str:
    if amount is None:
        return "unknown"
    return f"{amount:,.2f}" if amount >= 1 or not amount else f"{amount:.4f}"
