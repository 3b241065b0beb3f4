"""`writingbench construct finish`: what was approved, as a benchmark file with its criteria."""

from __future__ import annotations

import asyncio
from pathlib import Path

from writingbench.cli import steps
from writingbench.cli.construct.projects import open_project
from writingbench.cli.criteria.generate import tell
from writingbench.cli.options import Asking, BaseUrl, Flag, Output
from writingbench.records import Failure, Query, UserError
from writingbench.reports import terminal


def finish(
    *,
    to: Path,
    model: str | None = None,
    taxonomy: Path | None = None,
    force: Flag = False,
    asking: Asking = Asking(),
    output: Output = Output(),
    base_url: BaseUrl = None,
) -> int:
    """Write the approved requests as a benchmark file, each with its history; with --model also five criteria each.

    The file is linted as `data lint` does. When criteria could not be had for all, the same command with --force asks
    only for what is missing.

    Parameters
    ----------
    to
        The file to write.
    model
        Who writes the criteria, as provider/model. Without one the file holds bare requests, for `criteria generate`.
    taxonomy
        A TOML file of domains, for a benchmark of one's own field.
    force
        Write over a file that is there already.
    """
    from writingbench import evaluate
    from writingbench.benchmark import parse
    from writingbench.benchmark.save import as_line, save
    from writingbench.benchmark.taxonomy import load as load_taxonomy
    from writingbench.construct.finish import queries
    from writingbench.criteria.generate import COUNT, apply, carry_out, step

    terms = asking.terms()
    fields = load_taxonomy(taxonomy) if taxonomy else None
    if to.exists() and not force:
        raise UserError(f"{to} is there already; name another file with --to, or write over it with --force")
    with open_project(output.out) as project:
        found, counts = queries(project), project.counts()
    if not found:
        waiting = ", ".join(f"{count:,} at {stage}" for stage, count in counts.items() if count)
        raise UserError(f"no request is approved yet ({waiting}); `writingbench construct status` says what comes next")
    made, failed, stopped, calls = found, dict[int, Failure](), "", 0
    if model:
        with terminal.progress(output.json) as progress, steps.open_store(output.out) as store:
            by = evaluate.endpoint(model, base_url, progress.download)
            came = asyncio.run(carry_out(found, by, store, None, terms, steps.seen(progress, len(found))))
        noted, stopped, calls = step(by), came.stopped, came.calls
        made = []
        for one, said in zip(found, came.answers, strict=True):
            if isinstance(said, Failure):
                failed[one.index] = said
            elif said is not None:
                made.append(apply(one, said, noted))
    if made:
        content = b"".join(map(as_line, made))  # what `data lint` would find in the file keeps it from being written
        parse(content, str(to), name=to.stem, criteria=COUNT if model else None, taxonomy=fields)
        save(made, to)
    left_out = sorted({one.index for one in found} - {one.index for one in made})
    if output.json:
        steps.print_json(
            {
                "file": str(to) if made else None,
                "approved": len(found),
                "queries": len(made),
                "left_out": left_out,
                "failed": failed,
                "calls": calls,
                "stages": counts,
            }
        )
    else:
        _show(made, found, to, model)
    tell(failed, left_out, stopped, len(left_out) - len(failed))
    return int(bool(left_out))


def _show(made: list[Query], found: list[Query], to: Path, model: str | None) -> None:
    if not made:
        terminal.say("No criteria were written, so no file was.")
        return
    terminal.say(f"{len(made):,} of {len(found):,} approved requests are in {to}; data lint finds no defect.")
    if model:
        terminal.say(f"writingbench criteria lint --benchmark {to}")
        terminal.say(f"writingbench run --benchmark {to}")
    else:
        terminal.say(f"They have no criteria yet: writingbench criteria generate --benchmark {to} --model …")
