"""What charts are made of: an SVG that grows downwards, with letters, strokes, shapes and the steps of axes.

Colours are CSS custom properties, each with a plain colour for where there are none. Letters are measured by estimate,
because where a chart is drawn no font is at hand: what is too long is cut with "…" and stands in full in the element's
title.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import accumulate, takewhile
from unicodedata import east_asian_width

from writingbench.reports.prose import printable

INK, MUTED, LINE, PAPER = (
    f"var(--{name}, {colour})"
    for name, colour in (("ink", "#1d1d1f"), ("muted", "#5f6068"), ("line", "#d9d9de"), ("paper", "#ffffff"))
)
# Okabe and Ito, "Color Universal Design", 2008, those first that stand out most on white; for their yellow, which does
# not, a grey, and for black the ink
COLOURS = (
    *(
        f"var(--series-{number}, {colour})"
        for number, colour in enumerate(("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"), start=1)
    ),
    INK,
    "var(--series-8, #8a8a90)",
)
ACCENT = COLOURS[0]
FONTS = "Noto Sans CJK SC, Source Han Sans SC, PingFang SC, Microsoft YaHei, Noto Sans, DejaVu Sans, sans-serif"

WIDTH = 760
BIG, USUAL, SMALL = 15, 12, 10.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A mean with its interval. `n` is what it rests on; a `thin` one rests on too little and is drawn hollow."""

    mean: float | None  # None: nothing is drawn
    low: float | None = None
    high: float | None = None
    n: int = 0
    thin: bool = False


class Drawing:
    """An SVG that grows downwards from `y`."""

    def __init__(self, title: str, points: Sequence[tuple[str, Point]], width: float = WIDTH) -> None:
        self.width, self.y = width, 0.0
        self._title, self._points = title, points
        self._parts: list[str] = []

    def add(self, *parts: str) -> None:
        self._parts += parts

    def heading(self, title: str, below: str) -> None:
        self.y = 8
        for size, bold, colour, text in ((BIG, True, INK, title), (USUAL, False, MUTED, below)):
            for line in wrapped(text, self.width - 24, size):
                self.y += size * 1.35
                self.add(lettering(12, self.y, line, size=size, bold=bold, colour=colour))
        self.y += 12

    def footing(self, *texts: str) -> None:
        for text in texts:
            for line in wrapped(text, self.width - 24, SMALL):
                self.y += SMALL * 1.4
                self.add(lettering(12, self.y, line, size=SMALL, colour=MUTED))
        self.y += 12

    def svg(self) -> str:
        size = f"{self.width:.0f}", f"{self.y:.0f}"
        words = "; ".join(spoken(name, point) for name, point in self._points if point.mean is not None)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {size[0]} {size[1]}" width="{size[0]}" '
            f'height="{size[1]}" font-family="var(--font, {FONTS})" font-size="{USUAL}">'
            f"<title>{safe(self._title)}</title><desc>{safe(words)}</desc>"
            f'<rect width="100%" height="100%" fill="{PAPER}"/>{"".join(self._parts)}</svg>'
        )


_SHAPES = (
    '<circle r="4.2"',
    '<rect x="-3.8" y="-3.8" width="7.6" height="7.6"',
    '<path d="M0 -5L4.8 3.6L-4.8 3.6Z"',
    '<path d="M0 -5.4L5 0L0 5.4L-5 0Z"',
    '<path d="M0 5L4.8 -3.6L-4.8 -3.6Z"',
    '<path d="M0 -5L4.8 -1.5L3 4.2L-3 4.2L-4.8 -1.5Z"',
    '<path d="M-1.7 -5h3.4v3.3h3.3v3.4h-3.3v3.3h-3.4v-3.3h-3.3v-3.4h3.3Z"',
    '<path d="M0 -5.6L1.6 -1.7L5.6 -1.5L2.5 1.1L3.5 5L0 2.8L-3.5 5L-2.5 1.1L-5.6 -1.5L-1.6 -1.7Z"',
)


def shape(number: int, x: float, y: float, hollow: bool, said: str = "", *, colour: str = "", scale: float = 1) -> str:
    """The mark of a series: its colour, and its shape."""
    colour = colour or COLOURS[number % len(COLOURS)]
    fill, edge, wide = (PAPER, colour, 1.6) if hollow else (colour, PAPER, 0.8)
    place = f"translate({x:.1f} {y:.1f})" + ("" if scale == 1 else f" scale({scale})")
    title = f"<title>{safe(said)}</title>" if said else ""
    shape = f'{_SHAPES[number % len(_SHAPES)]} fill="{fill}" stroke="{edge}" stroke-width="{wide}"/>'
    return f'<g transform="{place}">{shape}{title}</g>'


