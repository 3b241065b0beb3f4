"""Talk to a vendor about batches. Asking is repeated until there is an answer; making a batch never is."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import BinaryIO, TypeVar
from urllib.parse import quote, urlencode

import aiohttp
import msgspec
from yarl import URL

from writingbench.models import batches, dialects, limits
from writingbench.models.batches.records import Result, State
from writingbench.models.body import LARGEST, read_body, read_lines
from writingbench.models.chat import ATTEMPTS, LONGEST_PAUSE
from writingbench.models.dialects.nonsense import Nonsense, decode
from writingbench.models.endpoints import Endpoint
from writingbench.models.hide import Hide
from writingbench.records import EndpointRefused

T = TypeVar("T")

TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=600)  # files are large, answers are not late
PAGE = 100  # batches
UNREACHED = 3  # attempts at a server that never answered anything
BROKEN = (aiohttp.ClientError, OSError, TimeoutError)


class Later(Exception):
    """A batch was surely not made, and may be when some time has gone by."""

    def __init__(self, words: str, pause: float = 0.0) -> None:
        super().__init__(words)
        self.pause = pause  # seconds that the server wants us to wait


class Declined(Exception):
    """A batch was turned down: asking again is of no use."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status, self.words = status, words


class Unknown(EndpointRefused):
    """The vendor knows nothing of what it was asked about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pauses:
    """Seconds from one look at a batch to the next: the first, and the longest they may become."""

    first: float = 5.0
    longest: float = 60.0

    def after(self, attempt: int) -> float:
        return min(self.longest, self.first * 1.5 ** min(attempt, 20))


class _File(msgspec.Struct):
    id: str


_file = msgspec.json.Decoder(_File)


class Vendor:
    """The batch service behind an endpoint. Every method but `submit` only looks, and does not give up."""

    def __init__(
        self, endpoint: Endpoint, session: aiohttp.ClientSession, pauses: Pauses, note: Callable[[str], None]
    ) -> None:
        self.pauses = pauses
        self._name = endpoint.name
        self._base = endpoint.provider.base_url
        self._hide = Hide.of(endpoint)
        self._headers = dialects.of(endpoint).headers(endpoint.key)
        self._interface = batches.of(endpoint)
        self._session = session
        self._note = note
        self._reached = False

    async def newest(self) -> str:
        """The id of the batch that stands first in the vendor's list; "" where there is none."""
        states, _ = await self._page("", 1)
        return states[0].id if states else ""

    async def submit(self, key: str, calls: Callable[[], Iterable[bytes]], begin: Callable[[], None]) -> str | None:
        """Make a batch; its id, or None when it is not known whether there is one now.

        `begin` is called when it can come into being from then on. Raises Later or Declined when it surely has not.
        """
        if self._interface.FILES:
            return await self._make(self._interface.order(await self._upload(calls), key), begin)
        with _spooled(calls(), *self._interface.AROUND) as file:
            return await self._make(file, begin)

    async def _make(self, body: bytes | BinaryIO, begin: Callable[[], None]) -> str | None:
        begin()
        try:
            status, content, hints = await self._post(self._interface.PATH, body, {"Content-Type": "application/json"})
        except aiohttp.ClientConnectorError as error:
            raise Later(self._why(error)) from error
        except (*BROKEN, Nonsense):
            return None
        if status in (200, 201):
            try:
                return self._interface.state(content).id
            except Nonsense:
                return None
        words = self._words(content, status)
        match dialects.complaint(status, words):
            case "busy" if status == 429:
                raise Later(words, limits.retry_after(hints))
            case "busy" | "broken":
                return None  # whoever answered may not know what those behind it did
            case _:
                raise Declined(status, words)

    async def ended(self, id: str) -> State:
        """A batch, when the vendor is through with it. Raises Unknown when there is none of that id."""

        async def read(answer: aiohttp.ClientResponse) -> State:
            return self._interface.state(await self._content(answer))

        for attempt in count():
            state = await self._get(f"{self._interface.PATH}/{quote(id, safe='')}", read)
            if state.ended:
                return state
            await asyncio.sleep(self.pauses.after(attempt))
        raise AssertionError("unreachable")

    async def find(self, key: str, since: str, calls: int, others: set[str]) -> tuple[str, bool]:
        """Look for a batch that was sent with `key`, when `since` stood first in the list: its id, "" if it was not
        found; and whether one of those that are being worked on may turn out to be it.

        Where the vendor keeps no note of the key, it is in the names of the calls, which can be read in the results;
        `others` are known not to be it, and those that turn out not to be are added to them.
        """
        perhaps = False
        async for state in self._all():
            if self._interface.NEWEST_FIRST and state.id == since:
                break
            if state.key is not None:
                if state.key == key:
                    return state.id, True
            elif state.calls == calls and state.id not in others:
                if not state.ended:
                    perhaps = True
                elif await self._begins(state, key):
                    return state.id, True
                else:
                    others.add(state.id)
        return "", perhaps

    async def results(self, state: State, take: Callable[[Result], None]) -> None:
        """Hand every result to `take`, as it comes in. When the connection breaks, they come from the first again."""

        async def read(answer: aiohttp.ClientResponse) -> None:
            async for line in self._lines(answer):
                try:
                    result = self._interface.result(line)
                except Nonsense:
                    continue  # its call is missing in the end, like one that was never answered
                take(result)

        for path in state.results:
            await self._get(path, read)

    async def _begins(self, state: State, key: str) -> bool:
        """Whether the first result bears the name of a call that was sent with `key`."""

        async def read(answer: aiohttp.ClientResponse) -> str:
            async for line in self._lines(answer):
                try:
                    return self._interface.result(line).name
                except Nonsense:
                    continue
            return ""

        for path in state.results:
            try:
                if name := await self._get(path, read):
                    return name.startswith(f"{key}-")
            except Unknown:
                continue  # results are not kept for ever
        return False

    async def _all(self) -> AsyncIterator[State]:
        seen: set[str] = set()
        after, more = "", True
        while more:
            states, more = await self._page(after, PAGE)
            new = [state for state in states if state.id not in seen]
            for state in new:
                yield state
            if not new:
                return
            seen.update(state.id for state in new)
            after = states[-1].id

    async def _page(self, after: str, size: int) -> tuple[list[State], bool]:
        async def read(answer: aiohttp.ClientResponse) -> tuple[list[State], bool]:
            return batches.listed(await self._content(answer), self._interface)

        asked = {"limit": str(size)} | ({self._interface.AFTER: after} if after else {})
        return await self._get(f"{self._interface.PATH}?{urlencode(asked)}", read)

    async def _get(self, path: str, read: Callable[[aiohttp.ClientResponse], Awaitable[T]]) -> T:
        """What `read` makes of the answer: asked for until it comes in whole.

        Raises EndpointRefused when asking again is of no use.
        """
        for attempt in count(1):
            pause = 0.0
            try:
                async with self._session.get(
                    URL(self._base + path, encoded=True), headers=self._headers, allow_redirects=False, timeout=TIMEOUT
                ) as answer:
                    self._reached = True
                    status, pause = answer.status, limits.retry_after(answer.headers)
                    if status == 200:
                        return await read(answer)
                    words = self._words(await self._content(answer), status)
            except (*BROKEN, Nonsense) as error:
                words = self._why(error)
                if isinstance(error, aiohttp.ClientConnectorError) and not self._reached and attempt == UNREACHED:
                    raise EndpointRefused(f"{self._name}: {words}; is the server up?") from error
            else:
                if status == 404:
                    raise Unknown(f"{self._name} answers {words}")
                if dialects.complaint(status, words) not in ("busy", "broken"):
                    raise EndpointRefused(f"{self._name} answers {words}")
            if attempt == UNREACHED:
                self._note(f"{self._name} cannot be asked about its batches just now ({words}); still trying")
            await asyncio.sleep(min(max(pause, self.pauses.after(attempt)), LONGEST_PAUSE))
        raise AssertionError("unreachable")

    async def _upload(self, calls: Callable[[], Iterable[bytes]]) -> str:
        """The id of a file of calls. One that nobody makes a batch of costs nothing, so trouble is no danger."""
        words, pause = "", 0.0
        for attempt in range(ATTEMPTS):
            if attempt:
                await asyncio.sleep(min(max(pause, self.pauses.after(attempt)), LONGEST_PAUSE))
            try:
                with _spooled(calls(), *self._interface.AROUND) as file:
                    form = aiohttp.FormData()
                    form.add_field("purpose", "batch")
                    form.add_field("file", file, filename="calls.jsonl", content_type="application/jsonl")
                    status, content, hints = await self._post(self._interface.FILES, form, {})
                words, pause = self._words(content, status), limits.retry_after(hints)
                if status in (200, 201):
                    return decode(content, _file, "a file").id
            except (*BROKEN, Nonsense) as error:
                words, pause = self._why(error), 0.0
            else:
                if dialects.complaint(status, words) not in ("busy", "broken"):
                    raise Declined(status, words)
        raise Later(words)

    async def _post(
        self, path: str, body: bytes | BinaryIO | aiohttp.FormData, headers: dict[str, str]
    ) -> tuple[int, bytes, limits.Headers]:
        async with self._session.post(
            self._base + path, data=body, headers=self._headers | headers, allow_redirects=False, timeout=TIMEOUT
        ) as answer:
            return answer.status, await self._content(answer), answer.headers

    async def _content(self, answer: aiohttp.ClientResponse) -> bytes:
        content = await read_body(answer)
        if content is None:
            raise Nonsense(f"the answer is larger than {LARGEST >> 20} MiB")
        return self._hide.content(content)

    def _words(self, content: bytes, status: int) -> str:
        return self._hide.words(dialects.words(content, status))

    def _why(self, error: BaseException) -> str:
        if isinstance(error, aiohttp.ClientConnectorError):
            return f"nothing answers at {error.host}:{error.port} ({error.os_error.strerror or error})"
        words = self._hide.error(error)
        if isinstance(error, Nonsense) or not isinstance(error, aiohttp.ClientError | ConnectionError | TimeoutError):
            return words
        return f"the connection broke off ({type(error).__name__}: {words})"

    async def _lines(self, answer: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
        async for line in read_lines(answer):
            if (clean := self._hide.content(line)).strip():
                yield clean


@contextmanager
def _spooled(calls: Iterable[bytes], before: bytes, between: bytes, after: bytes) -> Iterator[BinaryIO]:
    """The calls as a file to be sent: they may be more than fits into memory twice."""
    with tempfile.TemporaryFile() as file:
        file.write(before)
        for n, call in enumerate(calls):
            file.write(between + call if n else call)
        file.write(after)
        file.seek(0)
        yield file
