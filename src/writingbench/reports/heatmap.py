"""The heatmap: every subdomain by every writer, red where a writer does well and blue where it does not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf
from statistics import fmean

from writingbench.reports.leaderboard import NONE, interval, known_first, number, queries
from writingbench.reports.shell import Tongue, words
from writingbench.scores.add_up import HIGHEST, LOWEST, Cell, Thin
from writingbench.scores.board import Board
from writingbench.scores.table import Label

SHOWN = 50  # writers
ROOMY = 8  # writers who leave room for intervals inside the cells
STEPS = 11  # colours, the middle one pale
NARROWEST = 2.0  # points that the colours span at least: small differences are not to look large


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A cell of the heatmap; `value` is the moved mean of a subdomain or the mean of a domain."""

    value: float | None
    raw: float | None = None  # the mean as measured, where it is not the one shown
    step: int | None  # its colour, 0 the lowest; None where nothing was judged
    ends: str = ""
    n: int = 0  # queries
    title: str  # all of it in words

    @property
    def text(self) -> str:
        return NONE if self.value is None else f"{self.value:.1f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row: a domain or one of its subdomains."""

    name: str  # English, as in the data
    link: str
    tiles: tuple[Tile, ...]  # one for each writer


@dataclass(frozen=True, slots=True, kw_only=True)
class Heatmap:
    """Lines by domain, the domain's own first. The colours reach from `low` to `high`."""

    writers: tuple[Label, ...]
    domains: tuple[tuple[Line, ...], ...]
    low: float
    high: float
    steps: int = STEPS

    @property
    def roomy(self) -> bool:
        """Whether there is room for intervals inside the cells."""
        return len(self.writers) <= ROOMY


def heatmap(board: Board, tongue: Tongue) -> Heatmap:
    """The heatmap of the writers that the page shows. Within a domain the best subdomains come first."""
    scores = board.scores[:SHOWN]
    home = {query.domain2: query.domain1 for query in reversed(board.table.queries)}  # its first one, as in the scores
    columns = {name: [one.subdomains.get(name) for one in scores] for name in home}
    low, high = _span([cell.shrunk for cells in columns.values() for cell in cells if cell and cell.shrunk is not None])
    domains = known_first(
        dict.fromkeys(query.domain1 for query in board.table.queries if query.domain1 in home.values())
    )

    def line(cells: Sequence[Cell | None], **place: str) -> Line:
        (name,) = place.values()
        return Line(name=name, link=queries(**place), tiles=tuple(_tile(cell, low, high, tongue) for cell in cells))

    def below(domain: str) -> list[str]:
        return sorted((name for name in home if home[name] == domain), key=lambda name: -_middle(columns[name]))

    return Heatmap(
        writers=board.table.labels[:SHOWN],
        domains=tuple(
            (
                line([one.domains.get(domain) for one in scores], domain=domain),
                *(line(columns[name], subdomain=name) for name in below(domain)),
            )
            for domain in domains
        ),
        low=low,
        high=high,
    )


def step(value: float, low: float, high: float) -> int:
    """Which colour a value gets; what lies outside gets the last one."""
    return max(0, min(STEPS - 1, int((value - low) / (high - low) * STEPS)))


def _span(values: Sequence[float]) -> tuple[float, float]:
    """From the lowest to the highest value, but no less than NARROWEST."""
    low, high = min(values, default=LOWEST), max(values, default=HIGHEST)
    short = max(0.0, NARROWEST - (high - low)) / 2
    return low - short, high + short


def _middle(cells: Iterable[Thin | None]) -> float:
    """What a subdomain is sorted by: the mean over the writers."""
    values = [cell.shrunk for cell in cells if cell and cell.shrunk is not None]
    return fmean(values) if values else -inf


def _tile(cell: Cell | None, low: float, high: float, tongue: Tongue) -> Tile:
    w = words(tongue)
    moved = isinstance(cell, Thin)
    value = cell.shrunk if isinstance(cell, Thin) else cell.mean if cell else None
    if cell is None or value is None:
        return Tile(value=None, step=None, title=w["tile_none"])
    ends = interval(cell.low, cell.high)
    said = [w["tile_moved"].format(mean=number(value), raw=number(cell.mean)) if moved else number(value)]
    said += [w["tile_interval"].format(ends=ends)] if ends else []
    said += [
        w["tile_all" if cell.judged == cell.asked else "tile_some"].format(
            n=cell.n, judged=cell.judged, asked=cell.asked
        )
    ]
    return Tile(
        value=value,
        raw=cell.mean if moved else None,
        step=step(value, low, high),
        ends=ends,
        n=cell.n,
        title=w["semicolon"].join(said),
    )
