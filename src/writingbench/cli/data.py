"""`writingbench data`: data sets and other downloads, and what is wrong with a file or in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cyclopts import App

from writingbench.cli import steps
from writingbench.cli.options import Flag, Form
from writingbench.reports import terminal

if TYPE_CHECKING:
    from writingbench.benchmark import Benchmark

data_app = App(name="data", help="Data sets and other downloads: list, pull, lint, stats.")


@data_app.command(name="list")
def data_list(*, json: Flag = False) -> int:
    """What can be asked and downloaded, and what is here."""
    from writingbench import assets
    from writingbench.benchmark import named

    whole = len(named("builtin", Path).queries)
    held = {
        "starter": "12 queries of our own, one English and one Chinese for each domain",
        "builtin": f"{whole:,} queries of our own, {whole // 100} for each subdomain, half of them Chinese",
    }
    rows = [{"name": name, "what": what, "licence": "Apache-2.0", "megabytes": 0, "where": "in the package"}
            for name, what in held.items()]  # fmt: skip
    for name, asset in assets.known().items():
        place = assets.find(name)
        rows.append({"name": name, "what": asset.summary, "licence": asset.licence, "megabytes": asset.megabytes,
                     "where": str(place) if place else f"not here yet: writingbench data pull {name}"})  # fmt: skip
    if json:
        return steps.print_json(rows)
    terminal.table(("name", "what", "licence", "MB", "where"), [tuple(str(v) for v in row.values()) for row in rows])
    return 0


@data_app.command
def pull(name: str, /) -> int:
    """Download a data set or the embedded model, once for this user.

    Parameters
    ----------
    name
        official, smollm2 or o200k.
    """
    from writingbench import assets

    with terminal.progress(False) as show:
        place = assets.get(name, show.download)
    terminal.say(f"{name} is in {place}")
    return 0


@data_app.command
def lint(file: str, /, *, form: Form = Form()) -> int:
    """Say everything that is wrong with a benchmark file.

    Parameters
    ----------
    file
        The JSONL file, or starter, builtin or official.
    """
    from writingbench.benchmark import Defects

    try:
        found = steps.benchmark(file, form.criteria or None, form.taxonomy)
    except Defects as wrong:
        if form.json:
            steps.print_json(wrong.defects)
        else:
            terminal.say(str(wrong))
            terminal.complain(f"{len(wrong.defects)} defects in {file}")
        return 2
    if form.json:
        return steps.print_json([])
    terminal.say(f"{_named(found)}, no defect")
    return 0


@data_app.command
def stats(file: str, /, *, form: Form = Form()) -> int:
    """How many queries of each kind a benchmark holds, and how long they are in o200k_base tokens.

    Beside them stands WritingBench v2 as published, counted with another tokenizer.

    Parameters
    ----------
    file
        The JSONL file, or starter, builtin or official.
    """
    from writingbench import assets
    from writingbench.benchmark.stats import WHOLE, counter
    from writingbench.benchmark.stats import stats as count

    found = steps.benchmark(file, form.criteria or None, form.taxonomy)
    with terminal.progress(form.json) as show:
        rows = count(found.queries, counter(assets.get("o200k", show.download)))
    if form.json:
        return steps.print_json(rows)
    terminal.say(_named(found))
    terminal.table(
        ("tokens", "queries", "in v2", "mean", "longest", "<1K", "1-3K", "3-5K", "5K+"),
        [
            (r.name, f"{r.queries:,}", f"{r.published:,}" if r.published else "–", f"{r.mean:,.0f}", f"{r.longest:,}",
             *map(str, r.classes))
            for r in (rows[0], WHOLE, *rows[1:])
        ],
    )  # fmt: skip
    return 0


def _named(found: Benchmark) -> str:
    """Which queries these are: two files with one fingerprint hold the same."""
    return f"{found.name}: {len(found.queries):,} queries, version {found.version}, fingerprint {found.fingerprint[:8]}"
