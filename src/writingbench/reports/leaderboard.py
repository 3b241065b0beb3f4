"""The leaderboard as a table: which columns it has, what stands in each, and who cannot be told apart from whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import ceil, floor
from string import ascii_lowercase
from typing import Literal, TypeVar
from urllib.parse import quote

from writingbench.benchmark import taxonomy
from writingbench.reports.shell import Tongue, place, words
from writingbench.scores.add_up import HIGHEST, LOWEST, Cell, Coverage
from writingbench.scores.board import Board
from writingbench.scores.table import Paid

SHOWN = 200  # writers; all of them are in the files beside the page
NONE = "–"

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A value and its interval drawn on a scale, in percent of its width."""

    start: float
    width: float
    middle: float

    @classmethod
    def of(cls, value: float, low: float | None, high: float | None, within: tuple[float, float]) -> Drawn:
        """On a scale from `within[0]` to `within[1]`."""
        places = (value if one is None else one for one in (low, high, value))
        start, end, middle = (100 * (one - within[0]) / (within[1] - within[0]) for one in places)
        return cls(start=start, width=end - start, middle=middle)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What stands in a cell of a table."""

    text: str
    value: float | None = None  # what the column is sorted by; None goes last
    small: str = ""
    title: str = ""
    bar: Drawn | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column with one figure for each writer."""

    name: str
    figures: tuple[Figure, ...]
    note: str = ""  # what it is, where the name does not say it
    link: str = ""
    n: str = ""  # how many queries or criteria the means are taken over
    sort: Literal["ascending", "descending"] = "descending"  # which end one looks for first


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Columns that belong together. `name` is "" where they need no heading."""

    name: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """From how many others a writer cannot be told apart, and the letters that it shares with neighbours."""

    others: int
    letters: str


def number(value: float | None) -> str:
    """A mean: two decimals, a dash where there is none."""
    return NONE if value is None else f"{value:.2f}"


def signed(value: float | None) -> str:
    """A difference: two decimals with its sign."""
    return NONE if value is None else f"{value:+.2f}".replace("-", "−")


def interval(low: float | None, high: float | None) -> str:
    """The interval of a mean, "" where there is none."""
    return "" if low is None or high is None else f"{low:.2f}–{high:.2f}"


def between(low: float | None, high: float | None) -> str:
    """The interval of a difference, "" where there is none."""
    return "" if low is None or high is None else f"[{signed(low)}, {signed(high)}]"


def leaderboard(board: Board, tongue: Tongue) -> tuple[Group, ...]:
    """The columns beside place and writer, for the writers that the page shows."""
    w = words(tongue)
    scores = board.scores[:SHOWN]
    within = scale(one.overall for one in scores)
    kept = [one.coverage for one in scores]
    paid = [label.paid for label in board.table.labels[:SHOWN]]
    first = [Column(name=w["overall"], figures=tuple(figure(one.overall, tongue, within) for one in scores))]
    if len(scores) > 1:
        likes = alike(board)[:SHOWN]
        first.append(Column(name=w["alike"], note=w["alike_note"], figures=tuple(told(one, tongue) for one in likes)))
    among = parts(board, tongue).values() if len(scores) > 1 else ()  # one writer's parts are read where they stand
    return (
        Group(name="", columns=tuple(first)),
        *(replace(group, columns=tuple(short(column) for column in group.columns)) for group in among),
        Group(
            name=w["coverage"],
            columns=(
                Column(name=w["judged"], note=w["judged_note"], figures=tuple(judged(one) for one in kept)),
                Column(name=w["missing"], figures=tuple(missing(one, tongue) for one in kept)),
                Column(name=w["bounds"], note=w["bounds_note"], figures=tuple(bounds(one) for one in kept)),
            ),
        ),
        Group(
            name=w["spent"],
            columns=(
                Column(name=w["cost"], figures=tuple(cost(one, tongue) for one in paid)),
                Column(name=w["tokens_in"], figures=tuple(tokens(one, one.usage.input_tokens) for one in paid)),
                Column(name=w["cached"], figures=tuple(cached(one) for one in paid)),
                Column(name=w["tokens_out"], figures=tuple(tokens(one, one.usage.output_tokens) for one in paid)),
            ),
        ),
    )


def cached(paid: Paid) -> Figure:
    """Which share of the input the servers had in their caches."""
    read = paid.usage.input_tokens
    share = paid.usage.cached_tokens / read if read else None
    return Figure(text=NONE if share is None else f"{share:.0%}", value=share)


def places(board: Board) -> tuple[Figure, ...]:
    """Every shown writer's place, with the places that other queries could have given."""
    return tuple(
        Figure(text=NONE)
        if one is None
        else Figure(text=str(one.place), value=one.place, small="" if one.low == one.high else f"{one.low}–{one.high}")
        for one in board.ranks[:SHOWN]
    )


