"""What batch interfaces say, whichever vendor's it is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A batch as its vendor sees it."""

    id: str
    ended: bool  # nothing more will come of it
    calls: int
    key: str | None = None  # the one it was sent with, "" if it came without; None where a vendor keeps no such note
    results: tuple[str, ...] = ()  # where the results stand, below the base URL
    failed: bytes = b""  # the error, as JSON, of a batch that was turned down in whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of one call: the HTTP status and the body it would have been answered with by itself."""

    name: str
    status: int
    body: bytes
