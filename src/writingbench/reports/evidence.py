"""What stands behind a ranking: scores by length, what thinking changes, who can be told apart, the judge's noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from writingbench.reports.charts import Point, Row, Series, curves, differences, dots
from writingbench.reports.leaderboard import (
    NONE,
    SHOWN,
    Column,
    Figure,
    Group,
    between,
    interval,
    number,
    percent,
    signed,
)
from writingbench.reports.shell import Tongue, place, words
from writingbench.scores.board import Board, Versus
from writingbench.scores.genres import Apart
from writingbench.scores.length import Bin, Curve
from writingbench.scores.noise import Noise
from writingbench.scores.table import STATES

MATRIX = 12  # writers who can all be set against each other in one table
PICTURED = 12  # writers with curves of their own
RANKED = 50  # writers in the picture of the leaderboard


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """Two writers compared, as shown."""

    first: str
    second: str
    figures: tuple[Figure, ...]  # difference, p, queries shared, whether they can be told apart
    apart: bool


def ranking(board: Board, names: Sequence[str], tongue: Tongue) -> str:
    """The picture of the leaderboard; "" for a single writer."""
    w = words(tongue)
    cells = [one.overall for one in board.scores[:RANKED]]
    rows = [
        Row(name=name, point=Point(mean=cell.mean, low=cell.low, high=cell.high, n=cell.n))
        for name, cell in zip(names, cells, strict=False)
    ]
    note = w["picture_part"].format(n=RANKED) if len(names) > RANKED else ""
    return dots(rows, title=w["ranking_picture"], note=note) if len(names) > 1 else ""


def pictures(board: Board, names: Sequence[str], tongue: Tongue) -> dict[str, str]:
    """The curves over the length of the answer and of the request; "" where there is nothing to draw."""
    w = words(tongue)
    note = w["length_read"]
    if len(names) > PICTURED:
        note += w["picture_part"].format(n=PICTURED)
    found = {}
    for key, every in (("output", board.lengths.output), ("input", board.lengths.input)):
        own = every[:PICTURED]
        kept = [place for place, _ in enumerate(own[0].complete) if any(_there(curve, place) for curve in own)]
        bins = [reach(own[0].complete[place]) for place in kept]
        series = [
            Series(
                name=name,
                points=tuple(_point(curve.complete[place]) for place in kept),
                apart=tuple(_point(curve.cut[place]) for place in kept),
            )
            for name, curve in zip(names, own, strict=False)
        ]
        found[key] = curves(bins, series, title=w[f"length_{key}"], x=w["length_axis"], note=note) if kept else ""
    return found


def _there(curve: Curve, place: int) -> bool:
    return bool(curve.complete[place].n or curve.cut[place].n)


def _point(one: Bin) -> Point:
    return Point(mean=one.mean, low=one.low, high=one.high, n=one.n, thin=one.thin)


def lengths(board: Board, tongue: Tongue) -> dict[str, list[Group]]:
    """Scores by the length of the answer ("output") and of the request ("input"), for the writers that the page shows;
    answers that were cut off stand apart, and so do responses that are no answer. Only what there is.
    """
    w = words(tongue)
    found = {}
    for key, every in (("output", board.lengths.output[:SHOWN]), ("input", board.lengths.input[:SHOWN])):
        series = {
            w["answers_complete"]: [curve.complete for curve in every],
            w["answers_cut"]: [curve.cut for curve in every],
        }
        groups = [Group(name=name, columns=_bins(bins, tongue)) for name, bins in series.items()]
        found[key] = [group for group in groups if group.columns]
    lost = board.lengths.none[:SHOWN]
    kinds = [state for state in STATES if any(state in one for one in lost)]
    if kinds and found["output"]:
        counts = (Column(name=w[kind], figures=tuple(_count(one.get(kind, 0)) for one in lost)) for kind in kinds)
        found["output"].append(Group(name=w["answers_none"], columns=tuple(counts)))
    return {key: groups for key, groups in found.items() if groups}


def _bins(bins: Sequence[Sequence[Bin]], tongue: Tongue) -> tuple[Column, ...]:
    """A column for each bin that anything fell into; `bins` has a row for each writer."""
    return tuple(
        Column(name=reach(column[0]), figures=tuple(_bin(one, tongue) for one in column))
        for column in zip(*bins, strict=True)
        if any(one.n for one in column)
    )


def reach(one: Bin) -> str:
    """The lengths of a bin, "1,000–1,999"."""
    if one.end is None:
        return f"≥ {one.start:,}"
    return f"{one.start:,}–{one.end - 1:,}" if one.start else f"< {one.end:,}"


def _bin(one: Bin, tongue: Tongue) -> Figure:
    if one.mean is None:
        return Figure(text=NONE)
    counted = words(tongue)["bin_thin" if one.thin else "bin_n"].format(n=one.n)
    return Figure(text=number(one.mean), value=one.mean, small=f"{interval(one.low, one.high)} {counted}".strip())


def _count(n: int) -> Figure:
    return Figure(text=f"{n:,}", value=n)


def said_of_length(board: Board, names: Sequence[str], most: int, tongue: Tongue) -> list[str]:
    """For the first `most` writers at which length their complete answers do best and worst."""
    w = words(tongue)
    said = []
    for name, curve in list(zip(names, board.lengths.output, strict=False))[:most]:
        sure = [(one.mean, one) for one in curve.complete if one.mean is not None and not one.thin]
        if len(sure) > 1:
            (low, worst), (high, best) = (pick(sure, key=lambda found: found[0]) for pick in (min, max))
            said.append(
                w["said_length"].format(
                    name=name, best=reach(best), high=number(high), worst=reach(worst), low=number(low)
                )
            )
    return said


def thought(found: Sequence[Apart], tongue: Tongue) -> tuple[str, Group]:
    """What thinking changes overall, by domain and by genre: a picture, and the figures."""
    w = words(tongue)
    names = [
        place(one.name, tongue) if one.sort == "domain" else w[f"thinking_{one.name or one.sort}"] for one in found
    ]
    rows = [
        Row(name=name, point=Point(mean=one.difference, low=one.low, high=one.high, n=one.n), note=f"n {one.n:,}")
        for name, one in zip(names, found, strict=True)
    ]
    figures = [
        Figure(text=signed(one.difference), value=one.difference, small=between(one.low, one.high)) for one in found
    ]
    columns = tuple(
        Column(name=name, n=f"{one.n:,}", figures=(figure,))
        for name, one, figure in zip(names, found, figures, strict=True)
    )
    return differences(rows, title=w["thinking_picture"], note=w["thinking_read"]), Group(name="", columns=columns)


def said_of_thinking(found: Sequence[Apart], tongue: Tongue) -> str:
    """Whether thinking helps one genre more than the other."""
    (contrast,) = (one for one in found if one.sort == "contrast")
    if contrast.low is None or contrast.high is None:
        return words(tongue)["thinking_unknown"]
    key = "thinking_more" if contrast.low > 0 else "thinking_less" if contrast.high < 0 else "thinking_alike"
    return words(tongue)[key]


def met(pairs: Sequence[Versus], names: Sequence[str], tongue: Tongue) -> list[Met]:
    """Comparisons as shown; `names` are those of the board's rows."""
    w = words(tongue)
    return [
        Met(
            first=names[one.first],
            second=names[one.second],
            figures=(
                Figure(text=signed(one.difference), value=one.difference, small=between(one.low, one.high)),
                Figure(text=probability(one.p), value=one.p),
                Figure(text=f"{one.shared:,}", value=one.shared),
                Figure(text=w["pair_apart" if one.apart else "pair_alike"], value=one.apart),
            ),
            apart=one.apart,
        )
        for one in pairs
    ]


