"""`writingbench agree judge`: have a judge mark responses that came with what people think of them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from writingbench.cli import steps
from writingbench.cli.agree.report import read
from writingbench.cli.options import EMBEDDED, Asking, BaseUrl, Output
from writingbench.records import DYNAMIC, UserError
from writingbench.reports import terminal

if TYPE_CHECKING:
    from writingbench.given import Marked

LISTED = 20  # queries without criteria that are named


def judge(
    *,
    human: Path,
    judge: str | None = None,
    criteria: tuple[str, ...] = (DYNAMIC, "global", "domain"),
    model: str | None = None,
    limit: int | None = None,
    each: int | None = None,
    seed: int = 1,
    protocol: str | None = None,
    asking: Asking = Asking(),
    output: Output = Output(),
    base_url: BaseUrl = None,
    model_base_url: BaseUrl = None,
) -> int:
    """Have a model mark the responses that people scored or compared elsewhere, under several sets of criteria.

    The texts come with what people said of them and are kept in the store as responses like any other; `agree report
    --human` then compares. What the store holds is not asked again, so a larger --limit or --each adds to it.

    Parameters
    ----------
    human
        What people said, with the texts: the folder of Writing-Preference-Bench, or a JSONL file of scored responses.
    judge
        The model that marks, as provider/model.
    criteria
        dynamic (five for each query, written by a model first), global, domain, or the path of a TOML file; may be
        given several times. The first three when left out.
    model
        The model that writes the dynamic criteria; the judge when left out.
    limit
        The first so many queries.
    each
        So many responses to each query, drawn by lot; all when left out.
    seed
        Another number draws other responses.
    protocol
        The rules of judging: standard, official, demo, brief, or the path of a TOML file.
    model_base_url
        The same as --base-url, for the model that writes the criteria alone.
    """
    from writingbench import evaluate, given
    from writingbench.evaluate import Progress

    for name, value in (("limit", limit), ("each", each)):
        if value is not None and value < 1:
            raise UserError(f"--{name} is {value}; it must be at least 1")
    if each == 1:
        raise UserError("--each is 1; it takes two responses to a query to compare anything")
    terms, rules = asking.terms(), steps.protocol(protocol, judge, judge)
    wanted = [steps.criteria(name) for name in dict.fromkeys(criteria)]
    opinions = read(human, output.out)
    chosen = given.choose(opinions, limit, each, seed)
    with terminal.progress(output.json) as show, steps.open_store(output.out) as store:
        by = evaluate.endpoint(judge or EMBEDDED, base_url, show.download)
        author = evaluate.endpoint(model, model_base_url or base_url, show.download) if model else by
        asks = steps.seen(show, len(chosen) if None in wanted else 0)
        show.expect("judgements", sum(map(len, chosen.values())) * len(wanted) * rules.criteria * rules.repeats)
        seen = Progress(judgement=show.judgement, note=show.note, again=show.again)
        came = asyncio.run(
            given.judge(opinions, chosen, by, rules, wanted, store, author=author, terms=terms, asking=asks, seen=seen)
        )
        show.stop()
    return _tell(came, len(chosen), human, output)


def _tell(came: Marked, queries: int, human: Path, output: Output) -> int:
    missing = sum(came.failures.values())
    if output.json:
        steps.print_json(
            {
                "queries": queries,
                "responses": came.responses,
                "marks": came.asked,
                "failures": came.failures,
                "without_criteria": came.without,
                "calls": came.calls,
                "stopped": came.stopped,
            }
        )
    else:
        terminal.say(
            f"{came.asked - missing:,} of {came.asked:,} marks on {came.responses:,} responses to {queries:,} queries."
        )
        terminal.say(f"{came.calls:,} calls made." if came.calls else "Nothing to ask: all is in the store already.")
        terminal.say(f"Next: writingbench agree report --human {human} --out {output.out}")
    if came.stopped:
        terminal.complain(f"{came.stopped}; the same command goes on from there")
    for index, why in list(came.without.items())[:LISTED]:
        terminal.complain(f"query {index}: no criteria of its own: {why.kind}: {why.note}")
    if len(came.without) > LISTED:
        terminal.complain(f"and {len(came.without) - LISTED:,} more queries without criteria of their own")
    if missing:
        terminal.complain(f"{missing:,} marks are missing: {', '.join(f'{n:,} {k}' for k, n in came.failures.items())}")
    return int(bool(missing or came.without or came.stopped))
