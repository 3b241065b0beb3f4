"""Spread the asking of a run over a Ray cluster, and bring the replies home.

    queries ── tasks of a few queries ──> Ray Data: one worker for each CPU ──> part files ──> the store

A task carries what the store knows of its queries, so nothing is asked twice. A machine that is lost costs the tasks
that it was on, eight queries for each worker: Ray gives them to others. A command that is killed leaves its part files;
the next one takes them into the store before it asks for anything.
"""

from __future__ import annotations

import pickle
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence, Set
from dataclasses import replace
from pathlib import Path

import msgspec

from writingbench import evaluate
from writingbench.evaluate import Progress, Run
from writingbench.models import Endpoint, Terms
from writingbench.models.memory import Known, Recall
from writingbench.records import Failure, Query, Reply, Request, UserError
from writingbench.scale import cluster, parts
from writingbench.scale.parts import Row
from writingbench.scale.worker import Task, Work, Worker
from writingbench.store import Store

SIZE = 8  # queries of a task: small enough to lose, large enough to be worth a file
WAVE = 2000  # tasks that are in memory at a time


async def spread(
    run: Run,
    queries: Sequence[Query],
    store: Store,
    *,
    writer: Endpoint | None,
    judge: Endpoint | None,
    terms: Terms,
    folder: Path,
    workers: int | None = None,
    note: Callable[[str], None] = lambda text: None,
) -> None:
    """Ask on the cluster for what the store lacks of `run` on `queries`; afterwards the store has it.

    The cluster is the one at RAY_ADDRESS, else one on this machine alone. `folder`, an absolute path, must be the same
    on all machines.
    Raises UserError where Ray is not installed, where a machine cannot ask (the first reason; what others were
    answered is kept), and for terms that hold for one machine only.
    """
    cluster.required(workers)
    if terms.batch or terms.max_cost is not None:
        raise UserError("--batch and --max-cost hold for one machine; they do not go with --engine ray")
    brought = bring_home(folder, store)
    work = Work(run=run, writer=_bare(writer), judge=_bare(judge), terms=terms, folder=folder)
    errors: Counter[str] = Counter()
    tasks = _tasks(run, queries, store, writes=writer is not None, judges=judge is not None)
    while wave := [task async for task in _first(tasks, WAVE)]:
        size = sum(len(task.queries) for task in wave)
        done = cluster.spread_over(
            [{"task": pickle.dumps(task)} for task in wave],
            Worker,
            {"work": pickle.dumps(work)},
            workers,
            note,
            f"{size:,} queries",
        )
        errors.update(row["error"] for row in done if row["error"])
        brought |= bring_home(folder, store, brought)
    if errors:
        (first, count), *others = errors.most_common()
        more = f"; {len(others):,} other reasons" if others else ""
        raise UserError(f"{first} (on the cluster, in {count:,} tasks{more})")


async def _first(tasks: AsyncIterator[Task], count: int) -> AsyncIterator[Task]:
    """The next so many."""
    while count and (task := await anext(tasks, None)):
        yield task
        count -= 1


def bring_home(folder: Path, store: Store, but: Set[Path] = frozenset()) -> set[Path]:
    """Take into the store what part files hold, `but` those that were taken already; returns which were taken now.

    What a killed worker had begun to write has a name that begins with a dot, and is left alone.
    """
    new = {path for path in folder.glob("[!.]*.parquet") if path not in but}
    for path in sorted(new):
        store.take(parts.read(path))
    return new


class _Watched(Recall):
    """Answers from the store alone; it notes what it answered, and whether an answer was missing."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.missing = False
        self.known: dict[str, Row] = {}

    def ask(self, request: Request, urgency: int = 0) -> Known[Reply | Failure | None]:
        asked = request.fingerprint
        found = self.memory.recall(asked)
        if isinstance(found, Reply):
            self.known[asked] = Row("reply", asked, request.model, msgspec.json.encode(found))
        else:  # what failed may succeed this time
            self.missing = True
        return Known(found)


async def _tasks(
    run: Run, queries: Sequence[Query], store: Store, *, writes: bool, judges: bool
) -> AsyncIterator[Task]:
    """The queries of which an answer is missing that somebody can be asked for, a few in each task."""
    refusals = tuple(Row(*one) for one in store.rows("refusal"))
    command, number = uuid.uuid4().hex[:12], 0  # a later command asks again for what fails in this
    waiting: list[Query] = []
    known: list[Row] = []
    for query in (*queries, None):
        if query is not None:
            writer, judge = _Watched(store), _Watched(store)
            await evaluate.item(query, run, writer, judge, Progress())
            if (writes and writer.missing) or (judges and judge.missing):
                waiting.append(query)
                known += (*writer.known.values(), *judge.known.values())
        if len(waiting) == SIZE or (query is None and waiting):
            yield Task(name=f"{command}-{number:06}", queries=tuple(waiting), known=(*refusals, *known))
            waiting, known, number = [], [], number + 1


def _bare(endpoint: Endpoint | None) -> Endpoint | None:
    return replace(endpoint, key="") if endpoint else None
