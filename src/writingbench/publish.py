"""Write what a store adds up to: the tables, the page, the figures, each file replaced in one step.

store ──> items, query by query ──┬──> gathered ──> tables ──> boards ──> scores.json, .xlsx, .parquet, figures
                                  └──> the reading room ───────────────> report.html
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from writingbench import comparing, stored
from writingbench.checks.checked import Checked
from writingbench.checks.review import Reviewer
from writingbench.evaluate import Item, Run
from writingbench.files import replacing
from writingbench.records import Answer, Query, UserError, fingerprint
from writingbench.reports import criteria, figures, spreadsheet, table
from writingbench.reports.found import Made
from writingbench.reports.official import said as surprise_words
from writingbench.reports.page import Pages
from writingbench.reports.sheets import Texts, sheets
from writingbench.reports.shell import Tongue
from writingbench.scores import Gathering, Label, Paid, Table, columns, official
from writingbench.scores.board import Board, rank
from writingbench.scores.criteria import Comparison, compare
from writingbench.scores.table import Taken, asked, take
from writingbench.store import Store
from writingbench.stored import Tally

CHECKED = "checks.db"  # what the checks found; it may be deleted at any time
TOGETHER = 400  # responses that are in memory at the same time


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What is wanted of a report."""

    language: Tongue = "en"  # of the page
    official: bool = False  # scores.xlsx holds the published table instead of ours
    figures: bool = False
    thinking: tuple[str, str] | None = None  # two writers: one that thinks first, and the same without


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What was written."""

    boards: Sequence[Board]
    compared: Sequence[Comparison] = ()  # rankings that differ in their criteria alone
    tallies: Sequence[Tally] = ()
    notes: Sequence[str] = ()  # what the user should know of it


class Gathered:
    """Runs of the same rules while what there is on their queries comes in."""

    def __init__(self, runs: Sequence[Run]) -> None:
        self._runs = runs
        self._places = {run.fingerprint: place for place, run in enumerate(runs)}
        self._gathering = Gathering()

    def take(self, query: Query, items: Mapping[str, Taken]) -> None:
        """What there is on one query, by run; other groups' runs are passed over."""
        mine = {place: items[run] for run, place in self._places.items() if run in items}
        if mine:
            self._gathering.query(asked(query))
        for place, item in mine.items():
            self._gathering.take(place, item)

    def table(self, paid: Mapping[str, Paid], checked: Mapping[str, Checked] = {}) -> Table:
        """The table of everything taken in; `paid` are the replies behind each run, `checked` what checks count."""
        return self._gathering.table(
            [label(run, paid[run.fingerprint], checked.get(run.fingerprint)) for run in self._runs]
        )


def taken(run: Run, found: Item) -> Taken:
    """An item in numbers."""
    return take(found.query, found.responses, found.judgements, stored.asked(found, run))


def label(run: Run, paid: Paid, checked: Checked | None = None) -> Label:
    """What a table's row says of a run, and of the replies behind it."""
    assert run.judge  # noqa: S101 - for the type checker; tables are of judged runs
    return Label(
        writer=run.writer.name,
        judge=run.judge.name,
        protocol=run.protocol.name,
        benchmark=run.benchmark,
        prompt=run.judge.prompt.name,
        fingerprint=run.fingerprint,
        judge_fingerprint=run.judge.fingerprint,
        protocol_fingerprint=run.protocol.fingerprint,
        benchmark_fingerprint=run.benchmark_fingerprint,
        alike=fingerprint(run.writer.model, replace(run.writer.sampling, thinking=None).identity),
        thinking=run.writer.sampling.thinking or "",
        left_out=stored.left_out(run),
        imported=run.imported,
        criteria=run.criteria,
        criteria_fingerprint=run.criteria_fingerprint,
        paid=paid,
        checked=checked,
    )


def paid(tally: Tally) -> Paid:
    """The replies behind everything that was taken in."""
    found = tally.paid
    return Paid(replies=found.replies, usage=found.usage, cost=found.cost, unpriced=found.unpriced)


def asked_of(runs: Sequence[Run], store: Store) -> list[tuple[Query, list[int]]]:
    """Every query that the runs were asked for, by index, with the places of those runs.

    Runs of different benchmarks may have different queries under one number: each comes by itself.
    """
    found: dict[int, dict[Query, list[int]]] = {}
    for place, run in enumerate(runs):
        for query in store.queries(run.fingerprint):
            found.setdefault(query.index, {}).setdefault(query, []).append(place)
    return [(query, places) for index in sorted(found) for query, places in found[index].items()]


Walked = tuple[Query, list[tuple[Tally, Item]]]


async def walk(tallies: Sequence[Tally], store: Store) -> AsyncIterator[Walked]:
    """Every query that the runs were asked for, with what there is on it of each. One pass over the store."""
    for query, places in asked_of([tally.run for tally in tallies], store):
        yield query, [(tallies[place], await tallies[place].take(query)) for place in places]


async def gather(runs: Sequence[Run], store: Store) -> Table:
    """The table of runs of the same rules."""
    tallies, group = [Tally(run, store) for run in runs], Gathered(runs)
    async for query, items in walk(tallies, store):
        group.take(query, _numbers(items))
    return group.table(_paid(tallies))


