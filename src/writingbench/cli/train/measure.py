"""`writingbench train measure`: what a critic is worth on requests it was not trained on."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from writingbench.cli import steps
from writingbench.cli.options import Asking, Output
from writingbench.records import UserError
from writingbench.reports import terminal

if TYPE_CHECKING:
    from writingbench.agreement.drawn import Figure
    from writingbench.models import Terms
    from writingbench.reports.terminal import Show
    from writingbench.training.examples import Line
    from writingbench.training.measure import Marks, Table

Paths = Annotated[tuple[Path, ...], Parameter(negative=())]
Names = Annotated[tuple[str, ...], Parameter(negative=())]


def measure(
    *,
    data: Path,
    critic: Paths = (),
    judge: Names = (),
    untrained: str | None = None,
    limit: int | None = None,
    letters: int | None = None,
    seed: int = 1,
    keep: bool = True,
    asking: Asking = Asking(),
    output: Output = Output(),
) -> int:
    """Hold critics against marks of people and of judges on the test requests of a data set, beside baselines; where no
    critic is named, the baselines alone.

    Parameters
    ----------
    data
        The folder that `train data critic` made.
    critic
        A trained folder, read with torch: its expectation over the ten marks, its most likely mark, one draw; may be
        given several times.
    judge
        Any model as provider/model, such as local/PATH of an exported critic, asked for what it writes; may be given
        several times. Its answers are kept in --out.
    untrained
        A recipe whose model is measured as it is before training.
    limit
        So many responses of each source, drawn by lot.
    letters
        Only conversations of at most so many characters: a smaller task for a slow machine, and another one.
    seed
        Another number draws other responses.
    keep
        Write what was measured into the card of a critic, where there is just one.
    """
    from writingbench.training import card, expect, marking, recipe
    from writingbench.training.examples import read
    from writingbench.training.measure import measure as work_out

    train, test = (read(data / f"{side}.jsonl", marked=True) for side in ("train", "test"))
    test = _drawn(test, limit, letters, seed)
    learned = {line.query for line in train}
    if shared := sum(line.query in learned for line in test):
        raise UserError(f"{data}: {shared:,} test conversations are about requests that are trained on")
    terms = asking.terms()
    by: list[Marks] = []
    with terminal.progress(output.json) as show:
        show.expect("judgements", len(test) * (len(critic) + len(judge) + bool(untrained)))
        if untrained:
            of, _ = recipe.load(untrained)
            by += marking.by_critic("untrained", expect.untrained(of), test, show.marked)
        for folder in critic:
            opened, _ = expect.open_folder(folder)
            by += marking.by_critic(folder.name, opened, test, show.marked)
        by += [_asked(name, data, test, terms, output, show) for name in judge]
        show.stop()
    tables = work_out(test, by)
    if keep and len(critic) == 1:
        card.with_measured(critic[0], {"data": str(data), "responses": len(test), "tables": marking.kept(tables)})
    if output.json:
        return steps.print_json({"tables": tables})
    for table in tables:
        _show(table)
    missing = sum(row.asked - row.marked for table in tables for row in table.rows)
    return int(missing > 0)


def _drawn(test: list[Line], limit: int | None, letters: int | None, seed: int) -> list[Line]:
    there = [one for one in test if letters is None or sum(len(turn.content) for turn in one.messages) <= letters]
    found: list[Line] = []
    for source in sorted({one.source for one in there}):
        own = [one for one in there if one.source == source]
        found += own if limit is None or limit >= len(own) else random.Random(seed).sample(own, limit)
    if not found:
        raise UserError(f"no test conversation has at most --letters {letters} characters")
    return found


def _asked(name: str, data: Path, test: Sequence[Line], terms: Terms, output: Output, show: Show) -> Marks:
    import msgspec

    from writingbench import evaluate, protocols
    from writingbench.training import marking

    rules = protocols.load(msgspec.json.decode((data / "data.json").read_bytes())["protocol"])
    endpoint = evaluate.endpoint(name, None, show.download)
    with steps.open_store(output.out) as store:
        endpoint = evaluate.known(endpoint, store)
        judge = evaluate.as_judge(endpoint, rules)
        return asyncio.run(marking.by_judge(endpoint, judge, test, store, terms, show.marked))


def _show(table: Table) -> None:
    terminal.say(
        f"\n{table.source}: {table.rows[0].asked:,} responses to {table.queries:,} requests, {table.pairs:,} pairs."
    )
    terminal.table(
        ("", "marked", "pairwise", "Spearman", "error"),
        [
            (
                row.name,
                f"{row.marked:,}" + "".join(f", {n} {kind}" for kind, n in row.failures.items()),
                *map(_figure, (row.accuracy, row.spearman, row.error)),
            )
            for row in table.rows
        ],
    )
    for row in table.rows:
        if not row.baseline:
            ahead, than = (row.above, "the longer one") if table.people else (row.below, "the error of the mean")
            verdict = "cleared" if table.cleared(row) else "not cleared"
            terminal.say(f"{row.name}: {_figure(ahead)} better than {than}; the bar is {verdict}.")


def _figure(figure: Figure) -> str:
    return terminal.estimate(figure.value, figure.low, figure.high)
