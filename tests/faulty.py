"""A server that speaks the chat protocol and goes wrong on purpose, as often as a test wants it to.

with Faulty(rate=0.3, seed=7) as server: ...                 three calls in ten meet one of FAULTS
with Faulty(rate=1, kinds=["stalled"]) as server: ...        every call does
with Faulty(latency=1.0) as server: ...                      none does, and answers take their time

It writes bytes, not responses: a library would not let it lie about lengths or stop in the middle of a header.
"""

import asyncio
import hashlib
import json
import random
import socket
import struct
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from server import Running

HUGE = "word " * 2_000_000  # 10 MB
PAGE = b"<!DOCTYPE html>\n<html><head><title>Oops</title></head>\n<body><h1>Something is wrong</h1></body></html>\n"


@dataclass(frozen=True)
class Wire:
    """What goes over the wire, and what then becomes of the connection: it stays, is reset, or nothing more comes.

    `whole`: an answer, and the client can tell that it has all of it.
    """

    data: bytes = b""
    end: str = "stays"
    whole: bool = False


@dataclass
class Call:
    """A call as the server got it. Its number stands in the answer, so that a test can find it again in a store."""

    number: int
    asked: str  # a hash of the body: the same question has the same
    body: dict[str, Any]
    headers: dict[str, str]  # names in lower case
    fault: str = ""  # "" when it went well
    whole: bool = False  # whether an answer was sent in whole

    @property
    def text(self) -> str:
        """The last message."""
        return self.body["messages"][-1]["content"]


def http(status: int, body: bytes, *headers: str, kind: str = "application/json", length: int | None = None) -> bytes:
    """An HTTP response; `length` is what it says of its length when that is not the truth."""
    said = (f"Content-Type: {kind}", f"Content-Length: {len(body) if length is None else length}", *headers)
    return "\r\n".join((f"HTTP/1.1 {status} Whatever", *said, "", "")).encode() + body


def completion(call: Call, text: str | None = None, finish: str = "stop", **message: Any) -> bytes:
    """A chat completion: a verdict where one is asked for, else a text; its number stands in it."""
    if text is None:
        text = f"Dear reader, this is answer number {call.number}. 就写到这里。"
        if "Criterion: " in call.text:
            text = json.dumps({"reason": f"Verdict number {call.number}: it names the date.", "score": 7})
    choice = {"index": 0, "message": {"role": "assistant", "content": text, **message}, "finish_reason": finish}
    usage = {"prompt_tokens": 100, "completion_tokens": 10}
    return json.dumps({"model": "tiny-2026", "choices": [choice], "usage": usage}).encode()


def error(words: str, **more: Any) -> bytes:
    return json.dumps({"error": {"message": words, **more}}).encode()


def refusal(call: Call) -> bytes:
    return completion(call, "", refusal=f"I would rather not, number {call.number}.")


def half(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _whole(data: bytes, end: str = "stays") -> Wire:
    return Wire(data, end, whole=True)


# What can go wrong. Whoever is told a length that never comes cannot know that the rest was of no use; whoever has all
# that was promised has the answer, whatever becomes of the connection.
FAULTS: dict[str, Callable[[Call], Wire]] = {
    "429": lambda call: Wire(http(429, error("slow down"))),
    "429 with a time": lambda call: Wire(http(429, error("slow down"), "Retry-After: 0.2")),
    "500": lambda call: Wire(http(500, error("out of order"))),
    "502": lambda call: Wire(http(502, PAGE, kind="text/html")),
    "529": lambda call: Wire(http(529, error("Overloaded", type="overloaded_error"))),
    "dropped before": lambda call: Wire(b"", "reset"),
    "dropped during": lambda call: Wire(half(http(200, completion(call))), "reset"),
    "dropped after": lambda call: Wire(http(200, body := completion(call), length=len(body) + 9), "reset"),
    "reset after": lambda call: _whole(http(200, completion(call)), "reset"),
    "stalled": lambda call: Wire(b"", "stalls"),
    "stalled inside": lambda call: Wire(half(http(200, completion(call))), "stalls"),
    "truncated": lambda call: Wire(http(200, half(completion(call)))),
    "doubled": lambda call: Wire(http(200, completion(call) * 2)),
    "page": lambda call: Wire(http(200, PAGE, kind="text/html")),
    "no choice": lambda call: Wire(http(200, b'{"choices": []}')),
    "refusal": lambda call: _whole(http(200, refusal(call))),
    "length": lambda call: _whole(http(200, completion(call, f"Well, number {call.number}", finish="length"))),
    "wrong type": lambda call: _whole(http(200, completion(call), kind="image/png")),
    "10 MB": lambda call: Wire(http(200, HUGE.encode(), kind="text/plain")),
}


class Faulty(Running):
    """`url` is its base URL, `calls` what it got, `most` how many were being answered at the same time.

    `rate` is the share of calls that meet a fault, drawn from `kinds` by a generator begun at `seed`; `latency` the
    seconds before anything is sent. `answer`, if given, makes the answers that go well.
    """

    def __init__(
        self,
        rate: float = 0.0,
        kinds: Sequence[str] = tuple(FAULTS),
        seed: int = 0,
        latency: float | Callable[[Call], float] = 0.0,
        answer: Callable[[Call], Wire] = lambda call: _whole(http(200, completion(call))),
    ) -> None:
        super().__init__()
        self.rate, self.kinds, self.latency, self.answer = rate, kinds, latency, answer
        self.calls: list[Call] = []
        self.open = 0  # connections
        self.now = 0
        self.most = 0
        self._random = random.Random(seed)

    @property
    def faults(self) -> Counter[str]:
        """How often each went wrong."""
        return Counter(call.fault for call in self.calls if call.fault)

    @property
    def whole(self) -> Counter[str]:
        """How many answers were sent in whole, by what was asked."""
        return Counter(call.asked for call in self.calls if call.whole)

    def _work(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._talk, "127.0.0.1", 0, backlog=1024))
        self.url = "http://{}:{}/v1".format(*server.sockets[0].getsockname()[:2])
        self._ready.set()
        try:
            self._loop.run_forever()
        finally:
            server.close()
            self._end()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one call after the other on one connection, until either side has had enough."""
        self.open += 1
        try:
            while True:
                first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").strip().split("\r\n")
                headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
                raw = await reader.readexactly(int(headers.get("content-length", 0)))
                if first.startswith("POST ") and not await self._answer(raw, headers, writer, reader):
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client has gone
        finally:
            self.open -= 1
            writer.transport.abort()

    async def _answer(
        self, raw: bytes, headers: dict[str, str], writer: asyncio.StreamWriter, reader: asyncio.StreamReader
    ) -> bool:
        call = Call(len(self.calls), hashlib.sha256(raw).hexdigest(), json.loads(raw), headers)
        if self._random.random() < self.rate:
            call.fault = self._random.choice(self.kinds)
        self.calls.append(call)
        writer.transport.set_write_buffer_limits(0)  # what is drained is sent
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await asyncio.sleep(self.latency(call) if callable(self.latency) else self.latency)
            wire = FAULTS[call.fault](call) if call.fault else self.answer(call)
            writer.write(wire.data)
            await writer.drain()
            if wire.end == "stalls":
                await reader.read(1)  # until the client goes
            call.whole = wire.whole
        finally:
            self.now -= 1
        if wire.end == "reset":
            # to linger for no time at all is to reset
            linger = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        return wire.end == "stays"
