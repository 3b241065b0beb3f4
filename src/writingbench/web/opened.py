"""A database that the server keeps open: opened when it is first there, used in a thread, by one at a time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Generic, Protocol, TypeVar


class Closing(Protocol):
    def close(self) -> None: ...


Database = TypeVar("Database", bound=Closing)
Found = TypeVar("Found")


class Absent(Exception):
    """There is no such file yet."""


class Opened(Generic[Database]):
    """The database at `path`, which `open` opens. Nothing is made where no file is."""

    def __init__(self, path: Path, open: Callable[[Path], Database]) -> None:
        self.path, self._open = path, open
        self._one = threading.Lock()
        self._database: Database | None = None

    async def use(self, what: Callable[[Database], Found]) -> Found:
        """What `what` makes of the database. Raises Absent where there is none, and what opening it raises."""
        return await asyncio.to_thread(self._use, what)

    def _use(self, what: Callable[[Database], Found]) -> Found:
        with self._one:
            if self._database is None:
                if not self.path.is_file():
                    raise Absent
                self._database = self._open(self.path)
            return what(self._database)
