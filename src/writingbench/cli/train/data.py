"""`writingbench train data`: what a critic is trained on."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from writingbench.cli import steps
from writingbench.cli.options import Flag
from writingbench.cli.train.benchmarks import Benchmarks, guarded, show_made
from writingbench.records import UserError
from writingbench.reports import terminal
from writingbench.training.balance import Balance

data_app = App(name="data", help="What a critic is trained on.")

Paths = Annotated[tuple[Path, ...], Parameter(negative=())]


@data_app.command
def critic(
    *,
    marks: Paths,
    test: Paths = (),
    judge: str | None = None,
    criteria: str = "overall",
    protocol: str = "standard",
    benchmark: Benchmarks = (),
    share: float = 0.2,
    seed: int = 1,
    balance: Balance = "median",
    out: Path = Path("critic-data"),
    json: Flag = False,
) -> int:
    """Make the conversations that a critic is trained on and tested on, from marks that are there.

    Parameters
    ----------
    marks
        The folder of a judged store, of people's scores (queries.jsonl, responses.jsonl) or of a judge's marks
        (queries.jsonl, judgements.jsonl); may be given several times.
    test
        The same, to test on alone; a share of --marks when left out. Refused where a request is in both, or nearly.
    judge
        Whose marks are taken, where a store has those of several.
    criteria
        What people's scores are taken to be of: overall (one criterion), global, domain, or the path of a TOML file.
    protocol
        The rules that the critic will judge by: their prompt is what it is trained on.
    share
        Of the requests, how many are to test on.
    seed
        Another number draws other requests to test on.
    balance
        How many marks of each score are trained on, by source: median (at most as many as the score in the middle has),
        even (as many as the rarest has), or none (all).
    out
        The folder for train.jsonl, test.jsonl and data.json.
    json
        Print data.json on standard output, and nothing else.
    """
    from writingbench import assets, protocols
    from writingbench.criteria import sets
    from writingbench.judgements.prompts import load
    from writingbench.training import critic_data
    from writingbench.training.marks import read

    if not 0 < share < 1:
        raise UserError(f"--share is {share}; it must be between 0 and 1")
    rules, by = protocols.load(protocol), sets.load(criteria)

    async def everything() -> tuple[list[Any], list[Any]]:
        return [await read(path, by, judge) for path in marks], [await read(path, by, judge) for path in test]

    sources, held = asyncio.run(everything())
    names, known = guarded(benchmark)
    how = critic_data.Rules(
        prompt=load(rules.marking.prompt, lambda: assets.get("official")),
        reason_limit=rules.marking.reason_limit if rules.marking.schema else None,
        share=share,
        seed=seed,
        balance=balance,
    )
    about = {"protocol": rules.name, "criteria": by.name, "benchmarks": names}
    made = critic_data.write(critic_data.make(sources, held, known, how), out, about)
    if json:
        return steps.print_json(made)
    _show(made, out)
    return 0


def _show(made: dict[str, Any], out: Path) -> None:
    terminal.table(
        ("", "source", "conversations", "by score"),
        [
            (side, source, f"{sum(scores.values()):,}", ", ".join(f"{score}: {n:,}" for score, n in scores.items()))
            for side, sources in made["scores"].items()
            for source, scores in sources.items()
        ],
    )
    queries = {side: made["split"][side]["queries"] for side in made["scores"]}
    terminal.say(f"{queries['train']:,} requests to train on, {queries['test']:,} others to test on.")
    show_made(made)
    for leak in made["leaks"][:8]:
        terminal.say(f"  {leak['share']:.2f}  {' '.join(leak['request'].split())[:80]} ({leak['with']})")
    if len(made["leaks"]) > 8:
        terminal.say(f"  and {len(made['leaks']) - 8:,} more; data.json has all of them")
    terminal.say(f"Data {made['hash'][:12]}: {out}")
