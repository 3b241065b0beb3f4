"""Charts as SVG: functions from values to a picture, for the page and for files.

On the page the colours are CSS custom properties, so that the picture follows the page's theme; files get the plain
colours (`figures.py`). Nothing is told by colour alone: series have a shape and a label at their side, cells have their
number, and every picture says in words what it shows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from writingbench.reports.drawing import (
    ACCENT,
    COLOURS,
    LINE,
    MUTED,
    SMALL,
    USUAL,
    WIDTH,
    Drawing,
    Point,
    ends_of,
    lettering,
    measure,
    rounded,
    safe,
    shape,
    shown,
    spoken,
    stroke,
    ticks,
    value_of,
)

SCALE = ("#2166ac", "#92c5de", "#f7f7f7", "#f4a582", "#b2182b")  # low to high, for every kind of colour vision
__all__ = ["Point", "Row", "Series", "curves", "differences", "dots", "heatmap"]

TOGETHER = 8  # series in one picture; of more, each gets a small one of its own
PIXELS = 64_000_000  # of a .png; each takes four bytes while it is drawn
MARKS = (1.0, 10.0)  # what a mean of marks lies between


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A line: a point for each bin. `apart` are points of the same name that do not belong on the line (crosses)."""

    name: str
    points: tuple[Point, ...]
    apart: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of a dot plot. Rows of the same `group` stand under its name; `note` stands at the right."""

    name: str
    point: Point
    group: str = ""
    note: str = ""


def curves(
    bins: Sequence[str],
    series: Sequence[Series],
    *,
    title: str,
    x: str,
    y: str = "",
    note: str = "",
    within: tuple[float, float] = MARKS,
) -> str:
    """Lines over ordered bins, and how many each point rests on (behind a × those that are apart). Values lie `within`.

    More than TOGETHER series get a small picture each; the grey behind them reaches from the lowest to the highest.
    """
    drawing = Drawing(title, [(one.name, point) for one in series for point in one.points])
    drawing.heading(title, y)
    if len(series) > TOGETHER:
        _multiples(drawing, bins, series, x, within)
    else:
        _together(drawing, bins, series, x, within)
    drawing.footing(note)
    return drawing.svg()


def dots(rows: Sequence[Row], *, title: str, x: str = "", note: str = "") -> str:
    """Means with their intervals, one row each: a leaderboard."""
    return _rows(rows, title, x, note, zero=False)


def differences(rows: Sequence[Row], *, title: str, x: str = "", note: str = "") -> str:
    """Differences with their intervals beside a line at zero. Hollow and grey: the interval reaches zero."""
    return _rows(rows, title, x, note, zero=True)


def heatmap(
    columns: Sequence[str],
    groups: Sequence[tuple[str, Sequence[tuple[str, Sequence[float | None]]]]],
    *,
    title: str,
    note: str = "",
    decimals: int = 1,
) -> str:
    """Numbers as coloured cells, red high and blue low: rows, under the names of their groups, by `columns`."""
    values = [value for _, rows in groups for _, row in rows for value in row if value is not None]
    low, high = (min(values), max(values)) if values else (1.0, 10.0)
    low, high = min(low, (low + high) / 2 - 0.5), max(high, (low + high) / 2 + 0.5)  # little is not to look like much
    names = [name for _, rows in groups for name, _ in rows]
    left = min(300.0, max([60.0, *(measure(name, USUAL) for name in names)]) + 22)
    wide = min(max((WIDTH - left - 20) / max(len(columns), 1), 34), 120)
    longest = min(max([0.0, *(measure(name, USUAL) for name in columns)]), 200)
    slanted = longest > wide - 6
    tall, over = (longest * 0.71 + 16, longest * 0.71) if slanted else (22.0, 0.0)
    drawing = Drawing(title, [], width=max(420, left + wide * len(columns) + max(over - wide / 2, 0) + 24))
    drawing.heading(title, "")
    _legend(drawing, low, high, decimals)
    drawing.y += tall
    for place, name in enumerate(columns):
        middle = left + wide * (place + 0.5)
        drawing.add(
            lettering(middle - 2, drawing.y - 6, name, most=200, turned=-45)
            if slanted
            else lettering(middle, drawing.y - 6, name, most=wide - 4, anchor="middle")
        )
    for group, rows in groups:
        if group:
            drawing.y += 21
            drawing.add(lettering(12, drawing.y - 6, group, most=drawing.width - 24, bold=True))
        for name, row in rows:
            drawing.add(lettering(left - 8, drawing.y + 13, name, most=left - 21, anchor="end"))
            for place, value in enumerate(row):
                drawing.add(
                    _tile(left + wide * place, drawing.y, wide, value, low, high, decimals, f"{name}, {columns[place]}")
                )
            drawing.y += 18
        drawing.y += 3
    drawing.footing(note)
    return drawing.svg()


def _together(
    drawing: Drawing, bins: Sequence[str], series: Sequence[Series], x: str, within: tuple[float, float]
) -> None:
    right = min(230.0, max([0.0, *(measure(one.name, USUAL) for one in series)])) + 40
    axes = _Axes(drawing.y, 52, drawing.width - right, max(280.0, 17.0 * len(series)), len(bins), _span(series, within))
    drawing.add(*axes.grid())
    step = min(10.0, axes.wide * 0.7 / max(len(series), 1))
    for place, one in enumerate(series):
        shift = (place - (len(series) - 1) / 2) * step
        drawing.add(*_line(axes, one, place, shift), *_crosses(axes, one, place, shift))
    drawing.add(*_labels(axes, series, step))
    drawing.y = axes.bottom + _bin_names(drawing, axes, bins, axes.bottom) + 16
    drawing.add(
        lettering((axes.left + axes.right) / 2, drawing.y, x, most=drawing.width - 24, anchor="middle", colour=MUTED)
    )
    drawing.y += 6
    for place, one in enumerate(series):  # what each point rests on, in the order of the legend
        drawing.y += 15
        drawing.add(shape(place, 20, drawing.y - 4, False), lettering(30, drawing.y, "n", size=SMALL, colour=MUTED))
        drawing.add(*_counts(axes, one, drawing.y))
    drawing.y += 6


def _multiples(
    drawing: Drawing, bins: Sequence[str], series: Sequence[Series], x: str, within: tuple[float, float]
) -> None:
    across, gap, tall = 3, 18, 160
    wide = (drawing.width - 24 - gap * (across - 1)) / across
    span, top, depth = _span(series, within), drawing.y, 0.0
    for place, one in enumerate(series):
        row, column = divmod(place, across)
        left, y = 12 + column * (wide + gap), top + row * tall
        axes = _Axes(y + 22, left + 24, left + wide, 92, len(bins), span)
        drawing.add(lettering(left, y + 13, one.name, most=wide, bold=True), *_band(axes, series), *axes.grid(size=9))
        drawing.add(*_line(axes, one, 0, 0, scale=0.65), *_crosses(axes, one, 0, 0))
        drawing.add(*_counts(axes, one, axes.bottom + 12, True))
        if place + across >= len(series):  # nothing stands below
            depth = _bin_names(drawing, axes, bins, axes.bottom + 20, size=9)
    drawing.y = top + math.ceil(len(series) / across) * tall - tall + 22 + 92 + 20 + depth
    drawing.footing(x)
    drawing.y -= 12


class _Axes:
    """Where things are: bins from `left` to `right`, values from `bottom` to `top`."""

    def __init__(
        self, top: float, left: float, right: float, height: float, bins: int, span: tuple[float, float, float]
    ) -> None:
        self.top, self.bottom, self.left, self.right = top, top + height, left, right
        self.low, self.high, self.step = span
        self.bins = bins
        self.wide = (right - left) / max(bins, 1)

    def x(self, place: int) -> float:
        return self.left + self.wide * (place + 0.5)

    def y(self, value: float) -> float:
        return self.bottom - (value - self.low) / (self.high - self.low) * (self.bottom - self.top)

    def grid(self, size: float = SMALL) -> Iterator[str]:
        for value in ticks(self.low, self.high, self.step):
            y = self.y(value)
            yield stroke(self.left, y, self.right, y, LINE, 1)
            yield lettering(
                self.left - 6, y + size * 0.36, shown(value, self.step), size=size, anchor="end", colour=MUTED
            )


def _path(axes: _Axes, one: Series, colour: str, shift: float, wide: float) -> Iterator[str]:
    """The line, in pieces where a bin is empty."""
    for there, found in groupby(enumerate(one.points), key=lambda item: item[1].mean is not None):
        places = [(axes.x(place) + shift, axes.y(point.mean)) for place, point in found if point.mean is not None]
        if there and len(places) > 1:
            points = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
            yield f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="{wide}"/>'


def _band(axes: _Axes, series: Sequence[Series]) -> Iterator[str]:
    """From the lowest to the highest of all series, in pieces where a bin is empty."""
    means = [[one.points[place].mean for one in series if place < len(one.points)] for place in range(axes.bins)]
    known = [[mean for mean in found if mean is not None] for found in means]
    for there, found in groupby(enumerate(known), key=lambda item: bool(item[1])):
        if there:
            ends = [(axes.x(place), axes.y(min(one)), axes.y(max(one))) for place, one in found]
            around = [(x, low) for x, low, _ in ends] + [(x, high) for x, _, high in reversed(ends)]
            yield f'<polygon points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in around)}" fill="{LINE}" opacity="0.6"/>'


def _line(axes: _Axes, one: Series, number: int, shift: float, scale: float = 1) -> Iterator[str]:
    colour = COLOURS[number % len(COLOURS)]
    yield from _path(axes, one, colour, shift, 1.8)
    for place, point in enumerate(one.points):
        if point.mean is None:
            continue
        x = axes.x(place) + shift
        if point.low is not None and point.high is not None:
            yield stroke(x, axes.y(point.low), x, axes.y(point.high), colour, 1.4)
        yield shape(number, x, axes.y(point.mean), point.thin, spoken(one.name, point), scale=scale)


def _crosses(axes: _Axes, one: Series, number: int, shift: float) -> Iterator[str]:
    colour = COLOURS[number % len(COLOURS)]
    for place, point in enumerate(one.apart):
        if point.mean is None:
            continue
        x, y = axes.x(place) + shift + 3, axes.y(point.mean)
        if point.low is not None and point.high is not None:
            yield f'<g stroke-dasharray="2 2">{stroke(x, axes.y(point.low), x, axes.y(point.high), colour, 1.2)}</g>'
        yield (
            f'<path d="M{x - 4:.1f} {y - 4:.1f}l8 8m0 -8l-8 8" stroke="{colour}" stroke-width="2">'
            f"<title>{safe(spoken(one.name, point))}</title></path>"
        )


def _labels(axes: _Axes, series: Sequence[Series], step: float) -> Iterator[str]:
    """The names at the right, each at its line's end, pushed apart where they would touch."""
    ends = []
    for number, one in enumerate(series):
        shift = (number - (len(series) - 1) / 2) * step
        there = [(axes.x(n) + shift, axes.y(p.mean)) for n, p in enumerate(one.points) if p.mean is not None]
        ends.append((there[-1] if there else (axes.right, axes.bottom), number))
    ends.sort(key=lambda end: end[0][1])
    heights = _apart([end[0][1] for end in ends], 16, axes.top + 6, axes.bottom - 2)
    for ((x, y), number), height in zip(ends, heights, strict=True):
        colour = COLOURS[number % len(COLOURS)]
        yield f'<g opacity="0.5">{stroke(x + 6, y, axes.right + 8, height, colour, 0.8)}</g>'
        yield shape(number, axes.right + 14, height, False)
        yield lettering(axes.right + 24, height + 4, series[number].name, most=230)


