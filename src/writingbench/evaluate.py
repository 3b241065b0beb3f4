"""The whole evaluation on one page.

    queries ──> responses ──> judgements ──> scores

One function, `item`, takes a query through the stages. Whom it asks decides what it does: lines to servers make a
run (or, with one of them left out, one stage of it), the store alone makes a report. Every reply is in the store
before it is looked at, so a run that is begun again asks only for what is missing.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from writingbench import assets, models
from writingbench.benchmark import Benchmark
from writingbench.judgements import Judge, judge, schema
from writingbench.judgements.prompts import load as load_prompt
from writingbench.models import Endpoint, Refuses, Spent, Terms, trained
from writingbench.models.memory import Asker, Recall
from writingbench.models.terms import ANY
from writingbench.protocols import Protocol
from writingbench.records import (
    DYNAMIC,
    Judgement,
    Query,
    Response,
    fingerprint,
)
from writingbench.responses import Writer, respond
from writingbench.store import Store

if TYPE_CHECKING:
    from writingbench.criteria.sets import CriteriaSet
    from writingbench.models.batch import BatchLine
    from writingbench.models.chat import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What is asked for: one writer, and one judge unless it is to write only, under one protocol."""

    protocol: Protocol
    benchmark: str
    benchmark_fingerprint: str
    writer: Writer
    judge: Judge | None = None
    imported: bool = False  # made elsewhere: nothing can be asked
    criteria: str = DYNAMIC  # what the criteria are called that the judge goes by
    criteria_fingerprint: str = ""  # of those that stand in for each query's own; "" where they do not

    @property
    def fingerprint(self) -> str:
        """Of everything but which of the benchmark's queries are asked: asking for more of them is the same run."""
        return fingerprint(*self.rules, self.writer.fingerprint)

    @property
    def rules(self) -> tuple[str, ...]:
        """The fingerprints that scores must share to stand in one table: protocol, benchmark, judge, and criteria where
        they are not the benchmark's own.
        """
        return (*self.but_criteria, self.criteria_fingerprint) if self.criteria_fingerprint else self.but_criteria

    @property
    def but_criteria(self) -> tuple[str, ...]:
        """The rules that runs share when at most their criteria differ: their scores may be compared side by side."""
        judge = self.judge.fingerprint if self.judge else ""
        return self.protocol.fingerprint, self.benchmark_fingerprint, judge

    @property
    def marks(self) -> int:
        """Marks asked for on each criterion of a query."""
        return self.protocol.responses * self.protocol.repeats


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A query and what came of it so far."""

    query: Query
    responses: list[Response]
    judgements: list[Judgement]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Told of every response and judgement as soon as it is there."""

    response: Callable[[Response], None] = lambda response: None
    judgement: Callable[[Judgement], None] = lambda judgement: None
    spent: Callable[[float], None] = lambda dollars: None  # so far
    note: Callable[[str], None] = lambda text: None  # a line for the user to read
    again: Callable[[], None] = lambda: None  # all of it will be told once more, most of it from the store


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What asking came to."""

    run: Run  # as it was asked in the end
    calls: int
    stopped: str = ""  # why it ended before everything was asked


def endpoint(name: str, base_url: str | None = None, watch: assets.Watch | None = None) -> Endpoint:
    """The endpoint called `name`, ready to be asked: an embedded model's weights are here and known by their hash."""
    found = models.resolve(name, base_url)
    if found.name == "local/smollm2":
        weights = assets.get(found.model, watch) / "model.gguf"
    elif found.name.startswith("local/"):
        weights = trained.find(Path(found.model))
        if trained.is_adapter(weights):
            below = assets.get("smollm2", watch) / "model.gguf"
            trained.fits(weights, assets.hash_of(below))
            # the adapter names what it lies on: its hash stands for both
            return replace(found, weights=below, adapter=weights, identity=assets.hash_of(weights))
    elif found.name.startswith("gguf/"):
        weights = Path(found.model)
    else:
        return found
    return replace(found, weights=weights, identity=assets.hash_of(weights))


def plan(
    protocol: Protocol,
    benchmark: Benchmark,
    writer: Endpoint,
    judge: Endpoint | None,
    criteria: CriteriaSet | None = None,
) -> Run:
    """The run of `writer` under `judge` by the rules of `protocol`, and by `criteria` instead of each query's own."""
    run = Run(
        protocol=protocol,
        benchmark=benchmark.name,
        benchmark_fingerprint=benchmark.fingerprint,
        writer=as_writer(writer, protocol),
        judge=as_judge(judge, protocol) if judge else None,
    )
    return by_criteria(run, criteria)


