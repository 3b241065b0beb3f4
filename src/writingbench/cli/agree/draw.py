"""`writingbench agree draw`: which pairs of responses people will compare."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from writingbench.cli import steps
from writingbench.cli.options import Output
from writingbench.records import Answer, UserError, Verdict
from writingbench.reports import terminal

if TYPE_CHECKING:
    from writingbench.agreement.draw import Answered
    from writingbench.evaluate import Run
    from writingbench.store import Store


def draw(
    *,
    pairs: int = 300,
    overlap: int = 3,
    checks: int | None = None,
    writer: tuple[str, ...] = (),
    judge: str | None = None,
    protocol: str | None = None,
    most: int | None = None,
    seed: int = 1,
    output: Output = Output(),
) -> int:
    """Draw pairs of stored responses to the same query for people to compare, blind and shuffled.

    Domains and languages get their shares, and where a judge has marked the responses, small, middle and large
    differences of its marks come alike often. People compare on the pages of `serve`, or in a tool of their own.

    Parameters
    ----------
    pairs
        How many.
    overlap
        How many people shall compare each.
    checks
        Attention checks: pairs in which one response answers another query. One for twenty pairs when left out.
    writer
        Only pairs among these writers; may be given several times.
    judge
        Whose marks say how far two responses are apart; the only judge there is when left out.
    protocol
        Only responses made under this protocol.
    most
        Leave out pairs with more tokens than that, request and both responses together.
    seed
        Another number draws other pairs.
    """
    from writingbench.agreement.draw import GAPS, UNMARKED, draw
    from writingbench.agreement.draw import checks as attention
    from writingbench.agreement.study import Study

    checks = -(-pairs // 20) if checks is None else checks
    for name, value, least in (("pairs", pairs, 1), ("overlap", overlap, 1), ("checks", checks, 0), ("seed", seed, 0)):
        if value < least:
            raise UserError(f"--{name} {value}: must be at least {least}")
    with steps.open_store(output.out, make=False) as store:
        answered = asyncio.run(_answered(_runs(store, judge, protocol), store))
    if unknown := set(writer) - {name for one in answered for name in one.answers}:
        named = ", ".join(sorted({name for one in answered for name in one.answers}))
        raise UserError(f"--writer {sorted(unknown)[0]}: no such writer here; there are: {named}")
    found = draw(answered, pairs, seed=seed, most=most, writers=writer)
    made = [*found, *attention(found, answered, checks, seed=seed)]
    with Study(output.out / "agree.db") as study:
        added = study.add(made, overlap=overlap)
        there = len(study.pairs())
    strata = Counter((pair.query.domain1, pair.query.language, pair.gap) for pair in found)
    if output.json:
        return steps.print_json(
            {
                "pairs": len(found),
                "checks": len(made) - len(found),
                "added": added,
                "there": there,
                "strata": [
                    {"domain": domain, "language": language, "gap": gap, "pairs": n}
                    for (domain, language, gap), n in strata.items()
                ],
            }
        )
    short = f" of the {pairs:,} asked for" if len(found) < pairs else ""
    terminal.say(f"{len(found):,} pairs{short} and {len(made) - len(found):,} attention checks; {added:,} of them new.")
    gaps = [gap for gap in (*GAPS, UNMARKED) if any(one[2] == gap for one in strata)]
    places = sorted({(domain, language) for domain, language, _ in strata})
    terminal.table(
        ("domain", "language", *(f"{gap} gap" if gap else "no marks" for gap in gaps)),
        [(d or "none", lang, *(f"{strata[d, lang, gap]:,}" for gap in gaps)) for d, lang in places],
    )
    terminal.say("Next: writingbench agree people add NAME, then writingbench serve")
    return 0


def _runs(store: Store, judge: str | None, protocol: str | None) -> list[Run]:
    """The runs whose responses may stand side by side. Raises UserError where they are of several kinds."""
    from writingbench import stored

    runs = [one for one in stored.stored_runs(store) if protocol in (None, one.protocol.name)]
    if judge and not any(one.judge and one.judge.name == judge for one in runs):
        raise UserError(f"--judge {judge}: the store holds no marks by that judge")
    if not runs:
        raise UserError("the store holds no responses of that kind; begin with `respond` or `run`")
    kinds = {(one.benchmark, one.benchmark_fingerprint, one.protocol.name, one.protocol.fingerprint) for one in runs}
    if len(kinds) > 1:
        named = "; ".join(sorted(f"{protocol} on {benchmark}" for benchmark, _, protocol, _ in kinds))
        raise UserError(f"the responses were made under different rules: {named}. Choose one with --protocol, or --out")
    judges = sorted({one.judge.name for one in runs if one.judge})
    by = judge or (judges[0] if len(judges) == 1 else None)
    if judges and not by:
        raise UserError(f"several judges have marked these responses; name one with --judge: {', '.join(judges)}")
    return [one for one in runs if one.judge is None or one.judge.name == by]


async def _answered(runs: list[Run], store: Store) -> list[Answered]:
    """Every query with its first responses, and the mean mark of each where there are marks."""
    from writingbench.agreement.draw import Answered
    from writingbench.publish import walk
    from writingbench.stored import Tally

    found = []
    async for query, items in walk([Tally(run, store) for run in runs], store):
        answers: dict[str, str] = {}
        marks = defaultdict[str, list[int]](list)
        for tally, item in items:
            writer = tally.run.writer.name
            for response in item.responses:
                if response.draw == 0 and isinstance(response.outcome, Answer):
                    answers[writer] = response.outcome.text
            marks[writer] += [
                one.outcome.score for one in item.judgements if one.response == 0 and isinstance(one.outcome, Verdict)
            ]
        means = {writer: sum(scores) / len(scores) for writer, scores in marks.items() if scores}
        found.append(Answered(query=query, answers=answers, marks=means))
    return found
