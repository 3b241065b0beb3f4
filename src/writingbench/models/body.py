"""Read what a server sends, as long as somebody can have meant it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp

LARGEST = 64 << 20  # bytes of one answer, or of one line where every line is one


async def read_body(answer: aiohttp.ClientResponse) -> bytes | None:
    """The body of an answer; None when it is too large for anyone to have meant it."""
    if 0 <= (answer.content_length or -1) <= LARGEST and "Content-Encoding" not in answer.headers:
        return await answer.read()
    parts, size = [], 0
    async for part in answer.content.iter_any():
        size += len(part)
        if size > LARGEST:
            return None
        parts.append(part)
    return b"".join(parts)


async def read_lines(answer: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    """The lines of an answer, without those that are too large for anyone to have meant them."""
    parts: list[bytes] = []
    size = 0
    async for part in answer.content.iter_any():
        *ended, rest = part.split(b"\n")
        for piece in ended:
            size += len(piece)
            if size <= LARGEST:
                yield b"".join((*parts, piece))
            parts, size = [], 0
        size += len(rest)
        parts.append(rest if size <= LARGEST else b"")
    if size <= LARGEST:
        yield b"".join(parts)
