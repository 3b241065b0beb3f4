"""What a person at a terminal sees while it runs and at the end. Progress goes to standard error, results to standard
output, so that a pipe carries results only; away from a terminal there is no progress at all.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from writingbench.records import Failure, Judgement, Response

EVERY = 0.1  # seconds between two drawings
# stages that are counted one by one; the others are downloads
COUNTED = ("responses", "judgements", "queries", "comparisons", "steps")


@dataclass(slots=True)
class _Stage:
    """What a bar shows, counted here and drawn now and then: drawing each step would cost more than taking it."""

    bar: TaskID
    total: int | None
    done: int = 0
    failed: int = 0


class Show:
    """Progress bars: downloads, then one bar a stage with done, total, rate, time left, failures and cost so far."""

    def __init__(self, quiet: bool) -> None:
        console = Console(stderr=True)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn("[red]{task.fields[failed]}[/]{task.fields[cost]}"),
            console=console,
            disable=quiet or not console.is_terminal,
        )
        self._stages: dict[str, _Stage] = {}
        self._cost = ""
        self._drawn = 0.0

    def download(self, what: str, size: int) -> None:
        """`size` bytes of `what` are here."""
        stage = self._stage(what)
        self._progress.update(stage.bar, completed=size // 1_000_000, rate="MB" if size else "downloading")

    def expect(self, stage: str, total: int) -> None:
        """`total` things are to come in this stage."""
        self._stage(stage, total)

    def stop(self) -> None:
        """Leave the bars as they stand: what follows is the result."""
        self._draw()
        self._progress.stop()

    def spent(self, dollars: float) -> None:
        """So much has been paid so far."""
        self._cost = f" ${dollars:.2f}" if dollars else ""

    def again(self) -> None:
        """Everything is counted from the beginning."""
        for stage in self._stages.values():
            stage.done = stage.failed = 0
            self._progress.reset(stage.bar, total=stage.total)

    def note(self, text: str) -> None:
        """A line for the user to read, above the bars."""
        self._progress.console.print(Text(f"writingbench: {text}"), soft_wrap=True)

    def response(self, made: Response) -> None:
        self._advance("responses", made.outcome)

    def judgement(self, made: Judgement) -> None:
        self._advance("judgements", made.outcome)

    def marked(self, outcome: object) -> None:
        """A mark is there, or could not be had."""
        self._advance("judgements", outcome)

    def step(self, step: int, steps: int, loss: float) -> None:
        """So many steps of a training are done."""
        self._stage("steps", steps).done = step - 1
        self._advance("steps", None)

    def query(self, outcome: object) -> None:
        """What was asked about a query is answered, or failed."""
        self._advance("queries", outcome)

    def comparison(self, outcome: object) -> None:
        """Two responses are compared, or could not be."""
        self._advance("comparisons", outcome)

    def _stage(self, name: str, total: int | None = None) -> _Stage:
        if name not in self._stages:
            bar = self._progress.add_task(f"{name:>12}", total=total, rate="", failed="", cost="")
            self._stages[name] = _Stage(bar, total)
        return self._stages[name]

    def _advance(self, name: str, outcome: object) -> None:
        stage = self._stage(name)
        stage.done += 1
        stage.failed += isinstance(outcome, Failure)
        if (now := time.monotonic()) - self._drawn >= EVERY:
            self._drawn = now
            self._draw()

    def _draw(self) -> None:
        for name, stage in self._stages.items():
            if name not in COUNTED:
                continue
            speed = self._progress.tasks[stage.bar].speed
            self._progress.update(
                stage.bar,
                completed=stage.done,
                rate=f"{speed:.1f}/s" if speed else "",
                failed=f"{stage.failed} failed" if stage.failed else "",
                cost=self._cost if name == list(self._stages)[-1] else "",
            )


@contextmanager
def progress(quiet: bool) -> Iterator[Show]:
    """Show progress while the block runs, unless `quiet` or not at a terminal."""
    show = Show(quiet)
    with show._progress:
        yield show


def say(text: str) -> None:
    """A line of result; as plain text, whatever it holds."""
    Console(soft_wrap=True).print(Text(text))


def complain(text: str) -> None:
    """What went wrong, one line for each thing, on standard error."""
    Console(stderr=True, soft_wrap=True).print(Text(f"writingbench: {text}"))


def estimate(value: float | None, low: float | None, high: float | None, form: str = ".2f") -> str:
    """A figure with its interval, "0.60 (0.55 to 0.66)"; "–" where there is none."""
    if value is None:
        return "–"
    return f"{value:{form}}" + (f" ({low:{form}} to {high:{form}})" if low is not None and high is not None else "")


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table of text; the first column is names, columns of figures stand to the right."""
    made = Table(box=None, pad_edge=False, padding=(0, 3 if len(columns) < 8 else 2, 0, 0))
    for number, column in enumerate(columns):
        figures = number > 0 and all(row[number][:1].isdigit() or row[number] == "–" for row in rows)
        made.add_column(column, justify="right" if figures else "left", overflow="fold", no_wrap=number == 0)
    for row in rows:
        made.add_row(*(Text(cell) for cell in row))
    Console().print(made)
