"""`writingbench report`, and how a terminal shows what was published."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from writingbench.cli import steps
from writingbench.cli.options import EMBEDDED, Output, Shown
from writingbench.records import UserError
from writingbench.reports import terminal

if TYPE_CHECKING:
    from writingbench.publish import Form, Published
    from writingbench.scores import Table
    from writingbench.scores.board import Board

PLACES = ("rank", "writer", "overall", "95% interval", "not told apart from", "marks")


def from_store(judge: str | None, protocol: str | None, shown: Shown, output: Output) -> int:
    """Publish what a store holds; returns the exit status."""
    from writingbench import evaluate
    from writingbench.publish import publish

    with steps.open_store(output.out, make=False) as store:
        runs = evaluate.stored_runs(store)
        if shown.mix:
            groups = evaluate.judged(runs, judge, protocol)
        else:
            groups = [evaluate.comparable(runs, judge, protocol)]
        made = asyncio.run(publish(groups, output.out, store, _form(shown)))
    return print_boards(made, output)


def from_files(paths: Sequence[Path], judge: str | None, protocol: str | None, shown: Shown, output: Output) -> int:
    """Publish what Parquet files hold; returns the exit status."""
    from writingbench.publish import publish_tables

    if shown.official:
        raise UserError("--official needs the store: which line of a file a mark stood on is not in scores.parquet")
    tables = _tables(paths, judge, protocol)
    if len(tables) > 1 and not shown.mix:
        raise _different(tables)
    return print_boards(publish_tables(tables, output.out, _form(shown)), output)


def one_table(paths: Sequence[Path], judge: str | None, protocol: str | None, output: Output) -> Table:
    """The marks of Parquet files, or of the store where none are named. Raises UserError for more than one table."""
    from writingbench import evaluate
    from writingbench.publish import gather

    if not paths:
        with steps.open_store(output.out, make=False) as store:
            runs = evaluate.comparable(evaluate.stored_runs(store), judge, protocol)
            return asyncio.run(gather(runs, store))
    table, *more = _tables(paths, judge, protocol)
    if more:
        raise _different([table, *more])
    return table


def _tables(paths: Sequence[Path], judge: str | None, protocol: str | None) -> list[Table]:
    from writingbench.scores import columns

    tables = [
        table
        for table in columns.read(paths)
        if judge in (None, table.labels[0].judge) and protocol in (None, table.labels[0].protocol)
    ]
    if not tables:
        raise UserError("these files hold no marks of that kind")
    return tables


def _different(tables: Sequence[Table]) -> UserError:
    names = sorted({f"{one.protocol} on {one.benchmark} by {one.judge}" for one, *_ in (t.labels for t in tables)})
    return UserError(
        f"these marks were made under different rules and do not compare: {'; '.join(names)}. "
        "Choose one with --judge and --protocol; `report --mix` shows them in separate tables"
    )


def _form(shown: Shown) -> Form:
    from writingbench.publish import Form

    thinking = None
    if shown.with_thinking or shown.without_thinking:
        if not (shown.with_thinking and shown.without_thinking):
            raise UserError("--with-thinking and --without-thinking go together: each names a writer")
        thinking = shown.with_thinking, shown.without_thinking
    return Form(language=shown.lang, official=shown.official, figures=shown.figures, thinking=thinking)


def print_boards(made: Published, output: Output) -> int:
    """Show rankings; returns 1 where marks are missing in one of them."""
    from writingbench import publish

    if output.json:
        steps.print_json(publish.as_json(made.boards))
    else:
        for board in made.boards:
            _print(board)
        terminal.say(f"Report: {output.out / 'report.html'}")
    for note in made.notes:
        terminal.complain(note)
    coverages = [scores.coverage for board in made.boards for scores in board.scores]
    return int(any(coverage.judged < coverage.asked for coverage in coverages))


def _print(board: Board) -> None:
    from writingbench.reports import table

    first = board.table.labels[0]
    if len(board.scores) == 1:
        (label,), (scores,) = board.table.labels, board.scores
        terminal.say(f"{label.writer}, marked by {label.judge}, protocol {label.protocol}")
        terminal.table(
            ("", "mean", "95% interval", "of", "marks"),
            [
                (name, table.mean(cell), table.interval(cell), str(cell.n), table.marks(cell))
                for name, cell in table.lines(scores)
            ],
        )
        terminal.say("Coverage: " + table.coverage(scores.coverage))
        if bounds := table.bounds(scores.coverage):
            terminal.say(bounds[:1].upper() + bounds[1:])
        terminal.say("Spent: " + table.spent(label.paid))
        if label.left_out:
            terminal.say("Done without, because the server does not take it: " + label.left_out)
    else:
        terminal.say(f"Marked by {first.judge}, protocol {first.protocol}, benchmark {first.benchmark}")
        terminal.table(PLACES, list(table.places(board)))
    if first.judge == EMBEDDED:
        terminal.say("The embedded judge shows that everything works; its marks say nothing about quality.")
    terminal.say("")
