"""SQLite files that several processes write to at the same time: opened with care, changed whole or not at all.

`synchronous=NORMAL` in WAL mode: killing a process loses nothing that was committed; only a power cut can take the
last few commits, and the file stays whole either way.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from writingbench.records import UserError

WAIT = 60  # seconds for another process to let go of the file


def connect(
    path: Path, tables: str, *, format: int, older: Sequence[int] = (), marker: str, what: str, threads: bool = False
) -> sqlite3.Connection:
    """The database at `path`, made where there is none, with `tables` in it.

    `format` is raised when the tables change; `older` are formats that lack tables and nothing else. `marker` is a
    table that another program's file has not, `what` the word for such a file ("store"), `threads` whether several
    threads use it (one at a time). Raises UserError when the file cannot be opened or is something else.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(path, timeout=WAIT, isolation_level=None, check_same_thread=not threads)
    except (sqlite3.Error, OSError) as error:
        raise UserError(f"{path}: cannot be used as a {what} ({error}); choose another --out") from error
    try:
        _prepare(db, path, tables, format, older, marker, what)
    except sqlite3.Error as error:
        db.close()
        raise UserError(f"{path}: cannot be used as a {what} ({error}); choose another --out") from error
    except BaseException:
        db.close()
        raise
    return db


def _prepare(
    db: sqlite3.Connection, path: Path, tables: str, format: int, older: Sequence[int], marker: str, what: str
) -> None:
    (found,) = db.execute("PRAGMA user_version").fetchone()
    there = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type='table'")}
    if there and marker not in there:
        raise UserError(f"{path}: another program's database, not a {what}; choose another --out")
    if found not in (0, *older, format):
        raise UserError(
            f"{path}: made by another version of writingbench ({what} format {found}, this one reads "
            f"{format}); use that version, or another --out"
        )
    until = time.monotonic() + WAIT
    while True:  # SQLite does not wait by itself when several processes make the file at the same time
        try:
            db.execute("PRAGMA journal_mode=WAL")
            break
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)
    db.execute("PRAGMA synchronous=NORMAL")
    db.execute("PRAGMA wal_autocheckpoint=8000")  # pages; a checkpoint stops everything while it syncs
    if found != format:  # a file that is there is opened without a write: its disk may be full
        db.executescript(tables)
        db.execute(f"PRAGMA user_version={format}")


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """A block that is carried out whole or not at all, with nobody else writing meanwhile."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:  # where the disk is full, SQLite has rolled back by itself
            db.execute("ROLLBACK")
        raise
