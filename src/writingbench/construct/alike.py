"""Requests that say the same in almost the same words, among themselves and in benchmarks that are known already.

    duplicates(["Write a toast for Anna's wedding.", "...", "Write a toast for Anne's wedding."])
        ->  [Pair(earlier=0, later=2, share=0.52)]

A text is taken for the runs of a few characters in it, once each; two texts are as alike as the share of all their runs
that both have (Jaccard 1901). Thresholds are measured in bench/alike.py; docs/construct/draft.md shows the tables.
Whoever says the same in other words, or in another language, is not found.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from writingbench.benchmark.language import language_of
from writingbench.construct.item import noted
from writingbench.construct.known import Known
from writingbench.construct.project import Held, Kept, Outdated, Project
from writingbench.records import Language, UserError

BY = "writingbench"
WHAT = "duplicate"  # what the step in the history is called

RUN: Mapping[Language, int] = {"en": 8, "zh": 4}  # characters of a run
ALIKE = 0.4  # the share of two requests' runs that both have, from which on they are one request

HASHES, BANDS, SEED = 384, 128, 1  # of MinHash: two texts that share 0.4 are candidates in 9,998 of 10,000 cases
SLACK = 0.1  # four standard errors of the share as MinHash has it: what is farther off is not looked at

STEPS = {"draft", "import", "mask", "tag", "refine"}  # what happens to an item before people see it
_APART = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two of a list of texts that are alike, by their places."""

    earlier: int  # this one stays
    later: int
    share: float  # of their runs that both have, 0 to 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """A request that was put aside, and what it is alike with."""

    id: str
    request: str
    share: float  # of their runs that both have, 0 to 1
    where: str  # the id of the other item, or where a known request stands
    text: str  # the other request
    known: bool  # it was known before, and is no item of the project


def similarity(one: str, other: str) -> float:
    """The share of two texts' runs that both have, 0 to 1: 1 for the same text."""
    return _share(runs(one), runs(other))


def normal(text: str) -> str:
    """A text without what does not count: case, width, and which spaces and punctuation part its words."""
    text = text.encode("utf-8", "replace").decode()
    return _APART.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


def runs(text: str, size: int | None = None) -> set[str]:
    """The runs of `size` characters in a text, of as many as its language takes when not said.

    A shorter text is one run.
    """
    size, text = size or RUN[language_of(text)], normal(text)
    return {text[place : place + size] for place in range(max(len(text) - size + 1, 1))}


def _share(one: set[str], other: set[str]) -> float:
    common = len(one & other)
    return common / (len(one) + len(other) - common)


def duplicates(texts: Sequence[str], threshold: float = ALIKE, *, stay: int = 0) -> list[Pair]:
    """For each text that is alike with one before it: that pair, and of several the one that is most alike.

    A text that goes takes no others with it: texts are only compared with those that stay, and the first `stay` of
    them do in any case. Raises UserError where `rensa` is not installed.
    """
    index, found = _Index(texts, threshold), list[Pair]()
    for place in range(len(texts)):
        mine = index.sketched(place)
        if place >= stay and (near := index.near(mine)):
            share, at = max(near)
            found.append(Pair(earlier=-at, later=place, share=share))
        else:
            index.add(place, mine)
    return found


def pairs(texts: Sequence[str], threshold: float = ALIKE, *, stay: int = 0) -> list[Pair]:
    """Every pair of texts that are alike, but for those among the first `stay`. Raises as `duplicates`."""
    index, found = _Index(texts, threshold), list[Pair]()
    for place in range(len(texts)):
        mine = index.sketched(place)
        if place >= stay:
            found += [Pair(earlier=-at, later=place, share=share) for share, at in sorted(index.near(mine))]
        index.add(place, mine)
    return found


class _Index:
    """Texts among which those that are alike with another are found: candidates by MinHash (Broder 1997) with
    locality-sensitive hashing, each of which is verified by the share itself.
    """

    def __init__(self, texts: Sequence[str], threshold: float) -> None:
        try:
            from rensa import RMinHash, RMinHashLSH  # noqa: PLC0415
        except ImportError as error:
            raise UserError("this needs rensa: pip install 'writingbench[construct]'") from error
        self._texts, self._threshold = texts, threshold
        self._sketch = RMinHash.from_token_sets
        self._index = RMinHashLSH(threshold=threshold, num_perm=HASHES, num_bands=BANDS)
        self._sketches: dict[int, Any] = {}  # of those that were added

    def sketched(self, place: int) -> tuple[set[str], Any]:
        """The runs of a text, and its MinHash."""
        mine = runs(self._texts[place])
        (sketch,) = self._sketch([list(mine)], num_perm=HASHES, seed=SEED)
        return mine, sketch

    def near(self, mine: tuple[set[str], Any]) -> list[tuple[float, int]]:
        """The texts that were added and are alike with this one: the share, and the place with a minus before it, so
        that the greatest is the first of those that are most alike.
        """
        own, sketch = mine
        candidates = self._index.query(sketch)
        near = [one for one in candidates if sketch.jaccard(self._sketches[one]) >= self._threshold - SLACK]
        shares = [(_share(own, runs(self._texts[one])), -one) for one in near]
        return [one for one in shares if one[0] >= self._threshold]

    def add(self, place: int, mine: tuple[set[str], Any]) -> None:
        self._index.insert(place, mine[1])
        self._sketches[place] = mine[1]


def put_aside(project: Project, known: Sequence[Known] = ()) -> list[Gone]:
    """Put aside every request that is alike with a known one or with one before it in the project.

    What people have had to do with is never put aside; it is there before all others. What was put aside stays in the
    project, so it is not brought back.
    """
    every = [kept for kept in project.items() if kept.item.stage != "duplicate"]
    every.sort(key=untouched)  # stable: among themselves as they were added
    first = len(known) + sum(not untouched(kept) for kept in every)
    others = [*((one.where, one.text) for one in known), *((kept.item.id, kept.item.request) for kept in every)]
    found = []
    for pair in duplicates([text for _, text in others], stay=first):
        kept, (where, text) = every[pair.later - len(known)], others[pair.earlier]
        if _put(project, kept, f"{pair.share:.2f} alike with {where}"):
            leak = pair.earlier < len(known)
            id, request = others[pair.later]
            found.append(Gone(id=id, request=request, share=pair.share, where=where, text=text, known=leak))
    return found


def untouched(kept: Kept) -> bool:
    """Whether nobody has had to do with an item: only models have, and nobody has it in hand."""
    item = kept.item
    machine = all(step.what in STEPS for step in item.history)
    return item.stage in {"draft", "collect", "screen"} and machine and not item.materials and not kept.holder


def _put(project: Project, kept: Kept, reason: str) -> bool:
    """Whether an item could be put aside: somebody may be at work on it by now."""
    made = noted(replace(kept.item, stage="duplicate", reason=reason), WHAT, BY, note=reason)
    try:
        project.change(kept, made, by=BY, what=WHAT, hold=False)
    except (Outdated, Held):
        return False
    return True