def parts(board: Board, tongue: Tongue) -> dict[str, Group]:
    """Domains, requirements and languages, all drawn on one scale; only what there is, by its key in the words."""
    w = words(tongue)
    scores = board.scores[:SHOWN]
    cells = [one for each in scores for one in (*each.domains.values(), *each.languages.values())]
    cells += [one for each in scores for both in each.requirements.values() for one in both.values()]
    within = scale(cells)

    def column(name: str, found: Iterable[Cell | None], link: str, note: str = "") -> Column:
        found = list(found)
        counts = sorted({one.n for one in found if one})
        return Column(
            name=name,
            note=note,
            link=link,
            n="–".join(f"{count:,}" for count in dict.fromkeys((counts[0], counts[-1]))) if counts else "",
            figures=tuple(figure(one, tongue, within) for one in found),
        )

    found = {
        "domains": [
            column(place(name, tongue), (one.domains.get(name) for one in scores), queries(domain=name))
            for name in known_first(in_order(one.domains for one in scores))
        ],
        "requirements": [
            column(
                f"{w[kind]} {part}",
                (one.requirements[kind][part] if kind in one.requirements else None for one in scores),
                queries(requirement=kind),
            )
            for kind in in_order(one.requirements for one in scores)
            for part in "RC"
        ],
        "languages": [
            column(w[f"in_{name}"], (one.languages.get(name) for one in scores), queries(language=name))
            for name in sorted(in_order(one.languages for one in scores))
        ],
    }
    if len(found["languages"]) < 2:
        del found["languages"]  # they are overall once more
    return {key: Group(name=w[key], columns=tuple(columns)) for key, columns in found.items() if columns}


def short(column: Column) -> Column:
    """A column with its means alone; their intervals go into the titles."""
    figures = (
        replace(one, small="", bar=None, title=f"{one.small} · {one.title}".strip(" ·")) for one in column.figures
    )
    return replace(column, figures=tuple(figures))


def in_order(names: Iterable[Iterable[T]]) -> list[T]:
    """Each different name once, in the order in which they come up."""
    return list(dict.fromkeys(name for some in names for name in some))


def known_first(domains: Iterable[str]) -> list[str]:
    """Domains in the order of the built-in taxonomy, others behind them."""
    usual = [domain.name for domain in taxonomy.builtin().domains]
    return sorted(domains, key=lambda name: usual.index(name) if name in usual else len(usual))


def queries(**wanted: str) -> str:
    """The address of the reading room with filters set."""
    return "#queries?" + "&".join(f"{key}={quote(value, safe='')}" for key, value in wanted.items())


def scale(cells: Iterable[Cell]) -> tuple[int, int]:
    """The whole marks between which all these means and intervals lie."""
    ends = [end for cell in cells for end in (cell.mean, cell.low, cell.high) if end is not None]
    low, high = floor(min(ends, default=LOWEST)), ceil(max(ends, default=HIGHEST))
    return (low, high) if low < high else (max(LOWEST, low - 1), min(HIGHEST, high + 1))


def figure(cell: Cell | None, tongue: Tongue, within: tuple[int, int]) -> Figure:
    """A mean with its interval, drawn on a scale; what it rests on is in the title."""
    if cell is None or cell.mean is None:
        return Figure(text=NONE)
    return Figure(
        text=number(cell.mean),
        value=cell.mean,
        small=interval(cell.low, cell.high),
        title=words(tongue)["rests_on"].format(n=cell.n, judged=cell.judged, asked=cell.asked),
        bar=Drawn.of(cell.mean, cell.low, cell.high, within),
    )


