"""Items on disk, with the trail of everything that ever happened to them, and who has which one in hand.

    with Project(out / "construct.db") as project:
        project.add(items, by="openai/gpt-5.2")
        kept = project.take("Li", ("collect",))                           # the next one that nobody has in hand
        project.change(kept, attached(kept.item, "Li", ...), by="Li", what="attach")
        project.undo(kept.item.id, by="Li")

A change is committed before the call returns, and names the revision that it was made on: a change of an older one
raises Outdated, a change of what somebody else has in hand raises Held. Texts of materials are kept by their hashes.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from writingbench import database
from writingbench.construct.item import STAGES, Item, Stage
from writingbench.records import UserError

FORMAT = 1
IDLE = 3600  # seconds after which what somebody has in hand may be given to another
PAUSE = 300  # seconds: typing that goes on within them is one change

TABLES = """
CREATE TABLE IF NOT EXISTS items (id TEXT PRIMARY KEY, stage TEXT, revision INTEGER, at REAL, item BLOB,
                                  holder TEXT, held REAL);
CREATE INDEX IF NOT EXISTS staged ON items (stage, holder);
CREATE TABLE IF NOT EXISTS trail (n INTEGER PRIMARY KEY, id TEXT, by TEXT, what TEXT, began REAL, ended REAL,
                                  before BLOB, after BLOB, undone INTEGER);
CREATE INDEX IF NOT EXISTS trailed ON trail (id, n);
CREATE TABLE IF NOT EXISTS texts (hash TEXT PRIMARY KEY, text TEXT) WITHOUT ROWID;
"""

ITEMS = "SELECT item, revision, at, holder, held FROM items "

_item = msgspec.json.Decoder(Item).decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An item as it stands in the project."""

    item: Item
    revision: int  # counts its changes
    at: float  # seconds since 1970: its last change
    holder: str = ""  # who has it in hand; "" for nobody
    held: float = 0.0  # seconds since 1970: when the holder last did something

    @property
    def idle(self) -> bool:
        """Whether nobody has it in hand, or has done nothing for so long that another may take it."""
        return not self.holder or time.time() - self.held > IDLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One line of the trail."""

    n: int
    id: str
    by: str
    what: str
    began: float  # seconds since 1970
    ended: float  # later, where it is typing that went on for a while
    before: Item | None  # None: it was added
    after: Item
    undone: bool  # it was taken back, or is itself the taking back of another


class Outdated(Exception):
    """The item has changed since: `now` is what it is."""

    def __init__(self, now: Kept) -> None:
        super().__init__("it has changed since")
        self.now = now


class Held(Exception):
    """Somebody else has the item in hand."""

    def __init__(self, now: Kept) -> None:
        super().__init__(f"{now.holder} has it in hand")
        self.now = now


class Nothing(Exception):
    """There is nothing of one's own to take back."""


