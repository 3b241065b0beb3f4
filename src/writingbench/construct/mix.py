"""Draw what each request is refined by: 0 to 6 guidances, so that the whole set has the shares that are wanted.

    draw(items, {"style": 0.4, ...}, seed=1)  ->  {"3f2a…": ("style:voice", "length:range"), "b81c…": (), ...}

Of n requests exactly round(share * n) get a kind. Each language, and within it each subdomain, gets its share of these
as nearly as whole numbers allow (largest remainders, Hamilton's method); which requests of a subdomain is left to the
lot, for each kind anew. What was drawn before counts, so that requests that are added later end at the same mix.
"""

from __future__ import annotations

import math
import tomllib
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Literal, TypeVar, get_args

import msgspec
import numpy as np

from writingbench.construct.item import Item, Stage, noted
from writingbench.construct.project import Outdated, Project
from writingbench.records import Language, UserError

Kind = Literal["style", "format", "length", "personalization", "content", "expression"]
KINDS: tuple[Kind, ...] = get_args(Kind)
BY = "mix"  # whoever draws, in histories
COUNTED: tuple[Stage, ...] = ("draft", "collect", "screen", "confirm", "approved")  # what may still be in the benchmark
NEARLY = 1e-9  # 0.29 * 100 is a little less than 29

C = TypeVar("C", bound=Hashable)
Shares = Mapping[Kind, float]  # how many of all requests get a kind, 0 to 1