def by_criteria(run: Run, criteria: CriteriaSet | None) -> Run:
    """The run with its responses judged by `criteria`; None: by each query's own."""
    if criteria is None:
        return replace(run, criteria=DYNAMIC, criteria_fingerprint="")
    return replace(run, criteria=criteria.name, criteria_fingerprint=criteria.fingerprint)


def as_writer(writer: Endpoint, protocol: Protocol) -> Writer:
    """An endpoint as the writer that a protocol makes of it."""
    name = writer.name + (f" (thinking: {writer.thinking})" if writer.thinking else "")
    return Writer(name=name, model=writer.identity, sampling=writer.adapt(protocol.writer))


def as_judge(judge: Endpoint, protocol: Protocol) -> Judge:
    """An endpoint as the judge that a protocol makes of it."""
    return Judge(
        name=judge.name,
        model=judge.identity,
        sampling=judge.adapt(protocol.judge),
        prompt=load_prompt(protocol.marking.prompt, lambda: assets.get("official")),
        schema=schema(protocol) if protocol.marking.schema and judge.schema else None,
    )


async def item(query: Query, run: Run, to_writer: Asker, to_judge: Asker, seen: Progress) -> Item:
    """Take one query through the stages, as far as whom we ask can answer."""

    async def one(draw: int) -> tuple[list[Response], list[Judgement]]:
        response = await respond(query, run.writer, to_writer, draw)
        if response is None:
            return [], []
        seen.response(response)
        if not run.judge:
            return [response], []
        return [response], await judge(query, response, run.judge, to_judge, run.protocol.repeats, seen.judgement)

    draws = range(run.protocol.responses)
    made = [await one(0)] if len(draws) == 1 else await asyncio.gather(*(one(draw) for draw in draws))
    return Item(
        query=query,
        responses=[response for responses, _ in made for response in responses],
        judgements=[judgement for _, judgements in made for judgement in judgements],
    )


def known(endpoint: Endpoint, store: Store) -> Endpoint:
    """An endpoint with what earlier runs learned of it."""
    return endpoint.without(store.refusals(endpoint.place))


@asynccontextmanager
async def calm() -> AsyncIterator[None]:
    """Garbage is looked for rarely meanwhile: nearly everything that is made stays or goes by itself, and looking took
    a tenth of the time (measured with bench/overhead.py).
    """
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


async def carry_out(
    run: Run,
    queries: Iterable[Query],
    store: Store,
    *,
    writer: Endpoint | None,
    judge: Endpoint | None,
    seen: Progress,
    terms: Terms = ANY,
) -> Done:
    """Ask for what the store lacks of `run` on `queries`.

    Without `writer` only stored responses are judged; without `judge` nothing is judged. When a server refuses a
    field of the call, it is asked without that field: another run, which is the one returned.
    """
    queries, recall = tuple(queries), Recall(store)
    endpoints = [one for one in (writer, judge) if one]
    from writingbench.models.lines import connect  # noqa: PLC0415 - brings the HTTP client, a sixth of a second

    async with calm(), connect(endpoints, store, terms, seen.note) as lines:
        to_writer, to_judge = (lines[one] if one else None for one in (writer, judge))
        while True:
            run = _as_asked(run, to_writer, to_judge, store)
            begun = store.begin(run.fingerprint, msgspec.json.encode(run), queries)

            async def one(query: Query, run: Run = run) -> None:
                await item(query, run, to_writer or recall, to_judge or recall, seen)
                seen.spent(max(line.spent for line in lines.values()))  # they share one account

            try:
                # enough queries under way to keep writer and judge busy, and no more: the rest wait unread
                await models.drain(queries, one, workers=min(len(queries), sum(line.most for line in lines.values())))
            except Refuses as told:
                store.learn(told.endpoint.place, told.field)
                if begun:
                    store.withdraw(run.fingerprint)
                seen.note(f"{told}; asked without it from here on")
                seen.again()
            except asyncio.CancelledError:
                seen.note("stopping: calls in flight get a few seconds to be answered (Ctrl-C again stops at once)")
                raise
            except Spent as told:
                for line in lines.values():
                    await line.close()  # what is in flight is paid for: it is waited for
                return Done(run=run, calls=sum(line.asked for line in lines.values()), stopped=str(told))
            else:
                return Done(run=run, calls=sum(line.asked for line in lines.values()))


def _as_asked(run: Run, to_writer: Line | BatchLine | None, to_judge: Line | BatchLine | None, store: Store) -> Run:
    """The run as its servers can be asked for it, by what is known of them by now; their lines know it too."""
    for line in (to_writer, to_judge):
        if line:
            line.endpoint = known(line.endpoint, store)
    return replace(
        run,
        writer=as_writer(to_writer.endpoint, run.protocol) if to_writer else run.writer,
        judge=as_judge(to_judge.endpoint, run.protocol) if to_judge else run.judge,
    )
