"""`writingbench criteria discrimination`: which criteria tell writers apart, and which give everybody the same."""

from __future__ import annotations

from writingbench.cli import reported, steps
from writingbench.cli.options import Marked, Output
from writingbench.records import UserError
from writingbench.reports import terminal

SHOWN = 40  # criteria that are listed; --json has them all
WHY = {
    "same": "all writers alike",
    "ceiling": "nearly all at 9-10",
    "unrelated": "unrelated to others",
}


def discrimination(
    *,
    marked: Marked = Marked(),
    output: Output = Output(),
) -> int:
    """Say how well each criterion tells writers apart, and list those that separate nothing. Nothing is asked."""
    from writingbench.scores import discrimination as counted

    table = reported.one_table(marked, output)
    found = counted.items(table)
    writers = len(table.labels)
    if writers < 2 or not found:
        raise UserError(f"telling writers apart takes marks of two at least; there are {writers}")
    groups = counted.groups(found)
    if output.json:
        return steps.print_json({"writers": writers, "groups": groups, "criteria": found})
    terminal.table(
        ("criteria", "n", "mean", "spread", "at 9-10", "item-total r", "separate nothing"),
        [
            (one.name, f"{one.criteria:,}", f"{one.mean:.2f}", _value(one.spread), f"{one.ceiling:.0%}",
             _value(one.total), f"{one.faults:,}")
            for one in groups
        ],
    )  # fmt: skip
    if writers < counted.FEWEST:
        terminal.say(f"\nCorrelations take {counted.FEWEST} writers; there are {writers}.")
    bad = [one for one in found if one.fault]
    if not bad:
        terminal.say("\nEvery criterion tells some writers apart.")
        return 0
    terminal.say(f"\n{len(bad):,} criteria separate nothing" + (f", the first {SHOWN}:" if bad[SHOWN:] else ":"))
    terminal.table(
        ("query", "writers", "mean", "at 9-10", "item-total r", "criterion", "why"),
        [
            (str(one.query), str(one.writers), f"{one.mean:.2f}", f"{one.ceiling:.0%}", _value(one.total),
             one.criterion, WHY[one.fault or "same"])
            for one in bad[:SHOWN]
        ],
    )  # fmt: skip
    return 0


def _value(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
