"""`writingbench subset`: a small set of queries that stands for a benchmark, and how well it does."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from writingbench.cli import steps
from writingbench.cli.options import Flag, Output
from writingbench.records import DYNAMIC, UserError
from writingbench.reports import terminal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from writingbench.benchmark import Benchmark
    from writingbench.benchmark.balance import Share
    from writingbench.scores.mini import Fit, Tried

CANDIDATES = 200  # sets to choose from, where there are writers to choose by


def subset(
    *,
    size: int,
    benchmark: str = "official",
    taxonomy: Path | None = None,
    to: Path | None = None,
    force: Flag = False,
    seed: int = 0,
    judge: str | None = None,
    protocol: str | None = None,
    output: Output = Output(),
) -> int:
    """Write a small set of queries with the proportions of a whole benchmark.

    Where three models or more have been judged on that benchmark, the set is the one of many that comes nearest to
    their full scores, and a table says how far off it is on models that had no part in the choice.

    Parameters
    ----------
    size
        How many queries.
    benchmark
        starter, builtin, official, or the path of a JSONL file.
    taxonomy
        A TOML file of domains, for a benchmark of one's own field.
    to
        The file to write; subset-SIZE.jsonl when left out.
    force
        Write over a file that is there already.
    seed
        Another number gives another set.
    judge
        Try it on the marks of this judge only.
    protocol
        Try it on what was made under this protocol only.
    """
    from writingbench.benchmark.balance import candidates, imbalance
    from writingbench.benchmark.save import save
    from writingbench.scores.mini import Tried, validate

    to = to or Path(f"subset-{size}.jsonl")
    if to.exists() and not force:
        raise UserError(f"{to} is there already; name another file with --to, or write over it with --force")
    if seed < 0:
        raise UserError(f"--seed {seed}: must be at least 0")
    whole = steps.benchmark(benchmark, None, taxonomy)
    writers, means = marks(whole, output.out, judge, protocol)
    sets = candidates(whole.queries, size, range(seed, seed + (CANDIDATES if len(writers) else 1)))
    tried = validate(means, sets)
    best = tried.best if isinstance(tried, Tried) else 0
    chosen = [whole.queries[place] for place in sets[best]]
    save(chosen, to)
    shares = imbalance(whole.queries, chosen)
    took_part = [writers[row] for row in tried.writers]
    if output.json:
        return steps.print_json(
            {
                "file": str(to),
                "benchmark": {"name": whole.name, "fingerprint": whole.fingerprint},
                "queries": [query.index for query in chosen],
                "seed": seed + best,
                "balance": shares,
                "tried": _as_json(tried, took_part, len(sets)) if isinstance(tried, Tried) else None,
            }
        )
    _show_balance(shares, size)
    terminal.say("")
    if isinstance(tried, Tried):
        _show_fits(tried)
        terminal.say(
            f"Tried on {len(took_part)} writers, always on a half of them that had no part in the choice; "
            f"the set was then chosen from {len(sets)} by them all."
        )
    else:
        terminal.say(
            f"How far off it is cannot be said: {output.out} holds {len(took_part)} judged writers on {whole.name}, "
            "and that takes three."
        )
    if left_out := [writer for row, writer in enumerate(writers) if row not in tried.writers]:
        terminal.say(f"Left out, with marks on fewer than half of the queries: {', '.join(left_out)}")
    terminal.say(f"{size} of {len(whole.queries):,} queries are in {to}: writingbench run --benchmark {to}")
    return 0


def marks(
    whole: Benchmark, out: Path, judge: str | None, protocol: str | None
) -> tuple[list[str], NDArray[np.float64]]:
    """The writers that were judged on a benchmark and their mean marks [writers, queries], NaN where there is none.

    Raises UserError where the runs do not compare, or where there are none of the kind asked for.
    """
    import numpy as np

    nothing: tuple[list[str], NDArray[np.float64]] = [], np.zeros((0, len(whole.queries)))
    if not (out / "store.db").is_file():
        return nothing
    from writingbench import stored
    from writingbench.publish import gather

    with steps.open_store(out, make=False) as store:
        runs = [run for run in stored.stored_runs(store) if run.judge]
        # what is written has its queries' own criteria: how it would do under others is another question
        runs = [run for run in runs if run.benchmark_fingerprint == whole.fingerprint and run.criteria == DYNAMIC]
        if not runs and judge is None and protocol is None:
            return nothing
        table = asyncio.run(gather(stored.comparable(runs, judge, protocol), store))
    places = {query.index: place for place, query in enumerate(whole.queries)}
    means = np.full((len(table.labels), len(whole.queries)), np.nan)
    means[:, [places[query.index] for query in table.queries]] = table.means
    return [label.writer for label in table.labels], means


def _show_balance(shares: list[Share], size: int) -> None:
    rows = [
        (f"requirement: {one.name}" if one.margin == "requirement" else one.name,
         f"{one.whole:.1%}", f"{one.chosen:.1%}", str(round(one.chosen * size)))
        for one in shares
        if one.margin != "subdomain"
    ]  # fmt: skip
    terminal.table(("", "whole", "set", "queries"), rows)
    inside = [share for share in shares if share.margin == "subdomain"]
    farthest = max(inside, key=lambda share: abs(share.chosen - share.whole))
    terminal.say(
        f"{sum(share.chosen > 0 for share in inside)} of {len(inside)} subdomains; none is farther from its share than "
        f"{farthest.name} with {round(farthest.chosen * size)} queries for {farthest.whole * size:.1f}."
    )


def _show_fits(tried: Tried) -> None:
    rows = [
        _row("the set", tried.chosen),
        _row("balanced, not chosen", tried.drawn),
        _row("random", tried.random),
        ("random, by theory", f"{tried.sampling:.3f}", "–", "–", "–"),
    ]
    terminal.table(("", "mean error", "largest", "Kendall's tau", "pairs in order"), rows)


def _row(name: str, fit: Fit) -> tuple[str, ...]:
    figures = [fit.mean_error, fit.largest_error, fit.tau]
    ordered = "–" if fit.ordered is None else f"{fit.ordered:.1%}"
    return name, *("–" if figure is None else f"{figure:.3f}" for figure in figures), ordered


def _as_json(tried: Tried, writers: list[str], candidates: int) -> dict[str, Any]:
    fits = {name: getattr(tried, name) for name in ("chosen", "drawn", "random", "sampling")}
    return {"writers": writers, "candidates": candidates, **fits}
