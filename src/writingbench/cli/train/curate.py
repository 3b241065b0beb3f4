"""`writingbench train curate`: what a writer is trained on, and its controls."""

from __future__ import annotations

import asyncio
from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from writingbench.cli import steps
from writingbench.cli.options import HERE, Engine, Flag
from writingbench.cli.train.benchmarks import Benchmarks, guarded, show_made
from writingbench.records import UserError
from writingbench.reports import terminal

if TYPE_CHECKING:
    from writingbench.training.candidates import Candidate

Check = Literal["figures", "repetition", "completeness", "none"]


def curate(
    *,
    candidates: Annotated[tuple[Path, ...], Parameter(negative=())],
    judge: str | None = None,
    share: float = 0.5,
    check: Annotated[tuple[Check, ...], Parameter(negative=())] = ("figures", "repetition", "completeness"),
    benchmark: Benchmarks = (),
    reasoned: Flag = False,
    seed: int = 1,
    engine: Engine = HERE,
    out: Path = Path("writer-data"),
    json: Flag = False,
) -> int:
    """Keep the best of many responses, subdomain by subdomain, beside as many that were chosen otherwise.

    Parameters
    ----------
    candidates
        The folder of a judged store or of people's scores (queries.jsonl, responses.jsonl), or a JSONL file of
        responses with their marks; may be given several times.
    judge
        Whose marks are taken, where a store has those of several.
    share
        Of the candidates of each subdomain, how many are kept.
    check
        Only responses that this check finds no fault with; may be given several times; none for none.
    reasoned
        Only responses whose reasoning is there, so that the sets with it have it throughout.
    seed
        Another number draws other controls.
    out
        The folder for the sets and data.json.
    json
        Print data.json on standard output, and nothing else.
    """
    from writingbench.training import candidates as pool
    from writingbench.training import curate as curating
    from writingbench.training.sieve import faults
    from writingbench.training.spread import spread

    if not 0 < share <= 1:
        raise UserError(f"--share is {share}; it must be above 0 and at most 1")
    if "none" in check and len(check) > 1:
        raise UserError("--check none goes with no other check")
    left_out: Counter[str] = Counter()

    async def everything() -> list[Candidate]:
        return [one for path in candidates for one in await pool.read(path, left_out, judge)]

    rules = curating.Rules(
        share=share,
        seed=seed,
        checks=tuple(one for one in dict.fromkeys(check) if one != "none"),
        reasoned=reasoned,
    )
    steps.workers_only_with_ray(engine)
    found = asyncio.run(everything())
    names, known = guarded(benchmark)
    with terminal.progress(json) as show:
        find = partial(spread, folder=(out / "parts").absolute(), workers=engine.workers, note=show.note)
        curated = curating.make(found, known, rules, left_out, find if engine.engine == "ray" else faults)
        show.stop()
    made = curating.write(curated, out, {"benchmarks": names})
    if json:
        return steps.print_json(made)
    _show(made, out)
    return 0


def _show(made: dict[str, Any], out: Path) -> None:
    terminal.table(
        ("set", "responses", "mean mark", "mean tokens", "also in top", "with reasoning"),
        [
            (
                name,
                f"{of['candidates']:,}",
                f"{of['mean_mark']:.2f}",
                f"{of['mean_tokens']:,.0f}",
                f"{of['also_in_top']:,}",
                f"{of['with_reasoning']:,}",
            )
            for name, of in made["sets"].items()
        ],
    )
    terminal.say(f"From {made['pool']['queries']:,} requests in {len(made['subdomains']):,} subdomains.")
    show_made(made)
    terminal.say(f"Data {made['hash'][:12]}: {out}")
