"""The calls that somebody waits for: what is set aside for them, whether they are in a batch, and who is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from writingbench.models.account import Till
from writingbench.models.memory import Memory
from writingbench.models.stops import Spent
from writingbench.records import Failure, Reply, Request

TRIES = 2  # batches that a call may be part of before its trouble is taken for lasting


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


class Calls:
    """The calls of one line, by fingerprint. Each is in the queue or in a batch, until those who wait are told.

    What comes of them is kept in `memory` as `identity`'s. `stir` is called when one has come into the queue.
    """

    def __init__(self, identity: str, memory: Memory, till: Till, stir: Callable[[], None]) -> None:
        self.queue: dict[str, Request] = {}  # what is to go out
        self._identity = identity
        self._memory = memory
        self._till = till
        self._stir = stir
        self._calls: dict[str, _Call] = {}
        self._sent: set[str] = set()  # what is in a batch, also when nobody here waits for it

    def __contains__(self, asked: str) -> bool:
        return asked in self._calls

    def __len__(self) -> int:
        return len(self._calls)

    @property
    def resting(self) -> bool:
        """Whether nothing is to go out and nothing is in a batch."""
        return not self._sent and not self.queue

    def request(self, asked: str) -> Request | None:
        """What was asked; None when nobody here did."""
        call = self._calls.get(asked)
        return call.request if call else None

    def wait(self, asked: str, request: Request) -> asyncio.Future[Reply | Failure]:
        """What comes of a call, which goes into the queue if it is in no batch."""
        if asked not in self._calls:
            self._calls[asked] = _Call(request)
            self._enqueue(asked)
        answer: asyncio.Future[Reply | Failure] = asyncio.get_running_loop().create_future()
        self._calls[asked].waiting.append(answer)
        return answer

    def admitted(self) -> tuple[list[str], Spent | None]:
        """What there is money for in the queue, and why not for more."""
        wanted: list[str] = []
        for asked in list(self.queue):
            call = self._calls[asked]
            if not call.wanted:
                self.end(asked, asyncio.CancelledError())
                continue
            try:
                call.aside = call.aside or self._till.admit(call.request)
            except Spent as told:
                return wanted, told
            wanted.append(asked)
        return wanted, None

    def due(self, calls: Iterable[str]) -> list[str]:
        """Those of these calls that are still to go out."""
        return [asked for asked in calls if asked in self.queue and self._calls[asked].wanted]

    def send(self, calls: Iterable[str]) -> list[Request]:
        """Take these out of the queue, for a batch that we pay for."""
        self._sent.update(calls)
        return [self.queue.pop(asked) for asked in calls]

    def unsend(self, calls: Iterable[str]) -> None:
        """Put these into the queue again: they were surely not sent."""
        self._sent.difference_update(calls)
        self.queue |= {asked: self._calls[asked].request for asked in calls}

    def leave(self, calls: Iterable[str]) -> None:
        """Take those of these that are in the queue out of it: they are in a batch that somebody else pays for."""
        self._sent.update(calls)
        for asked in calls:
            if self.queue.pop(asked, None):
                self._release(self._calls[asked])

    def over(self, calls: Iterable[str], error: BaseException | None) -> None:
        """Nothing more comes of the batch that these were in. What it left open is told the error, else goes out anew;
        where seeing it through was broken off nobody is told anything."""
        self._sent.difference_update(calls)
        if isinstance(error, asyncio.CancelledError):
            return
        for asked in calls:
            if asked not in self._calls:
                continue
            if known := self._memory.reply(asked):
                self.end(asked, known)
            elif error:
                self.end(asked, error)
            else:
                self._release(self._calls[asked])
                self._enqueue(asked)

    def answered(self, asked: str, outcome: Reply | Failure) -> None:
        """Pay for what came of a call, keep it, and tell those who wait."""
        call = self._calls.get(asked)
        if isinstance(outcome, Reply):
            outcome = replace(outcome, cost=self._till.cost(outcome.usage))
            if call and call.aside:  # else an earlier run sent it, under its own ceiling
                self._till.settle(call.aside, outcome)
                call.aside = None
        self.end(asked, self._memory.keep(asked, self._identity, outcome))

    def missed(self, asked: str, words: str) -> None:
        """A batch brought nothing for this call: another may, and if that was the last one it has failed."""
        if not (call := self._calls.get(asked)):
            return
        call.tries += 1
        if call.tries >= TRIES:
            self.answered(asked, Failure(kind="unreachable", note=f"{words} ({TRIES} batches)"))

    def end(self, asked: str, outcome: Reply | Failure | BaseException) -> None:
        """Tell everybody who waits for a call."""
        self.queue.pop(asked, None)
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

    def end_queue(self, error: BaseException) -> None:
        """Tell everybody who waits for what has not gone out."""
        for asked in list(self.queue):
            self.end(asked, error)

    def end_all(self) -> None:
        """Nobody is waited for any longer."""
        for asked in list(self._calls):
            self.end(asked, asyncio.CancelledError())

    def _enqueue(self, asked: str) -> None:
        if asked not in self._sent:
            self.queue[asked] = self._calls[asked].request
            self._stir()

    def _release(self, call: _Call) -> None:
        if call.aside:
            self._till.settle(call.aside, None)
            call.aside = None
