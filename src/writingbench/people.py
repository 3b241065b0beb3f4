"""People who work on the pages: their names, what they may do, and the personal link that lets each of them in.

The token of a link is shown once and kept nowhere; what is kept is its hash.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, get_args

from writingbench import database
from writingbench.records import UserError

Role = Literal["annotator", "expert"]
ROLES: tuple[Role, ...] = get_args(Role)

NAME = 60  # characters of a name
FORMAT = 1
TABLES = """
CREATE TABLE IF NOT EXISTS people (id TEXT PRIMARY KEY, name TEXT UNIQUE, roles TEXT, token TEXT UNIQUE, at TEXT);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who may work on the pages."""

    id: str
    name: str
    roles: tuple[Role, ...]


class People:
    """The people of a folder, in the file at `path`. Several processes may use it at the same time.

    Raises UserError when the file cannot be opened or is something else.
    """

    def __init__(self, path: Path) -> None:
        self._db = database.connect(path, TABLES, format=FORMAT, marker="people", what="list of people", threads=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._db.close()

    def add(self, name: str, roles: Sequence[Role]) -> tuple[Person, str]:
        """Somebody new, and the token of their link. Raises UserError when the name is taken or is none."""
        name = " ".join(name.split())
        if not name or len(name) > NAME or not name.isprintable():
            raise UserError(f"{name[:NAME]!r} is no name; 1 to {NAME} characters that can be printed")
        if not roles:
            raise UserError(f"{name} needs something to do: {' or '.join(ROLES)}")
        person = Person(id=secrets.token_hex(6), name=name, roles=tuple(one for one in ROLES if one in roles))
        token = secrets.token_urlsafe(24)
        row = (person.id, name, " ".join(person.roles), _hash(token), datetime.now(UTC).isoformat(timespec="seconds"))
        try:
            self._db.execute("INSERT INTO people VALUES (?,?,?,?,?)", row)
        except sqlite3.IntegrityError as error:
            raise UserError(
                f"there is a {name} already; choose another name, or have a new link by `construct people link`"
            ) from error
        return person, token

    def renew(self, name: str) -> tuple[Person, str]:
        """A new link for somebody; the old one lets nobody in any more. UserError when there is no such name."""
        token = secrets.token_urlsafe(24)
        if not self._db.execute("UPDATE people SET token=? WHERE name=?", (_hash(token), name)).rowcount:
            raise self._unknown(name)
        return next(one for one in self.all() if one.name == name), token

    def remove(self, name: str) -> None:
        """Let somebody in no more; what they did stays under their name. UserError when there is no such name."""
        if not self._db.execute("UPDATE people SET token=NULL, roles='' WHERE name=?", (name,)).rowcount:
            raise self._unknown(name)

    def all(self) -> list[Person]:
        """Everybody who was ever added, in that order; who was removed has no roles."""
        return [_person(*row) for row in self._db.execute("SELECT id, name, roles FROM people ORDER BY rowid")]

    def of(self, token: str) -> Person | None:
        """Whose link a token belongs to."""
        row = self._db.execute("SELECT id, name, roles FROM people WHERE token=?", (_hash(token),)).fetchone()
        return _person(*row) if row else None

    def _unknown(self, name: str) -> UserError:
        there = ", ".join(one.name for one in self.all()) or "nobody yet"
        return UserError(f"nobody is called {name!r}; there are: {there}")


def _person(id: str, name: str, roles: str) -> Person:
    return Person(id=id, name=name, roles=tuple(one for one in ROLES if one in roles.split()))


def _hash(token: str) -> str:
    return sha256(token.encode("utf-8", "replace")).hexdigest()
