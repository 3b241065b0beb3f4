"""Count what came of a mix: how many requests were to have each kind of guidance, were given it, and demand it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from writingbench.construct import mix
from writingbench.construct.item import Item
from writingbench.construct.mix import COUNTED, KINDS, Kind, Shares
from writingbench.construct.refined import sized
from writingbench.records import REQUIREMENTS

OFF = 0.05  # a share is told of that is farther from what was asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One kind of guidance: how many requests were to have it, and how many do."""

    kind: Kind
    asked: float  # share, 0 to 1
    requests: int  # that were refined
    drawn: int
    labelled: int | None  # None: it is no requirement
    found: int | None  # by the check of lengths

    @property
    def came(self) -> float:
        """The share of the requests that have it: by their labels, or where there are none by what was drawn."""
        return (self.drawn if self.labelled is None else self.labelled) / self.requests

    @property
    def off(self) -> float:
        """How far that is from what was asked for; below 0 there is too little."""
        return self.came - self.asked

    @property
    def far(self) -> bool:
        """Whether that deserves a word: more than OFF, and more than one request."""
        return abs(self.off) > OFF and abs(self.off) * self.requests > 1

    @property
    def next(self) -> float:
        """The share to draw from here on, if what drafts bring along themselves stays as it is."""
        own = self.came - self.drawn / self.requests
        return min(max(self.asked - own, 0.0), 1.0)


def table(items: Iterable[Item], wanted: Shares) -> list[Row]:
    """The mix that was asked for against what came of it, over the requests that were refined; empty without any."""
    done = [item for item in items if item.stage in COUNTED and item.stage != "draft" and item.guidances is not None]
    found = sum(sized(item.request) for item in done)
    return [
        Row(
            kind=kind,
            asked=wanted[kind],
            requests=len(done),
            drawn=sum(mix.has(item, kind) for item in done),
            labelled=sum(kind in item.requirements for item in done) if kind in REQUIREMENTS else None,
            found=found if kind == "length" else None,
        )
        for kind in KINDS
        if done
    ]