async def publish(groups: Sequence[Sequence[Run]], out: Path, store: Store, form: Form = Form()) -> Published:
    """Add up groups of runs, each of which shares its rules, and write all files into `out`."""
    tallies, gathered = [Tally(run, store) for group in groups for run in group], [Gathered(group) for group in groups]
    checked: dict[str, Checked] = {}
    with Pages(out, form.language) as pages, Texts(form.language) as texts, Reviewer(out / CHECKED) as reviewer:
        async for some in _together(walk(tallies, store)):
            reviewer.prepare([pair for query, items in some for pair in _answered(query, items)])
            for query, items in some:
                for group in gathered:
                    group.take(query, _numbers(items))
                room = [made(tally.run, found, reviewer) for tally, found in items]
                for work in room:
                    if work.checked.responses:
                        checked[work.run] = checked.get(work.run, Checked()) + work.checked
                pages.take(query, room)
                texts.take(query, room)
        boards = _ranked([group.table(_paid(tallies), checked) for group in gathered], form)
        published = [_as_published(board.table, store) for board in boards]
        surprises = [surprise for one in published for surprise in official.surprises(*one)]
        compared = compare(boards)
        contests = await comparing.results(stored.stored_runs(store), store)
        pages.write(boards, surprise_words(surprises, form.language), compared, contests)
        notes = _files(boards, compared, out, form, texts)
    if form.official:
        for place, one in enumerate(published):
            spreadsheet.official(*official.aggregate(*one), _numbered(out / "scores.xlsx", place))
    return Published(boards=boards, compared=compared, tallies=tallies, notes=notes)


def publish_tables(tables: Sequence[Table], out: Path, form: Form = Form()) -> Published:
    """As `publish`, from tables whose texts are elsewhere: the page has no reading room."""
    boards = _ranked(tables, form)
    compared = compare(boards)
    with Pages(out, form.language) as pages:
        pages.write(boards, compared=compared)
    return Published(boards=boards, compared=compared, notes=_files(boards, compared, out, form))


def _numbers(items: Sequence[tuple[Tally, Item]]) -> dict[str, Taken]:
    return {tally.run.fingerprint: taken(tally.run, found) for tally, found in items}


def _paid(tallies: Sequence[Tally]) -> dict[str, Paid]:
    return {tally.run.fingerprint: paid(tally) for tally in tallies}


def _ranked(tables: Sequence[Table], form: Form) -> list[Board]:
    """The ranking of each table; the writers that thinking is told apart by are looked for where both are."""
    names = [{label.writer for label in table.labels} for table in tables]
    wanted = set(form.thinking or ())
    if not any(wanted <= there for there in names):
        every = set().union(*names)
        lacking = sorted(wanted - every) or sorted(wanted)
        raise UserError(
            f"no table has a writer called {' and one called '.join(lacking)}; there are: {', '.join(sorted(every))}"
        )
    return [rank(one, form.thinking if wanted <= there else None) for one, there in zip(tables, names, strict=True)]


Arguments = tuple[dict[str, Sequence[official.Line]], list[tuple[int, str, str]], official.Listed, official.Watched]


def _as_published(table: Table, store: Store) -> Arguments:
    """The same marks as the published aggregation takes them: lines by model, queries, and the requirements' lists."""
    models: dict[str, Sequence[official.Line]] = {}
    for label, lines in zip(table.labels, official.lines(table), strict=True):
        # of what was imported it is known which mark stood on which line
        brought = store.all_brought(label.fingerprint) if label.imported else ()
        name = label.writer if label.writer not in models else f"{label.writer} {label.fingerprint[:8]}"
        models[name] = [
            official.Line(index=index, scores={name: [one.score for one in marks] for name, marks in line.items()})
            for index, about in brought
            for line in about.lines
        ] or lines
    queries = [(query.index, query.domain1, query.domain2) for query in table.queries]
    return models, queries, *official.requirements(table.queries)


async def _together(walked: AsyncIterator[Walked]) -> AsyncIterator[list[Walked]]:
    """Queries with what there is on them, so many at a time that it pays to have all processors check them."""
    some: list[Walked] = []
    async for query, items in walked:
        some.append((query, items))
        if sum(len(items) for _, items in some) >= TOGETHER:
            yield some
            some = []
    if some:
        yield some


def _answered(query: Query, items: Sequence[tuple[Tally, Item]]) -> Iterator[tuple[Query, Answer]]:
    for _, found in items:
        for response in found.responses:
            if isinstance(response.outcome, Answer):
                yield query, response.outcome


def made(run: Run, found: Item, reviewer: Reviewer) -> Made:
    """What the reading room shows of an item."""
    assert run.judge  # noqa: S101 - for the type checker; reports are of judged runs
    findings, checked = reviewer.review(found.query, found.responses, found.judgements)
    return Made(
        run=run.fingerprint,
        writer=run.writer.name,
        judge=run.judge.name,
        responses=found.responses,
        judgements=found.judgements,
        findings=findings,
        checked=checked,
    )


def _files(
    boards: Sequence[Board], compared: Sequence[Comparison], out: Path, form: Form, texts: Texts | None = None
) -> list[str]:
    """Everything but the page. Returns what the user should know of it."""
    with replacing(out / "scores.json") as file:
        file.write(msgspec.json.format(msgspec.json.encode(as_json(boards, compared)), indent=1).decode())
    columns.write([board.table for board in boards], out / "scores.parquet")
    if not form.official:
        spreadsheet.write(list(sheets(boards, form.language, texts)), out / "scores.xlsx")
    return figures.save(boards, out / "figures", form.language) if form.figures else []


def _numbered(path: Path, place: int) -> Path:
    """The file of a further table stands beside that of the first."""
    return path.with_stem(f"{path.stem}-{place + 1}") if place else path


def as_json(boards: Sequence[Board], compared: Sequence[Comparison] = ()) -> dict[str, Any]:
    """The content of scores.json. Tables that do not compare stand apart, under `tables`, and what different criteria
    make of the same responses under `criteria`.
    """
    if len(boards) > 1:
        tables = [table.as_json(board) for board in boards]
        return {"tables": tables, "criteria": [criteria.as_json(one) for one in compared]}
    return table.as_json(boards[0])
