"""A small real server that speaks the chat protocol, on a port of its own, and says what a test wants it to say.

with Server(said("Hello")) as server: ...                      the same answer to everything
with Server(Answer(status=500), said("Hello")) as server: ...  one after the other, the last one from then on
with Server(lambda seen: said(seen.text.upper())) as server: ...
"""

import asyncio
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web


@dataclass(frozen=True)
class Answer:
    """What the server sends back: after `delay` seconds; or it hangs up (`drop`)."""

    body: bytes | str | dict[str, Any] = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    drop: bool = False


@dataclass(frozen=True)
class Seen:
    """A call as the server got it."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def text(self) -> str:
        """The last message."""
        return self.body["messages"][-1]["content"]


def said(text: str | None, *, finish: str = "stop", delay: float = 0.0, **message: Any) -> Answer:
    """A valid chat completion."""
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": "tiny-2026",
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": text, **message}, "finish_reason": finish}
        ],
        "usage": {"prompt_tokens": 11, "completion_tokens": 7, "prompt_tokens_details": {"cached_tokens": 5}},
    }
    return Answer(body, delay=delay)


class Running:
    """A server in a thread and a loop of its own, for as long as a `with` lasts. `_work` runs it, and sets `_ready`."""

    def __init__(self) -> None:
        self.url = ""
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10), "the test server did not start"
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        assert not self._thread.is_alive(), "the test server did not stop"

    def _work(self) -> None:
        raise NotImplementedError

    def _end(self) -> None:
        for task in (left := asyncio.all_tasks(self._loop)):
            task.cancel()  # whoever is still waiting for an answer has gone
        self._loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        self._loop.close()


class Server(Running):
    """`url` is its base URL, `seen` the calls it got, `most` how many were being answered at the same time.

    `steps` has ("in", n) when call n came and ("out", n) just before its answer is sent.
    """

    def __init__(self, *answers: Answer | Callable[[Seen], Answer]) -> None:
        super().__init__()
        self.answers = answers
        self.seen: list[Seen] = []
        self.steps: list[tuple[str, int]] = []
        self.most = 0
        self._now = 0

    def _work(self) -> None:
        asyncio.set_event_loop(self._loop)
        app = web.Application(client_max_size=1 << 26)
        app.router.add_route("*", "/{path:.*}", self._handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        try:
            self._loop.run_until_complete(runner.setup())
            site = web.TCPSite(runner, "127.0.0.1", 0)
            self._loop.run_until_complete(site.start())
            host, port = runner.addresses[0][:2]
            self.url = f"http://{host}:{port}/v1"
            self._ready.set()
            self._loop.run_forever()
        finally:
            self._loop.run_until_complete(runner.cleanup())
            self._end()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        call = len(self.seen)
        seen = Seen(request.path, dict(request.headers), json.loads(await request.read()))
        self.seen.append(seen)
        self.steps.append(("in", call))
        self._now += 1
        self.most = max(self.most, self._now)
        try:
            answer = self.answers[min(call, len(self.answers) - 1)]
            answer = answer if isinstance(answer, Answer) else answer(seen)
            await asyncio.sleep(answer.delay)
        finally:
            self._now -= 1
            self.steps.append(("out", call))
        if answer.drop and request.transport:
            request.transport.abort()
        body = json.dumps(answer.body) if isinstance(answer.body, dict) else answer.body
        body = body.encode() if isinstance(body, str) else body
        return web.Response(body=body, status=answer.status, headers=answer.headers)
