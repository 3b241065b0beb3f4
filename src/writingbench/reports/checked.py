"""What the checks count, as the front of a report shows it: a column for each check, and the course along the text."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from writingbench.checks.checked import Checked, Stretch
from writingbench.checks.course import SIZE
from writingbench.reports.charts import Point, Series, curves
from writingbench.reports.leaderboard import NONE, SHOWN, Column, Figure, Group, percent
from writingbench.reports.shell import Tongue, words
from writingbench.scores.board import Board

PICTURED = 12  # writers with curves of their own
THIN = 5  # windows below which a point is said to be thin


def group(board: Board, tongue: Tongue) -> Group | None:
    """A column for each check, for the writers that the page shows; None where no texts were checked."""
    w = words(tongue)
    every = [label.checked or Checked() for label in board.table.labels[:SHOWN]]
    if not any(one.responses for one in every):
        return None

    def column(key: str, figure: Callable[[Checked], Figure], *, most_first: bool = True) -> Column:
        return Column(
            name=w[f"checks_{key}"],
            note=w[f"checks_{key}_note"],
            figures=tuple(figure(one) for one in every),
            sort="descending" if most_first else "ascending",
        )

    columns = [
        column("contradictions", lambda one: _count(one.found.get("contradictions", 0))),
        column("length", lambda one: _met(one, "length"), most_first=False),
        column("length_score", lambda one: _number(one.length_score, 1, one.scored), most_first=False),
        column("structure", lambda one: _met(one, "structure"), most_first=False),
        column("language", lambda one: _flagged(one, "language")),
        column("figures", lambda one: _number(one.unsupported, 2)),
        column("repetition", lambda one: _share(one.repetition)),
        column("completeness", lambda one: _flagged(one, "completeness")),
    ]
    return Group(name=w["checks"], columns=tuple(columns))


def _count(count: int) -> Figure:
    return Figure(text=f"{count:,}", value=count)


def _met(checked: Checked, check: str) -> Figure:
    met, share = checked.met.get(check, 0), checked.share_met(check)
    if share is None:
        return Figure(text=NONE)
    return Figure(text=f"{met:,} / {met + checked.broken.get(check, 0):,}", value=share, small=percent(share))


def _flagged(checked: Checked, check: str) -> Figure:
    if not checked.responses:
        return Figure(text=NONE)
    count = checked.flagged.get(check, 0)
    share = count / checked.responses
    return Figure(text=f"{count:,} / {checked.responses:,}", value=share, small=percent(share))


def _number(value: float | None, decimals: int, n: int = 0) -> Figure:
    if value is None:
        return Figure(text=NONE)
    return Figure(text=f"{value:.{decimals}f}", value=value, small=f"n {n:,}" if n else "")


def _share(value: float | None) -> Figure:
    return Figure(text=NONE) if value is None else Figure(text=percent(value), value=value)


def pictures(board: Board, names: Sequence[str], tongue: Tongue) -> list[str]:
    """How much of a text repeats what stands before it, and how varied it is, by the place in the text. Empty where no
    text is long enough to have a course.
    """
    w = words(tongue)
    every = [label.checked.course if label.checked else () for label in board.table.labels[:PICTURED]]
    most = max(map(len, every), default=0)
    if most < 2:
        return []
    bins = [f"{n * SIZE:,}–{(n + 1) * SIZE:,}" for n in range(most)]
    measures: tuple[tuple[str, Callable[[Stretch], float]], ...] = (
        ("repetition", lambda one: one.repetition),
        ("variety", lambda one: one.variety),
    )
    return [
        curves(
            bins,
            [
                Series(name=name, points=tuple(_points(course, most, value)), apart=())
                for name, course in zip(names, every, strict=False)
            ],
            title=w[f"course_{key}"],
            x=w["course_axis"],
            note=w["course_note"],
            within=(0.0, 100.0),
        )
        for key, value in measures
    ]


def _points(course: Sequence[Stretch], most: int, value: Callable[[Stretch], float]) -> list[Point]:
    none = Point(mean=None, low=None, high=None, n=0)
    made = [
        Point(mean=100 * value(one) / one.windows, low=None, high=None, n=one.windows, thin=one.windows < THIN)
        if one.windows
        else none
        for one in course
    ]
    return made + [none] * (most - len(made))
