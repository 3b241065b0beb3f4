"""What a perturbation gets, and what it gives back.

    Case(query, text, ...)  ──>  "another text"  |  Comparison(before, after)  |  None: it cannot be applied here

Nearly all of them change the text. A few leave it as it is and change how it is asked about: those give both calls.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from writingbench.audits.bars import Bar, Kind, bar
from writingbench.records import Criterion, Language, Query

OTHER: Mapping[Language, Language] = {"en": "zh", "zh": "en"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A response that is to be changed, with whatever a change may take from elsewhere."""

    query: Query
    text: str
    other: str | None = None  # the answer to another query in the same language
    translated: str | None = None  # the same answer in the other language
    free: tuple[tuple[int, ...], ...] = ()  # groups of lines, from 0, that may change places within the group
    both: tuple[tuple[Criterion, ...], tuple[Criterion, ...]] | None = None  # the same criteria, own language first
    seed: int = 0

    @property
    def language(self) -> Language:
        return self.query.language

    def chance(self, name: str) -> random.Random:
        """What draws for a perturbation: the same for the same seed and query, whatever else is drawn."""
        return random.Random(f"{self.seed} {self.query.index} {name}")

    def phrase(self, name: str, language: Language | None = None) -> str:
        """One of the phrases of that name, drawn; in the query's language unless another is wanted."""
        return self.chance(name).choice(phrases(name, language or self.language))


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A text that is to be marked by its query's criteria."""

    query: Query
    text: str
    fresh: bool = False  # asked anew, though the same may have been asked before


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two calls whose marks are compared."""

    before: Call
    after: Call

    def names(self) -> list[tuple[str, str]]:
        """The criteria that belong together: by name, or by place where they are worded in two languages."""
        before, after = ([one.name for one in call.query.criteria] for call in (self.before, self.after))
        return [(name, name) for name in before] if set(before) == set(after) else list(zip(before, after, strict=True))


Change = Callable[[Case], str | Comparison | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """Something that holds of a good judge, and the change that shows whether it does."""

    name: str
    kind: Kind
    change: Change
    weak: bool = False  # the change is made to the text cut in the middle: a mark that is high already cannot rise

    @property
    def bar(self) -> Bar:
        """Between what the effect must lie."""
        return bar(self.name, self.kind)


def phrases(name: str, language: Language) -> Sequence[str]:
    """The phrases of that name in phrases.toml."""
    return _phrases()[name][language]


@cache
def _phrases() -> Mapping[str, Mapping[str, Sequence[str]]]:
    return tomllib.loads((files("writingbench.audits.perturb") / "phrases.toml").read_text("utf-8"))
