"""A study on disk: the pairs that people compare, and everything they said of them.

    with Study(out / "agree.db") as study:
        study.add(pairs, overlap=3)
        task = study.next("Li")                       # the pair that Li has open, else one that still needs somebody
        study.say("Li", task.pair.id, Label(choice="first", strength=2, comment="", seconds=41.0, done=True))

What somebody says is committed before the call returns, half-finished as well, and nothing that was said is deleted:
of each person and pair the latest counts.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self, get_args

import msgspec

from writingbench import database
from writingbench.agreement.draw import Pair
from writingbench.records import Choice, UserError

CHOICES: tuple[Choice, ...] = get_args(Choice)
STRENGTHS = (1, 2)  # slightly, clearly

FORMAT = 1
IDLE = 3600  # seconds after which a pair that somebody opened and left may be given to another
TABLES = """
CREATE TABLE IF NOT EXISTS pairs (n INTEGER PRIMARY KEY, id TEXT UNIQUE, pair TEXT, overlap INTEGER);
CREATE TABLE IF NOT EXISTS labels (n INTEGER PRIMARY KEY, id TEXT, by TEXT, at REAL, label TEXT);
CREATE INDEX IF NOT EXISTS labelled ON labels (by, id, n);
CREATE TABLE IF NOT EXISTS opened (id TEXT, by TEXT, at REAL, PRIMARY KEY (id, by)) WITHOUT ROWID;
"""

_pair = msgspec.json.Decoder(Pair).decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What somebody says of a pair."""

    choice: Choice | None = None  # None: not yet
    strength: int | None = None  # of a preference: 1 slightly, 2 clearly
    comment: str = ""
    seconds: float | None = None  # that the pair was on the screen, about; None where nobody counted
    done: bool = False  # False: kept as it was typed, and not finished


NOTHING = Label()
_label = msgspec.json.Decoder(Label).decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A pair as one person has it before them."""

    pair: Pair
    label: Label
    done: int  # pairs that this person has finished
    left: int  # pairs that still need this person, this one with them where it is not finished


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A finished label."""

    pair: Pair
    by: str
    label: Label
    at: float  # seconds since 1970


