"""`writingbench report`, and how a terminal shows what was published."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from writingbench.cli import steps
from writingbench.cli.options import EMBEDDED, Marked, Output, Shown
from writingbench.records import UserError
from writingbench.reports import terminal

if TYPE_CHECKING:
    from writingbench.evaluate import Run
    from writingbench.publish import Form, Published
    from writingbench.scores import Label, Table
    from writingbench.scores.board import Board
    from writingbench.scores.criteria import Comparison
    from writingbench.store import Store

PLACES = ("rank", "writer", "overall", "95% interval", "not told apart from", "marks")


def from_store(judge: str | None, protocol: str | None, criteria: str | None, shown: Shown, output: Output) -> int:
    """Publish what a store holds; returns the exit status."""
    from writingbench import stored
    from writingbench.publish import publish

    with steps.open_store(output.out, make=False) as store:
        runs = stored.stored_runs(store)
        if shown.panel or shown.leave_out_self:
            return print_boards(_panel(runs, store, protocol, criteria, shown, output), output)
        wanted = stored.judged if shown.mix else stored.side_by_side
        groups = wanted(runs, judge, protocol, criteria)
        made = asyncio.run(publish(groups, output.out, store, _form(shown)))
    return print_boards(made, output)


def _panel(
    runs: list[Run], store: Store, protocol: str | None, criteria: str | None, shown: Shown, output: Output
) -> Published:
    """The ranking by all judges of the store together."""
    from writingbench import stored
    from writingbench.publish import gather, publish_tables
    from writingbench.scores.panel import panel

    if not shown.panel:
        raise UserError("--leave-out-self goes with --panel")
    if shown.official:
        raise UserError("--official is of one judge; leave out --panel")
    tables = [asyncio.run(gather(group, store)) for group in stored.judged(runs, None, protocol, criteria)]
    made = panel(tables, shown.panel, leave_out_self=shown.leave_out_self)
    return publish_tables([made], output.out, _form(shown))


def from_files(
    paths: Sequence[Path],
    judge: str | None,
    protocol: str | None,
    criteria: str | None,
    shown: Shown,
    output: Output,
) -> int:
    """Publish what Parquet files hold; returns the exit status."""
    from writingbench.publish import publish_tables

    if shown.official:
        raise UserError("--official needs the store: which line of a file a mark stood on is not in scores.parquet")
    found = tables(paths, judge, protocol, criteria)
    if len({table.labels[0].but_criteria for table in found}) > 1 and not shown.mix:
        raise _different(found)
    return print_boards(publish_tables(found, output.out, _form(shown)), output)


def one_table(wanted: Marked, output: Output) -> Table:
    """The marks of Parquet files, or of the store where none are named. Raises UserError for more than one table."""
    from writingbench import stored
    from writingbench.publish import gather

    which = wanted.judge, wanted.protocol, wanted.criteria
    if not wanted.marks:
        with steps.open_store(output.out, make=False) as store:
            runs = stored.comparable(stored.stored_runs(store), *which)
            return asyncio.run(gather(runs, store))
    table, *more = tables(wanted.marks, *which)
    if more:
        raise _different([table, *more])
    return table


def tables(paths: Sequence[Path], judge: str | None, protocol: str | None, criteria: str | None) -> list[Table]:
    """The tables in Parquet files that are wanted. Raises UserError where there are none."""
    from writingbench.scores import columns

    found = [
        table
        for table in columns.read(paths)
        if judge in (None, table.labels[0].judge)
        and protocol in (None, table.labels[0].protocol)
        and criteria in (None, table.labels[0].criteria)
    ]
    if not found:
        raise UserError("these files hold no marks of that kind")
    return found


def _different(tables: Sequence[Table]) -> UserError:
    firsts = [table.labels[0] for table in tables]
    several = len({one.criteria for one in firsts}) > 1
    names = sorted(
        {f"{one.protocol} on {one.benchmark} by {one.judge}" + f", {one.criteria} criteria" * several for one in firsts}
    )
    return UserError(
        f"these marks were made under different rules and do not compare: {'; '.join(names)}. "
        f"Choose one with --judge{', --protocol and --criteria' if several else ' and --protocol'}; "
        "`report --mix` shows them in separate tables"
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
        steps.print_json(publish.as_json(made.boards, made.compared))
    else:
        for board in made.boards:
            _print(board)
        for found in made.compared:
            _compare(found)
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
        terminal.say(f"{label.writer}, marked by {label.judge}, protocol {label.protocol}{_criteria(label)}")
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
        if label.checked and (said := table.checked(label.checked)):
            terminal.say("Without a judge: " + said)
        if label.left_out:
            terminal.say("Done without, because the server does not take it: " + label.left_out)
    else:
        rules = f"protocol {first.protocol}, benchmark {first.benchmark}{_criteria(first)}"
        terminal.say(f"Marked by {first.judge}, {rules}")
        terminal.table(PLACES, list(table.places(board)))
    if first.judge == EMBEDDED:
        terminal.say("The embedded judge shows that everything works; its marks say nothing about quality.")
    terminal.say("")


def _criteria(label: Label) -> str:
    return f", {label.criteria} criteria" if label.criteria_fingerprint else ""


def _compare(found: Comparison) -> None:
    """Sets of criteria side by side: what each makes of the writers, and how far they agree."""
    from writingbench.reports import table

    sets = [one.name for one in found.sets]
    terminal.say(f"Criteria compared, on {found.responses:,} responses to {found.queries:,} queries")
    terminal.table(
        ("writer", "criteria", "overall", "95% interval", "rank"),
        [
            (label.writer if one is found.sets[0] else "", one.name, *table.standing(one.writers[row]))
            for row, label in enumerate(found.labels)
            for one in found.sets
        ],
    )
    terminal.table(
        ("", "mean", "sd", "at 9-10", "pairs apart"),
        [
            (
                one.name,
                table.figure(one.mean),
                table.figure(one.spread),
                table.share(one.top),
                f"{one.apart} of {one.pairs}",
            )
            for one in found.sets
        ],
    )
    terminal.table(
        ("", "Kendall's tau", "correlation"),
        [
            (f"{sets[one.first]} and {sets[one.second]}", table.figure(one.tau), table.figure(one.correlation))
            for one in found.agreement
        ],
    )
    terminal.say("")
