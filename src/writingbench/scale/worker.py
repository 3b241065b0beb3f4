"""What a machine of the cluster does: take one task through the stages of a run, and leave a part file."""

from __future__ import annotations

import asyncio
import pickle
import tempfile
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from writingbench import evaluate, models
from writingbench.evaluate import Progress, Run
from writingbench.models import Endpoint, Terms
from writingbench.records import Query, UserError
from writingbench.scale import parts
from writingbench.scale.parts import Row
from writingbench.store import Store

QUIET = Progress()


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What all tasks have in common. Keys stay where they are: each machine has its own in its environment."""

    run: Run
    writer: Endpoint | None
    judge: Endpoint | None
    terms: Terms
    folder: Path  # of the part files; all machines see it


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Some queries of a run, with what is known of them already."""

    name: str
    queries: tuple[Query, ...]
    known: tuple[Row, ...]


class Worker:
    """Does tasks, one at a time; Ray makes as many as there is room for."""

    def __init__(self, work: bytes) -> None:
        self._work: Work = pickle.loads(work)  # noqa: S301 - from the command that began this worker

    def __call__(self, row: dict[str, Any]) -> dict[str, str]:
        """The name of a task, and why it could not be done to the end ("" where it could)."""
        task: Task = pickle.loads(row["task"])  # noqa: S301 - the same
        try:
            return {"name": task.name, "error": self._do(task)}
        except UserError as error:
            return {"name": task.name, "error": str(error)}

    def _do(self, task: Task) -> str:
        path = self._work.folder / f"{task.name}.parquet"
        if path.is_file():
            return ""
        with tempfile.TemporaryDirectory() as scratch, Store(Path(scratch) / "store.db") as store:
            store.take(task.known)
            whole = False
            try:
                done = asyncio.run(
                    evaluate.carry_out(
                        self._work.run,
                        task.queries,
                        store,
                        writer=_with_key(self._work.writer),
                        judge=_with_key(self._work.judge),
                        seen=QUIET,
                        terms=self._work.terms,
                    )
                )
                whole = not done.stopped
                return done.stopped
            finally:  # what was paid for is written down whatever happened
                new = _new(store, task.known)
                if whole or new:
                    parts.write(new, path if whole else path.with_stem(f"{path.stem}-{uuid.uuid4().hex[:8]}"))


def _new(store: Store, known: Iterable[Row]) -> list[Row]:
    """What the store holds that was not known before."""
    had = {(one.kind, one.fingerprint) for one in known if one.kind != "refusal"}
    return [Row(*one) for one in store.rows() if one[:2] not in had]


def _with_key(endpoint: Endpoint | None) -> Endpoint | None:
    return replace(endpoint, key=models.resolve(endpoint.name).key) if endpoint else None
