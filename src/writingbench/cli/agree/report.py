"""`writingbench agree report`: how far judges agree with people."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from writingbench.cli import steps
from writingbench.cli.options import EMBEDDED, Judged, Output
from writingbench.records import UserError
from writingbench.reports import terminal

if TYPE_CHECKING:
    from writingbench.agreed import Found
    from writingbench.agreement.compared import Compared
    from writingbench.agreement.opinions import Opinions

Human = Annotated[
    Path | None,
    Parameter(
        help="What people said: a JSONL file of rows that compare or score, the folder of Writing-Preference-Bench, or "
        "HANNA's table. The study in --out when left out."
    ),
]


def report(
    *,
    human: Human = None,
    aspect: str | None = None,
    judge: str | None = None,
    protocol: str | None = None,
    criteria: Judged = None,
    margin: float = 0.0,
    without: tuple[str, ...] = (),
    output: Output = Output(),
) -> int:
    """Compare every judge with people, on the same responses: agreement under three rules for ties, kappa, agreement
    that length cannot buy, the order of the writers; and people with each other. Nothing is asked.

    The same goes into agreement.json and agreement.md in --out.

    Parameters
    ----------
    aspect
        Which of HANNA's six criteria people are asked about; the mean of all six when left out.
    judge
        Only this judge, beside the baselines.
    protocol
        Only what was judged under this protocol.
    margin
        Mean marks that differ by no more are a judge's tie; only equal ones when 0.
    without
        Leave out what this person said; may be given several times.
    """
    import msgspec

    from writingbench.agreement.compared import compare
    from writingbench.agreement.features import baselines
    from writingbench.checks.review import Reviewer
    from writingbench.files import replacing
    from writingbench.reports.agreement import as_json, markdown

    if not 0 <= margin < float("inf"):
        raise UserError(f"--margin is {margin}; it must be a number from 0")
    opinions = read(human, output.out, aspect, without)
    found = _found(opinions, output.out, judge, protocol, criteria)
    judges = [one for one in opinions.judges if judge in (None, one.judge)]
    output.out.mkdir(parents=True, exist_ok=True)
    with Reviewer(output.out / "checks.db") as reviewer:
        counted = baselines(found.opinions, reviewer)
    compared = compare(found.opinions, [*judges, *found.judges, *counted], tie=margin)
    with replacing(output.out / "agreement.json") as file:
        file.write(msgspec.json.format(msgspec.json.encode(as_json(compared)), indent=1).decode() + "\n")
    with replacing(output.out / "agreement.md") as file:
        file.write(markdown(compared))
    if output.json:
        return steps.print_json(as_json(compared))
    _print(compared, found, output.out)
    return 0


def read(human: Path | None, out: Path, aspect: str | None = None, without: Sequence[str] = ()) -> Opinions:
    """What people said: in a file, or in the study in `out`. Raises UserError where nobody said anything."""
    from dataclasses import replace

    from writingbench.adapters import opinions as adapter
    from writingbench.agreement.opinions import of_study
    from writingbench.agreement.study import Study

    if human is None:
        with Study(out / "agree.db", make=False) as study:
            found = of_study(study, out.name)
    else:
        found = adapter.read(human, aspect)
    ballots = found.ballots
    if unknown := set(without) - set(ballots.raters):
        raise UserError(
            f"--without {sorted(unknown)[0]}: nobody of that name said anything; there are: {', '.join(ballots.raters)}"
        )
    kept = [column for column, name in enumerate(ballots.raters) if name not in without]
    ballots = replace(ballots, raters=tuple(ballots.raters[column] for column in kept), votes=ballots.votes[:, kept])
    if not ballots.duels or not kept:
        raise UserError(f"{found.name}: nobody has compared two responses to the same query")
    return replace(found, ballots=ballots, scores=[one for one in found.scores if one.by not in without])


def _found(opinions: Opinions, out: Path, judge: str | None, protocol: str | None, criteria: str | None) -> Found:
    from writingbench.agreed import Found, found

    if not (out / "store.db").is_file():
        return Found(opinions=opinions, judges=[], other=0)
    with steps.open_store(out, make=False) as store:
        return asyncio.run(found(opinions, store, judge=judge, protocol=protocol, criteria=criteria))


def _print(compared: Compared, found: Found, out: Path) -> None:
    from writingbench.reports.agreement import headline, named, tables

    terminal.say(headline(compared))
    for table in tables(compared):
        terminal.say(f"\n{table.title}")
        terminal.table(table.columns, table.rows)
    for name, row in named(compared):
        if row.coverage.failures:
            kinds = ", ".join(f"{count:,} {kind}" for kind, count in row.coverage.failures.items())
            bounds = ""
            if row.coverage.judged < row.coverage.asked and row.coverage.least is not None and row.coverage.most:
                bounds = f"; with the pairs that lack a margin, {row.coverage.least:.1%} to {row.coverage.most:.1%}"
            terminal.say(f"{name}: marks that could not be had: {kinds}{bounds}.")
    if found.other:
        terminal.say(f"{found.other:,} judged responses are left out: their text is not the one that people saw.")
    if not any(not row.baseline for row in compared.rows):
        terminal.say("No judge has marked these responses: `writingbench agree judge` has one do so.")
    if any(row.judge == EMBEDDED for row in compared.rows):
        terminal.say("The embedded judge shows that everything works; its marks say nothing about quality.")
    terminal.say(f"The same in {out / 'agreement.json'} and {out / 'agreement.md'}")