def _apart(wanted: Sequence[float], least: float, top: float, bottom: float) -> list[float]:
    """Heights near the `wanted` ones, which ascend, with `least` between neighbours."""
    found: list[float] = []
    for place, height in enumerate(wanted):
        room = bottom - least * (len(wanted) - 1 - place)
        found.append(max(min(height, room), found[-1] + least if found else top))
    return found


def _counts(axes: _Axes, one: Series, y: float, small: bool = False) -> Iterator[str]:
    size = 8 if small else SMALL
    for place, point in enumerate(one.points):
        apart = one.apart[place].n if place < len(one.apart) else 0
        texts = [f"{point.n:,}" if point.n or apart else "", f"×{apart:,}" if apart else ""]
        for line, text in enumerate(texts if small else [" ".join(texts).strip()]):
            if text:
                yield lettering(axes.x(place), y + line * 9, text, size=size, anchor="middle", colour=MUTED)


def _bin_names(drawing: Drawing, axes: _Axes, bins: Sequence[str], top: float, size: float = SMALL) -> float:
    """The names under the axis, from `top` down; returns how deep they reach."""
    longest = max([0.0, *(measure(name, size) for name in bins)])
    slanted = longest > axes.wide - 4
    for place, name in enumerate(bins):
        if slanted:
            drawing.add(
                lettering(axes.x(place) + 4, top + size + 2, name, size=size, anchor="end", colour=MUTED, turned=-40)
            )
        else:
            drawing.add(lettering(axes.x(place), top + size + 6, name, size=size, anchor="middle", colour=MUTED))
    return size + 10 + (longest * 0.65 if slanted else 0)


