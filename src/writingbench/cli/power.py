"""`writingbench power`: how many queries it takes to see a difference between two writers."""

from __future__ import annotations

from writingbench.cli import reported, steps
from writingbench.cli.options import Marked, Output
from writingbench.records import UserError
from writingbench.reports import terminal

CHANCES = (0.8, 0.9)


def power(
    *,
    difference: float = 0.1,
    repeats: tuple[int, ...] = (1, 3),
    marked: Marked = Marked(),
    output: Output = Output(),
) -> int:
    """Say how many queries it takes to see a difference between two writers that answer the same ones.

    Parameters
    ----------
    difference
        In points of the scale.
    repeats
        How often each mark is asked for; may be given several times. Needs marks that were asked for more than once.
    """
    from writingbench.scores import power as counted
    from writingbench.scores.noise import noise

    if not 0 < difference < 9:
        raise UserError(f"--difference is {difference}; it must be above 0 and below 9, the width of the scale")
    if any(one < 1 for one in repeats):
        raise UserError(f"--repeats is {min(repeats)}; it must be at least 1")
    table = reported.one_table(marked, output)
    spread = counted.spread(table.means)
    if spread is None:
        raise UserError("it takes two queries that have marks, and where there are several writers, that they share")
    judged = int((table.counts > 0).any(axis=0).sum())
    columns = table.marks
    found = noise(columns.writer, columns.query, columns.criterion, columns.draw, columns.score)
    rows = []
    for times in sorted(set(repeats)) if found else (table.takes,):
        sd = counted.with_repeats(spread.median, found.query, table.takes, times) if found else spread.median
        for chance in CHANCES:
            rows.append(
                {
                    "marks a criterion": times,
                    "probability": chance,
                    "sd": sd,
                    "queries needed": counted.needed(sd, difference, chance),
                    "seen with these queries": counted.seen(sd, judged, chance),
                }
            )
    if output.json:
        return steps.print_json({"difference": difference, "queries": judged, "spread": spread, "rows": rows})
    source = (
        f"the median of {spread.pairs:,} pairs of writers, nine of ten between {spread.low:.2f} and {spread.high:.2f}"
    )
    if spread.guessed:
        source = "guessed from one writer as if another had nothing in common with it; likely too high"
    terminal.say(
        f"A query's difference between two writers has a standard deviation of {spread.median:.2f} ({source})."
    )
    terminal.table(
        ("marks a criterion", "probability", f"queries to see {difference:g}", f"what {judged:,} queries show"),
        [
            (
                str(row["marks a criterion"]),
                f"{row['probability']:.0%}",
                f"{row['queries needed']:,}",
                "–" if row["seen with these queries"] is None else f"{row['seen with these queries']:.2f}",
            )
            for row in rows
        ],
    )
    if not found:
        terminal.say("No mark was asked for more than once, so what repeats would change is not known.")
    return 0
