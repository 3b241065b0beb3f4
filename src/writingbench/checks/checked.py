"""What the checks count, in sums, so that the counts of several responses can be added."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Windows at the same place in the text, added up."""

    windows: int = 0
    repetition: float = 0.0  # shares of a window that repeat what stands before it, summed
    variety: float = 0.0  # shares of different words, summed

    def __add__(self, other: Stretch) -> Stretch:
        return Stretch(
            windows=self.windows + other.windows,
            repetition=self.repetition + other.repetition,
            variety=self.variety + other.variety,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What the checks count, in sums: add those of several responses, and their shares are shares of all."""

    responses: int = 0
    met: Mapping[str, int] = field(default_factory=dict)  # check -> demands met
    broken: Mapping[str, int] = field(default_factory=dict)
    found: Mapping[str, int] = field(default_factory=dict)  # check -> findings that nobody demanded anything about
    flagged: Mapping[str, int] = field(default_factory=dict)  # check -> responses with something broken or found
    scored: int = 0  # responses whose length can be scored
    length: float = 0.0  # their length scores, 0 to 100, summed
    sourced: float = 0.0  # thousands of words (Chinese: characters) in answers to queries with material
    course: tuple[Stretch, ...] = ()

    def __add__(self, other: Checked) -> Checked:
        made: dict[str, Any] = {}
        for one in fields(self):
            mine, theirs = getattr(self, one.name), getattr(other, one.name)
            if isinstance(mine, Mapping):
                made[one.name] = dict(Counter(mine) + Counter(theirs))
            elif isinstance(mine, tuple):
                longer, shorter = sorted((mine, theirs), key=len, reverse=True)
                ahead = tuple(a + b for a, b in zip(longer, shorter, strict=False))
                made[one.name] = ahead + longer[len(shorter) :]
            else:
                made[one.name] = mine + theirs
        return Checked(**made)

    @property
    def length_score(self) -> float | None:
        """Mean of the length scores of LongBench-Write; None where no request says how long it wants the text."""
        return self.length / self.scored if self.scored else None

    @property
    def unsupported(self) -> float | None:
        """Unsupported figures for each 1,000 words; None where no query has material."""
        return self.found.get("figures", 0) / self.sourced if self.sourced else None

    @property
    def repetition(self) -> float | None:
        """Share of the text that repeats what stands before it, over all windows; None where no text is long enough."""
        windows = sum(one.windows for one in self.course)
        return sum(one.repetition for one in self.course) / windows if windows else None

    def share_met(self, check: str) -> float | None:
        """Share of the demands that were met; None where there was none."""
        met, broken = self.met.get(check, 0), self.broken.get(check, 0)
        return met / (met + broken) if met + broken else None
