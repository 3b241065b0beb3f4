"""The course of a batch: claimed and sent, or found in the store; then waited for, read, and settled.

Before a batch can come into being it is in the store with the fingerprints of its calls, and nobody sends those again
until it is settled. Whoever finds an unsettled batch in the store, after a stop or beside another process, sees it
through: by its id, or, where the process was killed before it learned the id, by looking for the batch at the vendor.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from writingbench.models import batches, dialects
from writingbench.models.batches import outcomes
from writingbench.models.batches.calls import Calls
from writingbench.models.batches.records import Result
from writingbench.models.batches.vendor import Declined, Later, Unknown, Vendor
from writingbench.models.chat import ATTEMPTS
from writingbench.models.endpoints import Endpoint
from writingbench.models.hide import Hide
from writingbench.models.memory import Memory
from writingbench.records import EndpointRefused, Failure, Reply

KEPT = 30 * 86400.0  # seconds; no vendor keeps results for longer
FULL = re.compile(r"token_limit_exceeded|enqueued token", re.I)  # the vendor's queue holds no more tokens of ours

Row = tuple[str, str, float | None, str | None, list[str]]


class Books(Memory, Protocol):
    """Where replies and batches are kept, as `store.Store` does; the methods say there what they are for."""

    def alone(self) -> AbstractContextManager[bool]: ...
    def claim(self, key: str, place: str, since: str, calls: Sequence[str]) -> list[str]: ...
    def submitting(self, key: str) -> None: ...
    def accepted(self, key: str, id: str) -> None: ...
    def settle(self, key: str) -> None: ...
    def unsettled(self, place: str) -> list[Row]: ...
    def batch_ids(self) -> set[str]: ...


@dataclass(slots=True)
class _Batch:
    """A batch as the store has it."""

    key: str
    since: str  # the batch that stood first in the vendor's list before this one was sent
    at: float | None  # when it was sent, in seconds since 1970; None when it surely was not yet
    id: str | None  # the vendor's; None as long as it is not known to have one
    calls: list[str]  # fingerprints, in the order of the names of the calls


class Course:
    """Sends the batches of one line and sees them through, and those of others that the store knows to be at the same
    place.

    `endpoint` gives the endpoint as it is asked by now; `calls` is told what becomes of every call, `note` what the
    user should know. A batch of which it is not known whether the vendor has it, and which is not in the vendor's list
    `unclear` seconds after it was sent, is taken not to be.
    """

    def __init__(
        self,
        endpoint: Callable[[], Endpoint],
        calls: Calls,
        books: Books,
        vendor: Vendor,
        note: Callable[[str], None],
        unclear: float,
    ) -> None:
        self.asked = 0  # calls that went out
        self.followed: dict[str, asyncio.Task[None]] = {}  # batches that are seen through, by key
        self.reading = 0  # batches of which the results are coming in
        self.room: int | None = None  # calls in a batch, where the vendor's queue is too small for more
        self._endpoint = endpoint
        self._name, self._place = endpoint().name, endpoint().place
        self._calls = calls
        self._books = books
        self._vendor = vendor
        self._note = note
        self._unclear = unclear
        self._vain = 0  # batches in a row that were not taken

    async def send(self, piece: Iterable[str]) -> None:
        """Send a batch of those of these calls that nobody has sent.

        Raises Later when it was surely not taken and may be after a pause, EndpointRefused or Refuses when it will
        not be.
        """
        batch = None
        async with self._alone():
            since = await self._vendor.newest()
            piece = self._calls.due(piece)
            key = secrets.token_hex(6)
            if mine := self._books.claim(key, self._place, since, piece):
                requests = self._calls.send(mine)
                endpoint = self._endpoint()  # the same for an upload that has to be repeated
                dialect, interface = dialects.of(endpoint), batches.of(endpoint)

                def lines() -> Iterator[bytes]:
                    for n, request in enumerate(requests):
                        yield interface.call(f"{key}-{n}", dialect.body(request, endpoint))

                try:
                    id = await self._vendor.submit(key, lines, partial(self._books.submitting, key))
                except Exception as told:  # whatever it is, it came before anything was taken
                    self._calls.unsend(mine)
                    self._books.settle(key)
                    if isinstance(told, Declined):
                        raise outcomes.of_batch(told.status, told.words, self._endpoint(), requests[0]) from None
                    if isinstance(told, Later):
                        self._not_taken(str(told))
                        told.pause = max(told.pause, self._vendor.pauses.after(self._vain))
                    raise
                self.asked += len(mine)
                if id:
                    self._books.accepted(key, id)
                    self._vain = 0
                batch = _Batch(key, since, time.time(), id, mine)
        if batch:
            self._follow(batch)
        for asked in piece:
            if asked in self._calls.queue and (known := self._books.reply(asked)):  # another process was faster
                self._calls.end(asked, known)
        self.adopt()

    def adopt(self) -> None:
        """Follow every batch in the store that is not settled, whoever sent it."""
        for row in self._books.unsettled(self._place):
            if row[0] not in self.followed:
                batch = _Batch(*row)
                self._calls.leave(batch.calls)
                self._follow(batch)

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """While this lasts no other process sends a batch; whoever was about to has done so, or is gone."""
        while True:
            with self._books.alone() as alone:
                if alone:
                    yield
                    return
            await asyncio.sleep(0.1)

    def _not_taken(self, words: str) -> None:
        self._vain += 1
        if self._vain >= ATTEMPTS:
            raise EndpointRefused(f"{self._name} takes no batch: {words}") from None

    def _follow(self, batch: _Batch) -> None:
        task = self.followed[batch.key] = asyncio.create_task(self._see_through(batch))
        task.add_done_callback(partial(self._followed_through, batch))

    def _followed_through(self, batch: _Batch, done: asyncio.Task[None]) -> None:
        del self.followed[batch.key]
        error = asyncio.CancelledError() if done.cancelled() else done.exception()
        if error and not done.cancelled() and not any(asked in self._calls for asked in batch.calls):
            self._note(str(error))
        self._calls.over(batch.calls, error)

    async def _see_through(self, batch: _Batch) -> None:
        """Wait for a batch, keep what comes of it, and settle it. Calls that it brought nothing for stay open."""
        id = batch.id or await self._identified(batch)
        if not id:
            return
        vendor = self._name.partition("/")[0]
        self._note(
            f"batch {id} with {len(batch.calls):,} call{'s'[: len(batch.calls) > 1]} is with {vendor}; it may take up "
            "to a day; stopping now loses nothing, the same command fetches it"
        )
        left = dict(enumerate(batch.calls))
        last: dict[str, Exception] = {}  # told when everything that is good has been kept
        state = None
        try:
            state = await self._vendor.ended(id)
            self.reading += 1
            try:
                await self._vendor.results(state, lambda result: self._take(batch.key, result, left, last))
            finally:
                self.reading -= 1
        except Unknown as told:
            if batch.at and time.time() - batch.at < KEPT:
                raise EndpointRefused(
                    f"{told}: batch {id} was sent with another key than today's, or deleted since. Set the key that "
                    "it was sent with, or choose another --out"
                ) from None
        self._books.settle(batch.key)
        if state and state.failed:
            self._turned_down(batch, Hide.of(self._endpoint()).words(dialects.words(state.failed, 400)))
        else:
            for asked in left.values():
                self._calls.missed(asked, "the batch held no answer to this call")
        for asked, error in last.items():
            self._calls.end(asked, error)

    async def _identified(self, batch: _Batch) -> str | None:
        """The vendor's id of a batch; None when it surely never came into being, or has been settled by others."""
        async with self._alone():
            pass  # the process that sent it may be about to note the id
        others: set[str] = set()
        attempt = 0
        while True:
            rows = [row for row in self._books.unsettled(self._place) if row[0] == batch.key]
            if not rows:
                return None
            _, _, batch.at, batch.id, _ = rows[0]
            if batch.id:
                return batch.id
            now = time.time()
            if batch.at is None:
                id, perhaps = "", False
            else:
                others |= self._books.batch_ids()
                id, perhaps = await self._vendor.find(batch.key, batch.since, len(batch.calls), others)
            if id:
                self._books.accepted(batch.key, id)
                return id
            if not perhaps and now > (batch.at or 0.0) + self._unclear:
                self._books.settle(batch.key)
                self._not_taken("it answers, but makes none")
                return None
            await asyncio.sleep(min(self._vendor.pauses.after(attempt), max(self._unclear / 3, 0.01)))
            attempt += 1

    def _take(self, key: str, result: Result, left: dict[int, str], last: dict[str, Exception]) -> None:
        """Keep what came of one call and tell who waits for it."""
        sent_with, _, n = result.name.rpartition("-")
        if sent_with != key or not (n.isdecimal() and len(n) < 8) or int(n) not in left:
            return
        asked = left.pop(int(n))
        match outcomes.of_call(result, self._endpoint(), self._calls.request(asked)):
            case Reply() | Failure() as outcome:
                self._calls.answered(asked, outcome)
            case str() as words:
                self._calls.missed(asked, words)
            case error:
                last[asked] = error

    def _turned_down(self, batch: _Batch, words: str) -> None:
        """What becomes of a batch that failed as a whole: none of its calls was made."""
        if FULL.search(words) and (len(batch.calls) > 1 or len(self.followed) > 1):
            alone = len(self.followed) == 1
            self.room = max(1, len(batch.calls) // 2) if alone else self.room or len(batch.calls)
            self._note(f"{words}; sent again in batches of at most {self.room:,} calls, one after the other")
            return
        for asked in batch.calls:
            if request := self._calls.request(asked):
                self._calls.end(asked, outcomes.of_batch(400, words, self._endpoint(), request))