def told(found: Alike, tongue: Tongue) -> Figure:
    """Who cannot be told apart from a writer: letters, and in words how many."""
    w = words(tongue)
    key = "apart_from_all" if not found.others else "alike_one" if found.others == 1 else "alike_many"
    return Figure(text=found.letters or NONE, value=found.others, small=w[key].format(n=found.others))


def alike(board: Board) -> tuple[Alike, ...]:
    """For each writer from how many of those it was compared with it cannot be told apart, and its letters.

    A letter stands for a row of neighbours in the ranking of whom no two can be told apart. Writers that share one
    cannot be told apart; the reverse holds as long as nobody in between stands out, which the number shows.
    """
    close = {(pair.first, pair.second) for pair in board.pairs if pair.difference is not None and not pair.apart}
    others = Counter(row for pair in close for row in pair)
    letters: list[list[str]] = [[] for _ in board.scores]
    reach = used = 0
    for start in range(len(board.scores)):
        end = start
        while end + 1 < len(board.scores) and all((row, end + 1) in close for row in range(start, end + 1)):
            end += 1
        if start < end and end > reach:
            reach = end
            for row in range(start, end + 1):
                letters[row].append(letter(used))
            used += 1
    return tuple(Alike(others=others[row], letters=joined(own)) for row, own in enumerate(letters))


def letter(place: int) -> str:
    """a to z, then aa, ab, ..."""
    return (letter(place // 26 - 1) if place >= 26 else "") + ascii_lowercase[place % 26]


def joined(letters: Sequence[str]) -> str:
    """A row of letters; they follow each other, so that the ends of three and more stand for all."""
    return f"{letters[0]}–{letters[-1]}" if len(letters) > 2 else " ".join(letters)


def judged(found: Coverage) -> Figure:
    """How many of the marks asked for are there."""
    share = found.judged / found.asked if found.asked else None
    return Figure(text=f"{found.judged:,} / {found.asked:,}", value=share, small=percent(share))


def percent(share: float | None) -> str:
    """A share, rounded away from all and nothing."""
    if share is None:
        return ""
    return f"{share:.0%}" if share in (0, 1) else f"{min(max(share, 0.001), 0.999):.1%}"


def missing(found: Coverage, tongue: Tongue) -> Figure:
    """What became of the marks that are not there, by kind."""
    w = words(tongue)
    kinds = [*found.failures.items(), *([("unasked", found.unasked)] if found.unasked else [])]
    said = w["comma"].join(f"{count:,} {w[kind]}" for kind, count in kinds)
    return Figure(text=said or NONE, value=found.asked - found.judged)


def bounds(found: Coverage) -> Figure:
    """Where overall would lie if every missing mark were the lowest, or the highest."""
    if found.bounds is None or found.judged == found.asked:
        return Figure(text=NONE)
    return Figure(text=interval(*found.bounds), value=found.bounds[0] - found.bounds[1])


def cost(paid: Paid, tongue: Tongue) -> Figure:
    """What is known of the cost; where some of it is not, the rest is a least sum."""
    if not paid.replies or paid.unpriced == paid.replies:
        return Figure(text=NONE, title=words(tongue)["unpriced_all"] if paid.replies else "")
    exact = f"${paid.cost:,.2f}" if paid.cost >= 1 or not paid.cost else f"${paid.cost:.4f}"
    if not paid.unpriced:
        return Figure(text=exact, value=paid.cost)
    return Figure(text=f"≥ {exact}", value=paid.cost, small=words(tongue)["unpriced"].format(n=paid.unpriced))


def tokens(paid: Paid, count: int) -> Figure:
    """Tokens, short; exact in the title."""
    if not paid.replies:
        return Figure(text=NONE)
    short = next(
        (f"{count / size:.1f}{unit}" for size, unit in ((10**6, "M"), (10**3, "k")) if count >= size), str(count)
    )
    return Figure(text=short, value=count, title=f"{count:,}")
