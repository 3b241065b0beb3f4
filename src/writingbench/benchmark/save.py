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
from writingbench.records import BANDS, Criterion, Query, filled


def as_line(query: Query) -> bytes:
    """A query as its line of the file, with the line's end."""
    row: dict[str, Any] = {
        "index": query.index,
        "domain1": query.domain1,
        "domain2": query.domain2,
        "lang": query.language,
        "query": query.text,
    }
    row = {key: value for key, value in row.items() if value != ""}  # a bare request has no domains
    if query.requirements:
        row["requirements"] = query.requirements
    if query.guidances:
        row["guidances"] = query.guidances
    if query.demands:
        row["demands"] = [filled(demand) for demand in query.demands]
    row["checklist"] = [_criterion(criterion) for criterion in query.criteria]
    if query.history:
        row["history"] = [filled(step) for step in query.history]
    return msgspec.json.encode(row) + b"\n"


def _criterion(criterion: Criterion) -> dict[str, str]:
    row = {"name": criterion.name, "criteria_description": criterion.description}
    row |= zip(BANDS, criterion.bands, strict=True)
    return row | {"requirement": criterion.requirement} if criterion.requirement else row


def save(queries: Iterable[Query], path: Path) -> None:
    """Write `queries` to `path`; until the file is whole, what stood there stays. UserError where it cannot be."""
    with replaced(path) as scratch, scratch.open("wb") as file:
        file.writelines(map(as_line, queries))