def probability(p: float | None) -> str:
    """A p-value: three decimals, small ones as "< 0.001"."""
    return NONE if p is None else "< 0.001" if p < 0.001 else f"{p:.3f}"


def matrix(board: Board, tongue: Tongue) -> list[list[Figure | None]] | None:
    """Each writer's difference to each other one, row minus column; None where they are too many."""
    w = words(tongue)
    size = len(board.scores)
    if not 1 < size <= MATRIX:
        return None
    rows: list[list[Figure | None]] = [[None] * size for _ in range(size)]
    for one in board.pairs:
        for sign, row, column in ((1, one.first, one.second), (-1, one.second, one.first)):
            difference, low, high = (None if end is None else sign * end for end in (one.difference, one.low, one.high))
            ends = between(low, high) if sign > 0 else between(high, low)
            said = w["pair_title"].format(ends=ends or NONE, p=probability(one.p), n=one.shared)
            rows[row][column] = Figure(
                text=signed(difference), value=difference, small="" if one.apart else w["pair_alike_short"], title=said
            )
    return rows


def mood(noise: Noise, tongue: Tongue) -> list[tuple[str, str, str]]:
    """The judge's noise: name, value, what it means."""
    w = words(tongue)
    share = percent(noise.of_error)
    found = [
        ("noise_judge", number(noise.judge)),
        ("noise_same", w["noise_share"].format(share=percent(noise.same), n=noise.repeated)),
        ("noise_query", number(noise.query)),
        *([("noise_writer", number(noise.writer))] if noise.writer is not None else []),
        *([("noise_error", share)] if share else []),
    ]
    return [(w[key], value, w[f"{key}_note"]) for key, value in found]
