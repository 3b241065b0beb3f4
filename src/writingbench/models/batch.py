"""Ask by way of a vendor's batch service: at half price, within a day, and never the same thing twice.

What is asked for gathers until nothing more comes, and goes out as one batch; `batches.course` sees it through.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator

import aiohttp

from writingbench.models import batches, dialects
from writingbench.models.account import Till
from writingbench.models.batches.calls import Calls
from writingbench.models.batches.course import Books, Course
from writingbench.models.batches.vendor import Later, Pauses, Vendor
from writingbench.models.endpoints import Endpoint
from writingbench.models.memory import Known
from writingbench.records import Failure, Reply, Request

NAME = 100  # bytes of a call in a batch beyond those that `call` of its interface gives it with an empty name

PAUSES = Pauses()


class BatchLine:
    """A line to an endpoint with the face of `chat.Line`, by batches.

    `till` must price by the batch. `idle` says that nobody is at work on what will be asked here next; `note` is told
    what the user should know. `quiet` is for how many seconds nothing new must have been asked before a batch goes
    out; for `unclear` see `batches.course.Course`.
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
        self._memory = memory
        self._till = till
        self._idle = idle
        self._quiet = quiet
        self._dialect = dialects.of(endpoint)
        self._interface = batches.of(endpoint)
        self._calls = Calls(endpoint.identity, memory, till, self._stir)
        vendor = Vendor(endpoint, session, pauses, note)
        self._course = Course(lambda: self.endpoint, self._calls, memory, vendor, note, unclear)
        self._stirred = 0.0  # when the last call came into the queue
        self._sending: asyncio.Task[None] | None = None
        self._submitting = False
        self._closing = False

    @property
    def asked(self) -> int:
        """Calls that went out."""
        return self._course.asked

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
        if asked not in self._calls and self._calls.resting:
            self._course.adopt()
        return self._calls.wait(asked, request)

    async def close(self, grace: float | None = None) -> None:
        """Send nothing more. Batches that were sent are waited for when `grace` is None; else they stay where they
        are, and what is on its way to or from the vendor gets `grace` seconds to arrive."""
        self._closing = True
        if self._sending and not self._submitting:
            self._sending.cancel()
        until = None if grace is None else time.monotonic() + grace
        try:
            while self._submitting or (self._course.followed if until is None else self._course.reading):
                if until is not None and time.monotonic() > until:
                    break
                await asyncio.sleep(0.05)
        finally:
            tasks = [*self._course.followed.values(), *([self._sending] if self._sending else [])]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._calls.end_all()

    def _stir(self) -> None:
        """Something has come into the queue."""
        self._stirred = time.monotonic()
        if not self._closing and (self._sending is None or self._sending.done()):
            self._sending = asyncio.create_task(self._send())
            self._sending.add_done_callback(self._stopped)

    def _stopped(self, sending: asyncio.Task[None]) -> None:
        if not sending.cancelled() and (error := sending.exception()):
            self._calls.end_queue(error)

    async def _send(self) -> None:
        """Send what is in the queue, whenever nothing more is coming for it."""
        while self._calls.queue and not self._closing:
            while not self._gathered():  # noqa: ASYNC110 - time and other lines decide that, and they set no event
                await asyncio.sleep(max(self._quiet / 5, 0.01))
            self._course.adopt()  # what other processes have sent by now
            wanted, spent = self._calls.admitted()
            self._submitting = True
            try:
                for piece in self._pieces(wanted):
                    await self._course.send(piece)
                    if self._closing or self._course.room:
                        break
            except Later as told:
                await asyncio.sleep(told.pause)
                continue
            finally:
                self._submitting = False
            if spent and not self._closing and not any(asked in self._calls.queue for asked in wanted):
                self._calls.end_queue(spent)

    def _gathered(self) -> bool:
        if self._course.reading or not self._idle():
            self._stirred = time.monotonic()  # what comes of that may be asked in a moment
        if time.monotonic() < self._stirred + self._quiet:
            return False
        return not (self._course.room and self._course.followed)

    def _pieces(self, wanted: Iterable[str]) -> Iterator[list[str]]:
        """The calls in as few batches as the vendor's limits allow."""
        most = min(self._interface.CALLS, self._course.room or self._interface.CALLS)
        piece: list[str] = []
        size = 0
        for asked in wanted:
            if not (request := self._calls.queue.get(asked)):  # another process has sent it since
                continue
            bytes_ = len(self._interface.call("", self._dialect.body(request, self.endpoint))) + NAME
            if piece and (len(piece) == most or size + bytes_ > self._interface.BYTES - NAME):
                yield piece
                piece, size = [], 0
            piece.append(asked)
            size += bytes_
        if piece:
            yield piece
