"""Where replies are kept, and who can be asked: a line to a server, or what is kept alone."""

from __future__ import annotations

from collections.abc import Awaitable, Generator
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar

from writingbench.records import Failure, Reply, Request, Usage

T = TypeVar("T")


class Memory(Protocol):
    """Where replies are kept, as `store.Store` does."""

    def recall(self, asked: str) -> Reply | Failure | None: ...
    def reply(self, asked: str) -> Reply | None: ...
    def keep(self, asked: str, model: str, outcome: Reply | Failure) -> Reply | Failure: ...
    async def keep_soon(self, asked: str, model: str, outcome: Reply | Failure) -> Reply | Failure: ...


class Asker(Protocol):
    """Whoever can be asked. Asking begins with the call, not with waiting for what comes of it.

    `one_first`: the first of several calls that begin alike should be answered before the others are asked, because
    the server then has their beginning in its cache.
    """

    @property
    def one_first(self) -> bool: ...
    def ask(self, request: Request, urgency: int = 0) -> Awaitable[Reply | Failure | None]: ...


@dataclass(slots=True)
class Known(Generic[T]):
    """Something to wait for that is there already."""

    value: T

    def __await__(self) -> Generator[None, None, T]:
        return self.value
        yield  # what makes this a generator


@dataclass(slots=True)
class Recall:
    """Answers from the store alone, None for what was never asked; it adds up what it found."""

    memory: Memory
    replies: int = 0
    usage: Usage = Usage()
    cost: float = 0.0  # US dollars
    unpriced: int = 0  # replies whose cost is not known
    one_first: bool = False

    def ask(self, request: Request, urgency: int = 0) -> Awaitable[Reply | Failure | None]:
        known = self.memory.recall(request.fingerprint)
        if isinstance(known, Reply):
            self.replies += 1
            self.usage += known.usage
            self.cost += known.cost or 0.0
            self.unpriced += known.cost is None
        return Known(known)


@dataclass(slots=True)
class Anew:
    """Asks for other draws than those that others ask for, so that what is in the store already is no answer."""

    asker: Asker
    apart: int  # added to the draw of each request

    @property
    def one_first(self) -> bool:
        return self.asker.one_first

    def ask(self, request: Request, urgency: int = 0) -> Awaitable[Reply | Failure | None]:
        return self.asker.ask(replace(request, draw=request.draw + self.apart), urgency)
