"""Write queries as a benchmark file: one JSON object a line, in the form that `load` reads.

What is written reads back as the same queries, so a part of a benchmark asks its writers and judges the very same
things, and their replies are in the store already where the whole has been asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from writingbench.files import replaced
from writingbench.records import BANDS, Criterion, Query


def as_line(query: Query) -> bytes:
    """A query as its line of the file, with the line's end."""
    row: dict[str, Any] = {
        "index": query.index,
        "domain1": query.domain1,
        "domain2": query.domain2,
        "lang": query.language,
        "query": query.text,
    }
    if query.requirements:
        row["requirements"] = query.requirements
    row["checklist"] = [_criterion(criterion) for criterion in query.criteria]
    return msgspec.json.encode(row) + b"\n"


def _criterion(criterion: Criterion) -> dict[str, str]:
    row = {"name": criterion.name, "criteria_description": criterion.description}
    row |= zip(BANDS, criterion.bands, strict=True)
    return row | {"requirement": criterion.requirement} if criterion.requirement else row


def save(queries: Iterable[Query], path: Path) -> None:
    """Write `queries` to `path`; until the file is whole, what stood there stays. UserError where it cannot be."""
    with replaced(path) as scratch, scratch.open("wb") as file:
        file.writelines(map(as_line, queries))