def _rows(rows: Sequence[Row], title: str, x: str, note: str, *, zero: bool) -> str:
    drawing = Drawing(title, [(row.name, row.point) for row in rows])
    drawing.heading(title, "")
    values = [end for row in rows for end in (row.point.mean, row.point.low, row.point.high) if end is not None]
    low, high, step = rounded([*values, 0.0], None, 0.2) if zero else rounded(values, MARKS, 1.0)
    left = min(290.0, max([40.0, *(measure(row.name, USUAL) for row in rows)])) + 24
    notes = min(180.0, max([0.0, *(measure(row.note, SMALL) for row in rows)]))
    ends = max([0.0, *(measure(ends_of(row.point, zero), SMALL) for row in rows)])
    right = drawing.width - notes - ends - 60 - 12 * ((notes > 0) + (ends > 0))
    tall = 22 if len(rows) <= 20 else 19

    def at(value: float) -> float:
        return left + (value - low) / (high - low) * (right - left)

    top = drawing.y + 18
    drawing.y = top
    body: list[str] = []
    for group, found in groupby(rows, key=lambda row: row.group):
        if group:
            drawing.y += tall + 2
            body.append(lettering(12, drawing.y - 7, group, most=left - 24, bold=True))
        for row in found:
            drawing.y += tall
            body += _row(row, drawing.y - tall / 2, at, left, right, ends, zero)
            if notes:
                x_note = drawing.width - 12
                body.append(
                    lettering(
                        x_note,
                        drawing.y - tall / 2 + 4,
                        row.note,
                        size=SMALL,
                        most=notes + 1,
                        anchor="end",
                        colour=MUTED,
                    )
                )
    for value in ticks(low, high, step):
        place, bold = at(value), zero and abs(value) < step / 2
        drawing.add(stroke(place, top, place, drawing.y, MUTED if bold else LINE, 1.4 if bold else 1))
        for y in (top - 5, *([drawing.y + 13] if len(rows) > 20 else [])):
            label = shown(value, step, signed=zero)
            drawing.add(lettering(place, y, label, size=SMALL, anchor="middle", colour=MUTED))
    drawing.add(*body)
    drawing.y += 16 if len(rows) > 20 else 4
    drawing.footing(x, note)
    return drawing.svg()


