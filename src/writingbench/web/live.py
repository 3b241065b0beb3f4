"""What a live store adds up to by now.

Only what was incomplete is looked at again: of a query whose marks are all there the numbers are kept, not the texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from writingbench import publish, stored
from writingbench.checks.checked import Checked
from writingbench.checks.review import Reviewer
from writingbench.evaluate import Run
from writingbench.publish import Gathered
from writingbench.records import Query, UserError
from writingbench.reports import room
from writingbench.reports.found import Made
from writingbench.reports.room import Row
from writingbench.reports.shell import Tongue
from writingbench.scores import Paid
from writingbench.scores.board import Board, rank
from writingbench.scores.table import Taken
from writingbench.store import Store
from writingbench.stored import Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What there is to show at one moment. Without boards nothing has been judged yet."""

    boards: Sequence[Board] = ()
    rows: Sequence[Row] = ()
    judged: int = 0  # marks
    asked: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What there is of one run on one query, in numbers."""

    taken: Taken
    paid: Paid
    checked: Checked


@dataclass(slots=True)
class Live:
    """A store that is looked at again and again, by one caller at a time."""

    path: Path
    tongue: Tongue
    judge: str | None = None
    protocol: str | None = None
    _seen: dict[tuple[str, Query], _Seen] = field(default_factory=dict)  # by run; whole ones only
    _rows: dict[Query, tuple[list[str], Row]] = field(default_factory=dict)  # with its runs, all of them whole
    _reviewer: Reviewer = field(init=False)

    def __post_init__(self) -> None:
        self._reviewer = Reviewer(self.path.with_name(publish.CHECKED))

    def version(self) -> tuple[int, ...]:
        """Another one whenever somebody has written to the store."""
        files = (self.path, self.path.with_name(self.path.name + "-wal"))
        return tuple(file.stat().st_mtime_ns if file.is_file() else 0 for file in files)

    async def look(self) -> State:
        """What the store adds up to now."""
        if not self.path.is_file():
            return State()
        with Store(self.path) as store:
            groups = self._groups(store)
            runs = [run for group in groups for run in group]
            gathered = [Gathered(group) for group in groups]
            paid = {run.fingerprint: Paid() for run in runs}
            checked = {run.fingerprint: Checked() for run in runs}
            rows = []
            for key, query, places in _keyed(runs, store):
                found = {runs[place].fingerprint: await self._see(query, runs[place], store) for place in places}
                rows.append(await self._row(key, query, [runs[place] for place in places], store))
                for run, seen in found.items():
                    paid[run] += seen.paid
                    checked[run] += seen.checked
                for group in gathered:
                    group.take(query, {run: seen.taken for run, seen in found.items()})
        tables = [group.table(paid, checked) for group in gathered]
        return State(
            boards=[rank(table) for table in tables],
            rows=rows,
            judged=sum(int(table.counts.sum()) for table in tables),
            asked=sum(int(table.asked.sum()) for table in tables),
        )

    async def query(self, key: str) -> tuple[Query, list[Made]] | None:
        """The query with this key and what there is on it by now; None where there is none."""
        if not self.path.is_file():
            return None
        with Store(self.path) as store:
            runs = [run for group in self._groups(store) for run in group]
            for name, query, places in _keyed(runs, store):
                if name == key:
                    return query, await self._made(query, [runs[place] for place in places], store)
        return None

    def _groups(self, store: Store) -> list[list[Run]]:
        try:
            return stored.judged(stored.stored_runs(store), self.judge, self.protocol)
        except UserError:  # nothing is judged yet
            return []

    async def _see(self, query: Query, run: Run, store: Store) -> _Seen:
        if seen := self._seen.get((run.fingerprint, query)):
            return seen
        tally = Tally(run, store)
        found = await tally.take(query)
        seen = _Seen(
            taken=publish.taken(run, found),
            paid=publish.paid(tally),
            checked=self._reviewer.review(query, found.responses, found.judgements)[1],
        )
        if seen.taken.whole:
            self._seen[run.fingerprint, query] = seen
        return seen

    async def _made(self, query: Query, runs: Sequence[Run], store: Store) -> list[Made]:
        return [publish.made(run, await Tally(run, store).take(query), self._reviewer) for run in runs]

    async def _row(self, key: str, query: Query, runs: Sequence[Run], store: Store) -> Row:
        names = [run.fingerprint for run in runs]
        known = self._rows.get(query)
        if known and known[0] == names:
            return known[1]
        row = room.entry(query, await self._made(query, runs, store), self.tongue, key=key).row
        if all((name, query) in self._seen for name in names):
            self._rows[query] = names, row
        return row


def _keyed(runs: Sequence[Run], store: Store) -> list[tuple[str, Query, list[int]]]:
    """The queries of the runs with their keys: the index, numbered where another benchmark has it too."""
    found = []
    taken: dict[int, int] = {}
    for query, places in publish.asked_of(runs, store):
        taken[query.index] = again = taken.get(query.index, 0) + 1
        found.append((room.key(query, again), query, places))
    return found
