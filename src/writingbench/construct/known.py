"""What is known already: the requests of benchmarks, and of any list in a file, that drafts must not repeat.

A request with material in it is known twice, as a whole and by its own words: whoever drafts anew writes no material.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from writingbench.benchmark import BUILTIN, named
from writingbench.checks.material import split
from writingbench.construct.lists import Source
from writingbench.records import UserError


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The words of a request that is known."""

    where: str  # it stands: "official 17" (an index), "ours.jsonl, line 3"
    text: str


def known(names: Iterable[str], official: Callable[[], Path]) -> list[Known]:
    """The requests of benchmarks by their names (`starter`, `official`), and of files that `lists.Source` reads.

    `official` gives the folder of the official asset; it is called only when that is asked for. Raises UserError when
    there is neither such a name nor such a file, Defects when the file is defective.
    """
    return [one for name in names for place, text in _requests(name, official) for one in _known(place, text)]


def _requests(name: str, official: Callable[[], Path]) -> Iterable[tuple[str, str]]:
    if name in BUILTIN:
        return [(f"{name} {query.index}", query.text) for query in named(name, official, criteria=None).queries]
    path = Path(name)
    if not path.is_file():
        raise UserError(f"no benchmark {name!r}: it is neither {' nor '.join(BUILTIN)} nor a file")
    return [(f"{path.name}, line {found.line}", found.text) for found in Source(path)]


def _known(where: str, text: str) -> Iterable[Known]:
    return [Known(where=where, text=one) for one in dict.fromkeys((text, split(text).request_text))]