def _row(
    row: Row, y: float, at: Callable[[float], float], left: float, right: float, ends: float, zero: bool
) -> Iterator[str]:
    point = row.point
    yield lettering(12, y + 4, row.name, most=left - 23)
    yield f'<g opacity="0.6">{stroke(left, y, right, y, LINE, 0.7)}</g>'
    yield lettering(right + 46, y + 4, value_of(point, zero), anchor="end")
    if ends:
        yield lettering(right + 58 + ends, y + 4, ends_of(point, zero), size=SMALL, anchor="end", colour=MUTED)
    if point.mean is None:
        return
    sure = not point.thin
    if zero:
        sure = point.low is not None and point.high is not None and not point.low <= 0 <= point.high
    colour = ACCENT if not zero or (sure and point.mean > 0) else COLOURS[1] if sure else MUTED
    if point.low is not None and point.high is not None:
        yield stroke(at(point.low), y, at(point.high), y, colour, 2)
    yield shape(0, at(point.mean), y, not sure, spoken(row.name, point), colour=colour)


def _legend(drawing: Drawing, low: float, high: float, decimals: int) -> None:
    """The colours and what they stand for."""
    x, steps, wide = 12.0, 11, 16
    for step in range(steps):
        drawing.add(
            f'<rect x="{x + step * wide:.1f}" y="{drawing.y:.1f}" width="{wide}" height="9" '
            f'fill="{_colour(step / 10)}"/>'
        )
    drawing.y += 22
    for place, anchor, value in ((0, "start", low), (0.5, "middle", (low + high) / 2), (1, "end", high)):
        text = f"{value:.{decimals}f}"
        drawing.add(lettering(x + place * steps * wide, drawing.y, text, size=SMALL, anchor=anchor, colour=MUTED))
    drawing.y += 6


def _tile(
    x: float, y: float, wide: float, value: float | None, low: float, high: float, decimals: int, said: str
) -> str:
    if value is None:
        return lettering(x + wide / 2, y + 13, "·", anchor="middle", colour=MUTED)
    colour = _colour((value - low) / (high - low))
    text = f"{value:.{decimals}f}"
    return (
        f'<rect x="{x + 0.5:.1f}" y="{y:.1f}" width="{wide - 1:.1f}" height="17" fill="{colour}">'
        f"<title>{safe(said)}: {text}</title></rect>"
        + lettering(x + wide / 2, y + 12.5, text, size=SMALL, anchor="middle", colour=_readable(colour))
    )


def _colour(share: float) -> str:
    """The colour at this share of the way from low to high."""
    place = min(max(share, 0.0), 1.0) * (len(SCALE) - 1)
    below = min(int(place), len(SCALE) - 2)
    ends = [[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in SCALE[below : below + 2]]
    mixed = [round(one + (other - one) * (place - below)) for one, other in zip(*ends, strict=True)]
    return "#" + "".join(f"{part:02x}" for part in mixed)


def _readable(colour: str) -> str:
    """Black or white, whichever stands out more on a colour (relative luminance as in WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return "#000000" if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 else "#ffffff"


def _span(series: Sequence[Series], within: tuple[float, float]) -> tuple[float, float, float]:
    points = [point for one in series for point in (*one.points, *one.apart)]
    return rounded(
        [end for point in points for end in (point.mean, point.low, point.high) if end is not None], within, 2.0
    )