class Project:
    """The items in the file at `path`. Several processes may use it at the same time; nothing in it is ever deleted.

    Raises UserError when the file cannot be opened or is something else.
    """

    def __init__(self, path: Path, *, make: bool = True) -> None:
        if not make and not path.is_file():
            raise UserError(f"{path.parent}: nothing is under construction here; begin with `construct draft`")
        self.path = path
        self._db = database.connect(path, TABLES, format=FORMAT, marker="trail", what="project", threads=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._db.close()

    # looking

    def item(self, id: str) -> Kept | None:
        """The item with this id, if there is one."""
        row = self._db.execute(ITEMS + "WHERE id=?", (id,)).fetchone()
        return _kept(row) if row else None

    def items(self, *stages: Stage) -> list[Kept]:
        """The items at these stages, of all stages when none is named, in the order in which they were added."""
        wanted = json.dumps(stages or STAGES)
        chosen = ITEMS + "WHERE stage IN (SELECT value FROM json_each(?)) ORDER BY rowid"  # noqa: S608 - both are ours
        rows = self._db.execute(chosen, (wanted,))
        return list(map(_kept, rows))

    def counts(self) -> Mapping[Stage, int]:
        """How many items are at each stage, in the order of the stages."""
        found = dict(self._db.execute("SELECT stage, count(*) FROM items GROUP BY stage"))
        return {stage: found.get(stage, 0) for stage in STAGES}

    def trail(self, id: str | None = None, *, last: int | None = None) -> list[Change]:
        """What happened to one item, or to all of them, the oldest first; only the `last` so many."""
        rows = self._db.execute(
            "SELECT n, id, by, what, began, ended, before, after, undone FROM trail WHERE id=? OR ? IS NULL "
            "ORDER BY n DESC LIMIT ?",
            (id, id, -1 if last is None else last),
        )
        return [_change(row) for row in rows][::-1]

    # texts

    def keep(self, text: str) -> str:
        """Keep a text, and return its hash."""
        text = text.encode("utf-8", "replace").decode()  # half a character could not be kept
        hash = sha256(text.encode()).hexdigest()
        self._db.execute("INSERT OR IGNORE INTO texts VALUES (?,?)", (hash, text))
        return hash

    def text(self, hash: str) -> str:
        """The text with this hash. Raises KeyError when there is none."""
        row = self._db.execute("SELECT text FROM texts WHERE hash=?", (hash,)).fetchone()
        if row is None:
            raise KeyError(hash)
        return str(row[0])

    def texts(self, item: Item) -> dict[str, str]:
        """The whole texts of an item's materials, by their hashes."""
        return {one.text: self.text(one.text) for one in item.materials}

    # changing

    def add(self, items: Iterable[Item], by: str, what: str = "add") -> int:
        """Add the items whose ids are not there yet; how many those are."""
        added = 0
        with database.transaction(self._db):
            for item in items:
                row = (item.id, item.stage, time.time(), body := _body(item))
                found = self._db.execute("INSERT OR IGNORE INTO items VALUES (?,?,1,?,?,NULL,NULL)", row)
                if found.rowcount:
                    self._log(item.id, by, what, None, body)
                    added += 1
        return added

    def change(self, seen: Kept, made: Item, *, by: str, what: str, typing: bool = False, hold: bool = True) -> Kept:
        """Put `made` in the place of the item that was `seen`. Whoever changes an item has it in hand from then on,
        unless `hold` says otherwise (models have no hands); at another stage nobody has.

        `typing`: what goes on from the last change, by the same person and of the same kind, is one line of the trail.
        Raises Outdated when it has changed since it was seen, Held when somebody else has it in hand.
        """
        with database.transaction(self._db):
            now = self._now(seen.item.id)
            if now.revision != seen.revision:
                raise Outdated(now)
            self._free(now, by)
            return self._put(now, made, by, what, typing=typing, hold=hold)

    def undo(self, id: str, by: str) -> Kept:
        """Take back the last change of an item that is not taken back yet, if it was made by the same person.

        Raises Nothing where it was not, Held when somebody else has the item in hand.
        """
        with database.transaction(self._db):
            now = self._now(id)
            self._free(now, by)
            last = "SELECT n, by, before FROM trail WHERE id=? AND undone=0 ORDER BY n DESC LIMIT 1"
            row = self._db.execute(last, (id,)).fetchone()
            if row is None or row[1] != by or row[2] is None:
                raise Nothing
            self._db.execute("UPDATE trail SET undone=1 WHERE n=?", (row[0],))
            return self._put(now, _item(row[2]), by, "undo", undone=True)

    def take(self, by: str, stages: Sequence[Stage]) -> Kept | None:
        """The next item at these stages for somebody: what they have in hand, else what nobody has, which they have in
        hand from then on. Nobody is given what they approved themselves to confirm. None when there is nothing.
        """
        with database.transaction(self._db):
            rows = self._db.execute(
                ITEMS + "WHERE stage IN (SELECT value FROM json_each(?)) AND (holder IS NULL OR holder=? OR held<?) "  # noqa: S608
                "ORDER BY holder=? DESC, rowid",
                (json.dumps(stages), by, time.time() - IDLE, by),
            )
            for row in rows:
                found = _kept(row)
                if not (found.item.stage == "confirm" and found.item.passed == by):
                    rows.close()
                    return self._hold(found, by)
        return None

    def hold(self, id: str, by: str, *, over: bool = False) -> Kept:
        """Take an item in hand, or say that one still has it. Raises Held when somebody else has, unless `over`."""
        with database.transaction(self._db):
            now = self._now(id)
            if not over:
                self._free(now, by)
            return self._hold(now, by)

    def release(self, id: str, by: str) -> None:
        """Have an item in hand no more."""
        self._db.execute("UPDATE items SET holder=NULL, held=NULL WHERE id=? AND holder=?", (id, by))

    def _now(self, id: str) -> Kept:
        found = self.item(id)
        if found is None:
            raise UserError(f"there is no item {id!r}")
        return found

    def _free(self, now: Kept, by: str) -> None:
        if now.holder != by and not now.idle:
            raise Held(now)

    def _hold(self, now: Kept, by: str) -> Kept:
        self._db.execute("UPDATE items SET holder=?, held=? WHERE id=?", (by, time.time(), now.item.id))
        return self._now(now.item.id)

    def _put(
        self,
        now: Kept,
        made: Item,
        by: str,
        what: str,
        *,
        typing: bool = False,
        hold: bool = True,
        undone: bool = False,
    ) -> Kept:
        body, at = _body(made), time.time()
        if body == _body(now.item) and not undone:
            return now
        holder, held = (by, at) if hold and made.stage == now.item.stage else (None, None)
        self._db.execute(
            "UPDATE items SET stage=?, revision=revision+1, at=?, item=?, holder=?, held=? WHERE id=?",
            (made.stage, at, body, holder, held, made.id),
        )
        last = "SELECT n, by, what, ended, undone FROM trail WHERE id=? ORDER BY n DESC LIMIT 1"
        row = self._db.execute(last, (made.id,)).fetchone()
        if typing and row and row[1:3] == (by, what) and at - row[3] < PAUSE and not row[4]:
            self._db.execute("UPDATE trail SET ended=?, after=? WHERE n=?", (at, body, row[0]))
        else:
            self._log(made.id, by, what, _body(now.item), body, undone=undone)
        return self._now(made.id)

    def _log(self, id: str, by: str, what: str, before: bytes | None, after: bytes, *, undone: bool = False) -> None:
        at = time.time()
        row = (id, by, what, at, at, before, after, int(undone))
        self._db.execute("INSERT INTO trail VALUES (NULL,?,?,?,?,?,?,?,?)", row)


def _body(item: Item) -> bytes:
    return msgspec.json.encode(item)


def _kept(row: Sequence[Any]) -> Kept:
    item, revision, at, holder, held = row
    return Kept(item=_item(item), revision=revision, at=at, holder=holder or "", held=held or 0.0)


def _change(row: Sequence[Any]) -> Change:
    n, id, by, what, began, ended, before, after, undone = row
    return Change(
        n=n, id=id, by=by, what=what, began=began, ended=ended, before=_item(before) if before else None,
        after=_item(after), undone=bool(undone),
    )  # fmt: skip


def when(at: float) -> str:
    """A moment of the trail, in UTC, as ISO 8601 writes it."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
