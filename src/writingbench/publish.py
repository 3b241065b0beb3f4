"""Write what a store adds up to: `scores.json` and `report.html`, each replaced in one step."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfileobj
from tempfile import NamedTemporaryFile, TemporaryFile
from typing import IO

import msgspec

from writingbench import __version__, evaluate, reports
from writingbench.evaluate import Result, Run
from writingbench.records import UserError
from writingbench.store import Store


async def publish(runs: Sequence[Run], out: Path, store: Store) -> list[Result]:
    """Add up `runs`, which must be comparable, and write both files into `out`. The best run comes first, and the
    best answer to each query.
    """
    tallies = {run.fingerprint: evaluate.Tally(run, store) for run in runs}
    asked = {run: {query.index: query for query in store.queries(run)} for run in tallies}
    queries = {index: query for found in asked.values() for index, query in found.items()}
    # the store is gone through once: what the page says of each query waits in a file for the table above it
    with TemporaryFile("w+", encoding="utf-8") as entries:
        for index in sorted(queries):
            query = queries[index]
            made = [
                _entry(await tally.take(query), tally.run)
                for run, tally in tallies.items()
                if asked[run].get(index) == query
            ]
            entries.write(reports.entry(query, sorted(made, key=lambda entry: -(entry.mean or 0))))
        results = sorted(
            (tally.result() for tally in tallies.values()), key=lambda one: -(one.scores.overall.mean or 0)
        )
        with _replacing(out / "scores.json") as file:
            file.write(msgspec.json.format(msgspec.json.encode(table(results)), indent=1).decode())
        with _replacing(out / "report.html") as file:
            file.write(reports.head(results, __version__))
            entries.seek(0)
            copyfileobj(entries, file)
            file.write(reports.foot())
    return results


def _entry(item: evaluate.Item, run: Run) -> reports.Entry:
    return reports.Entry(
        writer=run.writer.name,
        # the page shows one response; further draws count in the table
        response=item.responses[0] if item.responses else None,
        judgements=item.judgements,
    )


def table(results: Sequence[Result]) -> dict[str, object]:
    """The content of scores.json."""
    first = results[0].run
    return {
        "protocol": {"name": first.protocol.name, "fingerprint": first.protocol.fingerprint},
        "benchmark": {"name": first.benchmark, "fingerprint": first.benchmark_fingerprint},
        "models": [
            {
                "writer": result.run.writer.name,
                "judge": result.run.judge.name if result.run.judge else None,
                "judge_fingerprint": result.run.judge.fingerprint if result.run.judge else None,
                "fingerprint": result.run.fingerprint,
                **reports.as_json(result.scores, result.paid),
            }
            for result in results
        ],
    }


@contextmanager
def _replacing(path: Path) -> Iterator[IO[str]]:
    """A file that takes the place of `path` when it is whole; until then the old one stays."""
    try:
        with NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, prefix=".", delete=False) as file:
            try:
                yield file
                file.close()
                umask = os.umask(0)
                os.umask(umask)
                os.chmod(file.name, 0o666 & ~umask)  # a temporary file is its owner's only
                os.replace(file.name, path)
            except BaseException:
                os.unlink(file.name)
                raise
    except OSError as error:
        raise UserError(f"{path}: cannot be written ({error.strerror or error})") from error
