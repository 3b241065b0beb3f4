"""The pages of a report over a live store.

    /                     the front page and the list of queries
    /report/KEY.html      one query
    /state                how many marks there are, and a number that changes when the pages do
    /desk                 where people make a benchmark of their own; see `web.desk`

Whoever can reach the port can read everything. At this machine's own address those are its users; anywhere else a
token is asked for, once, and then kept in a cookie. On the own address the name that the server is called by is
checked, so that a page from elsewhere cannot reach it under a name of its own that leads here.

The desk asks for more, everybody's personal link, at every address. The report's token lets nobody in there, and a
personal link shows nobody the report.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import dataclass, field
from importlib.resources import files

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from writingbench.reports import listing, page, shell
from writingbench.scores.criteria import compare
from writingbench.web.desk import routes as desk
from writingbench.web.live import Live, State

EVERY = 3.0  # seconds between two looks at the store, at least
COOKIE = "writingbench"
LOOPBACK = ["127.0.0.1", "localhost", "[::1]", "::1"]
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def app(live: Live, token: str | None) -> Starlette:
    """The application over a store. A `token` is asked for; without one only names of this machine are answered."""
    pages = Pages(live)
    report = [
        Route("/", pages.front),
        Route("/report/{key}.html", pages.query),
        Route("/state", pages.state),
    ]
    guards = [Middleware(Guard, token=token, tongue=live.tongue)] if token else []
    hosts = [] if token else [Middleware(TrustedHostMiddleware, allowed_hosts=LOOPBACK)]
    return Starlette(
        routes=[*desk.routes(live.path.parent), Mount("/", routes=report, middleware=guards)],
        middleware=[Middleware(Careful), *hosts],
    )


@dataclass(slots=True)
class Pages:
    """The pages, made again when the store has changed, and not more often than every few seconds."""

    live: Live
    _shown: int = 0
    _version: tuple[int, ...] | None = None
    _at: float = -EVERY
    _state: State = State()
    _front: str = ""
    _one: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def front(self, request: Request) -> Response:
        await self._look()
        return HTMLResponse(self._front)

    async def state(self, request: Request) -> Response:
        await self._look()
        return JSONResponse({"shown": self._shown, "judged": self._state.judged, "asked": self._state.asked})

    async def query(self, request: Request) -> Response:
        # read in a thread of its own, beside whatever is made meanwhile
        found = await asyncio.to_thread(asyncio.run, self.live.query(request.path_params["key"]))
        if found is None:
            return HTMLResponse(_notice("live.none", self.live.tongue), status_code=404)
        return HTMLResponse(await asyncio.to_thread(page.query_page, *found, self.live.tongue, back="/"))

    async def _look(self) -> None:
        async with self._one:
            version = self.live.version()
            if version == self._version or time.monotonic() - self._at < EVERY:
                return
            self._state = await asyncio.to_thread(asyncio.run, self.live.look())
            self._front = await asyncio.to_thread(_front, self._state, self.live.tongue)
            self._version, self._at, self._shown = version, time.monotonic(), self._shown + 1


def _front(state: State, tongue: shell.Tongue) -> str:
    w = shell.words(tongue)
    said = {name: w[f"live.{name}"] for name in ("progress", "nothing", "gone")}
    words = f'<script type="application/json" id="live-words">{shell.data(said)}</script>'
    script = (files("writingbench.web") / "live.js").read_text("utf-8")
    if not state.boards:
        there = f'<p><a href="/desk">{w["live.desk"]}</a></p>'
        return shell.shell(w["live.title"], there + words, tongue, [script], live=True)
    order = [label.fingerprint for board in state.boards for label in board.table.labels]
    listed = listing.index(state.rows, tongue, order=order)
    compared = compare(state.boards)
    return page.document(state.boards, listed, tongue, compared=compared, more=words, scripts=[script], live=True)


def _notice(word: str, tongue: shell.Tongue) -> str:
    w = shell.words(tongue)
    return shell.shell(w["live.title"], f'<p>{w[word]}</p><p><a href="/">{w["live.front"]}</a></p>', tongue)


class Guard:
    """Lets in who brings the token, in the address once and from then on in a cookie."""

    def __init__(self, inner: ASGIApp, token: str, tongue: shell.Tongue) -> None:
        self.inner, self.token, self.tongue = inner, token, tongue

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.inner(scope, receive, send)
            return
        request = Request(scope)
        if self._is(request.cookies.get(COOKIE, "")):
            await self.inner(scope, receive, send)
        elif self._is(request.query_params.get("token", "")):
            away = RedirectResponse(request.url.path, status_code=303)  # so that the token does not stay in the address
            away.set_cookie(COOKIE, self.token, httponly=True, samesite="strict", max_age=7 * 24 * 3600)
            await away(scope, receive, send)
        else:
            await PlainTextResponse(shell.words(self.tongue)["live.token"], status_code=401)(scope, receive, send)

    def _is(self, brought: str) -> bool:
        return secrets.compare_digest(brought.encode(), self.token.encode())


class Careful:
    """Headers that every answer carries."""

    def __init__(self, inner: ASGIApp) -> None:
        self.inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await self.inner(scope, receive, with_headers)
