"""Ask by way of a vendor's batch service: at half price, within a day, and never the same thing twice.

What is asked for gathers until nothing more comes, and goes out as one batch. Before a batch can come into being it is
in the store with the fingerprints of its calls, and nobody sends those again until it is settled. Whoever finds an
unsettled batch in the store, after a stop or beside another process, sees it through: by its id, or, where the process
was killed before it learned the id, by looking for the batch at the vendor.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol

import aiohttp

from writingbench.models import batches, dialects
from writingbench.models.account import Till
from writingbench.models.batches.records import Result
from writingbench.models.batches.vendor import Declined, Later, Pauses, Unknown, Vendor
from writingbench.models.chat import ATTEMPTS
from writingbench.models.endpoints import Endpoint
from writingbench.models.memory import Known, Memory
from writingbench.models.stops import Refuses, Spent
from writingbench.records import EndpointRefused, Failure, Reply, Request

TRIES = 2  # batches that a call may be part of before its trouble is taken for lasting
NAME = 100  # bytes of a call in a batch beyond those that `call` of its interface gives it with an empty name
KEPT = 30 * 86400.0  # seconds; no vendor keeps results for longer
FULL = re.compile(r"token_limit_exceeded|enqueued token", re.I)  # the vendor's queue holds no more tokens of ours

PAUSES = Pauses()

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
class _Call:
    """A call, and those who wait for what comes of it."""

    request: Request
    waiting: list[asyncio.Future[Reply | Failure]] = field(default_factory=list)
    tries: int = 0  # batches that brought nothing
    aside: tuple[float, float] | None = None  # money, from when it is to be sent until it is answered

    @property
    def wanted(self) -> bool:
        """Whether anybody still waits."""
        return not all(answer.cancelled() for answer in self.waiting)


@dataclass(slots=True)
class _Batch:
    """A batch as the store has it."""

    key: str
    since: str  # the batch that stood first in the vendor's list before this one was sent
    at: float | None  # when it was sent, in seconds since 1970; None when it surely was not yet
    id: str | None  # the vendor's; None as long as it is not known to have one
    calls: list[str]  # fingerprints, in the order of the names of the calls


class BatchLine:
    """A line to an endpoint with the face of `chat.Line`, by batches.

    `till` must price by the batch. `idle` says that nobody is at work on what will be asked here next; `note` is told
    what the user should know. `quiet` is for how many seconds nothing new must have been asked before a batch goes
    out. A batch of which it is not known whether the vendor has it, and which is not in the vendor's list
    `unclear` seconds after it was sent, is taken not to be.
    """

    one_first = False
    most = 100_000

    def __init__(
        self,
        endpoint: Endpoint,
        session: aiohttp.ClientSession,
        memory: Books,
        till: Till,
        *,
        idle: Callable[[], bool] = lambda: True,
        note: Callable[[str], None] = lambda text: None,
        quiet: float = 0.5,
        pauses: Pauses = PAUSES,
        unclear: float = 60.0,
    ) -> None:
        self.endpoint = endpoint
        self.asked = 0  # calls that went out
        self._memory = memory
        self._till = till
        self._idle = idle
        self._note = note
        self._quiet = quiet
        self._unclear = unclear
        self._dialect = dialects.of(endpoint)
        self._interface = batches.of(endpoint)
        self._vendor = Vendor(endpoint, session, pauses, note)
        self._calls: dict[str, _Call] = {}  # all that somebody waits for
        self._queue: dict[str, None] = {}  # of these, what is to go out
        self._stirred = 0.0  # when the last of them came
        self._sending: asyncio.Task[None] | None = None
        self._submitting = False
        self._followed: dict[str, asyncio.Task[None]] = {}  # batches, by key
        self._sent: dict[str, str] = {}  # the key of the batch that a call is in
        self._reading = 0  # batches of which the results are coming in
        self._room: int | None = None  # calls in a batch, where the vendor's queue is too small for more
        self._vain = 0  # batches in a row that were not taken
        self._closing = False

    @property
    def busy(self) -> bool:
        """Whether anybody waits for anything."""
        return bool(self._calls)

    @property
    def spent(self) -> float:
        """US dollars, on all lines that were opened together."""
        return self._till.account.spent

    def ask(self, request: Request, urgency: int = 0) -> Awaitable[Reply | Failure]:
        """The reply to a request, from the store if it is there, else from a batch.

        Waiting for it raises EndpointRefused when asking anything else would be turned away too, Refuses when a field
        of the call is, Spent when there is no money left for it.
        """
        asked = request.fingerprint
        if known := self._memory.reply(asked):
            return Known(known)
        call = self._calls.get(asked)
        if call is None:
            if not self._sent and not self._queue:
                self._adopt()
            call = self._calls[asked] = _Call(request)
            self._enqueue(asked)
        answer: asyncio.Future[Reply | Failure] = asyncio.get_running_loop().create_future()
        call.waiting.append(answer)
        return answer

    async def close(self, grace: float | None = None) -> None:
        """Send nothing more. Batches that were sent are waited for when `grace` is None; else they stay where they
        are, and what is on its way to or from the vendor gets `grace` seconds to arrive."""
        self._closing = True
        if self._sending and not self._submitting:
            self._sending.cancel()
        until = None if grace is None else time.monotonic() + grace
        try:
            while self._submitting or (self._followed if until is None else self._reading):
                if until is not None and time.monotonic() > until:
                    break
                await asyncio.sleep(0.05)
        finally:
            tasks = [*self._followed.values(), *([self._sending] if self._sending else [])]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for asked in list(self._calls):
                self._end(asked, asyncio.CancelledError())

    # gathering and sending

    def _enqueue(self, asked: str) -> None:
        if asked in self._sent:
            return
        self._queue[asked] = None
        self._stirred = time.monotonic()
        if not self._closing and (self._sending is None or self._sending.done()):
            self._sending = asyncio.create_task(self._send())
            self._sending.add_done_callback(self._stopped)

    def _stopped(self, sending: asyncio.Task[None]) -> None:
        if not sending.cancelled() and (error := sending.exception()):
            for asked in list(self._queue):
                self._end(asked, error)

    async def _send(self) -> None:
        """Send what is in the queue, whenever nothing more is coming for it."""
        while self._queue and not self._closing:
            while not self._gathered():  # noqa: ASYNC110 - time and other lines decide that, and they set no event
                await asyncio.sleep(max(self._quiet / 5, 0.01))
            self._adopt()  # what other processes have sent by now
            wanted, spent = self._admitted()
            self._submitting = True
            try:
                for piece in self._pieces(wanted):
                    await self._submit(piece)
                    if self._closing or self._room:
                        break
            except Later as told:
                self._vain += 1
                if self._vain >= ATTEMPTS:
                    raise EndpointRefused(f"{self.endpoint.name} takes no batch: {told}") from None
                await asyncio.sleep(max(told.pause, self._vendor.pauses.after(self._vain)))
                continue
            finally:
                self._submitting = False
            if spent and not self._closing and not any(asked in self._queue for asked in wanted):
                for asked in list(self._queue):
                    self._end(asked, spent)

    def _gathered(self) -> bool:
        if self._reading or not self._idle():
            self._stirred = time.monotonic()  # what comes of that may be asked in a moment
        if time.monotonic() < self._stirred + self._quiet:
            return False
        return not (self._room and self._followed)

    def _admitted(self) -> tuple[list[str], Spent | None]:
        """What there is money for in the queue, and why not for more."""
        wanted: list[str] = []
        for asked in list(self._queue):
            call = self._calls[asked]
            if not call.wanted:
                self._end(asked, asyncio.CancelledError())
                continue
            try:
                call.aside = call.aside or self._till.admit(call.request)
            except Spent as told:
                return wanted, told
            wanted.append(asked)
        return wanted, None

    def _pieces(self, wanted: Iterable[str]) -> Iterator[list[str]]:
        """The calls in as few batches as the vendor's limits allow."""
        most = min(self._interface.CALLS, self._room or self._interface.CALLS)
        piece: list[str] = []
        size = 0
        for asked in wanted:
            if asked not in self._queue:  # another process has sent it since
                continue
            bytes_ = len(self._line("", asked)) + NAME
            if piece and (len(piece) == most or size + bytes_ > self._interface.BYTES - NAME):
                yield piece
                piece, size = [], 0
            piece.append(asked)
            size += bytes_
        if piece:
            yield piece

    def _line(self, name: str, asked: str) -> bytes:
        return self._interface.call(name, self._dialect.body(self._calls[asked].request, self.endpoint))

    async def _submit(self, piece: list[str]) -> None:
        """Send a batch of those of these calls that nobody has sent. Raises Later when it was surely not taken."""
        batch = None
        async with self._alone():
            since = await self._vendor.newest()
            piece = [asked for asked in piece if asked in self._queue and self._calls[asked].wanted]
            key = secrets.token_hex(6)
            mine = self._memory.claim(key, self.endpoint.place, since, piece)
            if mine:
                for asked in mine:
                    del self._queue[asked]
                    self._sent[asked] = key
                lines = [self._calls[asked].request for asked in mine]
                made = self.endpoint

                def calls() -> Iterator[bytes]:
                    for n, request in enumerate(lines):
                        yield self._interface.call(f"{key}-{n}", self._dialect.body(request, made))

                try:
                    id = await self._vendor.submit(key, calls, partial(self._memory.submitting, key))
                except Exception as told:  # whatever it is, it came before anything was taken
                    for asked in mine:
                        del self._sent[asked]
                        self._queue[asked] = None
                    self._memory.settle(key)
                    if isinstance(told, Declined):
                        raise self._lasting(self._verdict(told.status, told.words, lines[0]), told.words) from None
                    raise
                self.asked += len(mine)
                if id:
                    self._memory.accepted(key, id)
                    self._vain = 0
                batch = _Batch(key, since, time.time(), id, mine)
        if batch:
            self._follow(batch)
        for asked in set(piece) - set(batch.calls if batch else ()):  # another process was faster
            if asked in self._queue and (known := self._memory.reply(asked)):
                self._end(asked, known)
        self._adopt()

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """While this lasts no other process sends a batch; whoever was about to has done so, or is gone."""
        while True:
            with self._memory.alone() as alone:
                if alone:
                    yield
                    return
            await asyncio.sleep(0.1)

    # seeing batches through

    def _adopt(self) -> None:
        """Follow every batch in the store that is not settled, whoever sent it."""
        for row in self._memory.unsettled(self.endpoint.place):
            if row[0] not in self._followed:
                self._follow(_Batch(*row))

    def _follow(self, batch: _Batch) -> None:
        for asked in batch.calls:
            self._sent[asked] = batch.key
            if asked in self._queue:  # somebody else pays for it
                del self._queue[asked]
                self._release(self._calls[asked])
        task = self._followed[batch.key] = asyncio.create_task(self._see_through(batch))
        task.add_done_callback(lambda done: self._followed_through(batch, done))

    def _followed_through(self, batch: _Batch, done: asyncio.Task[None]) -> None:
        del self._followed[batch.key]
        for asked in batch.calls:
            self._sent.pop(asked, None)
        if done.cancelled():
            return
        error = done.exception()
        waited_for = [asked for asked in batch.calls if asked in self._calls]
        if error and not waited_for:
            self._note(str(error))
        for asked in waited_for:
            if known := self._memory.reply(asked):
                self._end(asked, known)
            elif error:
                self._end(asked, error)
            else:
                self._release(self._calls[asked])
                self._enqueue(asked)

    async def _see_through(self, batch: _Batch) -> None:
        """Wait for a batch, keep what comes of it, and settle it. Calls that it brought nothing for stay open."""
        id = batch.id or await self._identified(batch)
        if not id:
            return
        vendor = self.endpoint.name.partition("/")[0]
        self._note(
            f"batch {id} with {len(batch.calls):,} call{'s'[: len(batch.calls) > 1]} is with {vendor}; it may take up "
            "to a day; stopping now loses nothing, the same command fetches it"
        )
        left = dict(enumerate(batch.calls))
        last: dict[str, Exception] = {}  # told when everything that is good has been kept
        state = None
        try:
            state = await self._vendor.ended(id)
            self._reading += 1
            try:
                await self._vendor.results(state, lambda result: self._take(batch.key, result, left, last))
            finally:
                self._reading -= 1
        except Unknown as told:
            if batch.at and time.time() - batch.at < KEPT:
                raise EndpointRefused(
                    f"{told}: batch {id} was sent with another key than today's, or deleted since. Set the key that "
                    "it was sent with, or choose another --out"
                ) from None
        self._memory.settle(batch.key)
        if state and state.failed:
            self._turned_down(batch, dialects.words(state.failed, 400))
        else:
            for asked in left.values():
                self._tried(asked, "the batch held no answer to this call")
        for asked, error in last.items():
            self._end(asked, error)

    async def _identified(self, batch: _Batch) -> str | None:
        """The vendor's id of a batch; None when it surely never came into being, or has been settled by others."""
        async with self._alone():
            pass  # the process that sent it may be about to note the id
        others: set[str] = set()
        attempt = 0
        while True:
            rows = [row for row in self._memory.unsettled(self.endpoint.place) if row[0] == batch.key]
            if not rows:
                return None
            _, _, batch.at, batch.id, _ = rows[0]
            if batch.id:
                return batch.id
            now = time.time()
            if batch.at is None:
                id, perhaps = "", False
            else:
                others |= self._memory.batch_ids()
                id, perhaps = await self._vendor.find(batch.key, batch.since, len(batch.calls), others)
            if id:
                self._memory.accepted(batch.key, id)
                return id
            if not perhaps and now > (batch.at or 0.0) + self._unclear:
                self._memory.settle(batch.key)
                self._vain += 1
                if self._vain >= ATTEMPTS:
                    raise EndpointRefused(f"{self.endpoint.name} takes no batch: it answers, but makes none")
                return None
            await asyncio.sleep(min(self._vendor.pauses.after(attempt), max(self._unclear / 3, 0.01)))
            attempt += 1

    def _turned_down(self, batch: _Batch, words: str) -> None:
        """What becomes of a batch that failed as a whole: none of its calls was made."""
        if FULL.search(words) and (len(batch.calls) > 1 or len(self._followed) > 1):
            alone = len(self._followed) == 1
            self._room = max(1, len(batch.calls) // 2) if alone else self._room or len(batch.calls)
            self._note(f"{words}; sent again in batches of at most {self._room:,} calls, one after the other")
            return
        for asked in batch.calls:
            if call := self._calls.get(asked):
                self._end(asked, self._lasting(self._verdict(400, words, call.request), words))

    def _take(self, key: str, result: Result, left: dict[int, str], last: dict[str, Exception]) -> None:
        """Keep what came of one call and tell who waits for it."""
        sent_with, _, n = result.name.rpartition("-")
        if sent_with != key or not (n.isdecimal() and len(n) < 8) or int(n) not in left:
            return
        asked = left.pop(int(n))
        call = self._calls.get(asked)
        outcome: Reply | Failure | Exception | str
        if result.status == 200:
            try:
                outcome = self._dialect.reply(result.body, 0.0)
            except dialects.Nonsense as error:
                outcome = str(error)
        else:
            words = dialects.words(result.body, result.status)
            outcome = self._verdict(result.status, words, call.request if call else None)
        if isinstance(outcome, Reply):
            outcome = replace(outcome, cost=self._till.cost(outcome.usage))
            if call and call.aside:  # else an earlier run sent it, under its own ceiling
                self._till.settle(call.aside, outcome)
                call.aside = None
        if isinstance(outcome, Reply | Failure):
            self._end(asked, self._memory.keep(asked, self.endpoint.identity, outcome))
        elif isinstance(outcome, str):
            self._tried(asked, outcome)
        else:
            last[asked] = outcome

    def _verdict(self, status: int, words: str, request: Request | None) -> Failure | Exception | str:
        """What becomes of a call that was turned down: a Failure, what to raise, or the words of a trouble that may
        pass."""
        sent = self._dialect.body(request, self.endpoint).keys() if request else ()
        name = dialects.refused(status, words, {*sent, *self.endpoint.refuses})
        if name in self.endpoint.refuses:
            return words  # sent before that was known; it goes without the field now
        if name:
            return Refuses(self.endpoint, name, words)
        match dialects.complaint(status, words):
            case "busy" | "broken":
                return words
            case "overlong" | "refused" as kind:
                return Failure(kind=kind, note=words)
            case _:
                return EndpointRefused(f"{self.endpoint.name} answers {words}")

    def _lasting(self, verdict: Failure | Exception | str, words: str) -> Exception:
        """The verdict on a whole batch: nothing passes, and nothing is about a single call."""
        if isinstance(verdict, Exception):
            return verdict
        return EndpointRefused(f"{self.endpoint.name} does not take the batch: {words}")

    def _tried(self, asked: str, words: str) -> None:
        """A batch brought nothing for this call: another may, and if that was the last one it has failed."""
        if not (call := self._calls.get(asked)):
            return
        call.tries += 1
        if call.tries >= TRIES:
            failure = Failure(kind="unreachable", note=f"{words} ({TRIES} batches)")
            self._end(asked, self._memory.keep(asked, self.endpoint.identity, failure))

    def _release(self, call: _Call) -> None:
        if call.aside:
            self._till.settle(call.aside, None)
            call.aside = None

    def _end(self, asked: str, outcome: Reply | Failure | BaseException) -> None:
        """Tell everybody who waits for a call."""
        self._queue.pop(asked, None)
        if (call := self._calls.pop(asked, None)) is None:
            return
        self._release(call)
        for answer in call.waiting:
            if answer.done():
                continue
            if isinstance(outcome, asyncio.CancelledError):
                answer.cancel()
            elif isinstance(outcome, BaseException):
                answer.set_exception(outcome)
                answer.exception()  # seen: of several that fail together only the first is waited for
            else:
                answer.set_result(outcome)
