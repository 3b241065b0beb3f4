"""Requests of training data that stand in a benchmark too, the same or nearly: whoever is trained on them cannot be
measured there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from writingbench.construct.known import Known, known
from writingbench.records import UserError
from writingbench.training.alike import near
from writingbench.training.conversations import name_of

NONE = "none"  # said instead of a benchmark: that there is none to be kept clear of
SHOWN = 200  # characters of a request


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """A request that stands in a benchmark."""

    request: str
    share: float  # of the runs of characters that both have, 0 to 1
    where: str  # it stands: "official 17", "ours.jsonl, line 3"

    @property
    def told(self) -> dict[str, str | float]:
        """As data.json has it."""
        name, request = name_of(self.request), self.request[:SHOWN]
        return {"query": name, "request": request, "share": round(self.share, 4), "with": self.where}


def guarded(names: Sequence[str], official: Callable[[], Path]) -> list[Known]:
    """The requests of the benchmarks that data must be clear of; `none` is none of them.

    Raises as `construct.known`, and UserError where `none` stands beside others.
    """
    if NONE in names and len(names) > 1:
        raise UserError(f"--benchmark {NONE} goes with no other benchmark")
    return known([name for name in names if name != NONE], official)


def leaks(requests: Iterable[str], benchmarks: Sequence[Known]) -> list[Leak]:
    """The requests that are alike with one of a benchmark, each with the one that it is most alike with."""
    texts = list(dict.fromkeys(requests))
    worst: dict[str, Leak] = {}
    for pair in near(texts, [one.text for one in benchmarks]) if benchmarks else ():
        if pair.earlier < len(benchmarks):
            request = texts[pair.later - len(benchmarks)]
            if request not in worst or pair.share > worst[request].share:
                worst[request] = Leak(request=request, share=pair.share, where=benchmarks[pair.earlier].where)
    return list(worst.values())
