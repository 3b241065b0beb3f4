"""Open lines to endpoints on the user's terms, and close them without losing what was paid for."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from ipaddress import ip_address
from urllib.parse import urlsplit

import aiohttp

from writingbench.models.account import Account, Till
from writingbench.models.chat import Line
from writingbench.models.endpoints import Endpoint
from writingbench.models.memory import Memory
from writingbench.models.prices import price_of
from writingbench.models.terms import ANY, Terms
from writingbench.records import UserError

CONNECT = 10  # seconds to open a connection
GRACE = 5.0  # seconds that calls in flight get when a run ends before its time


@asynccontextmanager
async def connect(
    endpoints: Iterable[Endpoint], memory: Memory, terms: Terms = ANY
) -> AsyncIterator[Mapping[Endpoint, Line]]:
    """Open lines to `endpoints`, one for each: a writer that is its own judge shares its line.

    When the block is left, calls in flight get a few seconds to be answered and kept. Raises UserError when there is
    a ceiling on cost and an endpoint whose price nobody knows.
    """
    sessions: dict[bool, aiohttp.ClientSession] = {}
    timeout = aiohttp.ClientTimeout(total=terms.timeout, sock_connect=CONNECT)
    account = Account(terms.max_cost)
    lines: dict[Endpoint, Line] = {}
    try:
        for endpoint in dict.fromkeys(endpoints):
            here = _is_here(endpoint)
            if here not in sessions:
                # a proxy from the environment is for the world outside, never for this machine's own servers
                sessions[here] = aiohttp.ClientSession(
                    connector=aiohttp.TCPConnector(limit=0, socket_factory=_socket), timeout=timeout, trust_env=not here
                )
            price = price_of(endpoint, terms.prices)
            if price is None and terms.max_cost is not None:
                raise UserError(
                    f"--max-cost needs to know what {endpoint.name} costs, and nobody does; write it into a file for "
                    "--prices"
                )
            till = Till(account, price)
            lines[endpoint] = Line(
                endpoint, sessions[here], memory, terms.pace(endpoint), till, first_pause=terms.first_pause
            )
        yield lines
    finally:
        try:
            await asyncio.gather(*(line.close(GRACE) for line in lines.values()))
        finally:  # a second Ctrl-C arrives while the lines close
            for session in sessions.values():
                await session.close()


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
