"""What a file says: its rows, looked through before anything is changed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from writingbench.benchmark.line import Defect, Entry
from writingbench.benchmark.load import Defects, rows
from writingbench.construct.exchange.compared import MOVES, Compared
from writingbench.construct.exchange.rows import Row, Source
from writingbench.construct.project import Kept, Project


def lines(content: bytes, file: str, defects: list[Defect]) -> Iterator[tuple[int, dict[str, Any]]]:
    """The rows of a JSONL file with their lines, from 1; what is none is added to the `defects`."""
    number = 0
    for number, found in rows(content, file, defects):
        yield number, found
    if not (number or defects):
        Entry(file, 1, defects).wrong("", "the file holds no row")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A row that may go in."""

    line: int
    row: Row
    kept: Kept  # the item as it was when the file was looked through


def check(
    rows: Iterable[tuple[int, dict[str, Any]]], file: str, project: Project, defects: list[Defect] | None = None
) -> list[Ready]:
    """Rows that may go in. Raises Defects with what is wrong in any of them, and those that are known by then.

    Nothing is changed.
    """
    defects = [] if defects is None else defects
    ready: list[Ready] = []
    seen: dict[str, int] = {}
    for line, found in rows:
        at = Entry(file, line, defects)
        said = _typed(found, at)
        if said is None:
            continue
        if said.id in seen:
            at.wrong("id", f"stands on line {seen[said.id]} already; keep one of the two", said.id)
        seen.setdefault(said.id, line)
        kept = project.item(said.id)
        if kept is None:
            at.wrong("id", "no such item here; name the --out folder that it was exported from", said.id)
        elif said.revision > kept.revision:
            why = f"the item is at {kept.revision} only; name the --out folder that it was exported from"
            at.wrong("revision", why, said.revision)
        else:
            if said.revision == kept.revision:  # else it is a conflict, or came in before
                Compared(said, kept.item, project.text, at)
            ready.append(Ready(line=line, row=said, kept=kept))
    if defects:
        raise Defects(defects)
    return ready


def _typed(found: dict[str, Any], at: Entry) -> Row | None:
    """A row in which everything is of the right type; None where something is not, and then that has been said."""
    if isinstance(decision := found.get("decision"), str):
        found = {**found, "decision": " ".join(decision.casefold().split())}
    try:
        return msgspec.convert(found, Row)
    except msgspec.ValidationError as error:
        problem, _, path = str(error).partition(" - at `$")
        path = path.removesuffix("`").removeprefix(".")
        if name := re.search("(unknown|missing required) field `(.*)`$", problem):
            path = f"{path}.{name[2]}".removeprefix(".")
            names = (Source if path.startswith("materials") else Row).__struct_fields__
            problem = "missing" if name[1] != "unknown" else f"no such field; there are {', '.join(names)}"
        elif path == "decision":
            problem = f"must be one of {', '.join(MOVES)}, or empty"
        at.wrong(_printable(path), _printable(problem), *_value(found, path))
        return None


def _printable(text: str) -> str:
    """The beginning of what names something in a file, as no terminal obeys it."""
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in text[:300])


def _value(found: Any, path: str) -> list[Any]:
    """What stands at a path, `materials[0].title`, if anything does."""
    for part in re.findall(r"[^.\[\]]+", path):
        try:
            found = found[int(part) if isinstance(found, list) else part]
        except (KeyError, IndexError, TypeError, ValueError):
            return []
    return [found]
