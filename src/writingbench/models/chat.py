"""Ask a model: one call, one retry loop, and the reply written down before anyone sees it."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import aiohttp
import msgspec

from writingbench.models import dialects, limits
from writingbench.models.account import Till
from writingbench.models.body import LARGEST, read_body
from writingbench.models.embedded import Embedded
from writingbench.models.endpoints import Endpoint
from writingbench.models.hide import Hide
from writingbench.models.memory import Known, Memory
from writingbench.models.pace import Pace
from writingbench.models.stops import Refuses
from writingbench.records import EndpointRefused, Failure, Reply, Request

ATTEMPTS = 6
LONGEST_PAUSE = 60.0  # seconds between two attempts
PATIENCE = 900.0  # seconds; a server that wants to be left alone for longer ends the run
DAY = 86_400.0  # seconds


@dataclass(frozen=True, slots=True)
class _Trouble:
    """Why an attempt came to nothing."""

    note: str
    connected: bool = True


@dataclass(slots=True)
class _Call:
    """A request under way, and those who wait for what comes of it."""

    task: asyncio.Task[None] | None = None
    waiting: list[asyncio.Future[Reply | Failure]] = field(default_factory=list)
    sent: bool = False

    @property
    def wanted(self) -> bool:
        """Whether anybody still waits."""
        return not all(answer.cancelled() for answer in self.waiting)


class Line:
    """An open line to one endpoint. Ask through it and what comes back is in `memory` already.

    A call that was sent is finished and kept, even when whoever asked has stopped waiting for it. `asked` counts the
    calls that went out.
    """

    one_first = True

    def __init__(
        self,
        endpoint: Endpoint,
        session: aiohttp.ClientSession,
        memory: Memory,
        pace: Pace,
        till: Till,
        first_pause: float,
    ) -> None:
        self.endpoint = endpoint
        self.asked = 0
        self._session = session
        self._memory = memory
        self._first_pause = first_pause
        self._pace = pace
        self._till = till
        self._dialect = dialects.of(endpoint)
        self._hide = Hide.of(endpoint)
        self._embedded = Embedded(endpoint) if endpoint.weights else None
        self._calls: dict[str, _Call] = {}
        self._closing = False
        self._reached = False  # has this server ever answered anything

    def ask(self, request: Request, urgency: int = 0) -> Awaitable[Reply | Failure]:
        """The reply to a request, from the store if it is there, else from the server.

        Waiting for it raises EndpointRefused when asking anything else would be turned away too, Refuses when a field
        of the call is, Spent when there is no money left.
        """
        asked = request.fingerprint
        if known := self._memory.reply(asked):
            return Known(known)
        call = self._calls.get(asked)
        if call is None:
            call = self._calls[asked] = _Call()
            call.task = asyncio.create_task(self._carry(call, asked, request, urgency))
        answer: asyncio.Future[Reply | Failure] = asyncio.get_running_loop().create_future()
        call.waiting.append(answer)
        return answer

    @property
    def busy(self) -> bool:
        """Whether anybody waits for anything."""
        return bool(self._calls)

    @property
    def most(self) -> int:
        """How many calls may be in flight, if the server bears them."""
        return self._pace.most

    @property
    def spent(self) -> float:
        """US dollars, on all lines that were opened together."""
        return self._till.account.spent

    async def close(self, grace: float | None = None) -> None:
        """Send nothing more, give the calls in flight `grace` seconds to be answered (None: as long as they take)."""
        self._closing = True
        calls = [(call, call.task) for call in self._calls.values() if call.task]
        for call, task in calls:
            if not call.sent:
                task.cancel()
        try:
            if calls:
                await asyncio.wait([task for _, task in calls], timeout=grace)
        finally:
            for _, task in calls:
                task.cancel()
            await asyncio.gather(*(task for _, task in calls), return_exceptions=True)
            if self._embedded:
                await self._embedded.stop()

    async def _carry(self, call: _Call, asked: str, request: Request, urgency: int) -> None:
        """Take a request to where its outcome is kept, and tell those who wait for it."""
        try:
            outcome: Reply | Failure | None = None
            if self._embedded and (too_long := await self._embedded.too_long(self._session, request)):
                outcome = await self._memory.keep_soon(asked, request.model, too_long)
            outcome = outcome or await self._insist(call, asked, request, urgency)
        except asyncio.CancelledError:
            for answer in call.waiting:
                answer.cancel()
            raise
        except Exception as error:  # whatever it is, it is for those who wait
            for answer in call.waiting:
                if not answer.done():
                    answer.set_exception(error)
                    answer.exception()  # seen: of several that fail together only the first is waited for
        else:
            for answer in call.waiting:
                if not answer.done():
                    answer.set_result(outcome)
        finally:
            del self._calls[asked]

    async def _insist(self, call: _Call, asked: str, request: Request, urgency: int) -> Reply | Failure:
        """Send a request until it is answered or has failed, and keep what came."""
        trouble = _Trouble("")
        for attempt in range(ATTEMPTS):
            if attempt:
                pause = min(LONGEST_PAUSE, self._first_pause * 2 ** (attempt - 1))
                await asyncio.sleep(pause * random.uniform(0.5, 1))
            await self._pace.enter(urgency)
            try:
                if self._closing or not call.wanted:
                    raise asyncio.CancelledError
                aside = await self._till.admit_soon(request)
                outcome: Reply | Failure | _Trouble = trouble
                call.sent = True
                try:
                    outcome = await self._try(request)
                finally:
                    self._till.settle(aside, outcome if isinstance(outcome, Reply) else None)
                if not isinstance(outcome, _Trouble):
                    # before the next is sent: what a kill can lose is what was in flight, and no more
                    return await self._memory.keep_soon(asked, request.model, outcome)
            except EndpointRefused:
                self._pace.hold(DAY)  # whoever waits would be told the same
                raise
            finally:
                self._pace.leave()
            trouble, call.sent = outcome, False
            if self._closing or not call.wanted:
                raise asyncio.CancelledError
            if not trouble.connected and not self._reached and attempt == 2:
                raise EndpointRefused(f"{self.endpoint.name}: {trouble.note}; is the server up?")
        failure = Failure(kind="unreachable", note=f"{trouble.note} ({ATTEMPTS} attempts)")
        return await self._memory.keep_soon(asked, request.model, failure)

    async def _try(self, request: Request) -> Reply | Failure | _Trouble:
        known, body = self.endpoint.refuses, self._dialect.body(request, self.endpoint)
        base, key = await self._address()
        headers = {"Content-Type": "application/json", **self._dialect.headers(key)}
        self.asked += 1
        began = time.monotonic()
        try:
            async with self._session.post(
                base + self._dialect.PATH, data=msgspec.json.encode(body), headers=headers, allow_redirects=False
            ) as answer:
                content, status = await read_body(answer), answer.status
                hints = answer.headers
        except aiohttp.ClientConnectorError as error:
            where = urlsplit(base).netloc.rpartition("@")[2]
            return _Trouble(f"nothing answers at {where} ({error.os_error.strerror or error})", connected=False)
        except TimeoutError:
            return _Trouble(f"no answer within {time.monotonic() - began:.0f} seconds")
        except (aiohttp.ClientError, OSError) as error:
            return _Trouble(f"the connection broke off ({type(error).__name__}: {self._hide.error(error)})")
        self._reached = True
        if content is None:
            return _Trouble(f"the answer is larger than {LARGEST >> 20} MiB")
        content = self._hide.content(content)
        if (pause := limits.hold(hints, self._pace.tokens)) > 0:
            self._pace.hold(min(pause, LONGEST_PAUSE))
        if status != 200:
            words = self._hide.words(dialects.words(content, status))
            if (refused := dialects.refused(status, words, body)) and refused not in known:
                if refused in self.endpoint.refuses:  # learned while this call was out
                    return _Trouble(words)
                raise Refuses(self.endpoint, refused, words)
            return self._complaint(status, words, hints, began)
        try:
            reply = self._dialect.reply(content, time.monotonic() - began, self._till.cost)
        except dialects.Nonsense as error:
            return _Trouble(self._hide.words(str(error)))
        self._pace.answered(reply.usage.input_tokens + reply.usage.output_tokens)
        return self._hide.reply(reply)

    def _complaint(self, status: int, words: str, hints: limits.Headers, began: float) -> Failure | _Trouble:
        """What becomes of a call that a server turned down."""
        name = self.endpoint.name
        match dialects.complaint(status, words):
            case "busy" | "broken" as what:
                if (pause := limits.retry_after(hints)) > PATIENCE:
                    raise EndpointRefused(f"{name} wants to be asked again in {pause / 60:.0f} minutes ({words})")
                self._pace.hold(pause)
                if what == "busy":
                    self._pace.pushed_back(began)
                return _Trouble(words)
            case "overlong" | "refused" as kind:
                return Failure(kind=kind, note=words)
            case _:
                raise EndpointRefused(f"{name} answers {words}")

    async def _address(self) -> tuple[str, str]:
        if self._embedded:
            return await self._embedded.address()
        return self.endpoint.provider.base_url, self.endpoint.key
