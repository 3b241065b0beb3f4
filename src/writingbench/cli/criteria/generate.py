"""`writingbench criteria generate`: five criteria for every query, written by a model."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from writingbench.cli import steps
from writingbench.cli.options import Asking, BaseUrl, Flag, Output
from writingbench.records import Failure, Language, Query, UserError
from writingbench.reports import terminal

if TYPE_CHECKING:
    from writingbench.benchmark import Benchmark
    from writingbench.calls import Asked
    from writingbench.criteria.generate import Criteria

LISTED = 20  # failures that are shown one by one; --json has them all


def generate(
    *,
    benchmark: str,
    model: str,
    to: Path | None = None,
    language: Language | None = None,
    again: Flag = False,
    force: Flag = False,
    limit: int | None = None,
    taxonomy: Path | None = None,
    asking: Asking = Asking(),
    output: Output = Output(),
    base_url: BaseUrl = None,
) -> int:
    """Have a model write five criteria for every query that lacks them, into a new version of the benchmark.

    A row of the file needs nothing but its `query`. The new file says how each query came by its criteria. When it
    could not be finished, the same command with --force asks only for what is missing.

    Parameters
    ----------
    benchmark
        The JSONL file, or starter, builtin or official.
    model
        Who writes the criteria, as provider/model.
    to
        The file to write; FILE-v2.jsonl beside FILE when left out, or whichever version comes next.
    language
        Write in this language, en or zh, rather than in each query's own.
    again
        Write criteria anew for queries that have five.
    force
        Write over a file that is there already.
    limit
        The first so many queries.
    taxonomy
        A TOML file of domains, for a benchmark of one's own field.
    """
    from writingbench import evaluate
    from writingbench.benchmark import Selection, select
    from writingbench.benchmark.save import save
    from writingbench.criteria.generate import COUNT, apply, carry_out, step

    terms = asking.terms()
    source = steps.requests(benchmark, taxonomy)
    version = source.version + 1
    path = Path(benchmark)
    to = to or path.with_name(f"{path.stem.removesuffix(f'-v{source.version}')}-v{version}.jsonl")
    if to.exists() and not force:
        raise UserError(f"{to} is there already; name another file with --to, or write over it with --force")
    queries = select(source.queries, Selection(limit=limit))
    wanted = [query for query in queries if again or len(query.criteria) != COUNT]
    if not wanted:
        raise UserError(f"{benchmark}: every query has {COUNT} criteria; have them written anew with --again")
    with terminal.progress(output.json) as progress, steps.open_store(output.out) as store:
        by = evaluate.endpoint(model, base_url, progress.download)
        came = asyncio.run(carry_out(wanted, by, store, language, terms, steps.seen(progress, len(wanted))))
    noted = step(by, version)
    made: dict[int, Query] = {}
    failed: dict[int, Failure] = {}
    for query, said in zip(wanted, came.answers, strict=True):
        if isinstance(said, Failure):
            failed[query.index] = said
        elif said is not None:
            made[query.index] = apply(query, said, noted)
    whole = [one for query in queries if len((one := made.get(query.index, query)).criteria) == COUNT]
    result = replace(source, name=to.stem, queries=tuple(whole))
    if made:
        save(whole, to)
    left_out = sorted({query.index for query in queries} - {query.index for query in whole})
    if output.json:
        steps.print_json(
            {
                "file": str(to) if made else None,
                "version": version,
                "fingerprint": result.fingerprint,
                "queries": len(whole),
                "generated": len(made),
                "left_out": left_out,
                "failed": failed,
                "unasked": len(wanted) - len(made) - len(failed),
                "calls": came.calls,
            }
        )
    else:
        show(result, len(made), to, came)
    tell(failed, left_out, came.stopped, len(wanted) - len(made) - len(failed))
    return int(len(made) < len(wanted))


def show(result: Benchmark, made: int, to: Path, came: Asked[Criteria]) -> None:
    """What a person at a terminal is told."""
    if came.calls or came.stopped:
        terminal.say(f"{came.calls:,} calls made.")
    else:
        terminal.say("Nothing to ask: every reply is in the store already.")
    if not made:
        terminal.say("No criteria were written, so no file was.")
        return
    terminal.say(
        f"{made:,} of {len(result.queries):,} queries in {to} have new criteria: version {result.version}, "
        f"fingerprint {result.fingerprint[:8]}"
    )
    if bare := sum(not (query.domain1 and query.domain2) for query in result.queries):
        terminal.say(f"{bare:,} of them need a domain1 and a domain2 before they can be asked.")
    else:
        terminal.say(f"writingbench run --benchmark {to}")


def tell(failed: dict[int, Failure], left_out: list[int], stopped: str, unasked: int) -> None:
    """What went wrong, on standard error."""
    if stopped:
        terminal.complain(
            f"{stopped}; {unasked:,} queries were not asked; with --force the same command goes on from there"
        )
    for index, why in list(failed.items())[:LISTED]:
        terminal.complain(f"query {index}: {why.kind}: {why.note}")
    if failed:
        terminal.complain(f"no new criteria for {len(failed):,} queries")
    if left_out:
        some = ", ".join(map(str, left_out[:LISTED])) + (", …" if left_out[LISTED:] else "")
        terminal.complain(f"left out for want of five criteria: {some}")
