"""Everything that is found in responses, beside what their judges said of them.

Checking a response takes some hundredths of a second, so what was found is kept in a file of its own beside the store
(delete it whenever you like), and where many are to be checked all processors help.
"""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from importlib.resources.abc import Traversable
from multiprocessing import get_context
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from writingbench.checks import check
from writingbench.checks.add_up import add_up
from writingbench.checks.checked import Checked
from writingbench.checks.contradictions import contradictions
from writingbench.records import Answer, Finding, Judgement, Query, Response, Verdict

MANY = 60  # responses from which it pays to start further processes: each needs a second to be ready


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """What the checks find in one response, and what it adds up to."""

    findings: tuple[Finding, ...]
    checked: Checked


def reviewed(query: Query, answer: Answer) -> Reviewed:
    """All checks on one response."""
    findings = tuple(check(query, answer))
    return Reviewed(findings=findings, checked=add_up(query, answer, findings))


@cache
def version() -> bytes:
    """Of the checks themselves, their code and their words: what other ones found is found anew."""
    made = blake2b(digest_size=16)
    for content in sorted(_sources(files("writingbench.checks"))):
        made.update(content)
    return made.digest()


def _sources(folder: Traversable) -> Iterator[bytes]:
    for one in folder.iterdir():
        if one.is_dir():
            yield from _sources(one)
        elif one.name.endswith((".py", ".toml")):
            yield one.read_bytes()


def _key(query: Query, answer: Answer) -> bytes:
    made = blake2b(version(), digest_size=16)
    for text in (query.language, query.text, str(answer.complete), answer.text):
        content = text.encode("utf-8", "surrogatepass")
        made.update(len(content).to_bytes(8) + content)
    return made.digest()


class Reviewer:
    """Checks responses, each of them once. What was found before is in the file at `memory`."""

    def __init__(self, memory: Path | str = ":memory:") -> None:
        self._pool: ProcessPoolExecutor | None = None
        try:
            self._db = self._open(memory)
        except sqlite3.Error:  # a full disk, or somebody else's file
            self._db = self._open(":memory:")

    def _open(self, memory: Path | str) -> sqlite3.Connection:
        db = sqlite3.connect(memory, timeout=1, isolation_level=None)
        try:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=OFF")  # what a power cut takes can be found again
            db.execute("CREATE TABLE IF NOT EXISTS found (key BLOB PRIMARY KEY, body BLOB)")
        except sqlite3.Error:
            db.close()
            raise
        return db

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the further processes, and let go of the file."""
        if self._pool:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None
        self._db.close()

    def _recall(self, key: bytes) -> Reviewed | None:
        try:
            row = self._db.execute("SELECT body FROM found WHERE key=?", (key,)).fetchone()
            return msgspec.json.decode(row[0], type=Reviewed) if row else None
        except (sqlite3.Error, msgspec.MsgspecError):
            return None

    def _keep(self, key: bytes, made: Reviewed) -> None:
        with suppress(sqlite3.Error, UnicodeError):  # it is found again next time
            self._db.execute("INSERT OR REPLACE INTO found VALUES (?,?)", (key, msgspec.json.encode(made)))

    def one(self, query: Query, answer: Answer) -> Reviewed:
        """What the checks find in one response."""
        key = _key(query, answer)
        found = self._recall(key)
        if not found:
            found = reviewed(query, answer)
            self._keep(key, found)
        return found

    def prepare(self, pairs: Sequence[tuple[Query, Answer]]) -> None:
        """Check many responses at once, so that asking for each of them afterwards takes no time."""
        new = {key: pair for pair in pairs if not self._recall(key := _key(*pair))}
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        if len(new) < MANY or cores < 2:
            return
        if not self._pool:
            # no fork: another thread may hold a lock at that moment
            self._pool = ProcessPoolExecutor(cores, get_context("spawn"), initializer=_quiet)
        queries, answers = zip(*new.values(), strict=True)
        size = max(1, min(16, len(new) // cores))
        for key, made in zip(new, self._pool.map(reviewed, queries, answers, chunksize=size), strict=True):
            self._keep(key, made)

    def review(
        self, query: Query, responses: Iterable[Response], judgements: Sequence[Judgement]
    ) -> tuple[dict[int, Sequence[Finding]], Checked]:
        """The findings in each response, by its draw, contradictions of its judge first; and what all adds up to."""
        findings: dict[int, Sequence[Finding]] = {}
        checked = Checked()
        for response in responses:
            if not isinstance(response.outcome, Answer):
                continue
            own = self.one(query, response.outcome)
            denied = [
                denial
                for one in judgements
                if one.response == response.draw and isinstance(one.outcome, Verdict)
                for denial in contradictions(response.outcome, own.findings, one.criterion, one.outcome)
            ]
            findings[response.draw] = (*denied, *own.findings)
            checked += own.checked
            if denied:
                checked += Checked(found={"contradictions": len(denied)}, flagged={"contradictions": 1})
        return findings, checked


def _quiet() -> None:
    """Ctrl-C is for the process that asked; the others end with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