class Study:
    """The study in the file at `path`. Several processes may use it at the same time.

    Raises UserError when the file cannot be opened or is something else.
    """

    def __init__(self, path: Path, *, make: bool = True) -> None:
        if not make and not path.is_file():
            raise UserError(f"{path.parent}: no pairs are drawn here; begin with `agree draw`")
        self._db = database.connect(path, TABLES, format=FORMAT, marker="opened", what="study", threads=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._db.close()

    # pairs

    def add(self, pairs: Iterable[Pair], *, overlap: int) -> int:
        """Add the pairs that are not there yet, each for `overlap` people (checks are for everybody); how many."""
        with database.transaction(self._db):
            return sum(
                self._db.execute(
                    "INSERT OR IGNORE INTO pairs VALUES (NULL,?,?,?)", (one.id, _text(one), overlap)
                ).rowcount
                for one in pairs
            )

    def pairs(self) -> list[Pair]:
        """All of them, in the order in which they were added."""
        return [_pair(body) for (body,) in self._db.execute("SELECT pair FROM pairs ORDER BY n")]

    # people

    def next(self, by: str, after: str | None = None) -> Task | None:
        """The pair that somebody has open, else one that still needs somebody, which they have open from then on.

        Pairs that others have finished come first, so that a study that is ended early has whole ones; among equals
        the order is another one for each person. `after`: not this one, if there is another. None: nothing is left.
        """
        with database.transaction(self._db):
            waiting = self._waiting(by)
            chosen = next((id for id in waiting if id != after), waiting[0] if waiting else None)
            if chosen is None:
                return None
            self._db.execute("INSERT OR REPLACE INTO opened VALUES (?,?,?)", (chosen, by, time.time()))
        return self.task(by, chosen)

    def task(self, by: str, id: str) -> Task | None:
        """A pair as somebody has it before them; None where there is none of that id."""
        row = self._db.execute("SELECT pair FROM pairs WHERE id=?", (id,)).fetchone()
        if row is None:
            return None
        waiting = self._waiting(by)
        return Task(pair=_pair(row[0]), label=self.label(by, id), done=len(self._finished(by)), left=len(waiting))

    def label(self, by: str, id: str) -> Label:
        """What somebody said last of a pair; NOTHING where they have not."""
        last = "SELECT label FROM labels WHERE by=? AND id=? ORDER BY n DESC LIMIT 1"
        row = self._db.execute(last, (by, id)).fetchone()
        return _label(row[0]) if row else NOTHING

    def say(self, by: str, id: str, label: Label) -> bool:
        """Keep what somebody says of a pair; False where that is what they said before.

        Raises UserError where there is no such pair, and where what they say cannot be.
        """
        if label.done and label.choice is None:
            raise UserError("choose first")
        if label.strength is not None and (label.strength not in STRENGTHS or label.choice in {None, "tie"}):
            raise UserError("the strength is 1 (slightly) or 2 (clearly), and goes with a preference")
        with database.transaction(self._db):
            if self._db.execute("SELECT 1 FROM pairs WHERE id=?", (id,)).fetchone() is None:
                raise UserError(f"there is no pair {id!r:.40}")
            if label == self.label(by, id):
                return False
            row = (id, by, time.time(), _text(label))
            self._db.execute("INSERT INTO labels VALUES (NULL,?,?,?,?)", row)
        return True

    def before(self, by: str, id: str | None) -> str | None:
        """The pair that somebody finished last, or last before the one with this id; None where there is none."""
        done = self._finished(by)
        if id in done:
            place = done.index(id)
            return done[place - 1] if place else None
        return done[-1] if done else None

    def _finished(self, by: str) -> list[str]:
        """The pairs that somebody has finished, in the order in which they first did."""
        return [id for id, who in self._done() if who == by]

    def _waiting(self, by: str) -> list[str]:
        """The pairs that still need this person, the one they have open first."""
        done, others = set[str](), dict[str, set[str]]()
        for id, who in self._done():
            if who == by:
                done.add(id)
            else:
                others.setdefault(id, set()).add(who)
        mine = set()
        for id, who, at in self._db.execute("SELECT id, by, at FROM opened"):
            if who == by:
                mine.add(id)
            elif at > time.time() - IDLE:
                others.setdefault(id, set()).add(who)
        rows = self._db.execute("SELECT id, overlap, json_extract(pair, '$.check') FROM pairs")
        found = []
        for id, overlap, check in rows:
            taken = len(others.get(id, ()))
            if id not in done and (check or id in mine or taken < overlap):
                lot = sha256(f"{by}\n{id}".encode("utf-8", "replace")).digest()
                found.append((id not in mine, -taken, lot, id))
        return [id for *_, id in sorted(found)]

    def _done(self) -> list[tuple[str, str]]:
        """Which pairs are finished by whom, in the order in which they first were."""
        return self._db.execute(
            "SELECT id, by FROM labels AS one WHERE json_extract(label, '$.done') GROUP BY id, by "
            "HAVING (SELECT json_extract(label, '$.done') FROM labels WHERE id=one.id AND by=one.by "
            "ORDER BY n DESC LIMIT 1) ORDER BY min(n)"
        ).fetchall()

    # results

    def said(self) -> list[Said]:
        """Every finished label that counts, in the order of the pairs and of the people's names."""
        latest = "SELECT max(n), id, by, at, label FROM labels GROUP BY id, by ORDER BY by"
        found: dict[str, list[Said]] = {}
        pairs = {pair.id: pair for pair in self.pairs()}
        for _, id, by, at, body in self._db.execute(latest):
            if (label := _label(body)).done:
                found.setdefault(id, []).append(Said(pair=pairs[id], by=by, label=label, at=at))
        return [one for id in pairs for one in found.get(id, ())]


def _text(record: Pair | Label) -> str:
    return msgspec.json.encode(record).decode()