class Way(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One concrete way of a guidance."""

    id: str
    en: str
    zh: str
    weight: float = 1.0


class Guidance(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of guidance. data/guidances.toml says what the fields mean."""

    kind: Kind
    name: str
    zh: str
    share: float
    description: str
    description_zh: str
    ways: tuple[Way, ...] = msgspec.field(name="way")


Pool = Mapping[Kind, Guidance]


@cache
def shipped() -> Pool:
    """The guidances that come with the package."""
    table = tomllib.loads((files("writingbench.construct") / "data/guidances.toml").read_text("utf-8"))
    return {one.kind: one for one in msgspec.convert(table["guidance"], tuple[Guidance, ...])}


def said(drawn: Iterable[str], language: Language) -> list[str]:
    """Guidances as a model is told them; a way that is not there any more is told by its kind."""
    lines = []
    for one in drawn:
        kind, _, id = one.partition(":")
        if not (guidance := next((found for found in shipped().values() if found.kind == kind), None)):
            raise UserError(f"there is no guidance {one!r:.80}; there are: {', '.join(KINDS)}")
        way = next((way for way in guidance.ways if way.id == id), None)
        if language == "zh":
            lines.append(f"{guidance.zh}：{way.zh if way else guidance.description_zh}")
        else:
            lines.append(f"{guidance.name}: {way.en if way else guidance.description}")
    return lines


def shares(text: str = "") -> Shares:
    """Shares as the command line has them, "style=0.4,length=0.2"; kinds that are not named keep their own.

    Raises UserError for what is none.
    """
    wanted = {kind: guidance.share for kind, guidance in shipped().items()}
    given = set()
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, equals, number = (piece.strip() for piece in part.partition("="))
        kind = next((kind for kind in KINDS if kind == name), None)
        try:
            share = float(number)
        except ValueError:
            share = math.nan
        if kind is None or not equals or kind in given or not 0 <= share <= 1:
            raise UserError(
                f"--mix: {part!r:.80} is no share; write KIND=SHARE with a share from 0 to 1, each kind once, for "
                f"example style=0.4,length=0.2; kinds: {', '.join(KINDS)}"
            )
        given.add(kind)
        wanted[kind] = share
    return wanted


def has(item: Item, kind: Kind) -> bool:
    """Whether this kind was drawn for an item."""
    return any(one.partition(":")[0] == kind for one in item.guidances or ())


def draw(items: Sequence[Item], wanted: Shares, seed: int = 1, pool: Pool | None = None) -> dict[str, tuple[str, ...]]:
    """Guidances, as "kind:way", for each item that has none drawn yet; from the shipped pool where none is given.

    Within each language and each of its subdomains a kind comes nearer than 1 to its share, where everything is drawn
    at once; in what is added later the total goes before.
    """
    rng = np.random.default_rng(seed)
    cells = defaultdict[tuple[str, str, str], list[Item]](list)
    for item in items:
        cells[item.language, item.domain1, item.domain2].append(item)
    bare = {cell: [item for item in found if item.guidances is None] for cell, found in cells.items()}
    drawn: dict[str, dict[Kind, str]] = {item.id: {} for found in bare.values() for item in found}
    for kind, guidance in (pool or shipped()).items():
        picked = [
            found[place].id
            for found, count in _counts(cells, bare, kind, wanted[kind], rng)
            for place in rng.permutation(len(found))[:count]
        ]
        for id, way in zip(picked, _spread(guidance.ways, len(picked), rng), strict=True):
            drawn[id][kind] = f"{kind}:{way}"
    return {id: tuple(found.values()) for id, found in drawn.items()}


def _counts(
    cells: Mapping[tuple[str, str, str], list[Item]],
    bare: Mapping[tuple[str, str, str], list[Item]],
    kind: Kind,
    share: float,
    rng: np.random.Generator,
) -> list[tuple[list[Item], int]]:
    """How many of each cell's bare items get a kind: first its share for each language, then within that."""
    languages = sorted({language for language, *_ in cells})
    within = {language: [cell for cell in cells if cell[0] == language] for language in languages}
    least = {cell: sum(has(item, kind) for item in found) for cell, found in cells.items()}
    most = {cell: least[cell] + len(bare[cell]) for cell in cells}
    size = {cell: len(found) for cell, found in cells.items()}

    def both(counts: Mapping[tuple[str, str, str], int]) -> dict[str, int]:
        return {language: sum(counts[cell] for cell in within[language]) for language in languages}

    seats = _apportion(round(share * sum(size.values())), share, both(size), both(least), both(most), rng)
    found = []
    for language in languages:
        sizes = {cell: size[cell] for cell in within[language]}
        got = _apportion(seats[language], share, sizes, least, most, rng)
        found += [(bare[cell], count - least[cell]) for cell, count in got.items()]
    return found


def _apportion(
    total: int,
    share: float,
    sizes: Mapping[C, int],
    least: Mapping[C, int],
    most: Mapping[C, int],
    rng: np.random.Generator,
) -> dict[C, int]:
    """`total` in parts near share * size, each from its least to its most: whatever is left over goes where most is
    missing, what is too much is taken where most is over, and among equals the lot decides.
    """
    names = list(sizes)
    order = [names[place] for place in rng.permutation(len(names))]
    total = min(max(total, sum(least[one] for one in order)), sum(most[one] for one in order))
    want = {one: share * sizes[one] for one in order}
    got = {one: min(max(math.floor(want[one] + NEARLY), least[one]), most[one]) for one in order}
    gap = total - sum(got.values())
    for _ in range(gap):
        got[max((one for one in order if got[one] < most[one]), key=lambda one: want[one] - got[one])] += 1
    for _ in range(-gap):
        got[max((one for one in order if got[one] > least[one]), key=lambda one: got[one] - want[one])] -= 1
    return {one: got[one] for one in names}


def _spread(ways: Sequence[Way], count: int, rng: np.random.Generator) -> list[str]:
    """`count` ids of ways, each as often as its weight says, in random order."""
    edges = np.cumsum([way.weight for way in ways])
    marks = (rng.random() + np.arange(count)) / max(count, 1) * edges[-1]
    places = np.minimum(np.searchsorted(edges, marks, side="right"), len(ways) - 1)
    return [ways[place].id for place in rng.permutation(places)]


def settle(project: Project, wanted: Shares, seed: int = 1) -> int:
    """Draw for the drafts that nothing is drawn for, and write it into the project; how many those were.

    Where somebody else draws at the same time, what they have drawn is counted, and drawing begins anew.
    """
    count = 0
    while True:
        kept = project.items(*COUNTED)
        open = {one.item.id: one for one in kept if one.item.stage == "draft" and one.item.guidances is None}
        if not open:
            return count
        taken = [one.item for one in kept if one.item.id in open or one.item.guidances is not None]
        drawn = draw(taken, wanted, seed)
        try:
            for id, guidances in drawn.items():
                note = f"seed {seed}: {', '.join(guidances) or 'none'}"
                made = noted(replace(open[id].item, guidances=guidances), "refine", BY, note=note)
                project.change(open[id], made, by=BY, what="mix", hold=False)
                count += 1
        except Outdated:
            continue
        return count
