"""Spread the asking of a run over a Ray cluster, and bring the replies home.

    queries ── tasks of a few queries ──> Ray Data: one worker for each CPU ──> part files ──> the store

A task carries what the store knows of its queries, so nothing is asked twice. A machine that is lost costs the tasks
that it was on, eight queries for each worker: Ray gives them to others. A command that is killed leaves its part files;
the next one takes them into the store before it asks for anything.
"""

from __future__ import annotations

import logging
import os
import pickle
import socket
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
from writingbench.scale import parts
from writingbench.scale.parts import Row
from writingbench.scale.worker import Task, Work, Worker
from writingbench.store import Store

SIZE = 8  # queries of a task: small enough to lose, large enough to be worth a file
WAVE = 2000  # tasks that are in memory at a time

INSTALL = "--engine ray needs Ray: pip install 'writingbench[scale]'"


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
    if workers is not None and workers < 1:
        raise UserError(f"--workers is {workers}; it must be at least 1")
    if terms.batch or terms.max_cost is not None:
        raise UserError("--batch and --max-cost hold for one machine; they do not go with --engine ray")
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")  # its own affairs, on standard error
    try:
        import ray  # noqa: PLC0415
        from ray.data import ActorPoolStrategy, DataContext, from_items  # noqa: PLC0415
    except ImportError as error:
        raise UserError(INSTALL) from error
    brought = bring_home(folder, store)
    work = Work(run=run, writer=_bare(writer), judge=_bare(judge), terms=terms, folder=folder)
    errors: Counter[str] = Counter()
    tasks = _tasks(run, queries, store, writes=writer is not None, judges=judge is not None)
    while wave := [task async for task in _first(tasks, WAVE)]:
        if not ray.is_initialized():
            address = _there(os.environ.get("RAY_ADDRESS"))
            ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
            logging.getLogger("ray.data").setLevel(logging.ERROR)
            DataContext.get_current().enable_progress_bars = False
        most = workers or max(1, int(ray.cluster_resources().get("CPU", 1)))
        size = sum(len(task.queries) for task in wave)
        note(f"{size:,} queries go to {most:,} workers; machines: {len(ray.nodes()):,}")
        # a worker whose machine is lost is begun anew elsewhere, and so is its task: Ray Data does that by itself
        done = from_items([{"task": pickle.dumps(task)} for task in wave], override_num_blocks=len(wave)).map(
            Worker,
            fn_constructor_kwargs={"work": pickle.dumps(work)},
            compute=ActorPoolStrategy(min_size=1, max_size=most),
            num_cpus=1,
        )
        errors.update(row["error"] for row in done.iter_rows() if row["error"])
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


def _there(address: str | None) -> str | None:
    """The address of a cluster. Raises UserError where nobody answers at it: Ray would try for minutes."""
    host, _, port = (address or "").rpartition(":")
    if "/" in host or not host or not port.isdecimal():  # none, "auto", "ray://...": Ray's own affair
        return address
    try:
        with socket.create_connection((host, int(port)), timeout=10):
            return address
    except OSError as error:
        raise UserError(
            f"RAY_ADDRESS: no cluster answers at {address} ({error}); start one with `ray start`"
        ) from error


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
