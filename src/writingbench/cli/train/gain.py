"""`writingbench train gain`: what training changed, on queries that both writers answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from writingbench.cli import steps
from writingbench.cli.options import Marked, Output
from writingbench.records import UserError
from writingbench.reports import terminal

if TYPE_CHECKING:
    from writingbench.scores.genres import Apart

Names = Annotated[tuple[str, ...], Parameter(negative=())]


def gain(
    *,
    base: str,
    writer: Names,
    marked: Marked = Marked(),
    output: Output = Output(),
) -> int:
    """Say what trained writers have over the one they began as: overall, by domain, for creative and for efficiency
    writing, each with its interval. Nothing is asked.

    Parameters
    ----------
    base
        The writer before training, as the table calls it.
    writer
        A trained one; may be given several times.
    """
    from writingbench.cli.reported import one_table
    from writingbench.scores.genres import apart

    table = one_table(marked, output)
    there = [label.writer for label in table.labels]
    if unknown := [name for name in (base, *writer) if name not in there]:
        raise UserError(f"no writer {unknown[0]!r} in the table; there are {', '.join(sorted(there))}")
    if base in writer:
        raise UserError(f"{base!r} is both --base and --writer; a writer has nothing over itself")
    found = {name: apart(table, (name, base)) for name in dict.fromkeys(writer)}
    if output.json:
        return steps.print_json({"base": base, "writers": found})
    first = next(iter(found.values()))
    terminal.say(f"Marks over those of {base}, with 95% intervals:")
    terminal.table(
        ("", "queries", *found),
        [
            (_place(one), f"{one.n:,}", *(_shown(of[row]) for of in found.values())) for row, one in enumerate(first)
        ],
    )  # fmt: skip
    return 0


def _place(one: Apart) -> str:
    names = {"overall": "all", "contrast": "creative minus efficiency"}
    return names.get(one.sort, one.name)


def _shown(one: Apart) -> str:
    return terminal.estimate(one.difference, one.low, one.high, "+.2f")
