"""What several commands do: find what is asked for, carry it out, show what came of it."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from writingbench.cli.options import EMBEDDED, HERE, Choice, Engine, Models, Output
from writingbench.records import DYNAMIC, Query, UserError
from writingbench.reports import terminal

if TYPE_CHECKING:
    from writingbench.benchmark import Benchmark
    from writingbench.calls import Seen
    from writingbench.criteria.sets import CriteriaSet
    from writingbench.evaluate import Done, Run
    from writingbench.models import Endpoint, Terms
    from writingbench.protocols import Protocol
    from writingbench.publish import Published
    from writingbench.reports.terminal import Show
    from writingbench.store import Store
    from writingbench.stored import Tally


def protocol(name: str | None, writer: str | None, judge: str | None) -> Protocol:
    from writingbench import protocols

    # the embedded model answers a demo's worth of questions unless it is asked for by name
    return protocols.load(name or ("standard" if writer or judge else "demo"))


def benchmark(name: str, criteria: int | None, taxonomy: Path | None) -> Benchmark:
    from writingbench import assets
    from writingbench.benchmark import named
    from writingbench.benchmark.taxonomy import load

    fields = load(taxonomy) if taxonomy else None
    return named(name, lambda: assets.get("official"), criteria=criteria, taxonomy=fields)


def requests(name: str, taxonomy: Path | None, criteria: int | None = None) -> Benchmark:
    """A benchmark whose rows may lack criteria, domains and indexes: for what needs the requests alone."""
    from writingbench.benchmark import BUILTIN, load
    from writingbench.benchmark.taxonomy import load as load_taxonomy

    if name in BUILTIN or not Path(name).is_file():
        return benchmark(name, criteria, taxonomy)
    fields = load_taxonomy(taxonomy) if taxonomy else None
    return load(Path(name), criteria=criteria, taxonomy=fields, bare=True)


def choose(choice: Choice, rules: Protocol, *, judged: bool) -> tuple[Benchmark, tuple[Query, ...]]:
    """The benchmark and what is chosen of it; its queries need criteria only where they are `judged` by their own."""
    found = benchmark(choice.benchmark or rules.data, rules.criteria if judged else None, choice.taxonomy)
    return found, select(found.queries, choice)


def criteria(name: str) -> CriteriaSet | None:
    """The set of criteria called `name`; None for each query's own."""
    if name == DYNAMIC:
        return None
    from writingbench.criteria import sets

    return sets.load(name)


def under(by: CriteriaSet | None, queries: tuple[Query, ...], rules: Protocol) -> tuple[Query, ...]:
    """The queries with the criteria that they are judged by."""
    if by is None:
        return queries
    from writingbench.criteria import sets

    return sets.apply(queries, by, rules.criteria)


def prepare(
    models: Models, choice: Choice, show: Show
) -> tuple[Protocol, Benchmark, CriteriaSet | None, tuple[Query, ...], Endpoint, Endpoint]:
    """Rules, benchmark, criteria (None: the benchmark's own), the queries chosen with them, writer and judge."""
    from writingbench import evaluate

    rules = protocol(models.protocol, models.writer, models.judge)
    by = criteria(models.criteria)
    found, queries = choose(choice, rules, judged=by is None)
    queries = under(by, queries, rules)
    writer, judge = (
        evaluate.endpoint(name or EMBEDDED, base_url or models.base_url, show.download)
        for name, base_url in ((models.writer, models.writer_base_url), (models.judge, models.judge_base_url))
    )
    return rules, found, by, queries, replace(writer, thinking=models.thinking), judge


def select(queries: tuple[Query, ...], choice: Choice) -> tuple[Query, ...]:
    from writingbench.benchmark import Selection, select

    fields = ("limit", "domain", "subdomain", "index", "language")
    return select(queries, Selection(**{field: getattr(choice, field) for field in fields}))


def open_store(out: Path, *, make: bool = True) -> Store:
    from writingbench.store import Store

    path = out / "store.db"
    if not make and not path.is_file():
        raise UserError(f"{out}: there is no store here; `writingbench run --out {out}` makes one")
    return Store(path)


def carry_out(
    run: Run,
    queries: tuple[Query, ...],
    output: Output,
    show: Show,
    terms: Terms,
    *,
    writer: Endpoint | None,
    judge: Endpoint | None,
    engine: Engine = HERE,
) -> int:
    """Ask for what is missing, publish, show; returns the exit status."""
    from writingbench import evaluate, stored
    from writingbench.cli.reported import print_boards
    from writingbench.publish import publish

    if writer:
        show.expect("responses", len(queries) * run.protocol.responses)
    if run.judge:
        show.expect("judgements", sum(len(query.criteria) for query in queries) * run.marks)
    seen = evaluate.Progress(
        response=show.response if writer else lambda made: None,
        judgement=show.judgement,
        spent=show.spent,
        note=show.note,
        again=show.again,
    )

    workers_only_with_ray(engine)
    parts = (output.out / "parts").absolute()

    async def everything() -> tuple[Done, Tally, Published | None, set[str]]:
        with open_store(output.out) as store:
            if engine.engine == "ray":  # what it brings is in the store; what failed is asked for once more here
                from writingbench.scale.spread import spread

                await spread(run, queries, store, writer=writer, judge=judge, terms=terms, workers=engine.workers,
                             folder=parts, note=show.note)  # fmt: skip
            done = await evaluate.carry_out(run, queries, store, writer=writer, judge=judge, seen=seen, terms=terms)
            if not run.judge:
                tally = stored.Tally(done.run, store)
                for query in queries:
                    await tally.take(query)
                return done, tally, None, set()
            alike = [one for one in stored.stored_runs(store) if one.but_criteria == done.run.but_criteria]
            comparable = [one for one in alike if one.rules == done.run.rules]
            others = {one.criteria for one in alike if one.rules != done.run.rules}
            made = await publish([comparable], output.out, store)
            tally = next(one for one in made.tallies if one.run.fingerprint == done.run.fingerprint)
            return done, tally, made, others

    done, came, made, others = asyncio.run(everything())
    show.stop()
    missing = sum(came.missing.get(query.index, 0) for query in queries)
    if output.json and made:
        print_boards(made, output)
    elif output.json:
        print_json({"writer": run.writer.name, "queries": len(queries), "missing": missing, "calls": done.calls})
    else:
        if made:
            print_boards(made, output)
        terminal.say(
            f"{done.calls:,} calls made." if done.calls else "Nothing to ask: every reply is in the store already."
        )
        if others:
            terminal.say(f"Judged by other criteria too ({', '.join(sorted(others))}): `writingbench report` compares.")
    if done.stopped:
        terminal.complain(f"{done.stopped}; the same command goes on from there")
    if missing:
        kinds = Counter(why for query in queries for why in came.failed.get(query.index, ()))
        reasons = "; ".join(f"{count} x {why}" for why, count in kinds.most_common(3))
        what = "marks" if run.judge else "answers"
        terminal.complain(f"{missing:,} {what} are missing: {reasons or 'not asked yet'}")
    return int(missing > 0)


def seen(show: Show, queries: int) -> Seen:
    """Progress of asking something about each of so many queries."""
    from writingbench.calls import Seen

    show.expect("queries", queries)
    return Seen(answer=show.query, note=show.note)


def print_json(value: Any) -> int:
    import msgspec

    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=1).decode() + "\n")
    return 0


def workers_only_with_ray(engine: Engine) -> None:
    """Raises UserError for a number of workers where there are none."""
    if engine.workers is not None and engine.engine != "ray":
        raise UserError("--workers goes with --engine ray")
