"""The charts of the page as files, for papers and slides: figures/NAME.svg and figures/NAME.png."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from writingbench.files import replaced
from writingbench.reports import charts, evidence
from writingbench.reports.drawing import FONTS, is_wide
from writingbench.reports.room import names
from writingbench.reports.shell import Tongue, place, words
from writingbench.scores.add_up import subdomains
from writingbench.scores.board import Board

PIXELS = 64_000_000  # of a .png; each takes four bytes while it is drawn
COLUMNS = 30  # writers of the heatmap; more cannot be read on a slide


def save(boards: Sequence[Board], folder: Path, tongue: Tongue) -> list[str]:
    """Write every chart there is something to show in. Returns what the reader should know of them, if anything."""
    chinese = False
    for number, board in enumerate(boards, start=1):
        end = f"-{number}" if len(boards) > 1 else ""
        for name, svg in _figures(board, tongue):
            write(svg, folder / f"{name}{end}")
            chinese |= not drawable(svg)
    return [words(tongue)["figures.font"]] if chinese else []


def _figures(board: Board, tongue: Tongue) -> Iterator[tuple[str, str]]:
    known = names({label.fingerprint: (label.writer, label.judge) for label in board.table.labels})
    called = [known[label.fingerprint] for label in board.table.labels]
    pictures = evidence.pictures(board, called, tongue)
    found = {
        "leaderboard": evidence.ranking(board, called, tongue),
        "heatmap": _heatmap(board, called, tongue),
        **{f"length-{key}": svg for key, svg in pictures.items()},
        "thinking": evidence.thought(board.thinking, tongue)[0] if board.thinking else "",
    }
    yield from ((name, svg) for name, svg in found.items() if svg)


def _heatmap(board: Board, called: Sequence[str], tongue: Tongue) -> str:
    """Shrunk means of the subdomains by writer, under their domains."""
    shown = board.scores[:COLUMNS]
    homes = {query.domain2: query.domain1 for query in reversed(board.table.queries)}
    groups = []
    for domain in dict.fromkeys(query.domain1 for query in board.table.queries):
        rows = [
            (place(name, tongue), [cell.shrunk if (cell := one.subdomains.get(name)) else None for one in shown])
            for name in subdomains(board.table)
            if homes[name] == domain
        ]
        groups.append((place(domain, tongue), rows))
    w = words(tongue)
    named = called[:COLUMNS]
    return charts.heatmap(named, groups, title=w["figures.heatmap"], note=w["figures.heatmap_note"]) if groups else ""


def write(svg: str, path: Path) -> tuple[Path, Path]:
    """Write a chart as `path`.svg and `path`.png with plain colours, and return both paths. Raises UserError.

    The .png is twice the chart's size, less for one that would have more than PIXELS. Whether the machine has letters
    for it is a question to ask before: `drawable`.
    """
    import resvg_py  # noqa: PLC0415 - only files need it

    svg = plain(svg)
    width, height = (int(found) for found in re.findall(r' (?:width|height)="(\d+)"', svg)[:2])
    zoom = min(2.0, (PIXELS / (width * height)) ** 0.5)
    vector, pixels = (path.with_name(f"{path.name}.{ending}") for ending in ("svg", "png"))
    with replaced(vector) as file:
        file.write_text(svg, encoding="utf-8")
    with replaced(pixels) as file:
        file.write_bytes(bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=zoom, font_family="Noto Sans CJK SC")))
    return vector, pixels


def plain(svg: str) -> str:
    """The chart with plain colours where there were custom properties, as a file that stands by itself."""
    return re.sub(r'="var\(--[\w-]+, ([^"]+)\)"', r'="\1"', svg)  # no text holds a bare quotation mark


def drawable(text: str) -> bool:
    """Whether this machine has a font for the Chinese in `text`. Without one (Debian and Ubuntu: `fonts-noto-cjk`)
    the .png of a chart shows boxes or nothing there; the .svg and the page are drawn by whoever opens them.
    """
    return not any(is_wide(letter) for letter in text) or _chinese()


@cache
def _chinese(without: bool = False) -> bool:
    """Whether two different characters look different. `without` any font of the system they do not."""
    import resvg_py  # noqa: PLC0415

    shapes = {
        bytes(
            resvg_py.svg_to_bytes(
                svg_string=f'<svg xmlns="http://www.w3.org/2000/svg" width="32" height="32">'
                f'<text y="26" font-size="26" font-family="{FONTS}">{letter}</text></svg>',
                skip_system_fonts=without,
            )
        )
        for letter in "永国"
    }
    return len(shapes) == 2
