"""Responses that come with the package: one to each query of the starter set, good ones, with their translations.

    {"index": 10, "text": "陈浩：你的刀工考核92分…", "translated": "Chen Hao: You scored 92…", "free": [[0, 2, 4]]}

They keep to what their queries ask for, length and material included; `free` are groups of lines, counted from 0, that
may change places within the group.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import msgspec

from writingbench.records import Query

WRITER = "built-in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A response that a judge is audited on."""

    query: Query
    writer: str
    text: str
    translated: str | None = None  # the same in the other language
    free: tuple[tuple[int, ...], ...] = ()  # groups of lines, from 0, that may change places within the group


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of data/responses.jsonl."""

    index: int
    text: str
    translated: str
    free: tuple[tuple[int, ...], ...]


def subjects(queries: Iterable[Query]) -> list[Subject]:
    """The built-in responses to those of the starter set's `queries` that are given."""
    rows = {row.index: row for row in _rows()}
    return [
        Subject(query=query, writer=WRITER, text=row.text, translated=row.translated, free=row.free)
        for query in queries
        if (row := rows.get(query.index))
    ]


@cache
def _rows() -> tuple[Row, ...]:
    content = (files("writingbench.audits") / "data/responses.jsonl").read_bytes()
    return tuple(msgspec.json.Decoder(Row).decode_lines(content))
