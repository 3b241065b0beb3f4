"""`writingbench audit matrix`: how far the judges of a store agree with each other."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from writingbench.cli import steps
from writingbench.cli.options import Judged, Output
from writingbench.records import UserError
from writingbench.reports import terminal

if TYPE_CHECKING:
    from writingbench.audits.matrix import Pairing
    from writingbench.scores import Table


def matrix(
    *,
    protocol: str | None = None,
    criteria: Judged = None,
    marks: tuple[Path, ...] = (),
    output: Output = Output(),
) -> int:
    """Every two judges of a store on the responses that both have marked, and bridges from one's scale to the other's.

    Parameters
    ----------
    protocol
        Only what was made under this protocol.
    marks
        Instead of the store: a scores.parquet; may be given several times.
    """
    from writingbench.audits.matrix import matrix

    tables = _tables(protocol, criteria, marks, output)
    kinds = {(*one.labels[0].but_criteria[:2], one.labels[0].criteria_fingerprint) for one in tables}
    if len(kinds) > 1:
        raise UserError(
            "these judges worked under different rules (protocol, benchmark or criteria); choose with --protocol and "
            "--criteria, or give each kind its own --out"
        )
    judges = [table.labels[0].judge for table in tables]
    if len(judges) < 2:
        raise UserError(f"only {judges[0]} has judged here; have another judge mark the same responses with `judge`")
    found = matrix(tables)
    if output.json:
        return steps.print_json({"judges": judges, "pairs": found})
    _show(found)
    return 0


def _tables(protocol: str | None, criteria: str | None, marks: tuple[Path, ...], output: Output) -> list[Table]:
    from writingbench import stored
    from writingbench.cli.reported import tables
    from writingbench.publish import gather

    if marks:
        return tables(marks, None, protocol, criteria)
    with steps.open_store(output.out, make=False) as store:
        groups = stored.judged(stored.stored_runs(store), None, protocol, criteria)
        return [asyncio.run(gather(group, store)) for group in groups]


def _show(found: list[Pairing]) -> None:
    terminal.table(
        (
            "first",
            "second",
            "marks",
            "second − first",
            "95% interval",
            "equal",
            "±1",
            "rank corr.",
            "same order",
            "writers",
        ),
        [
            (
                one.first,
                one.second,
                f"{one.marks:,}",
                _number(one.difference, "+.2f"),
                "–" if one.low is None else f"{one.low:+.2f} to {one.high:+.2f}",
                _number(one.same, ".0%"),
                _number(one.near, ".0%"),
                _number(one.correlation, ".2f"),
                "–" if one.order is None else f"{one.order:.0%} of {one.pairs:,}",
                _number(one.writers, ".2f"),
            )
            for one in found
        ],
    )
    for one in found:
        for first, second, bridge in ((one.first, one.second, one.there), (one.second, one.first, one.back)):
            if bridge is None:
                continue
            steps_ = ", ".join(f"{mark} → {value:.1f}" for mark, value in bridge.steps)
            terminal.say(f"\n{first} → {second}: {bridge.linear.slope:.2f} × mark {bridge.linear.offset:+.2f}")
            terminal.say(f"  in steps: {steps_}")
            if bridge.errors:
                errors = ", ".join(f"{way} {error:.2f}" for way, error in bridge.errors.items())
                terminal.say(f"  mean error on queries left out: {errors}")
            else:
                terminal.say(f"  {bridge.queries} queries are too few to say how far it is off")


def _number(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)
