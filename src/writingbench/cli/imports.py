"""`writingbench import`: marks that were given elsewhere, brought into a store and reported as any others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from cyclopts import App

from writingbench.cli import steps
from writingbench.cli.options import Output
from writingbench.reports import terminal

if TYPE_CHECKING:
    from writingbench.adapters.official import Published

MANY = 200  # defects; more are not read on a terminal, and most often have one cause

import_app = App(name="import", help="Bring in marks that were given elsewhere: official.")


@import_app.command
def official(
    *,
    scores: Path,
    benchmark: str,
    requirements: Path | None = None,
    responses: Path | None = None,
    judge: str = "unknown",
    output: Output = Output(),
) -> int:
    """Read score files in the published format into the store; nothing is asked. Importing again replaces.

    Parameters
    ----------
    scores
        The folder with one MODEL.jsonl for each model.
    benchmark
        starter, builtin, official, or the path of the JSONL file that the models answered.
    requirements
        The folder with the published lists of requirements, for R and C; the benchmark's own labels when left out.
    responses
        The folder with the texts, one MODEL.jsonl for each model, to be read beside the marks.
    judge
        What to call whoever gave the marks.
    """
    from writingbench import protocols
    from writingbench.adapters import official as published
    from writingbench.benchmark import Defects
    from writingbench.records import UserError

    rules = protocols.load("official")
    try:
        found = published.read(scores, steps.benchmark(benchmark, rules.criteria, None), requirements, responses)
    except Defects as wrong:
        if output.json:
            steps.print_json(wrong.defects)
        elif len(wrong.defects) > MANY:
            first = "\n".join(map(str, wrong.defects[:MANY]))
            raise UserError(f"{first}\nand {len(wrong.defects) - MANY:,} more; --json prints all of them") from None
        else:
            raise
        return 2
    with steps.open_store(output.out) as store:
        published.bring(found, judge, store)
    return _show(found, output)


def _show(found: Published, output: Output) -> int:
    """Say what came in and what is unusual about it."""
    from writingbench.adapters.official import shown

    known = {query.index for query in found.benchmark.queries}
    rows: list[dict[str, Any]] = []
    for model, lines in found.models.items():
        has, texts = {line.index for line in lines}, found.responses.get(model, {})
        marks = sum(len(given) for line in lines for given in line.scores.values())
        rows.append(
            {"model": model, "queries": len(has & known), "not asked": len(known - has), "lines": len(lines),
             "marks": marks, "responses": len(has & known & texts.keys())}
        )  # fmt: skip
    unused = [model for model in found.responses if model not in found.models]
    if output.json:
        return steps.print_json({"models": rows, "surprises": found.surprises, "responses without scores": unused})
    terminal.table(tuple(rows[0]), [tuple(_cell(value) for value in row.values()) for row in rows])
    for model in unused:
        terminal.say(f"{shown(model)}: responses without scores; they were left out.")
    if found.surprises:
        terminal.say("What the published table makes of these marks, and ours does not:")
    for one in found.surprises:
        about = f" (queries {_some(one.queries)})" if one.queries else ""
        terminal.say(f"- {_some(one.models)}: {_some(one.columns) + ': ' if one.columns else ''}{one.why}{about}.")
    terminal.say(f"Next: writingbench report --out {shown(output.out)}, or with --official for the published table.")
    return 0


def _cell(value: str | int) -> str:
    from writingbench.adapters.official import shown

    return shown(value) if isinstance(value, str) else f"{value:,}"


def _some(values: tuple[Any, ...]) -> str:
    """The first few, and how many more there are."""
    from writingbench.adapters.official import shown

    more = f" and {len(values) - 5:,} more" if len(values) > 5 else ""
    return ", ".join(shown(value) for value in values[:5]) + more
