"""Replies on disk, under the fingerprint of what was asked.

One SQLite file holds what was paid for (`replies`), why something could not be had the last time it was
asked (`failures`), and what has been asked for altogether (`runs`, `queries`; `rules`, `pairings`), so that a report
needs nothing but the store. Marks that were made elsewhere have no reply: they are kept as they came (`imported`).
Resuming is asking the store what is missing.

A reply is committed as soon as it is there, before anyone sees it: killing the process loses none.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, get_args

import msgspec

from writingbench import database
from writingbench.records import Failure, Imported, Query, Reply

FORMAT = 4  # of the tables below; raised when they change
OLDER = (2, 3)  # formats that lack tables and nothing else

# with rowids where rows are large: without, each insert moves whole rows about (measured: 1.6 times slower)
TABLES = """
CREATE TABLE IF NOT EXISTS replies  (fingerprint TEXT PRIMARY KEY, model TEXT, at REAL, reply BLOB);
CREATE TABLE IF NOT EXISTS failures (fingerprint TEXT PRIMARY KEY, model TEXT, at REAL, failure BLOB);
CREATE TABLE IF NOT EXISTS queries  (fingerprint TEXT PRIMARY KEY, query BLOB);
CREATE TABLE IF NOT EXISTS runs     (fingerprint TEXT PRIMARY KEY, at REAL, run BLOB) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS asked    (run TEXT, query TEXT, PRIMARY KEY (run, query)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS refusals (place TEXT, field TEXT, PRIMARY KEY (place, field)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS batches  (key TEXT PRIMARY KEY, place TEXT, since TEXT, at REAL, id TEXT, calls BLOB);
CREATE TABLE IF NOT EXISTS imported (run TEXT, query INTEGER, body BLOB, PRIMARY KEY (run, query));
CREATE TABLE IF NOT EXISTS rules    (fingerprint TEXT PRIMARY KEY, at REAL, rules BLOB) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pairings (rules TEXT, pairing BLOB, PRIMARY KEY (rules, pairing)) WITHOUT ROWID;
"""

Held = Literal["reply", "failure", "refusal"]  # what a store holds that another may take
ROWS: Mapping[Held, str] = {
    "reply": "SELECT fingerprint, model, reply FROM replies",
    "failure": "SELECT fingerprint, model, failure FROM failures "
    "WHERE fingerprint NOT IN (SELECT fingerprint FROM replies)",
    "refusal": "SELECT place, '', field FROM refusals",
}

_reply = msgspec.json.Decoder(Reply).decode
_failure = msgspec.json.Decoder(Failure).decode
_imported = msgspec.json.Decoder(Imported).decode


class Store:
    """The store at `path`, made where there is none. Several processes may use one at the same time.

    Raises UserError when the file cannot be opened or is not a store.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._arrived: list[tuple[str, str, Reply | Failure, asyncio.Future[Reply | Failure]]] = []
        self._db = database.connect(path, TABLES, format=FORMAT, older=OLDER, marker="replies", what="store")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._db.close()

    def recall(self, asked: str) -> Reply | Failure | None:
        """What came of the request with this fingerprint; None when it was never asked."""
        if reply := self.reply(asked):
            return reply
        row = self._db.execute("SELECT failure FROM failures WHERE fingerprint=?", (asked,)).fetchone()
        return _failure(row[0]) if row else None

    def reply(self, asked: str) -> Reply | None:
        """The reply to the request with this fingerprint, if there is one."""
        row = self._db.execute("SELECT reply FROM replies WHERE fingerprint=?", (asked,)).fetchone()
        return _reply(row[0]) if row else None

    def keep(self, asked: str, model: str, outcome: Reply | Failure) -> Reply | Failure:
        """Write down what came of a request and return what the store now holds for it.

        The first reply stays: when two processes asked the same thing, both go on with the same one.
        A failure is kept until a reply or a newer failure takes its place.
        """
        body, now = msgspec.json.encode(outcome), time.time()
        if isinstance(outcome, Failure):
            self._db.execute(
                "INSERT OR REPLACE INTO failures SELECT ?,?,?,? "
                "WHERE NOT EXISTS (SELECT 1 FROM replies WHERE fingerprint=?)",
                (asked, model, now, body, asked),
            )
            return self.recall(asked) or outcome
        # a failure that was kept before stays where it is: `recall` looks for a reply first
        if self._db.execute("INSERT OR IGNORE INTO replies VALUES (?,?,?,?)", (asked, model, now, body)).rowcount:
            return outcome
        kept = self.recall(asked)
        return kept if isinstance(kept, Reply) else outcome

    async def keep_soon(self, asked: str, model: str, outcome: Reply | Failure) -> Reply | Failure:
        """As `keep`, in one commit with whatever else came in the same turn of the event loop; then it is on disk.

        Thirteen at once cost 15 µs each, one alone 29 (measured).
        """
        loop = asyncio.get_running_loop()
        if not self._arrived:
            loop.call_soon(self._keep_arrived)
        kept: asyncio.Future[Reply | Failure] = loop.create_future()
        self._arrived.append((asked, model, outcome, kept))
        return await kept

    def _keep_arrived(self) -> None:
        arrived, self._arrived = self._arrived, []
        try:
            with database.transaction(self._db):
                outcomes = [self.keep(asked, model, outcome) for asked, model, outcome, _ in arrived]
        except sqlite3.Error as error:
            for *_, kept in arrived:
                if not kept.done():
                    kept.set_exception(error)
            return
        for (*_, kept), outcome in zip(arrived, outcomes, strict=True):
            if not kept.done():
                kept.set_result(outcome)

    def begin(self, run: str, body: bytes, queries: Iterable[Query]) -> bool:
        """Note that the run with fingerprint `run` is asked for on `queries`, beside those it was asked before.

        Returns whether the run is new.
        """
        bodies = {sha256(body).hexdigest(): body for body in (query.content for query in queries)}
        with database.transaction(self._db):
            self._db.executemany("INSERT OR IGNORE INTO queries VALUES (?,?)", list(bodies.items()))
            self._db.executemany("INSERT OR IGNORE INTO asked VALUES (?,?)", [(run, query) for query in bodies])
            new = not self._db.execute("SELECT 1 FROM runs WHERE fingerprint=?", (run,)).fetchone()
            self._db.execute("INSERT OR REPLACE INTO runs VALUES (?,?,?)", (run, time.time(), body))
        return new

    def withdraw(self, run: str) -> None:
        """Forget that a run was begun; its replies, if there are any, stay."""
        self._db.execute("DELETE FROM runs WHERE fingerprint=?", (run,))
        self._db.execute("DELETE FROM asked WHERE run=?", (run,))

    def begin_comparing(self, rules: str, body: bytes) -> bool:
        """Note that responses are compared by the rules with this fingerprint; returns whether they are new."""
        new = not self._db.execute("SELECT 1 FROM rules WHERE fingerprint=?", (rules,)).fetchone()
        self._db.execute("INSERT OR REPLACE INTO rules VALUES (?,?,?)", (rules, time.time(), body))
        return new

    def compare(self, rules: str, pairings: Iterable[bytes]) -> None:
        """Note that these pairs of responses are asked for, beside those that were before."""
        with database.transaction(self._db):
            rows = [(rules, pairing) for pairing in pairings]
            self._db.executemany("INSERT OR IGNORE INTO pairings VALUES (?,?)", rows)

    def withdraw_comparing(self, rules: str) -> None:
        """Forget that responses were compared by these rules; the replies, if there are any, stay."""
        self._db.execute("DELETE FROM rules WHERE fingerprint=?", (rules,))
        self._db.execute("DELETE FROM pairings WHERE rules=?", (rules,))

    def comparisons(self) -> list[bytes]:
        """All rules by which responses were compared, the latest first."""
        return [body for (body,) in self._db.execute("SELECT rules FROM rules ORDER BY at DESC")]

    def compared(self, rules: str) -> list[bytes]:
        """The pairs of responses that were asked for by the rules with this fingerprint."""
        return [pairing for (pairing,) in self._db.execute("SELECT pairing FROM pairings WHERE rules=?", (rules,))]

    def bring(self, run: str, items: Iterable[tuple[int, Imported]]) -> None:
        """Keep what was imported for a run, by index of the query, in place of what was imported for it before."""
        with database.transaction(self._db):
            self._db.execute("DELETE FROM imported WHERE run=?", (run,))
            rows = ((run, index, msgspec.json.encode(item)) for index, item in items)
            self._db.executemany("INSERT INTO imported VALUES (?,?,?)", rows)

    def brought(self, run: str, index: int) -> Imported | None:
        """What was imported for a run on the query with this index."""
        row = self._db.execute("SELECT body FROM imported WHERE run=? AND query=?", (run, index)).fetchone()
        return _imported(row[0]) if row else None

    def all_brought(self, run: str) -> Iterator[tuple[int, Imported]]:
        """Everything that was imported for a run, in the order in which it came."""
        for index, body in self._db.execute("SELECT query, body FROM imported WHERE run=? ORDER BY rowid", (run,)):
            yield index, _imported(body)

    def rows(self, *kinds: Held) -> Iterator[tuple[Held, str, str, bytes]]:
        """All that was answered here, or only these kinds of it, as `take` takes it: kind, fingerprint, model, body."""
        for kind in kinds or get_args(Held):
            for fingerprint, model, body in self._db.execute(ROWS[kind]):
                yield kind, fingerprint, model, body.encode() if isinstance(body, str) else body

    def take(self, rows: Iterable[tuple[Held, str, str, bytes]]) -> None:
        """Keep what another store holds; what is here already stays."""
        with database.transaction(self._db):
            for kind, fingerprint, model, body in rows:
                if kind == "refusal":
                    self.learn(fingerprint, body.decode())
                else:
                    self.keep(fingerprint, model, _reply(body) if kind == "reply" else _failure(body))

    def learn(self, place: str, field: str) -> None:
        """Note that the server at `place` refuses a field of the call."""
        self._db.execute("INSERT OR IGNORE INTO refusals VALUES (?,?)", (place, field))

    def refusals(self, place: str) -> list[str]:
        """The fields that the server at `place` has refused."""
        return [field for (field,) in self._db.execute("SELECT field FROM refusals WHERE place=?", (place,))]

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Whether nobody else is in such a block on this store now. The system ends it when a process is killed."""
        path = self.path.with_name(self.path.name + ".lock")
        with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as lock:
            try:
                lock.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
                yield False
                return
            yield True

    def claim(self, key: str, place: str, since: str, calls: Sequence[str]) -> list[str]:
        """Note that a batch of these calls is about to be sent to `place`, and return the calls that it may hold:
        those that have no reply and are in no batch there that is not settled. Where there are none nothing is noted.

        `key` is the batch's own, `since` the batch that the vendor has as its newest.
        """
        with database.transaction(self._db):
            taken = {call for *_, theirs in self.unsettled(place) for call in theirs}
            answered = "SELECT 1 FROM replies WHERE fingerprint=?"
            free = [one for one in calls if one not in taken and not self._db.execute(answered, (one,)).fetchone()]
            if free:
                row = (key, place, since, msgspec.json.encode(free))
                self._db.execute("INSERT INTO batches VALUES (?,?,?,NULL,NULL,?)", row)
        return free

    def submitting(self, key: str) -> None:
        """Note that from now on the vendor may have the batch; not even a power cut takes that back."""
        self._db.execute("PRAGMA synchronous=FULL")
        try:
            self._db.execute("UPDATE batches SET at=? WHERE key=?", (time.time(), key))
        finally:
            self._db.execute("PRAGMA synchronous=NORMAL")

    def accepted(self, key: str, id: str) -> None:
        """Note what the vendor calls the batch."""
        self._db.execute("UPDATE batches SET id=? WHERE key=?", (id, key))

    def settle(self, key: str) -> None:
        """Note that nothing more will come of a batch: what it brought is kept, its other calls are free."""
        self._db.execute("UPDATE batches SET calls=NULL WHERE key=?", (key,))

    def unsettled(self, place: str) -> list[tuple[str, str, float | None, str | None, list[str]]]:
        """The batches of `place` of which something may come: key, the newest at the vendor before it, when it was
        sent (None: it was not yet), the vendor's id (None: not known), fingerprints of its calls."""
        rows = self._db.execute(
            "SELECT key, since, at, id, calls FROM batches WHERE place=? AND calls IS NOT NULL", (place,)
        )
        return [(*row, msgspec.json.decode(calls, type=list[str])) for *row, calls in rows]

    def batch_ids(self) -> set[str]:
        """What vendors call the batches that were ever sent."""
        return {id for (id,) in self._db.execute("SELECT id FROM batches WHERE id IS NOT NULL")}

    def runs(self) -> list[bytes]:
        """The bodies of all runs that were begun, the latest first."""
        return [body for (body,) in self._db.execute("SELECT run FROM runs ORDER BY at DESC")]

    def queries(self, run: str) -> list[Query]:
        """The queries that a run was asked for, by index."""
        rows = self._db.execute(
            "SELECT queries.query FROM queries JOIN asked ON asked.query=fingerprint WHERE run=?", (run,)
        )
        return sorted((msgspec.json.decode(body, type=Query) for (body,) in rows), key=lambda query: query.index)
