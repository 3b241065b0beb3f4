"""Open lines to endpoints on the user's terms, and close them without losing what was paid for."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from ipaddress import ip_address
from urllib.parse import urlsplit

import aiohttp

from writingbench.models.account import Account, Till
from writingbench.models.batch import BatchLine
from writingbench.models.batches.course import Books
from writingbench.models.chat import Line
from writingbench.models.endpoints import Endpoint, providers
from writingbench.models.prices import price_of
from writingbench.models.terms import ANY, Terms
from writingbench.records import UserError

CONNECT = 10  # seconds to open a connection
GRACE = 5.0  # seconds that calls in flight get when a run ends before its time


@asynccontextmanager
async def connect(
    endpoints: Iterable[Endpoint],
    memory: Books,
    terms: Terms = ANY,
    note: Callable[[str], None] = lambda text: None,
) -> AsyncIterator[Mapping[Endpoint, Line | BatchLine]]:
    """Open lines to `endpoints`, one for each: a writer that is its own judge shares its line.

    When the block is left, calls in flight get a few seconds to be answered and kept. Raises UserError when there is
    a ceiling on cost and an endpoint whose price nobody knows.
    """
    endpoints = tuple(dict.fromkeys(endpoints))
    if terms.batch and not any(terms.batches(endpoint) for endpoint in endpoints):
        names = " and ".join(endpoint.name for endpoint in endpoints)
        raise UserError(f"--batch: {names} cannot be asked by batch; providers that can: {', '.join(_batching())}")
    sessions: dict[bool, aiohttp.ClientSession] = {}
    timeout = aiohttp.ClientTimeout(total=terms.timeout, sock_connect=CONNECT)
    account = Account(terms.max_cost)
    lines: dict[Endpoint, Line | BatchLine] = {}
    try:
        for endpoint in endpoints:
            here = _is_here(endpoint)
            if here not in sessions:
                # a proxy from the environment is for the world outside, never for this machine's own servers
                sessions[here] = aiohttp.ClientSession(
                    connector=aiohttp.TCPConnector(limit=0, socket_factory=_socket), timeout=timeout, trust_env=not here
                )
            price = price_of(endpoint, terms.prices)
            if price is None and terms.max_cost is not None:
                raise UserError(
                    f"--max-cost: no price of {endpoint.name} is known here; write one into a file for --prices"
                )
            if not terms.batch and memory.unsettled(endpoint.place):
                raise UserError(
                    f"a batch of calls to {endpoint.name} is still with the vendor; fetch it with --batch, since "
                    "asking call by call would pay for them twice"
                )
            if terms.batches(endpoint):
                till = Till(account, partial(price, batch=True) if price else None)
                idle = partial(_idle, tuple(lines.values()))
                lines[endpoint] = BatchLine(endpoint, sessions[here], memory, till, idle=idle, note=note)
            else:
                if terms.batch:
                    note(f"{endpoint.name} has no batch interface; it is asked call by call")
                pace, till = terms.pace(endpoint), Till(account, price)
                lines[endpoint] = Line(endpoint, sessions[here], memory, pace, till, first_pause=terms.first_pause)
        yield lines
    finally:
        try:
            await asyncio.gather(*(line.close(GRACE) for line in lines.values()))
        finally:  # a second Ctrl-C arrives while the lines close
            for session in sessions.values():
                await session.close()


def _batching() -> list[str]:
    return [name for name, provider in providers().items() if provider.batch]


def _idle(feeding: tuple[Line | BatchLine, ...]) -> bool:
    """Whether nothing comes any more from the lines that stand before another: the writer's, before the judge's."""
    return not any(line.busy for line in feeding)


def _socket(address: aiohttp.AddrInfoType) -> socket.socket:
    """A socket that finds out within minutes when the other side is gone, however long an answer may take."""
    family, kind, protocol, *_ = address
    made = socket.socket(family, kind, protocol)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, seconds in (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 15)):
        if hasattr(socket, option):  # not everywhere
            made.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), seconds)
    return made


def _is_here(endpoint: Endpoint) -> bool:
    host = urlsplit(endpoint.provider.base_url).hostname or "localhost"
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
