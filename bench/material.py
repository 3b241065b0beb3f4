"""What several benchmarks need: queries to ask, a terminal to show progress on, the command as its users run it."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import tempfile
import termios
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count, islice
from pathlib import Path

import msgspec

from server import cores
from writingbench import assets, evaluate, protocols
from writingbench.benchmark import Benchmark, named
from writingbench.models import Terms
from writingbench.records import BANDS
from writingbench.reports import terminal as shown
from writingbench.store import Store

COMMAND = (sys.executable, "-P", "-m", "writingbench")
READER = (
    "import os\ntry:\n while os.read(0, 65536): pass\nexcept OSError: pass  # how a terminal says that it is closed"
)


def queries(wanted: int, file: Path | None = None) -> Benchmark:
    """So many queries: of `file`, else the official ones if they are here, else the starter's.

    Where there are too few they come again, with other indices and texts, and the name says so.
    """
    official = assets.find("official")
    name = str(file) if file else "official" if official else "starter"
    found = named(name, lambda: official or Path(), criteria=None)
    again = ((time, query) for time in count() for query in found.queries)
    made = tuple(
        replace(query, index=query.index + 100_000 * time, text=f"{query.text}\n\n({time})") if time else query
        for time, query in islice(again, wanted)
    )
    return Benchmark(name=found.name + " again and again" * (wanted > len(found.queries)), queries=made)


def write(asked: Benchmark, file: Path) -> Path:
    """The queries as a benchmark file."""
    with file.open("wb") as out:
        for query in asked.queries:
            checklist = [
                {"name": one.name, "criteria_description": one.description, **dict(zip(BANDS, one.bands, strict=True))}
                for one in query.criteria
            ]
            row = {"index": query.index, "domain1": query.domain1, "domain2": query.domain2, "lang": query.language}
            out.write(msgspec.json.encode(row | {"query": query.text, "checklist": checklist}) + b"\n")
    return file


def evaluation(
    asked: Benchmark, url: str, writer: str, judge: str, connections: int
) -> Callable[[], Coroutine[None, None, int]]:
    """What `writingbench run` does once it knows what to ask and until it reports, with everything on.

    The function returned does it, each time with a new store, and returns how many calls it made.
    """
    to_write, to_judge = evaluate.endpoint(writer, url), evaluate.endpoint(judge, url)
    run = evaluate.plan(protocols.load("standard"), asked, to_write, to_judge)
    terms = Terms(connections=connections)

    async def carry_out() -> int:
        with tempfile.TemporaryDirectory() as out, shown.progress(False) as show, Store(Path(out) / "x.db") as store:
            show.expect("responses", len(asked.queries))
            show.expect("judgements", sum(len(query.criteria) for query in asked.queries))
            seen = evaluate.Progress(response=show.response, judgement=show.judgement, spent=show.spent)
            made = evaluate.carry_out(
                run, asked.queries, store, writer=to_write, judge=to_judge, seen=seen, terms=terms
            )
            return (await made).calls

    return carry_out


@contextmanager
def terminal() -> Iterator[None]:
    """Standard error is a real terminal meanwhile; on the other core somebody reads it and throws away what comes."""
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (24, 100))
    os.environ["TERM"] = "xterm-256color"
    kept = os.dup(2)
    with subprocess.Popen([sys.executable, "-c", READER], stdin=master) as reader:
        os.sched_setaffinity(reader.pid, {cores()[1]})
        os.close(master)
        os.dup2(slave, 2)
        os.close(slave)
        try:
            yield
        finally:
            os.dup2(kept, 2)  # nobody holds the terminal any more, so its reader goes
            os.close(kept)
            reader.wait(10)