def stroke(x1: float, y1: float, x2: float, y2: float, colour: str, wide: float) -> str:
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {ends} stroke="{colour}" stroke-width="{wide}"/>'


def lettering(
    x: float,
    y: float,
    text: str,
    *,
    size: float = USUAL,
    most: float = math.inf,
    anchor: str = "start",
    colour: str = INK,
    bold: bool = False,
    turned: float = 0,
) -> str:
    """A line of text, cut where it is wider than `most` pixels."""
    shown = short(text, most, size)
    full = "" if shown == line_of(text) else f"<title>{safe(text)}</title>"
    extra = (' font-weight="600"' if bold else "") + (f' text-anchor="{anchor}"' if anchor != "start" else "")
    if turned:
        extra += f' transform="rotate({turned:g} {x:.1f} {y:.1f})"'
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}"{extra}>{escape(shown)}{full}</text>'


def safe(text: str) -> str:
    return escape(line_of(text))


def line_of(text: str) -> str:
    return " ".join(printable(text).split())


def spoken(name: str, point: Point) -> str:
    return f"{name}: {value_of(point)} {ends_of(point)}".rstrip() + (f", n = {point.n:,}" if point.n else "")


def short(text: str, most: float, size: float) -> str:
    """As much of a text as there is room for, on one line. The middle goes: names of models differ at their ends."""
    text = line_of(text)
    if measure(text, size) <= most:
        return text
    room = most - size
    head = fitting(text, room * 0.6, size)
    tail = fitting(text[::-1], room - measure(head, size), size)[::-1]
    return f"{head.rstrip()}…{tail.lstrip()}"


def fitting(text: str, room: float, size: float) -> str:
    """The beginning of a text that is no wider than `room`."""
    ends = accumulate(_em(letter) * size for letter in text)
    return text[: sum(1 for _ in takewhile(lambda end: end <= room, ends))]


def wrapped(text: str, most: float, size: float) -> list[str]:
    """A text in lines that are not wider than `most` pixels: broken at spaces, and anywhere beside Chinese."""
    lines, line = [], ""
    for piece in re.findall(r"[^\s\u2e80-\uffef]+|\s+|.", line_of(text)):
        if line and measure(line + piece.rstrip(), size) > most:
            lines.append(short(line.rstrip(), most, size))
            line = ""
        line += piece if line else piece.lstrip()
    return [*lines, short(line, most, size)] if line else lines


def measure(text: str, size: float) -> float:
    """About how wide a text is, in pixels."""
    return sum(_em(letter) for letter in text) * size


def _em(letter: str) -> float:
    if is_wide(letter):
        return 1.0
    if letter in "iIjl.,:;'|!·() ":
        return 0.32
    if letter in "mwMW@%…—":
        return 0.9
    return 0.66 if letter.isupper() else 0.57


def is_wide(letter: str) -> bool:
    return letter > "\u02ff" and east_asian_width(letter) in "WF"


def rounded(values: Sequence[float], bounds: tuple[float, float] | None, least: float) -> tuple[float, float, float]:
    """Ends of an axis that holds the `values` and spans `least`, within `bounds`, and the distance of its ticks."""
    low, high = (min(values), max(values)) if values else bounds or (0.0, 0.0)
    spare = max(least - (high - low), (high - low) * 0.08, 1e-9) / 2
    low, high = low - spare, high + spare
    steps = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50)
    step = next((step for step in steps if (high - low) / step <= 7), (high - low) / 5)
    if bounds:
        low, high = max(low, bounds[0] - step / 4), min(high, bounds[1] + step / 4)
    return low, high, step


def ticks(low: float, high: float, step: float) -> list[float]:
    return [step * place for place in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]


def shown(value: float, step: float, signed: bool = False) -> str:
    decimals = max(0, math.ceil(-math.log10(step) - 1e-9))
    text = (
        f"{value:+.{decimals}f}"
        if signed and abs(value) > step / 2
        else f"{abs(value) if abs(value) < step / 2 else value:.{decimals}f}"
    )
    return text.replace("-", "−")


def value_of(point: Point, signed: bool = False) -> str:
    return "–" if point.mean is None else f"{point.mean:{'+' if signed else ''}.2f}".replace("-", "−")


def ends_of(point: Point, signed: bool = False) -> str:
    if point.mean is None or point.low is None or point.high is None:
        return ""
    sign = "+" if signed else ""
    return f"[{point.low:{sign}.2f}, {point.high:{sign}.2f}]".replace("-", "−")
