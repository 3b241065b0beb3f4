"""What is asked: benchmarks, where they come from, and parts of them."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

from writingbench.benchmark.line import Defect
from writingbench.benchmark.load import Benchmark, Defects, load, parse
from writingbench.benchmark.requirements import label
from writingbench.benchmark.select import Selection, select
from writingbench.benchmark.taxonomy import Taxonomy
from writingbench.records import UserError

__all__ = [
    "Benchmark",
    "Defect",
    "Defects",
    "Selection",
    "Taxonomy",
    "label",
    "load",
    "named",
    "parse",
    "select",
]

BUILTIN = ("starter", "builtin", "official")


def named(
    name: str, official: Callable[[], Path], *, criteria: int | None = 5, taxonomy: Taxonomy | None = None
) -> Benchmark:
    """A benchmark by its name (`starter`, `builtin`, `official`) or by the path of its file.

    `official` gives the folder of the official asset; it is called only when that is the one. Raises UserError
    when there is neither such a name nor such a file, Defects when the file is defective.
    """
    if name == "starter":
        content = (files("writingbench.benchmark") / "data/starter.jsonl").read_bytes()
        return parse(content, "starter", name="starter", criteria=criteria)
    if name == "builtin":
        return _builtin(criteria)
    if name == "official":
        folder = official()
        found = load(folder / "benchmark_all.jsonl", criteria=criteria)
        return label(Benchmark(name="official", queries=found.queries), folder / "requirement")
    path = Path(name)
    if not path.is_file():
        raise UserError(f"no benchmark {name!r}: it is neither {' nor '.join(BUILTIN)} nor a file")
    return load(path, criteria=criteria, taxonomy=taxonomy)


def _builtin(criteria: int | None) -> Benchmark:
    """The set of our own: a file for each domain, in the order of the taxonomy."""
    folder = files("writingbench.benchmark") / "data/builtin"
    parts = sorted((file for file in folder.iterdir() if file.name.endswith(".jsonl")), key=lambda file: file.name)
    queries = [
        query for part in parts for query in parse(part.read_bytes(), part.name, name="", criteria=criteria).queries
    ]
    return Benchmark(name="builtin", queries=tuple(sorted(queries, key=lambda query: query.index)))
